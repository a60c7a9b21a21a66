//! Clients that authenticate with a certificate in the TLS handshake.

use super::token_endpoint::{OK, request};
use super::*;

/// RFC 8705 §2 and §5.
#[tokio::test]
async fn only_client_with_certificate_uses_the_alias_and_sends_no_secret() {
    let alias = start(Reply::json(200, OK), &json!({})).await;
    let aliases = json!({ "token_endpoint": format!("{}/mtls", alias.url) });
    let members = json!({
        "mtls_endpoint_aliases": aliases,
        "token_endpoint_auth_methods_supported": ["self_signed_tls_client_auth", "client_secret_basic"],
    });
    let server = start(Reply::json(200, OK), &members).await;
    let client = async |authentication| {
        let registration = ClientRegistration::new("web", authentication);
        let provider = provider(&server, TestClock::new()).await;
        RelyingParty::new(provider, registration).unwrap()
    };
    let pair = rcgen::generate_simple_self_signed(["client.example".to_owned()]).unwrap();
    let key = pair.signing_key.serialize_pem();
    let key = TlsClientKey::from_pem(pair.cert.pem(), key).unwrap();
    let certified = client(ClientAuthentication::SelfSignedTlsClientAuth(key.clone())).await;
    request(&certified, "").await.unwrap();
    let requests = alias.requests();
    assert!(requests[0].starts_with("POST /mtls "), "{requests:?}");
    assert_eq!(form(&requests[0])["client_id"], "web");
    assert_eq!(form(&requests[0]).len(), 2);
    assert_eq!(server.request_count(), 0);

    request(&client(secret()).await, "").await.unwrap();
    assert_eq!((alias.request_count(), server.request_count()), (1, 1));

    // the two methods have different names in the metadata
    let other = client(ClientAuthentication::TlsClientAuth(key)).await;
    let error = request(&other, "").await.unwrap_err();
    assert!(
        matches!(
            error,
            EndpointError::AuthenticationMethod {
                method: "tls_client_auth",
                ..
            }
        ),
        "{error}"
    );
    assert_eq!((alias.request_count(), server.request_count()), (1, 1));
}
