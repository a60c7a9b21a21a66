//! Tests of the tokens that a server issues and validates itself.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use super::*;
use crate::authorization_server::AuthorizationServer;
use crate::relying_party::vault::{MemoryStore, TokenVault};
use crate::seal::SealingKey;

async fn server() -> AuthorizationServer {
    let key = SealingKey::generate().unwrap();
    let vault = TokenVault::create(MemoryStore::new(), key).await.unwrap();
    let server = AuthorizationServer::builder("https://login.example", vault)
        .resource("https://orders.example", "orders:read")
        .id_token_algorithm(Algorithm::EdDSA);
    server.build().await.unwrap()
}

/// The signature of the server is not enough: its other tokens are not access tokens (RFC 8725 §3.11).
#[tokio::test]
async fn token_of_another_type_or_issuer_is_not_verified() {
    let server = server().await;
    let tokens = &server.shared.tokens;
    let now = tokens.clock.now();
    for (typ, issuer, is_valid) in [
        ("at+jwt", "https://login.example", true),
        ("application/at+jwt", "https://login.example", true),
        ("JWT", "https://login.example", false),
        ("at", "https://login.example", false),
        ("logout+jwt", "https://login.example", false),
        ("text/at+jwt", "https://login.example", false),
        ("", "https://login.example", false),
        ("at+jwt", "https://login.example/", false),
        ("at+jwt", "https://evil.example", false),
    ] {
        let claims = json!({
            "iss": issuer,
            "sub": "alice",
            "aud": "https://orders.example",
            "client_id": "spa",
            "jti": "1",
            "iat": now.as_secs(),
            "exp": now.as_secs() + 60,
        });
        let token = sign(&tokens.keys, typ, &claims, now).await.unwrap();
        let verified = tokens.verify(&token).await;
        assert_eq!(verified.is_some(), is_valid, "{typ} {issuer}");
    }
}
/// An expired ID token is a hint; one of another type, issuer or client is invalid.
#[tokio::test]
async fn hint_of_another_type_issuer_or_client_is_not_verified() {
    let server = server().await;
    let tokens = &server.shared.tokens;
    let now = tokens.clock.now();
    let own = "https://login.example";
    for (typ, issuer, audience, is_valid) in [
        ("JWT", own, json!("spa"), true),
        ("jwt", own, json!("spa"), true),
        ("application/jwt", own, json!("spa"), true),
        ("at+jwt", own, json!("spa"), false),
        ("logout+jwt", own, json!("spa"), false),
        ("text/jwt", own, json!("spa"), false),
        ("", own, json!("spa"), false),
        ("JWT", "https://evil.example", json!("spa"), false),
        ("JWT", "https://login.example/", json!("spa"), false),
        ("JWT", own, json!("web"), false),
        ("JWT", own, json!(["spa", "web"]), false),
    ] {
        let claims = json!({
            "iss": issuer,
            "sub": "alice",
            "aud": audience,
            "iat": now.as_secs() - 120,
            "exp": now.as_secs() - 60,
        });
        let keys = &tokens.id_token_keys;
        let token = sign(keys, typ, &claims, now).await.unwrap();
        let subject = tokens.verify_id_token(&token, "spa").await;
        let expected = is_valid.then_some("alice");
        assert_eq!(subject.as_deref(), expected, "{typ} {claims}");
    }
}
