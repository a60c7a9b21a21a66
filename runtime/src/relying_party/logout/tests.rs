//! Logout tokens with each part broken alone, and the URL of a logout.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::time::Duration;

use http::Uri;
use jsonwebtoken::Algorithm;
use serde_json::json;

use crate::relying_party::login::tests::provider::TestProvider;
use crate::relying_party::login::tests::{CLIENT, LoginTest, Parameters};
use crate::relying_party::{IdTokenError, LogoutEvent, ReturnTo};
use crate::testing::{EmbeddedIssuer, TokenBuilder};
use crate::token::TokenError;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

fn logout_token(test: &LoginTest) -> TokenBuilder {
    let token = test
        .provider
        .issuer
        .token("alice")
        .audience(CLIENT)
        .typ("logout+jwt");
    token
        .without("client_id")
        .claim("sid", "s-1")
        .claim("events", json!({ EVENT: {} }))
}

async fn validate(test: &LoginTest, token: TokenBuilder) -> Result<LogoutEvent, IdTokenError> {
    test.logins.validate_logout_token(&token.sign()).await
}

#[tokio::test]
async fn valid_logout_token_names_the_sessions_to_end() {
    let test = LoginTest::new().await;
    let issuer = test.provider.url();
    let event = validate(&test, logout_token(&test)).await.unwrap();
    assert_eq!(
        (event.issuer(), event.subject(), event.session_id()),
        (issuer, Some("alice"), Some("s-1"))
    );
    assert!(event.ends(issuer, "alice", Some("s-1")));
    assert!(!event.ends(issuer, "alice", Some("s-2")));
    assert!(event.ends(issuer, "alice", None));
    assert!(!event.ends(issuer, "bob", Some("s-1")));
    assert!(!event.ends("https://other.example", "alice", Some("s-1")));
    let of_user = validate(&test, logout_token(&test).without("sid"))
        .await
        .unwrap();
    assert!(of_user.ends(issuer, "alice", Some("any")) && of_user.ends(issuer, "alice", None));
    let of_session = validate(&test, logout_token(&test).without("sub"))
        .await
        .unwrap();
    assert!(of_session.ends(issuer, "anyone", Some("s-1")));
    assert!(!of_session.ends(issuer, "anyone", None));
    assert!(!format!("{event:?}").contains("alice"));
}

/// Back-Channel Logout §2.6.
#[tokio::test]
async fn logout_token_with_one_broken_part_is_rejected() {
    let test = LoginTest::new().await;
    let now = test.provider.clock.time();
    let later = |seconds| now.saturating_add(Duration::from_secs(seconds));
    let earlier = |seconds| now.saturating_sub(Duration::from_secs(seconds));
    let other = EmbeddedIssuer::with_own_keys(test.provider.url());
    let token = || logout_token(&test);
    for (broken, expected) in [
        (token().typ("JWT"), IdTokenError::Token(TokenError::Type)),
        (token().typ("at+jwt"), IdTokenError::Token(TokenError::Type)),
        (
            token().without_header("typ"),
            IdTokenError::Token(TokenError::Type),
        ),
        (
            token().signed_by(&other),
            IdTokenError::Token(TokenError::Signature),
        ),
        (
            token().algorithm(Algorithm::RS256),
            IdTokenError::Token(TokenError::Algorithm),
        ),
        (
            token().header("alg", "none"),
            IdTokenError::Token(TokenError::Algorithm),
        ),
        (
            token().claim("iss", "https://evil.example"),
            IdTokenError::Token(TokenError::Issuer),
        ),
        (
            token().without("iss"),
            IdTokenError::Token(TokenError::MissingClaim("iss")),
        ),
        (
            token().claim("aud", "other"),
            IdTokenError::Token(TokenError::Audience),
        ),
        (
            token().claim("aud", ["web", "other"]),
            IdTokenError::UntrustedAudience,
        ),
        (
            token().without("aud"),
            IdTokenError::Token(TokenError::MissingClaim("aud")),
        ),
        (
            token().without("iat"),
            IdTokenError::Token(TokenError::MissingClaim("iat")),
        ),
        (
            token().without("exp"),
            IdTokenError::Token(TokenError::MissingClaim("exp")),
        ),
        (
            token().without("jti"),
            IdTokenError::Token(TokenError::MissingClaim("jti")),
        ),
        (
            token().claim("jti", 7),
            IdTokenError::Token(TokenError::WrongClaim("jti")),
        ),
        (
            token().issued_at(later(31)),
            IdTokenError::Token(TokenError::NotYetValid),
        ),
        (
            token().issued_at(earlier(631)).expires_at(later(60)),
            IdTokenError::IssuedLongAgo,
        ),
        (
            token().issued_at(earlier(60)).expires_at(earlier(30)),
            IdTokenError::Token(TokenError::Expired),
        ),
        (
            token().issued_at(later(0)).expires_at(now),
            IdTokenError::Token(TokenError::Lifetime),
        ),
        (
            token().claim("nonce", "n"),
            IdTokenError::NonceInLogoutToken,
        ),
        (
            token().claim("nonce", json!(null)),
            IdTokenError::NonceInLogoutToken,
        ),
        (token().without("events"), IdTokenError::Events),
        (token().claim("events", json!({})), IdTokenError::Events),
        (
            token().claim("events", json!([EVENT])),
            IdTokenError::Events,
        ),
        (
            token().claim("events", json!({ EVENT: true })),
            IdTokenError::Events,
        ),
        (
            token().claim("events", json!({ "other": {} })),
            IdTokenError::Events,
        ),
        (
            token().without("sub").without("sid"),
            IdTokenError::Token(TokenError::MissingClaim("sub")),
        ),
        (
            token().claim("sub", ""),
            IdTokenError::Token(TokenError::WrongClaim("sub")),
        ),
        (
            token().claim("sid", 1),
            IdTokenError::Token(TokenError::WrongClaim("sid")),
        ),
        (token().claim("typ", "ID"), IdTokenError::Kind),
    ] {
        assert_eq!(validate(&test, broken).await, Err(expected));
    }
    assert!(
        validate(
            &test,
            token().typ("application/logout+jwt").claim("typ", "Logout")
        )
        .await
        .is_ok()
    );
}

#[tokio::test]
async fn id_token_is_not_a_logout_token_nor_the_reverse() {
    let test = LoginTest::new().await;
    let id_token = test.provider.id_token("n").sign();
    let error = test
        .logins
        .validate_logout_token(&id_token)
        .await
        .unwrap_err();
    assert_eq!(error, IdTokenError::Token(TokenError::Type));
    test.provider
        .edit_id_tokens(|token| token.typ("logout+jwt"));
    let mut browser = crate::relying_party::login::tests::Browser::default();
    let response = test.authorized(&mut browser).await;
    assert!(test.complete(&mut browser, &response).await.is_err());
}

#[tokio::test]
async fn logout_token_is_used_once() {
    let test = LoginTest::new().await;
    let token = logout_token(&test).claim("jti", "one");
    // an invalid token with the same identifier does not use it up
    assert!(
        validate(&test, token.clone().claim("nonce", "n"))
            .await
            .is_err()
    );
    let event = validate(&test, token.clone()).await.unwrap();
    test.logins.sessions_ended(&event);
    test.logins.sessions_ended(&event);
    assert_eq!(validate(&test, token).await, Err(IdTokenError::Replayed));
    assert!(
        validate(&test, logout_token(&test).claim("jti", "two"))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn logout_token_is_valid_until_its_sessions_have_ended() {
    let test = LoginTest::new().await;
    let token = logout_token(&test).claim("jti", "one");
    let first = validate(&test, token.clone()).await.unwrap();
    // the sessions could not be ended, and the provider delivers the token again
    let second = validate(&test, token.clone()).await.unwrap();
    assert_eq!(first, second);
    test.logins.sessions_ended(&second);
    test.provider.clock.advance(Duration::from_secs(299));
    assert_eq!(
        validate(&test, token.clone()).await,
        Err(IdTokenError::Replayed)
    );
    // the record of its use lasts as long as the token could be valid
    let long = token.expires_at(
        test.provider
            .clock
            .time()
            .saturating_add(Duration::from_hours(1)),
    );
    test.provider.clock.advance(Duration::from_secs(331));
    assert_eq!(
        validate(&test, long.clone()).await,
        Err(IdTokenError::Replayed)
    );
    test.provider.clock.advance(Duration::from_secs(1));
    assert_eq!(
        validate(&test, long).await,
        Err(IdTokenError::IssuedLongAgo)
    );
}

#[tokio::test]
async fn logout_url_names_the_session_and_the_page() {
    let configure = |logins: crate::relying_party::LoginsBuilder| {
        logins.post_logout_redirect_uri("https://app.example/bye")
    };
    let test = LoginTest::with(|_| {}, configure).await;
    let login = test.logged_in().await;
    let page: ReturnTo = "/goodbye".parse().unwrap();
    let url = test
        .logins
        .end_session(Some(login.id_token()), &page)
        .await
        .unwrap()
        .unwrap();
    let (endpoint, query) = url.split_once('?').unwrap();
    assert_eq!(endpoint, format!("{}/logout", test.provider.url()));
    let parameters = Parameters::parse(query);
    assert_eq!(
        parameters.get("id_token_hint").unwrap().as_bytes(),
        login.id_token().text().expose()
    );
    assert_eq!(parameters.get("client_id"), Some(CLIENT));
    assert_eq!(
        parameters.get("post_logout_redirect_uri"),
        Some("https://app.example/bye")
    );
    let state = parameters.get("state").unwrap();
    let returned = |query: &str| {
        test.logins
            .logged_out(&format!("/bye?{query}").parse::<Uri>().unwrap())
    };
    assert_eq!(returned(&format!("state={state}")), page);
    for query in [
        "",
        "state=",
        "state=/evil",
        "state=//evil.example",
        &format!("state={state}&state={state}"),
        &format!("state=A{state}"),
    ] {
        assert_eq!(returned(query), ReturnTo::default(), "{query}");
    }
}

#[tokio::test]
async fn query_of_the_logout_endpoint_is_kept() {
    for (suffix, separator) in [("", '?'), ("?tenant=a", '&')] {
        let edit = |provider: &TestProvider| {
            let endpoint = format!("{}/logout{suffix}", provider.url());
            provider.set_metadata(|metadata| metadata["end_session_endpoint"] = json!(endpoint));
        };
        let test = LoginTest::with(edit, |logins| logins).await;
        let url = test.logins.end_session(None, &ReturnTo::default()).await;
        let expected = format!(
            "{}/logout{suffix}{separator}client_id=",
            test.provider.url()
        );
        let url = url.unwrap().unwrap();
        assert!(url.starts_with(&expected), "{url}");
    }
}

#[tokio::test]
async fn provider_without_logout_has_no_url() {
    let edit = |provider: &TestProvider| {
        provider.set_metadata(|metadata| metadata["end_session_endpoint"] = json!(null));
    };
    let test = LoginTest::with(edit, |logins| logins).await;
    assert_eq!(
        test.logins
            .end_session(None, &ReturnTo::default())
            .await
            .unwrap(),
        None
    );
}
