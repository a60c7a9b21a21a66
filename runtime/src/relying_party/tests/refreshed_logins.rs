//! Refreshes whose response is wrong: it is not used, and its refresh token is not lost.

use std::time::Duration;

use super::token_source::{Record, login, person, strict};
use super::*;
use crate::relying_party::login::tests::LoginTest;
use crate::relying_party::token_source::{Attempts, GrantTokens};
use crate::testing::TokenBuilder;
use crate::token::TokenError;

/// A change to an ID token.
type Edit<'a> = Box<dyn Fn(TokenBuilder) -> TokenBuilder + 'a>;

/// Returns a source of the application, whose record has these tokens.
async fn tokens_of(test: &LoginTest, value: &GrantTokens) -> TokenSource {
    let record = Record::with(&value.encode()).await;
    test.logins.relying_party().login_tokens(
        record.vault,
        record.id,
        test.logins.scopes().clone(),
        Vec::new(),
        Some(test.logins.id_token_validator()),
        Attempts::default(),
    )
}

/// A user who has logged in, with tokens in a vault.
struct LoggedIn {
    test: LoginTest,
    tokens: TokenSource,
    nonce: String,
}

impl LoggedIn {
    async fn new() -> Self {
        let test = LoginTest::new().await;
        let edit = |token: TokenBuilder| token.claim("sid", "s-1");
        test.provider.edit_id_tokens(edit);
        let completed = test.logged_in().await;
        let nonce = completed.claims().get("nonce").unwrap().as_str().unwrap();
        let nonce = nonce.to_owned();
        let value = GrantTokens::of_login(completed.tokens(), test.provider.clock.time());
        let tokens = tokens_of(&test, &value).await;
        Self {
            test,
            tokens,
            nonce,
        }
    }

    /// Returns an ID token about the same login, which is valid when the tokens are refreshed.
    fn id_token(&self) -> TokenBuilder {
        let token = self.test.provider.id_token(&self.nonce);
        let at = self.test.provider.clock.time();
        token
            .claim("sid", "s-1")
            .issued_at(at.saturating_add(Duration::from_mins(5)))
    }

    /// Lets later refreshes rotate the refresh token, and add these members.
    fn respond(&self, refresh_token: &'static str, members: Value) {
        self.test.provider.edit_refreshes(move |response| {
            response["refresh_token"] = json!(refresh_token);
            for (name, value) in members.as_object().unwrap() {
                response[name] = value.clone();
            }
        });
    }

    /// Refreshes the tokens after the current one has expired.
    async fn refresh(&self) -> Result<String, TokenSourceError> {
        self.test.advance(300);
        let token = self.tokens.token().await?;
        Ok(String::from_utf8(token.secret().expose().to_vec()).unwrap())
    }

    fn presented(&self) -> Vec<String> {
        let requests = self.test.provider.requests_to("POST /token ");
        let tokens = requests.iter().filter_map(|form| form.get("refresh_token"));
        tokens.map(str::to_owned).collect()
    }
}

#[tokio::test]
async fn refreshed_id_token_of_the_login_is_accepted() {
    let login = LoggedIn::new().await;
    for token in [login.id_token(), login.id_token().without("nonce")] {
        login.respond("refresh-1", json!({ "id_token": token.sign() }));
        assert_eq!(login.refresh().await.unwrap(), "access-2");
    }
    login.respond("refresh-1", json!({}));
    assert_eq!(login.refresh().await.unwrap(), "access-2");
}

/// OpenID Connect Core §12.2.
#[tokio::test]
async fn refresh_with_an_invalid_id_token_is_not_used_and_keeps_the_refresh_token() {
    let other = crate::testing::EmbeddedIssuer::with_own_keys("https://other.example");
    let changed = IdTokenError::Changed;
    let invalid = IdTokenError::Token;
    let cases: [(Edit<'_>, IdTokenError); 8] = [
        (Box::new(|token| token.claim("sub", "bob")), changed("sub")),
        (Box::new(|token| token.claim("sid", "s-2")), changed("sid")),
        (
            Box::new(|token| token.claim("nonce", "n")),
            changed("nonce"),
        ),
        (
            Box::new(|token| token.claim("auth_time", 7)),
            changed("auth_time"),
        ),
        (
            Box::new(|token| token.claim("iss", "https://other.example")),
            invalid(TokenError::Issuer),
        ),
        (
            Box::new(|token| token.audience("other")),
            invalid(TokenError::Audience),
        ),
        (
            Box::new(|token| token.signed_by(&other)),
            invalid(TokenError::Signature),
        ),
        (
            Box::new(|token| token.claim("typ", "at")),
            IdTokenError::Kind,
        ),
    ];
    for (edit, expected) in cases {
        let login = LoggedIn::new().await;
        let token = edit(login.id_token()).sign();
        login.respond("refresh-2", json!({ "id_token": token }));
        let error = login.refresh().await.unwrap_err();
        assert!(
            matches!(error, TokenSourceError::IdToken(found) if found == expected),
            "{expected}: {error}"
        );
        assert!(!error.is_retryable());
        // a response without an ID token is not used either, as the refresh token can be another user's
        login.respond("refresh-3", json!({}));
        let error = login.refresh().await.unwrap_err();
        assert!(
            matches!(error, TokenSourceError::IdToken(IdTokenError::Missing)),
            "{error}"
        );
        let token = login.id_token().sign();
        login.respond("refresh-4", json!({ "id_token": token }));
        assert_eq!(login.refresh().await.unwrap(), "access-2");
        login.respond("refresh-5", json!({}));
        assert_eq!(login.refresh().await.unwrap(), "access-2");
        assert_eq!(
            login.presented(),
            ["refresh-1", "refresh-2", "refresh-3", "refresh-4"]
        );
    }
}

/// There is no login with which the ID token could be compared.
#[tokio::test]
async fn refreshed_id_token_of_a_login_without_one_is_rejected() {
    let test = LoginTest::new().await;
    let at = test.provider.clock.time();
    let scopes = test.logins.scopes().clone();
    let json = r#"{"access_token":"a","refresh_token":"refresh-1","token_type":"Bearer","expires_in":300}"#;
    let response = TokenResponse::read(json.as_bytes(), &scopes, at).unwrap();
    let tokens = tokens_of(&test, &GrantTokens::of_login(&response, at)).await;
    test.advance(300);
    let valid = || test.provider.id_token("n");
    for id_token in [
        valid().sign(),
        valid().claim("sub", "bob").sign(),
        "x".to_owned(),
    ] {
        test.provider.edit_refreshes(move |response| {
            response["id_token"] = json!(id_token);
        });
        let error = tokens.token().await.unwrap_err();
        assert!(
            matches!(error, TokenSourceError::IdToken(IdTokenError::Missing)),
            "{error}"
        );
        test.advance(2);
    }
}

#[tokio::test]
async fn rejected_refresh_response_does_not_end_the_login() {
    for members in [
        json!({ "token_type": "mac" }),
        json!({ "token_type": null }),
        json!({ "access_token": null }),
        json!({ "access_token": "a b" }),
        json!({ "expires_in": -1 }),
        json!({ "scope": "openid admin" }),
        json!({ "scope": 7 }),
    ] {
        let login = LoggedIn::new().await;
        login.respond("refresh-2", members.clone());
        let error = login.refresh().await.unwrap_err();
        assert!(
            matches!(error, TokenSourceError::Endpoint(_)),
            "{members}: {error}"
        );
        login.respond("refresh-3", json!({}));
        assert_eq!(login.refresh().await.unwrap(), "access-2", "{members}");
        assert_eq!(login.presented(), ["refresh-1", "refresh-2"]);
    }
}

#[tokio::test]
async fn unreadable_refresh_response_does_not_end_the_login() {
    let server = start(Reply::Closed, &json!({})).await;
    let clock = TestClock::new();
    let record = Record::with(&login(clock.time()).encode()).await;
    let tokens = person(&client(&server, clock.clone()).await, &record);
    clock.advance(Duration::from_mins(10));
    for reply in [
        Reply::json(200, ""),
        Reply::json(200, "<html>"),
        Reply::json(200, r#"{"access_token":"t","#),
        Reply::json(200, r#"{"token_type":"Bearer"}"#),
        Reply::json(204, ""),
        Reply::json(400, r#"{"error":"invalid_request"}"#),
        Reply::json(400, "invalid_grant"),
        Reply::json(401, r#"{"error":"invalid_client"}"#),
        Reply::json(403, r#"{"error":"access_denied"}"#),
        Reply::Closed,
    ] {
        server.set(reply);
        clock.advance(Duration::from_secs(2));
        let error = tokens.token().await.unwrap_err();
        assert!(!matches!(error, TokenSourceError::Ended), "{error}");
        assert!(record.vault.read(&record.id).await.unwrap().is_some());
    }
    server.set(strict());
    clock.advance(Duration::from_secs(2));
    assert!(tokens.token().await.is_ok());
}

/// A second holder of the lock has refreshed the tokens, and the provider has rejected the former refresh token.
#[tokio::test]
async fn invalid_grant_removes_only_the_version_that_was_tried() {
    for (age, is_fresh) in [(0, true), (600, false)] {
        let (reply, released) = Reply::json(400, r#"{"error":"invalid_grant"}"#).held();
        let server = start(reply, &json!({})).await;
        let clock = TestClock::new();
        let record = Record::with(&login(clock.time()).encode()).await;
        let tokens = person(&client(&server, clock.clone()).await, &record);
        clock.advance(Duration::from_mins(10));
        let trying = tokio::spawn({
            let tokens = tokens.clone();
            async move { tokens.token().await }
        });
        while server.request_count() == 0 {
            tokio::task::yield_now().await;
        }
        let obtained_at = clock.time().saturating_sub(Duration::from_secs(age));
        let newer = login(obtained_at).encode();
        let written = record.vault.put(&record.id, &newer, None).await.unwrap();
        released.notify_one();
        let found = trying.await.unwrap();
        if is_fresh {
            assert!(found.is_ok(), "{found:?}");
        } else {
            let error = found.unwrap_err();
            assert!(error.is_retryable(), "{error}");
        }
        let found = record.vault.read(&record.id).await.unwrap().unwrap();
        assert_eq!(found.version(), written);
    }
}
