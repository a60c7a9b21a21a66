//! Tokens that are bound to the certificate of a client.

use http::{HeaderMap, StatusCode};

use super::{Fixture, Reply, SECRET, basic, claims, redemption};
use crate::ClientCertificate;
use crate::authorization_server::{
    AuthorizationServer, Client, ClientCredential, ErrorCode, RegisteredClients, TokenBinding,
};
use crate::secret::Secret;

/// RFC 8705 §4: a refresh token of a public client works only with the certificate of its login.
#[tokio::test]
async fn refresh_token_of_a_public_client_is_bound_to_its_certificate() {
    let fixture = Fixture::new().await;
    let certificates = [&b"own"[..], b"other"].map(|der| ClientCertificate::new(der, false));
    let [own, other] = &certificates;
    let send = async |certificate: Option<&ClientCertificate>, form: &str| {
        let headers = HeaderMap::new();
        let tokens = async {
            let request = fixture.server.token_request(&headers, certificate, form);
            fixture.server.issue_tokens(request.await?).await
        };
        Reply::of(axum::response::IntoResponse::into_response(tokens.await)).await
    };
    let code = fixture.code("bound").await;
    let form = redemption(&code).replace("client_id=spa", "client_id=bound");
    assert_eq!(send(None, &form).await.error(), "invalid_request");
    let reply = send(Some(own), &form).await;
    let hash = TokenBinding::of(own);
    let bound = claims(&reply.text("access_token"));
    assert_eq!(bound["cnf"]["x5t#S256"], hash.as_str());
    let mut token = reply.text("refresh_token");
    for _ in 0..2 {
        let form = format!("grant_type=refresh_token&client_id=bound&refresh_token={token}");
        assert_eq!(send(None, &form).await.error(), "invalid_request");
        assert_eq!(send(Some(other), &form).await.error(), "invalid_grant");
        let refreshed = send(Some(own), &form).await;
        let bound = claims(&refreshed.text("access_token"));
        assert_eq!(bound["cnf"]["x5t#S256"], hash.as_str());
        token = refreshed.text("refresh_token");
    }
    // a client without the setting is not affected by certificates
    let code = fixture.code("spa").await;
    let reply = send(Some(own), &redemption(&code)).await;
    assert_eq!(claims(&reply.text("access_token")).get("cnf"), None);
    let token = reply.text("refresh_token");
    let form = format!("grant_type=refresh_token&client_id=spa&refresh_token={token}");
    assert_eq!(send(None, &form).await.status, StatusCode::OK);
}

/// RFC 8705 §4: a confidential client authenticates, so that its refresh tokens work with its next certificate.
#[tokio::test]
async fn refresh_token_of_a_confidential_client_works_with_its_next_certificate() {
    let fixture = Fixture::new().await;
    let secret = ClientCredential::secret(&Secret::new(SECRET)).unwrap();
    let client = Client::builder("web", secret)
        .redirect_uri(super::REDIRECT)
        .scopes("openid orders:read")
        .certificate_bound_access_tokens();
    let server = AuthorizationServer::builder(super::ISSUER, fixture.vault.clone())
        .clients(RegisteredClients::new([client.build().unwrap()]).unwrap())
        .resource(super::ORDERS, "orders:read")
        .id_token_algorithm(crate::keys::Algorithm::EdDSA)
        .clock(fixture.clock.clone());
    let fixture = Fixture {
        server: server.build().await.unwrap(),
        ..fixture
    };
    let code = fixture.code("web").await;
    let mut form = redemption(&code).replace("client_id=spa&", "");
    for der in [b"first", b"other", b"third"] {
        let certificate = ClientCertificate::new(der, false);
        let headers = basic("web", SECRET);
        let request = fixture
            .server
            .token_request(&headers, Some(&certificate), &form);
        let tokens = fixture.server.issue_tokens(request.await.unwrap()).await;
        let reply = Reply::of(axum::response::IntoResponse::into_response(tokens)).await;
        let bound = claims(&reply.text("access_token"));
        let hash = TokenBinding::of(&certificate);
        assert_eq!(bound["cnf"]["x5t#S256"], hash.as_str());
        if form.starts_with("grant_type=authorization_code") {
            let token = reply.text("refresh_token");
            form = format!("grant_type=refresh_token&refresh_token={token}");
        }
    }
    let headers = basic("web", SECRET);
    let request = fixture.server.token_request(&headers, None, &form);
    assert_eq!(request.await.unwrap_err().code(), ErrorCode::InvalidRequest);
}
