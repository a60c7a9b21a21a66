//! Revocation: asked at every request, and fails closed (RFC 7009, ASVS 8.3.2).

use std::time::Duration;

use super::*;
use crate::claims::NumericDate;
use crate::token::{Missing, RevocationList, Revocations, RevocationsUnavailable, VerifiedToken};

async fn court(revocations: impl Revocations) -> Court {
    let clock = TestClock::new();
    let issuer = EmbeddedIssuer::new(ISSUER).clock(clock.clone());
    let server = ResourceServer::builder()
        .trust(issuer.issuer(AUDIENCE))
        .clock(clock.clone())
        .revocations(revocations)
        .build()
        .await
        .unwrap();
    Court {
        issuer,
        server,
        clock,
    }
}

/// A server with a list that reads the same clock.
async fn listed() -> (Court, RevocationList) {
    let clock = TestClock::new();
    let list = RevocationList::with_clock(clock.clone());
    let issuer = EmbeddedIssuer::new(ISSUER).clock(clock.clone());
    let server = ResourceServer::builder()
        .trust(issuer.issuer(AUDIENCE))
        .clock(clock.clone())
        .revocations(list.clone())
        .build()
        .await
        .unwrap();
    let court = Court {
        issuer,
        server,
        clock,
    };
    (court, list)
}

#[tokio::test]
async fn a_revoked_identifier_is_refused_although_the_token_is_remembered() {
    let (court, list) = listed().await;
    let token = court.token().claim("jti", "a").sign();
    assert_eq!(judge(&court.server, &token).await, Ok(()));
    list.revoke_token(ISSUER, "a");
    assert_eq!(judge(&court.server, &token).await, Err(TokenError::Revoked));
    assert_eq!(court.judge(court.token().claim("jti", "b")).await, Ok(()));
    assert_eq!(court.judge(court.token().claim("jti", "A")).await, Ok(()));
}

#[tokio::test]
async fn an_identifier_is_revoked_for_its_issuer_only() {
    let (court, list) = listed().await;
    list.revoke_token("https://other.test", "a");
    list.revoke_subject("https://other.test", "alice", court.clock.time());
    list.revoke_issuer("https://other.test", court.clock.time());
    assert_eq!(court.judge(court.token().claim("jti", "a")).await, Ok(()));
}

/// An issuer's clock may be ahead by the skew, which is 30 s here.
#[tokio::test]
async fn a_subjects_tokens_are_revoked_up_to_an_instant() {
    let (court, list) = listed().await;
    let instant = court.clock.time();
    list.revoke_subject(ISSUER, "alice", instant);
    court.clock.advance(Duration::from_secs(31));
    let issued = |token: TokenBuilder, offset: i64| {
        let seconds = instant.as_secs().saturating_add_signed(offset);
        token.issued_at(NumericDate::from_secs(seconds))
    };
    for (offset, judged) in [
        (-1, Err(TokenError::Revoked)),
        (0, Err(TokenError::Revoked)),
        (5, Err(TokenError::Revoked)),
        (30, Err(TokenError::Revoked)),
        (31, Ok(())),
    ] {
        let token = issued(court.token(), offset);
        assert_eq!(court.judge(token).await, judged, "{offset}");
    }
    assert_eq!(
        court.judge(issued(court.issuer.token("bob"), 0)).await,
        Ok(())
    );
    list.revoke_subject(ISSUER, "alice", NumericDate::from_secs(1));
    assert_eq!(
        court.judge(issued(court.token(), 0)).await,
        Err(TokenError::Revoked),
        "an earlier instant takes nothing back"
    );
}

#[tokio::test]
async fn an_issuers_tokens_are_revoked_up_to_an_instant() {
    let (court, list) = listed().await;
    let token = court.token().sign();
    let ahead = court.clock.time().saturating_add(Duration::from_secs(5));
    let ahead = court.token().issued_at(ahead).sign();
    assert_eq!(judge(&court.server, &ahead).await, Ok(()));
    list.revoke_issuer(ISSUER, court.clock.time());
    assert_eq!(list.len(), 1);
    for token in [token, ahead] {
        assert_eq!(judge(&court.server, &token).await, Err(TokenError::Revoked));
    }
    court.clock.advance(Duration::from_secs(31));
    assert_eq!(court.judge(court.token()).await, Ok(()));
}

/// Each issuer's own skew counts.
#[tokio::test]
async fn an_issuer_whose_clock_is_exact_loses_no_later_token() {
    let list = RevocationList::new();
    let issuer = EmbeddedIssuer::new(ISSUER);
    let server = ResourceServer::builder()
        .trust(issuer.issuer(AUDIENCE).clock_skew(Duration::ZERO))
        .revocations(list.clone())
        .build()
        .await
        .unwrap();
    let now = list.now().as_secs();
    list.revoke_issuer(ISSUER, NumericDate::from_secs(now - 2));
    for (offset, judged) in [(2, Err(TokenError::Revoked)), (1, Ok(()))] {
        let token = issuer
            .token("alice")
            .issued_at(NumericDate::from_secs(now - offset));
        assert_eq!(judge(&server, &token.sign()).await, judged, "{offset}");
    }
}

#[tokio::test]
async fn a_list_keeps_what_still_matters_and_drops_the_rest() {
    let (court, list) = listed().await;
    for token in 0..1_000 {
        list.revoke_token(ISSUER, &format!("early-{token}"));
    }
    // 30 minutes of lifetime and twice 30 s of skew
    court.clock.advance(Duration::from_secs(1_859));
    list.revoke_token(ISSUER, "late");
    for token in 0..100 {
        list.revoke_subject(ISSUER, &format!("s-{token}"), court.clock.time());
    }
    assert_eq!(list.len(), 1_101);
    court.clock.advance(Duration::from_secs(1));
    for token in 0..2_000 {
        list.revoke_token(ISSUER, &format!("later-{token}"));
    }
    assert!(list.len() < 1_101 + 2_000, "{}", list.len());
    assert_eq!(
        court.judge(court.token().claim("jti", "late")).await,
        Err(TokenError::Revoked)
    );
}

/// Nothing is left of what no longer matters, not even the issuer's name.
#[tokio::test]
async fn an_issuer_of_whom_nothing_is_revoked_any_more_is_dropped() {
    let (court, list) = listed().await;
    for issuer in 0..1_000 {
        list.revoke_issuer(&format!("https://{issuer}.test"), court.clock.time());
    }
    assert_eq!(list.len(), 1_000);
    court.clock.advance(Duration::from_mins(31));
    for token in 0..24 {
        list.revoke_token(ISSUER, &format!("later-{token}"));
    }
    assert_eq!(list.len(), 24);
    assert!(!list.is_empty());
}

struct Broken;

impl Revocations for Broken {
    async fn is_revoked(&self, _: &VerifiedToken) -> Result<bool, RevocationsUnavailable> {
        Err(RevocationsUnavailable::because("the store is gone"))
    }
}

#[tokio::test]
async fn a_store_that_cannot_tell_lets_nobody_in() {
    let court = court(Broken).await;
    let token = court.token().sign();
    for _ in 0..2 {
        let denied = court
            .server
            .authenticate(token.as_bytes())
            .await
            .unwrap_err();
        assert!(denied.token.is_some());
        let Denial::Unavailable(unavailable) = denied.denial else {
            panic!("{denied:?}")
        };
        assert_eq!(unavailable.missing, Missing::Revocations);
    }
}

/// A bad token is refused before anybody is asked about it.
#[tokio::test]
async fn only_tokens_that_are_otherwise_good_are_asked_about() {
    let court = court(Broken).await;
    assert_eq!(
        court.judge(court.token().audience("x")).await,
        Err(TokenError::Audience)
    );
}
