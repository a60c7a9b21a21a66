//! An ID token is never an access token, nor the reverse, nor any other token (RFC 8725 §3.12).

use serde_json::json;

use super::*;
use crate::resource_server::ResourceServer;
use crate::testing::test_server::rejection;
use crate::token::TokenRejection;

#[tokio::test]
async fn access_token_is_not_an_id_token() {
    let test = IdTokenTest::new();
    // as the issuer signs it, even with the audience and the nonce of the client
    let access_token = test
        .issuer
        .token("alice")
        .audience(CLIENT)
        .claim("nonce", NONCE);
    assert_eq!(test.error(access_token).await, token(TokenError::Type));
    for typ in [
        "at+jwt",
        "AT+JWT",
        "application/at+jwt",
        "Application/AT+JWT",
        "logout+jwt",
        "dpop+jwt",
        "secevent+jwt",
        "token-introspection+jwt",
        "client-authentication+jwt",
        "JWE",
        "jwt ",
        "x/jwt",
        "",
    ] {
        assert_eq!(
            test.error(test.token().typ(typ)).await,
            token(TokenError::Type),
            "{typ}"
        );
    }
    for typ in ["JWT", "jwt", "application/jwt"] {
        assert_eq!(test.error(test.token().typ(typ)).await, None, "{typ}");
    }
    assert_eq!(test.error(test.token().without_header("typ")).await, None);
}

/// Providers that do not use `typ` name the kind in a claim.
#[tokio::test]
async fn token_whose_claims_name_another_kind_is_rejected() {
    let test = IdTokenTest::new();
    for (claim, word) in [
        ("token_use", json!("access")),
        ("typ", json!("Bearer")),
        ("typ", json!("Refresh")),
        ("typ", json!("Logout")),
        ("token_type", json!("access_token")),
        ("token_use", json!(["id"])),
        ("token_use", json!(null)),
        ("events", json!({})),
        ("htm", json!("GET")),
        ("htu", json!("https://api.example")),
    ] {
        let error = test.error(test.token().claim(claim, &word)).await;
        assert_eq!(error, Some(IdTokenError::Kind), "{claim} {word}");
    }
    for (claim, word) in [
        ("token_use", "id"),
        ("typ", "ID"),
        ("token_type", "id_token"),
        ("typ", "JWT"),
    ] {
        assert_eq!(
            test.error(test.token().claim(claim, word)).await,
            None,
            "{claim}"
        );
    }
}

#[tokio::test]
async fn id_token_is_not_an_access_token() {
    let test = IdTokenTest::new();
    let server = ResourceServer::builder()
        .trust(test.issuer.issuer(CLIENT))
        .clock(test.clock.clone())
        .build()
        .await
        .unwrap();
    let id_token = test.token();
    assert_eq!(test.error(id_token.clone()).await, None);
    assert_eq!(
        rejection(&server, &id_token.sign()).await,
        Some(TokenRejection::Invalid(TokenError::Type))
    );
}

/// Step 1: no encryption is registered, so an encrypted token is rejected, and so is a nested one.
#[tokio::test]
async fn encrypted_or_nested_token_is_rejected() {
    let test = IdTokenTest::new();
    for text in ["a.b.c.d.e", "YQ.YQ.YQ.YQ.YQ", "", "a.b", "e30.e30.", "{}"] {
        let error = test.validate_text(text).await.err();
        assert_eq!(error, token(TokenError::NotCompact), "{text}");
    }
    let nested = test.token().header("cty", "JWT");
    assert_eq!(test.error(nested).await, token(TokenError::Type));
    let long = "a".repeat(64 * 1024 + 1);
    assert_eq!(
        test.validate_text(&long).await.err(),
        token(TokenError::TooLong)
    );
}

#[tokio::test]
async fn claims_that_are_not_one_object_are_rejected() {
    let test = IdTokenTest::new();
    let claims = test.token().claims_json();
    let twice = claims.replacen('{', r#"{"sub":"admin","#, 1);
    for payload in [
        &twice,
        "[]",
        "\"x\"",
        "null",
        "{",
        &format!("{claims} {claims}"),
        &format!("\u{feff}{claims}"),
    ] {
        let error = test
            .error(test.token().payload_bytes(payload.as_bytes()))
            .await;
        assert_eq!(error, token(TokenError::MalformedClaims), "{payload}");
    }
    let in_header = test.token().header("sub", "admin");
    assert_eq!(
        test.error(in_header).await,
        token(TokenError::WrongClaim("sub"))
    );
}
