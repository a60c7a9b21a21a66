//! Plain and signed `UserInfo` responses.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::time::Duration;

use jsonwebtoken::Algorithm;

use crate::relying_party::login::tests::provider::jwt;
use crate::relying_party::login::tests::{CLIENT, LoginTest};
use crate::relying_party::{IdTokenError, UserInfo, UserInfoError};
use crate::testing::loopback_server::{Reply, http_response};
use crate::testing::{EmbeddedIssuer, TokenBuilder};
use crate::token::TokenError;

async fn user_info(test: &LoginTest, reply: Reply) -> Result<UserInfo, UserInfoError> {
    let login = test.logged_in().await;
    test.provider.set_user_info(reply);
    test.logins.user_info(login.claims(), login.tokens()).await
}

async fn invalid(test: &LoginTest, reply: Reply) -> Option<IdTokenError> {
    match user_info(test, reply).await {
        Err(UserInfoError::Invalid(error)) => Some(error),
        _ => None,
    }
}

#[tokio::test]
async fn claims_of_the_user_are_returned() {
    let test = LoginTest::new().await;
    let found = user_info(&test, Reply::json(200, r#"{"sub":"alice","name":"Alice"}"#))
        .await
        .unwrap();
    assert_eq!(found.get("name").unwrap(), "Alice");
    assert!(!format!("{found:?}").contains("Alice"));
}

/// OpenID Connect Core §5.3.2: token substitution.
#[tokio::test]
async fn sub_of_another_user_is_refused() {
    let test = LoginTest::new().await;
    for sub in ["bob", "Alice", "alice ", "alic"] {
        let body = format!(r#"{{"sub":"{sub}"}}"#);
        let error = invalid(&test, Reply::json(200, &body)).await;
        assert_eq!(error, Some(IdTokenError::Changed("sub")), "{sub}");
    }
    for (body, error) in [
        ("{}", TokenError::MissingClaim("sub")),
        (r#"{"sub":null}"#, TokenError::WrongClaim("sub")),
        (r#"{"sub":["alice"]}"#, TokenError::WrongClaim("sub")),
        (
            r#"{"sub":"bob","sub":"alice"}"#,
            TokenError::MalformedClaims,
        ),
        ("[]", TokenError::MalformedClaims),
        ("", TokenError::MalformedClaims),
    ] {
        let found = invalid(&test, Reply::json(200, body)).await;
        assert_eq!(found, Some(IdTokenError::Token(error)), "{body}");
    }
}

#[tokio::test]
async fn failed_or_oversized_response_is_an_error() {
    let test = LoginTest::new().await;
    let long = format!(r#"{{"sub":"alice","x":"{}"}}"#, "a".repeat(64 * 1024));
    for reply in [
        Reply::json(401, "{}"),
        Reply::json(302, r#"{"sub":"alice"}"#),
        Reply::json(200, &long),
        Reply::Response(http_response(200, "text/html", r#"{"sub":"alice"}"#)),
        jwt("x"),
        Reply::Closed,
    ] {
        let result = user_info(&test, reply).await;
        assert!(
            matches!(result, Err(UserInfoError::Endpoint(_))),
            "{result:?}"
        );
    }
}

#[tokio::test]
async fn signed_response_is_verified() {
    let edit = |provider: &crate::relying_party::login::tests::provider::TestProvider| {
        provider.set_metadata(|metadata| {
            metadata["userinfo_signing_alg_values_supported"] = serde_json::json!(["ES256"]);
        });
    };
    let test = LoginTest::with(edit, |logins| logins.signed_user_info(Algorithm::ES256)).await;
    let signed = || {
        test.provider
            .issuer
            .token("alice")
            .audience(CLIENT)
            .typ("JWT")
            .claim("name", "Alice")
    };
    let reply = |token: TokenBuilder| jwt(&token.sign());
    assert_eq!(
        user_info(&test, reply(signed()))
            .await
            .unwrap()
            .get("name")
            .unwrap(),
        "Alice"
    );
    assert!(
        user_info(&test, reply(signed().without("exp").without("iat")))
            .await
            .is_ok()
    );
    let plain = user_info(&test, Reply::json(200, r#"{"sub":"alice"}"#)).await;
    assert!(matches!(plain, Err(UserInfoError::Endpoint(_))), "unsigned");
    let other = EmbeddedIssuer::with_own_keys(test.provider.url());
    let now = test.provider.clock.time();
    for (token, expected) in [
        (
            signed().signed_by(&other),
            IdTokenError::Token(TokenError::Signature),
        ),
        (
            signed().header("alg", "none"),
            IdTokenError::Token(TokenError::Algorithm),
        ),
        (
            signed().typ("at+jwt"),
            IdTokenError::Token(TokenError::Type),
        ),
        (
            signed().claim("iss", "https://evil.example"),
            IdTokenError::Token(TokenError::Issuer),
        ),
        (
            signed().without("iss"),
            IdTokenError::Token(TokenError::MissingClaim("iss")),
        ),
        (
            signed().claim("aud", "other"),
            IdTokenError::Token(TokenError::Audience),
        ),
        (
            signed().claim("aud", ["web", "other"]),
            IdTokenError::Token(TokenError::Audience),
        ),
        (
            signed().without("aud"),
            IdTokenError::Token(TokenError::MissingClaim("aud")),
        ),
        (signed().claim("sub", "bob"), IdTokenError::Changed("sub")),
        (signed().claim("token_use", "access"), IdTokenError::Kind),
        (
            signed()
                .issued_at(now.saturating_sub(Duration::from_mins(5)))
                .expires_at(now.saturating_sub(Duration::from_secs(30))),
            IdTokenError::Token(TokenError::Expired),
        ),
        (
            signed().issued_at(now.saturating_add(Duration::from_secs(31))),
            IdTokenError::Token(TokenError::NotYetValid),
        ),
    ] {
        assert_eq!(invalid(&test, reply(token)).await, Some(expected));
    }
}
