//! Revocations are checked at every request, and fail closed (RFC 7009, ASVS 8.3.2).

use std::time::Duration;

use super::*;
use crate::claims::NumericDate;
use crate::token::{
    Dependency, RevocationList, Revocations, RevocationsUnavailable, VerifiedToken,
};

async fn server_with(clock: TestClock, revocations: impl Revocations) -> TestServer {
    let issuer = EmbeddedIssuer::new(ISSUER).clock(clock.clone());
    let server = ResourceServer::builder()
        .trust(issuer.issuer(AUDIENCE))
        .clock(clock.clone())
        .revocations(revocations)
        .build()
        .await
        .unwrap();
    TestServer {
        issuer,
        server,
        clock,
    }
}

/// A server with a revocation list on the same clock.
async fn server_with_list() -> (TestServer, RevocationList) {
    let clock = TestClock::new();
    let list = RevocationList::with_clock(clock.clone());
    (server_with(clock, list.clone()).await, list)
}

#[tokio::test]
async fn cached_token_with_a_revoked_jti_is_rejected() {
    let (test, list) = server_with_list().await;
    let token = test.token().claim("jti", "a").sign();
    assert_eq!(validate(&test.server, &token).await, Ok(()));
    list.revoke_token(ISSUER, "a").unwrap();
    assert_eq!(
        validate(&test.server, &token).await,
        Err(TokenError::Revoked)
    );
    assert_eq!(test.validate(test.token().claim("jti", "b")).await, Ok(()));
    assert_eq!(test.validate(test.token().claim("jti", "A")).await, Ok(()));
}

#[tokio::test]
async fn revocation_applies_to_its_issuer_only() {
    let (test, list) = server_with_list().await;
    // as if another server with the same list trusted it
    list.add_issuers(&["https://other.test"]).unwrap();
    list.revoke_token("https://other.test", "a").unwrap();
    list.revoke_subject("https://other.test", "alice", test.clock.time())
        .unwrap();
    list.revoke_issuer("https://other.test", test.clock.time())
        .unwrap();
    assert_eq!(test.validate(test.token().claim("jti", "a")).await, Ok(()));
}

/// The clock of an issuer can be ahead by the skew of 30 s.
#[tokio::test]
async fn tokens_of_a_subject_are_revoked_up_to_an_instant() {
    let (test, list) = server_with_list().await;
    let instant = test.clock.time();
    list.revoke_subject(ISSUER, "alice", instant).unwrap();
    test.clock.advance(Duration::from_secs(31));
    let issued = |token: TokenBuilder, offset: i64| {
        let seconds = instant.as_secs().saturating_add_signed(offset);
        token.issued_at(NumericDate::from_secs(seconds))
    };
    for (offset, expected) in [
        (-1, Err(TokenError::Revoked)),
        (0, Err(TokenError::Revoked)),
        (5, Err(TokenError::Revoked)),
        (30, Err(TokenError::Revoked)),
        (31, Ok(())),
    ] {
        let token = issued(test.token(), offset);
        assert_eq!(test.validate(token).await, expected, "{offset}");
    }
    assert_eq!(
        test.validate(issued(test.issuer.token("bob"), 0)).await,
        Ok(())
    );
    list.revoke_subject(ISSUER, "alice", NumericDate::from_secs(1))
        .unwrap();
    assert_eq!(
        test.validate(issued(test.token(), 0)).await,
        Err(TokenError::Revoked),
        "an earlier instant does not undo a later one"
    );
}

#[tokio::test]
async fn tokens_of_an_issuer_are_revoked_up_to_an_instant() {
    let (test, list) = server_with_list().await;
    let token = test.token().sign();
    let ahead = test.clock.time().saturating_add(Duration::from_secs(5));
    let ahead = test.token().issued_at(ahead).sign();
    assert_eq!(validate(&test.server, &ahead).await, Ok(()));
    list.revoke_issuer(ISSUER, test.clock.time()).unwrap();
    // an earlier instant does not undo a later one
    list.revoke_issuer(ISSUER, NumericDate::from_secs(1))
        .unwrap();
    assert_eq!(list.len(), 1);
    for token in [token, ahead] {
        assert_eq!(
            validate(&test.server, &token).await,
            Err(TokenError::Revoked)
        );
    }
    test.clock.advance(Duration::from_secs(31));
    assert_eq!(test.validate(test.token()).await, Ok(()));
}

/// The skew of the token's own issuer applies.
#[tokio::test]
async fn zero_skew_revokes_no_later_token() {
    let list = RevocationList::new();
    let issuer = EmbeddedIssuer::new(ISSUER);
    let server = ResourceServer::builder()
        .trust(issuer.issuer(AUDIENCE).clock_skew(Duration::ZERO))
        .revocations(list.clone())
        .build()
        .await
        .unwrap();
    let now = list.now().as_secs();
    list.revoke_issuer(ISSUER, NumericDate::from_secs(now - 2))
        .unwrap();
    for (offset, expected) in [(2, Err(TokenError::Revoked)), (1, Ok(()))] {
        let token = issuer
            .token("alice")
            .issued_at(NumericDate::from_secs(now - offset));
        assert_eq!(validate(&server, &token.sign()).await, expected, "{offset}");
    }
}

#[tokio::test]
async fn list_drops_entries_of_expired_tokens() {
    let (test, list) = server_with_list().await;
    for token in 0..1_000 {
        list.revoke_token(ISSUER, &format!("early-{token}"))
            .unwrap();
    }
    // 30 minutes of lifetime, and the skew of 30 s twice
    test.clock.advance(Duration::from_secs(1_859));
    list.revoke_token(ISSUER, "late").unwrap();
    for token in 0..100 {
        list.revoke_subject(ISSUER, &format!("s-{token}"), test.clock.time())
            .unwrap();
    }
    assert_eq!(list.len(), 1_101);
    test.clock.advance(Duration::from_secs(1));
    for token in 0..2_000 {
        list.revoke_token(ISSUER, &format!("later-{token}"))
            .unwrap();
    }
    assert!(list.len() < 1_101 + 2_000, "{}", list.len());
    assert_eq!(
        test.validate(test.token().claim("jti", "late")).await,
        Err(TokenError::Revoked)
    );
}

#[tokio::test]
async fn list_drops_issuers_without_entries() {
    let (test, list) = server_with_list().await;
    for issuer in 0..1_000 {
        let issuer = format!("https://{issuer}.test");
        list.add_issuers(&[&issuer]).unwrap();
        list.revoke_issuer(&issuer, test.clock.time()).unwrap();
    }
    assert_eq!(list.len(), 1_000);
    test.clock.advance(Duration::from_mins(31));
    for token in 0..24 {
        list.revoke_token(ISSUER, &format!("later-{token}"))
            .unwrap();
    }
    assert_eq!(list.len(), 24);
    assert!(!list.is_empty());
}

/// A store that always fails.
struct Unavailable;

impl Revocations for Unavailable {
    async fn is_revoked(&self, _: &VerifiedToken) -> Result<bool, RevocationsUnavailable> {
        Err(RevocationsUnavailable::because("the store is gone"))
    }
}

#[tokio::test]
async fn unavailable_store_rejects_every_token() {
    let test = server_with(TestClock::new(), Unavailable).await;
    let token = test.token().sign();
    for _ in 0..2 {
        let rejected = test
            .server
            .authenticate(token.as_bytes())
            .await
            .unwrap_err();
        assert!(rejected.token.is_some());
        let TokenRejection::Unavailable(unavailable) = rejected.rejection else {
            panic!("{rejected:?}")
        };
        assert_eq!(unavailable.dependency, Dependency::Revocations);
    }
}

#[tokio::test]
async fn store_is_not_queried_for_invalid_tokens() {
    let test = server_with(TestClock::new(), Unavailable).await;
    assert_eq!(
        test.validate(test.token().audience("x")).await,
        Err(TokenError::Audience)
    );
}
