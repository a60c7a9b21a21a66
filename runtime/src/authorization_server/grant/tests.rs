//! Codes and refresh tokens: each rule broken alone, replays, and concurrent requests.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

mod reuse;

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Map;

use super::{Authorization, GrantId, Grants, PresentedCode, Redeemed, RefreshPolicy};
use crate::authorization_server::error::{ErrorCode, OAuthFailure};
use crate::authorization_server::pkce::CodeChallenge;
use crate::claims::NumericDate;
use crate::relying_party::vault::{MemoryStore, TokenVault};
use crate::seal::SealingKey;
#[cfg(feature = "tracing")]
use crate::testing::log::TestLog;

const ISSUER: &str = "https://login.example";
const CLIENT: &str = "app";
const REDIRECT: &str = "https://app.example/cb";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

const ROTATING: RefreshPolicy = RefreshPolicy {
    lifetime: Duration::from_hours(24),
    rotates: true,
    grace: Duration::from_secs(10),
    certificate: None,
};
const INVALID_GRANT: Result<String, ErrorCode> = Err(ErrorCode::InvalidGrant);
const FIXED: RefreshPolicy = RefreshPolicy {
    rotates: false,
    ..ROTATING
};

fn at(seconds: u64) -> NumericDate {
    NumericDate::from_secs(1_800_000_000 + seconds)
}

async fn grants() -> Grants {
    let key = SealingKey::generate().unwrap();
    let vault = TokenVault::create(MemoryStore::new(), key).await.unwrap();
    Grants::new(vault, ISSUER.to_owned(), ROTATING.lifetime, 100)
}

fn authorization() -> Authorization {
    Authorization {
        subject: "alice".to_owned(),
        scopes: "openid orders:read".to_owned(),
        resources: vec!["https://orders.example".to_owned()],
        authenticated_at: at(0).as_millis(),
        acr: None,
        nonce: Some("n".to_owned()),
        claims: Map::new(),
    }
}

async fn code(grants: &Grants) -> String {
    let hash = URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()));
    let challenge = CodeChallenge::read(&hash).unwrap();
    let code = grants.issue_code(CLIENT, REDIRECT, &challenge, authorization(), at(0));
    code.await.unwrap().1
}

/// Requests the whole authorization.
fn everything() -> impl Fn(&Authorization) -> Result<(), OAuthFailure> {
    |_| Ok(())
}

/// Requests more than the authorization.
fn too_much(_: &Authorization) -> Result<(), OAuthFailure> {
    Err(OAuthFailure::new(ErrorCode::InvalidScope, "too much"))
}

fn presented(code: &str) -> PresentedCode<'_> {
    PresentedCode {
        code,
        redirect_uri: REDIRECT,
        verifier: VERIFIER,
    }
}

async fn redeem(grants: &Grants, code: &str) -> Result<Redeemed<()>, OAuthFailure> {
    grants
        .redeem_code(CLIENT, presented(code), &ROTATING, at(1), everything())
        .await
}

/// Returns the first refresh token of a login.
async fn first_token(grants: &Grants) -> (GrantId, String) {
    let redeemed = redeem(grants, &code(grants).await).await.unwrap();
    (redeemed.id, redeemed.refresh_token.unwrap())
}

async fn refresh(grants: &Grants, token: &str, seconds: u64) -> Result<String, ErrorCode> {
    let refreshed = grants.refresh(CLIENT, token, &ROTATING, at(seconds), everything());
    let refreshed = refreshed.await.map_err(|failure| failure.code())?;
    Ok(refreshed.refresh_token.unwrap())
}

fn is_invalid_grant<T>(result: Result<T, OAuthFailure>) -> bool {
    result.is_err_and(|failure| failure.code() == ErrorCode::InvalidGrant)
}

#[tokio::test]
async fn code_is_redeemed_for_its_authorization() {
    let grants = grants().await;
    let redeemed = redeem(&grants, &code(&grants).await).await.unwrap();
    assert_eq!(redeemed.authorization, authorization());
    assert!(grants.is_active(CLIENT, redeemed.id).await.unwrap());
}

/// A wrong request does not use the code up.
#[tokio::test]
async fn code_with_another_client_redirect_verifier_or_time_is_refused() {
    let grants = grants().await;
    let code = code(&grants).await;
    let other_verifier = "a".repeat(43);
    for (client, redirect, verifier, seconds) in [
        ("other", REDIRECT, VERIFIER, 1),
        (CLIENT, "https://app.example/cb/", VERIFIER, 1),
        (CLIENT, "", VERIFIER, 1),
        (CLIENT, REDIRECT, &*other_verifier, 1),
        (CLIENT, REDIRECT, "", 1),
        (CLIENT, REDIRECT, VERIFIER, 60),
        (CLIENT, REDIRECT, VERIFIER, 3600),
    ] {
        let presented = PresentedCode {
            code: &code,
            redirect_uri: redirect,
            verifier,
        };
        let redeemed = grants.redeem_code(client, presented, &ROTATING, at(seconds), everything());
        assert!(
            is_invalid_grant(redeemed.await),
            "{client} {redirect} {verifier} {seconds}"
        );
    }
    assert!(redeem(&grants, &code).await.is_ok());
}

#[tokio::test]
async fn code_of_a_request_for_too_much_is_not_used_up() {
    let grants = grants().await;
    let code = code(&grants).await;
    for _ in 0..2 {
        let redeemed = grants.redeem_code(CLIENT, presented(&code), &ROTATING, at(1), too_much);
        assert_eq!(redeemed.await.unwrap_err().code(), ErrorCode::InvalidScope);
    }
    let redeemed = redeem(&grants, &code).await.unwrap();
    let again = grants.redeem_code(CLIENT, presented(&code), &ROTATING, at(1), too_much);
    assert!(is_invalid_grant(again.await));
    assert!(!grants.is_active(CLIENT, redeemed.id).await.unwrap());
}

#[tokio::test]
async fn changed_code_is_refused_without_ending_the_login() {
    let grants = grants().await;
    let code = code(&grants).await;
    let mut changed = code.clone();
    let last = if changed.pop() == Some('A') { 'Q' } else { 'A' };
    changed.push(last);
    for wrong in ["", "code", &changed, &code[1..]] {
        assert!(is_invalid_grant(redeem(&grants, wrong).await), "{wrong}");
    }
    let redeemed = redeem(&grants, &code).await.unwrap();
    assert!(is_invalid_grant(redeem(&grants, &changed).await));
    assert!(grants.is_active(CLIENT, redeemed.id).await.unwrap());
}

#[tokio::test]
async fn code_that_is_used_again_revokes_its_tokens() {
    let grants = grants().await;
    let code = code(&grants).await;
    let redeemed = redeem(&grants, &code).await.unwrap();
    assert!(is_invalid_grant(redeem(&grants, &code).await));
    assert!(!grants.is_active(CLIENT, redeemed.id).await.unwrap());
    let token = redeemed.refresh_token.unwrap();
    assert_eq!(refresh(&grants, &token, 2).await, INVALID_GRANT);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn code_in_a_hundred_concurrent_requests_succeeds_once_and_is_revoked() {
    let grants = grants().await;
    let code = code(&grants).await;
    let requests = (0..100).map(|_| {
        let (grants, code) = (grants.clone(), code.clone());
        tokio::spawn(async move { redeem(&grants, &code).await })
    });
    let mut succeeded = Vec::new();
    for request in requests.collect::<Vec<_>>() {
        succeeded.extend(request.await.unwrap());
    }
    assert_eq!(succeeded.len(), 1);
    assert!(!grants.is_active(CLIENT, succeeded[0].id).await.unwrap());
}

#[tokio::test]
async fn code_and_refresh_token_are_not_interchangeable() {
    let grants = grants().await;
    let code = code(&grants).await;
    assert_eq!(refresh(&grants, &code, 1).await, INVALID_GRANT);
    let token = redeem(&grants, &code).await.unwrap().refresh_token.unwrap();
    assert!(is_invalid_grant(redeem(&grants, &token).await));
    assert!(refresh(&grants, &token, 2).await.is_ok());
}

#[tokio::test]
async fn refresh_token_of_a_public_client_is_replaced_at_each_use() {
    let grants = grants().await;
    let (_, first) = first_token(&grants).await;
    let second = refresh(&grants, &first, 2).await.unwrap();
    let third = refresh(&grants, &second, 3).await.unwrap();
    assert!(first != second && second != third);
}

#[tokio::test]
async fn refresh_token_of_a_confidential_client_is_kept() {
    let grants = grants().await;
    let (_, token) = first_token(&grants).await;
    for seconds in 2..5 {
        let refreshed = grants
            .refresh(CLIENT, &token, &FIXED, at(seconds), everything())
            .await
            .unwrap();
        assert_eq!(refreshed.refresh_token, None);
    }
}

#[tokio::test]
async fn lost_response_returns_the_same_successor_within_the_grace_time() {
    let grants = grants().await;
    let (id, first) = first_token(&grants).await;
    let second = refresh(&grants, &first, 2).await.unwrap();
    assert_eq!(refresh(&grants, &first, 12).await, Ok(second.clone()));
    assert!(grants.is_active(CLIENT, id).await.unwrap());
    assert!(refresh(&grants, &second, 12).await.is_ok());
}

#[tokio::test]
async fn replaced_token_after_the_grace_time_revokes_the_login() {
    let grants = grants().await;
    let (id, first) = first_token(&grants).await;
    let second = refresh(&grants, &first, 2).await.unwrap();
    assert_eq!(refresh(&grants, &first, 13).await, INVALID_GRANT);
    assert_eq!(refresh(&grants, &second, 13).await, INVALID_GRANT);
    assert!(!grants.is_active(CLIENT, id).await.unwrap());
}

#[tokio::test]
async fn refresh_token_of_a_request_for_too_much_is_not_replaced() {
    let grants = grants().await;
    let (id, first) = first_token(&grants).await;
    for policy in [ROTATING, FIXED] {
        let refreshed = grants.refresh(CLIENT, &first, &policy, at(2), too_much);
        assert_eq!(refreshed.await.unwrap_err().code(), ErrorCode::InvalidScope);
    }
    // long after the grace time
    let second = refresh(&grants, &first, 100).await.unwrap();
    assert!(grants.is_active(CLIENT, id).await.unwrap());
    assert!(refresh(&grants, &second, 100).await.is_ok());
    let stolen = grants.refresh(CLIENT, &first, &ROTATING, at(100), too_much);
    assert!(is_invalid_grant(stolen.await));
    assert!(!grants.is_active(CLIENT, id).await.unwrap());
}

#[tokio::test]
async fn token_that_was_replaced_twice_revokes_the_login_within_the_grace_time() {
    let grants = grants().await;
    let (id, first) = first_token(&grants).await;
    let second = refresh(&grants, &first, 2).await.unwrap();
    refresh(&grants, &second, 3).await.unwrap();
    assert_eq!(refresh(&grants, &first, 3).await, INVALID_GRANT);
    assert!(!grants.is_active(CLIENT, id).await.unwrap());
}

#[tokio::test]
async fn forged_refresh_token_does_not_end_the_login() {
    let grants = grants().await;
    let (id, token) = first_token(&grants).await;
    let mut bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
    bytes[19] = 7;
    let forged = URL_SAFE_NO_PAD.encode(bytes);
    assert_eq!(refresh(&grants, &forged, 2).await, INVALID_GRANT);
    assert!(grants.is_active(CLIENT, id).await.unwrap());
}

/// The number of an authorization is in each access token, so that more than it is needed to revoke the authorization.
#[tokio::test]
async fn changed_refresh_token_or_code_revokes_and_finds_nothing() {
    let grants = grants().await;
    let code = code(&grants).await;
    let redeemed = redeem(&grants, &code).await.unwrap();
    let (id, token) = (redeemed.id, redeemed.refresh_token.unwrap());
    let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
    let last = bytes.len() - 1;
    let with = |at: usize, byte: u8| {
        let mut changed = bytes.clone();
        changed[at] ^= byte;
        URL_SAFE_NO_PAD.encode(changed)
    };
    for wrong in [with(last, 1), with(last, 0x80), with(last / 2 + 8, 1), code] {
        assert_eq!(
            grants.revoke(CLIENT, &wrong).await.unwrap(),
            None,
            "{wrong}"
        );
        assert_eq!(grants.find(CLIENT, &wrong, at(2)).await.unwrap(), None);
        assert!(grants.is_active(CLIENT, id).await.unwrap());
    }
    assert!(grants.revoke(CLIENT, &token).await.unwrap().is_some());
}

/// A client must not learn that a token is revoked, or not valid, while that is unknown.
#[cfg(unix)]
#[tokio::test]
async fn unavailable_vault_is_an_error_and_not_an_unknown_token() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vault");
    let store = crate::relying_party::vault::FileStore::create(&path).unwrap();
    let key = SealingKey::generate().unwrap();
    let vault = TokenVault::create(store, key).await.unwrap();
    let grants = Grants::new(vault, ISSUER.to_owned(), ROTATING.lifetime, 100);
    let (id, token) = first_token(&grants).await;
    for entry in std::fs::read_dir(&path).unwrap() {
        let file = entry.unwrap().path();
        if file
            .extension()
            .is_some_and(|extension| extension == "record")
        {
            std::fs::write(file, "damaged").unwrap();
        }
    }
    let unavailable = ErrorCode::TemporarilyUnavailable;
    let revoked = grants.revoke(CLIENT, &token).await;
    assert_eq!(revoked.unwrap_err().code(), unavailable);
    let found = grants.find(CLIENT, &token, at(2)).await;
    assert_eq!(found.unwrap_err().code(), unavailable);
    let is_active = grants.is_active(CLIENT, id).await;
    assert_eq!(is_active.unwrap_err().code(), unavailable);
    assert_eq!(refresh(&grants, &token, 2).await, Err(unavailable));
}

#[tokio::test]
async fn refresh_token_of_another_client_is_refused() {
    let grants = grants().await;
    let (id, token) = first_token(&grants).await;
    let refreshed = grants.refresh("other", &token, &ROTATING, at(2), everything());
    assert!(is_invalid_grant(refreshed.await));
    assert!(grants.is_active(CLIENT, id).await.unwrap());
}

#[tokio::test]
async fn refresh_tokens_end_with_the_lifetime_of_the_login() {
    let grants = grants().await;
    let (_, mut token) = first_token(&grants).await;
    let lifetime = ROTATING.lifetime.as_secs();
    for hours in 1..=23 {
        token = refresh(&grants, &token, hours * 3600).await.unwrap();
    }
    token = refresh(&grants, &token, lifetime).await.unwrap();
    // the lifetime begins when the code is redeemed, at 1
    assert_eq!(refresh(&grants, &token, lifetime + 1).await, INVALID_GRANT);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refresh_token_in_a_hundred_concurrent_requests_is_replaced_once() {
    let grants = grants().await;
    let (id, token) = first_token(&grants).await;
    let requests = (0..100).map(|_| {
        let (grants, token) = (grants.clone(), token.clone());
        tokio::spawn(async move { refresh(&grants, &token, 2).await })
    });
    let mut successors = Vec::new();
    for request in requests.collect::<Vec<_>>() {
        successors.push(request.await.unwrap().unwrap());
    }
    successors.dedup();
    assert_eq!(successors.len(), 1);
    assert!(grants.is_active(CLIENT, id).await.unwrap());
    assert_eq!(refresh(&grants, &token, 13).await, INVALID_GRANT);
    assert!(!grants.is_active(CLIENT, id).await.unwrap());
}

#[tokio::test]
async fn revoked_login_has_no_valid_token() {
    let grants = grants().await;
    let (id, token) = first_token(&grants).await;
    assert_eq!(grants.revoke("other", &token).await.unwrap(), None);
    assert_eq!(grants.revoke(CLIENT, "unknown").await.unwrap(), None);
    assert!(grants.is_active(CLIENT, id).await.unwrap());
    assert!(grants.revoke(CLIENT, &token).await.unwrap().is_some());
    assert!(!grants.is_active(CLIENT, id).await.unwrap());
    assert_eq!(refresh(&grants, &token, 2).await, INVALID_GRANT);
}

#[tokio::test]
async fn current_refresh_token_is_found() {
    let grants = grants().await;
    let (_, first) = first_token(&grants).await;
    let second = refresh(&grants, &first, 2).await.unwrap();
    let found = grants.find(CLIENT, &second, at(3)).await.unwrap();
    assert_eq!(found.unwrap().0, authorization());
    for (client, token, seconds) in [
        (CLIENT, &first, 3),
        ("other", &second, 3),
        (CLIENT, &second, ROTATING.lifetime.as_secs() + 1),
    ] {
        assert!(
            grants
                .find(client, token, at(seconds))
                .await
                .unwrap()
                .is_none()
        );
    }
}

#[tokio::test]
async fn code_that_was_not_redeemed_has_no_active_login() {
    let grants = grants().await;
    let code = code(&grants).await;
    let id = super::credential::GrantCredential::read(&code).unwrap().id;
    assert!(!grants.is_active(CLIENT, id).await.unwrap());
}
