//! A key server that is unavailable: for a while, for too long, from the start.

use super::*;

#[tokio::test]
async fn known_keys_are_used_during_a_ten_minute_outage() {
    let test = KeyServerTest::new().await;
    let mut cached = test
        .issuer
        .token("alice")
        .algorithm(Algorithm::ES256)
        .sign();
    test.key_server.set(Reply::Closed);
    for second in 0..600 {
        if second % 120 == 0 {
            cached = test
                .issuer
                .token("alice")
                .algorithm(Algorithm::ES256)
                .sign();
        }
        assert_eq!(test.validate_text(&cached).await, Ok(()), "at {second} s");
        assert_eq!(
            test.validate(test.issuer.token("bob")).await,
            Ok(()),
            "at {second} s"
        );
        test.advance(1);
        tokio::task::yield_now().await;
    }
    assert!(
        test.key_server.request_count() > 1,
        "no refresh was attempted"
    );
    assert!(
        test.key_server.request_count() < 30,
        "{} attempts",
        test.key_server.request_count()
    );
    assert_eq!(test.server.ready(), Ok(()));
}

#[tokio::test]
async fn keys_over_the_maximum_age_are_unavailable() {
    let test = KeyServerTest::new().await;
    test.key_server.set(Reply::Closed);
    test.advance(3_599);
    let token = test
        .issuer
        .token("alice")
        .algorithm(Algorithm::ES256)
        .sign();
    assert_eq!(test.validate_text(&token).await, Ok(()));
    test.advance(1);
    assert!(is_unavailable(&test.validate_text(&token).await), "cached");
    assert!(is_unavailable(
        &test.validate(test.issuer.token("bob")).await
    ));
    assert!(is_unavailable(
        &test.validate(test.rotated().token("bob")).await
    ));
    assert!(test.server.ready().is_err());
}

/// A token is expired whether keys are available or not.
#[tokio::test]
async fn expired_cached_token_is_invalid_without_keys() {
    let test = KeyServerTest::new().await;
    let token = test.issuer.token("alice").algorithm(Algorithm::ES256);
    let token = token.sign();
    assert_eq!(test.validate_text(&token).await, Ok(()));
    test.key_server.set(Reply::Closed);
    test.advance(3_600);
    let expired = Err(TokenRejection::Invalid(TokenError::Expired));
    assert_eq!(test.validate_text(&token).await, expired);
    assert_eq!(test.server.token_cache_usage().0, 0);
}

/// A token that no key can make valid is rejected as invalid.
#[tokio::test]
async fn malformed_token_is_invalid_without_keys() {
    let test = KeyServerTest::with(Startup::Deferred, Some(Reply::Closed))
        .await
        .unwrap();
    assert_eq!(
        test.validate_text("no.token.here").await,
        Err(TokenRejection::Invalid(TokenError::NotCompact))
    );
    let token = test.issuer.token("alice").typ("JWT");
    assert_eq!(
        test.validate(token).await,
        Err(TokenRejection::Invalid(TokenError::Type))
    );
}

#[tokio::test]
async fn server_recovers_when_keys_are_available_again() {
    let test = KeyServerTest::new().await;
    test.key_server.set(Reply::Closed);
    test.advance(4_000);
    assert!(is_unavailable(
        &test.validate(test.issuer.token("alice")).await
    ));
    test.key_server.set(Reply::Keys(test.issuer.jwks()));
    test.wait_until("the server recovers", async |test| {
        test.advance(1);
        test.validate(test.issuer.token("alice")).await == Ok(())
    })
    .await;
    assert_eq!(test.server.ready(), Ok(()));
}

#[tokio::test]
async fn deferred_server_is_not_ready_until_keys_are_fetched() {
    let test = KeyServerTest::with(Startup::Deferred, Some(Reply::Closed))
        .await
        .unwrap();
    assert!(is_unavailable(
        &test.validate(test.issuer.token("alice")).await
    ));
    let not_ready = test.server.ready().unwrap_err();
    assert_eq!(
        not_ready.issuers().collect::<Vec<_>>(),
        [test.key_server.url.as_str()]
    );
    test.wait_until("the cause is reported", async |test| {
        let not_ready = test.server.ready().unwrap_err().to_string();
        not_ready.contains("the connection to the issuer failed")
    })
    .await;
    test.key_server.set(Reply::Keys(test.issuer.jwks()));
    test.wait_until("the server becomes ready", async |test| {
        test.advance(1);
        test.server.ready().is_ok()
    })
    .await;
    assert_eq!(test.validate(test.issuer.token("alice")).await, Ok(()));
}

#[tokio::test]
async fn fail_fast_server_is_not_built_without_keys() {
    let built = KeyServerTest::with(Startup::FailFast, Some(Reply::Closed)).await;
    assert!(matches!(built.err(), Some(ConfigError::Discovery { .. })));
}

#[tokio::test(start_paused = true)]
async fn silent_key_server_does_not_delay_known_keys() {
    let test = KeyServerTest::new().await;
    test.key_server.set(Reply::Silent);
    test.advance(300);
    let requests = async {
        for _ in 0..100 {
            assert_eq!(test.validate(test.issuer.token("alice")).await, Ok(()));
        }
    };
    tokio::time::timeout(Duration::from_secs(4), requests)
        .await
        .unwrap();
}

#[tokio::test]
async fn outage_of_one_issuer_does_not_affect_another() {
    let down = LoopbackServer::start(Reply::Closed).await;
    let other = EmbeddedIssuer::new(ISSUER);
    let server = ResourceServer::builder()
        .trust(
            Issuer::new(&down.url)
                .audience(AUDIENCE)
                .grants_everything()
                .allow_loopback_http(),
        )
        .trust(other.issuer(AUDIENCE).grants_everything())
        .startup(Startup::Deferred)
        .build()
        .await
        .unwrap();
    let validate = async |issuer: &EmbeddedIssuer| {
        let token = issuer.token("alice").audience(AUDIENCE).sign();
        rejection(&server, &token).await.map_or(Ok(()), Err)
    };
    assert_eq!(validate(&other).await, Ok(()));
    let unknown = EmbeddedIssuer::with_own_keys(&down.url);
    assert!(is_unavailable(&validate(&unknown).await));
    let not_ready = server.ready().unwrap_err();
    assert_eq!(not_ready.issuers().collect::<Vec<_>>(), [down.url.as_str()]);
}

/// The refresh task does not depend on requests.
#[tokio::test]
async fn deferred_server_fetches_keys_without_a_request() {
    let test = KeyServerTest::with(Startup::Deferred, None).await.unwrap();
    test.wait_until("the key server receives a request", async |test| {
        test.key_server.request_count() == 1
    })
    .await;
}
