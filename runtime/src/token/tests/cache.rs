//! The cache of valid tokens: what it saves, and what is still checked at every request.

use std::time::Duration;

use super::*;

async fn verified(test: &TestServer, token: &str) -> Arc<crate::VerifiedToken> {
    test.server.authenticate(token.as_bytes()).await.unwrap()
}

#[tokio::test]
async fn valid_token_is_cached() {
    let test = TestServer::new().await;
    let token = test.token().sign();
    let first = verified(&test, &token).await;
    assert!(Arc::ptr_eq(&first, &verified(&test, &token).await));
    assert_eq!(test.server.token_cache_usage().0, 1);
}

#[tokio::test]
async fn rejected_token_is_not_cached() {
    let test = TestServer::new().await;
    for _ in 0..2 {
        let token = test.token().algorithm(Algorithm::ES256).signature([7; 64]);
        assert_eq!(test.validate(token).await, Err(TokenError::Signature));
        assert_eq!(
            test.validate(test.token().typ("JWT")).await,
            Err(TokenError::Type)
        );
        assert_eq!(
            test.validate(test.token().audience("x")).await,
            Err(TokenError::Audience)
        );
    }
    assert_eq!(test.server.token_cache_usage(), (0, 0));
}

#[tokio::test]
async fn cached_token_expires_at_exp_plus_skew() {
    let test = TestServer::new().await;
    let token = test.token().lifetime(Duration::from_mins(5)).sign();
    for (at, expected) in [
        (0, Ok(())),
        (329, Ok(())),
        (330, Err(TokenError::Expired)),
        (331, Err(TokenError::Expired)),
    ] {
        let start = test.clock.time();
        test.clock.advance(Duration::from_secs(at));
        assert_eq!(validate(&test.server, &token).await, expected, "{at} s");
        test.clock.set(start);
    }
}

#[tokio::test]
async fn cached_token_is_rejected_when_the_clock_is_set_back() {
    let test = TestServer::new().await;
    let token = test.token().sign();
    assert_eq!(validate(&test.server, &token).await, Ok(()));
    let before = test.clock.time().saturating_sub(Duration::from_secs(31));
    test.clock.set(before);
    assert_eq!(
        validate(&test.server, &token).await,
        Err(TokenError::NotYetValid)
    );
}

/// The cache compares whole tokens.
#[tokio::test]
async fn token_that_differs_in_one_byte_misses_the_cache() {
    let test = TestServer::new().await;
    let token = test.token().algorithm(Algorithm::ES256).sign();
    assert_eq!(validate(&test.server, &token).await, Ok(()));
    for at in 0..token.len() {
        let mut other = token.clone().into_bytes();
        other[at] = if other[at] == b'A' { b'B' } else { b'A' };
        if other == token.as_bytes() {
            continue;
        }
        let result = test.server.authenticate(&other).await;
        assert!(result.is_err(), "byte {at}");
    }
    let longer = format!("{token}A");
    assert!(validate(&test.server, &longer).await.is_err());
    assert!(validate(&test.server, &token[1..]).await.is_err());
}

#[tokio::test]
async fn cache_size_is_bounded() {
    const CACHE_SIZE: u64 = 64 * 1024;
    let clock = TestClock::new();
    let issuer = EmbeddedIssuer::new(ISSUER).clock(clock.clone());
    let server = ResourceServer::builder()
        .trust(issuer.issuer(AUDIENCE))
        .clock(clock)
        .token_cache_size(CACHE_SIZE)
        .build()
        .await
        .unwrap();
    for subject in 0..500 {
        let token = issuer
            .token(&format!("subject-{subject}"))
            .algorithm(Algorithm::EdDSA)
            .sign();
        assert_eq!(validate(&server, &token).await, Ok(()));
        assert!(server.token_cache_usage().1 <= CACHE_SIZE);
    }
    assert!(server.token_cache_usage().0 > 10);
}

#[tokio::test]
async fn cache_of_size_zero_caches_nothing() {
    let issuer = EmbeddedIssuer::new(ISSUER);
    let server = ResourceServer::builder()
        .trust(issuer.issuer(AUDIENCE))
        .token_cache_size(0)
        .build()
        .await
        .unwrap();
    let token = issuer.token("alice").sign();
    let first = server.authenticate(token.as_bytes()).await.unwrap();
    let again = server.authenticate(token.as_bytes()).await.unwrap();
    assert!(!Arc::ptr_eq(&first, &again));
    assert_eq!(server.token_cache_usage(), (0, 0));
}

#[tokio::test]
async fn cached_token_keeps_its_issuer() {
    let one = EmbeddedIssuer::new(ISSUER);
    let other = EmbeddedIssuer::new("https://other.test");
    let server = ResourceServer::builder()
        .trust(one.issuer(AUDIENCE).grants_everything())
        .trust(other.issuer(AUDIENCE).grants_everything())
        .build()
        .await
        .unwrap();
    for _ in 0..2 {
        for issuer in [&one, &other] {
            let token = issuer.token("alice").claim("jti", "j").sign();
            let verified = server.authenticate(token.as_bytes()).await.unwrap();
            assert_eq!(verified.issuer(), issuer.url());
        }
    }
}
