//! Pushed authorization requests.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use serde_json::json;

use super::{Fixture, SECRET, basic, encoded, parameter, request};
use crate::authorization_server::{
    AuthorizationServer, ErrorCode, OAuthFailure, RegisteredClients,
};

async fn push(fixture: &Fixture, headers: &HeaderMap, form: &str) -> Result<String, OAuthFailure> {
    let pushed = fixture.server.push(headers, None, form).await?;
    let pushed = serde_json::to_value(pushed).unwrap();
    assert_eq!(pushed["expires_in"], 90);
    Ok(pushed["request_uri"].as_str().unwrap().to_owned())
}

fn query(client_id: &str, uri: &str) -> String {
    format!("client_id={client_id}&{}", encoded("request_uri", uri))
}

#[tokio::test]
async fn pushed_request_is_used_once_and_by_its_client() {
    let fixture = Fixture::new().await;
    let uri = push(&fixture, &basic("web", SECRET), &request("web"))
        .await
        .unwrap();
    assert!(
        uri.starts_with("urn:ietf:params:oauth:request_uri:") && uri.len() > 70,
        "{uri}"
    );
    let other = fixture.authorize(&query("spa", &uri)).await;
    assert_eq!(other.unwrap_err().code(), ErrorCode::InvalidRequest);
    let location = fixture.authorize(&query("web", &uri)).await.unwrap();
    assert!(parameter(&location, "code").is_some(), "{location}");
    let again = fixture.authorize(&query("web", &uri)).await;
    assert_eq!(again.unwrap_err().code(), ErrorCode::InvalidRequest);
}

#[tokio::test]
async fn pushed_request_expires_after_90_seconds() {
    let fixture = Fixture::new().await;
    let uri = push(&fixture, &HeaderMap::new(), &request("spa"))
        .await
        .unwrap();
    fixture.advance(90);
    assert!(fixture.authorize(&query("spa", &uri)).await.is_err());
}

/// The parameters in the browser's address cannot change the pushed ones (RFC 9126 §4).
#[tokio::test]
async fn parameters_beside_a_pushed_request_are_ignored() {
    let fixture = Fixture::new().await;
    let uri = push(&fixture, &HeaderMap::new(), &request("spa"))
        .await
        .unwrap();
    let query = format!(
        "{}&redirect_uri=https%3A%2F%2Fevil.example&state=t&scope=orders%3Awrite",
        query("spa", &uri)
    );
    let location = fixture.authorize(&query).await.unwrap();
    assert!(
        location.starts_with("https://app.example/cb?code="),
        "{location}"
    );
    assert_eq!(parameter(&location, "state").as_deref(), Some("s"));
}

#[tokio::test]
async fn request_is_validated_when_it_is_pushed() {
    let fixture = Fixture::new().await;
    let valid = request("web");
    for (form, error) in [
        (valid.replace("S256", "plain"), "invalid_request"),
        (valid.replace("%2Fcb", "%2Fevil"), "invalid_request"),
        (
            valid.replace("type=code", "type=token"),
            "unsupported_response_type",
        ),
        (format!("{valid}&request_uri=urn%3Ax"), "invalid_request"),
        (format!("{valid}&state=t"), "invalid_request"),
        (valid.replace("openid", "admin"), "invalid_scope"),
    ] {
        let failure = push(&fixture, &basic("web", SECRET), &form)
            .await
            .unwrap_err();
        assert_eq!(failure.code().as_str(), error, "{form}");
    }
    let unauthenticated = push(&fixture, &HeaderMap::new(), &valid).await.unwrap_err();
    assert_eq!(unauthenticated.code(), ErrorCode::InvalidClient);
}

#[tokio::test]
async fn secret_of_the_client_is_not_stored_with_the_request() {
    let fixture = Fixture::new().await;
    let form = format!("{}&{}", request("web"), encoded("client_secret", SECRET));
    let uri = push(&fixture, &HeaderMap::new(), &form).await.unwrap();
    assert!(fixture.authorize(&query("web", &uri)).await.is_ok());
    let claims = json!({
        "iss": "jwt", "sub": "jwt", "aud": super::ISSUER, "jti": "1", "exp": super::START + 60,
    });
    let assertion = fixture.key.sign_jwt("JWT", &claims).unwrap();
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let assertion = format!(
        "{}&{}&{}",
        request("jwt"),
        encoded("client_assertion_type", kind),
        encoded("client_assertion", &assertion)
    );
    for (form, client_id) in [(form, "web"), (assertion, "jwt")] {
        let uri = push(&fixture, &HeaderMap::new(), &form).await.unwrap();
        let mut clients = super::clients(&fixture.key).into_iter();
        let client = clients.find(|client| client.id() == client_id).unwrap();
        let (_, name) = uri.rsplit_once(':').unwrap();
        let shared = &fixture.server.shared;
        let stored = shared.pushed.take(&client, name, fixture.server.now());
        let stored = stored.await.unwrap().unwrap();
        let names: Vec<_> = stored.iter().map(|(name, _)| name.as_str()).collect();
        assert!(names.contains(&"code_challenge"), "{names:?}");
        for of_client in ["client_secret", "client_assertion", "client_assertion_type"] {
            assert!(!names.contains(&of_client), "{names:?}");
        }
    }
}

/// Returns the bytes of a request URI: its slot and its secret.
fn name(uri: &str) -> Vec<u8> {
    let (_, name) = uri.rsplit_once(':').unwrap();
    URL_SAFE_NO_PAD.decode(name).unwrap()
}

/// The number of a slot is not secret.
#[tokio::test]
async fn request_uri_with_another_secret_or_client_is_unknown() {
    let fixture = Fixture::new().await;
    let uri = push(&fixture, &HeaderMap::new(), &request("spa"))
        .await
        .unwrap();
    let (prefix, _) = uri.rsplit_once(':').unwrap();
    let valid = name(&uri);
    let changed = [0, 3, 4, 20, 35].map(|index: usize| {
        let mut bytes = valid.clone();
        bytes[index] ^= 1;
        bytes
    });
    let zeros = [&valid[..4], &[0; 32]].concat();
    for bytes in changed.iter().chain([&zeros]) {
        let uri = format!("{prefix}:{}", URL_SAFE_NO_PAD.encode(bytes));
        let refused = fixture.authorize(&query("spa", &uri)).await;
        assert_eq!(
            refused.unwrap_err().code(),
            ErrorCode::InvalidRequest,
            "{bytes:?}"
        );
    }
    // public clients share slots, and so do confidential ones
    for client_id in ["narrow", "bound", "web"] {
        let refused = fixture.authorize(&query(client_id, &uri)).await;
        assert_eq!(
            refused.unwrap_err().code(),
            ErrorCode::InvalidRequest,
            "{client_id}"
        );
    }
    // none of these requests uses it up
    assert!(fixture.authorize(&query("spa", &uri)).await.is_ok());
}

#[tokio::test]
async fn request_uris_are_random() {
    let fixture = Fixture::new().await;
    let mut names = Vec::new();
    for _ in 0..8 {
        let uri = push(&fixture, &HeaderMap::new(), &request("spa"))
            .await
            .unwrap();
        names.push(name(&uri));
        // the slot is free again
        fixture.authorize(&query("spa", &uri)).await.unwrap();
    }
    let parts = [0..4, 4..12, 12..20, 20..28, 28..36];
    for part in parts {
        let first = &names[0][part.clone()];
        let is_constant = names.iter().all(|name| &name[part.clone()] == first);
        assert!(!is_constant, "{part:?}: {first:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pushed_request_in_a_hundred_concurrent_requests_is_used_once() {
    let fixture = std::sync::Arc::new(Fixture::new().await);
    let uri = push(&fixture, &HeaderMap::new(), &request("spa"))
        .await
        .unwrap();
    let requests = (0..100).map(|_| {
        let (fixture, query) = (std::sync::Arc::clone(&fixture), query("spa", &uri));
        tokio::spawn(async move { fixture.server.authorization_request(&query).await.is_ok() })
    });
    let mut used = 0;
    for request in requests.collect::<Vec<_>>() {
        used += usize::from(request.await.unwrap());
    }
    assert_eq!(used, 1);
}

#[tokio::test]
async fn server_can_require_pushed_requests() {
    let fixture = Fixture::new().await;
    let server = AuthorizationServer::builder(super::ISSUER, fixture.vault.clone())
        .clients(RegisteredClients::new(super::clients(&fixture.key)).unwrap())
        .resource(super::ORDERS, "orders:read")
        .require_pushed_requests()
        .clock(fixture.clock.clone());
    let fixture = Fixture {
        server: server.build().await.unwrap(),
        ..fixture
    };
    assert!(fixture.authorize(&request("spa")).await.is_err());
    let uri = push(&fixture, &HeaderMap::new(), &request("spa"))
        .await
        .unwrap();
    assert!(fixture.authorize(&query("spa", &uri)).await.is_ok());
}
