//! A key server that is unavailable: for a while, for too long, from the start.

use super::*;

#[tokio::test]
async fn known_keys_are_used_during_a_ten_minute_outage() {
    let realm = Realm::new().await;
    let mut cached = realm
        .issuer
        .token("alice")
        .algorithm(Algorithm::ES256)
        .sign();
    realm.keys.set(Reply::Closed);
    for second in 0..600 {
        if second % 120 == 0 {
            cached = realm
                .issuer
                .token("alice")
                .algorithm(Algorithm::ES256)
                .sign();
        }
        assert_eq!(realm.validate_text(&cached).await, Ok(()), "at {second} s");
        assert_eq!(
            realm.validate(realm.issuer.token("bob")).await,
            Ok(()),
            "at {second} s"
        );
        realm.advance(1);
        tokio::task::yield_now().await;
    }
    assert!(realm.keys.request_count() > 1, "no refresh was attempted");
    assert!(
        realm.keys.request_count() < 30,
        "{} attempts",
        realm.keys.request_count()
    );
    assert_eq!(realm.server.ready(), Ok(()));
}

#[tokio::test]
async fn keys_over_the_maximum_age_are_unavailable() {
    let realm = Realm::new().await;
    realm.keys.set(Reply::Closed);
    realm.advance(3_599);
    let token = realm
        .issuer
        .token("alice")
        .algorithm(Algorithm::ES256)
        .sign();
    assert_eq!(realm.validate_text(&token).await, Ok(()));
    realm.advance(1);
    assert!(is_unavailable(&realm.validate_text(&token).await), "cached");
    assert!(is_unavailable(
        &realm.validate(realm.issuer.token("bob")).await
    ));
    assert!(is_unavailable(
        &realm.validate(realm.rotated().token("bob")).await
    ));
    assert!(realm.server.ready().is_err());
}

/// A token is expired whether keys are available or not.
#[tokio::test]
async fn expired_cached_token_is_invalid_without_keys() {
    let realm = Realm::new().await;
    let token = realm.issuer.token("alice").algorithm(Algorithm::ES256);
    let token = token.sign();
    assert_eq!(realm.validate_text(&token).await, Ok(()));
    realm.keys.set(Reply::Closed);
    realm.advance(3_600);
    let expired = Err(TokenRejection::Invalid(TokenError::Expired));
    assert_eq!(realm.validate_text(&token).await, expired);
    assert_eq!(realm.server.token_cache_usage().0, 0);
}

/// A token that no key can make valid is rejected as invalid.
#[tokio::test]
async fn malformed_token_is_invalid_without_keys() {
    let realm = Realm::with(Startup::Deferred, Some(Reply::Closed))
        .await
        .unwrap();
    assert_eq!(
        realm.validate_text("no.token.here").await,
        Err(TokenRejection::Invalid(TokenError::NotCompact))
    );
    let token = realm.issuer.token("alice").typ("JWT");
    assert_eq!(
        realm.validate(token).await,
        Err(TokenRejection::Invalid(TokenError::Type))
    );
}

#[tokio::test]
async fn server_recovers_when_keys_are_available_again() {
    let realm = Realm::new().await;
    realm.keys.set(Reply::Closed);
    realm.advance(4_000);
    assert!(is_unavailable(
        &realm.validate(realm.issuer.token("alice")).await
    ));
    realm.keys.set(Reply::Keys(realm.issuer.jwks()));
    realm
        .wait_until("the server recovers", async |realm| {
            realm.advance(1);
            realm.validate(realm.issuer.token("alice")).await == Ok(())
        })
        .await;
    assert_eq!(realm.server.ready(), Ok(()));
}

#[tokio::test]
async fn deferred_server_is_not_ready_until_keys_are_fetched() {
    let realm = Realm::with(Startup::Deferred, Some(Reply::Closed))
        .await
        .unwrap();
    assert!(is_unavailable(
        &realm.validate(realm.issuer.token("alice")).await
    ));
    let not_ready = realm.server.ready().unwrap_err();
    assert_eq!(
        not_ready.issuers().collect::<Vec<_>>(),
        [realm.keys.url.as_str()]
    );
    realm
        .wait_until("the cause is reported", async |realm| {
            let not_ready = realm.server.ready().unwrap_err().to_string();
            not_ready.contains("the connection to the issuer failed")
        })
        .await;
    realm.keys.set(Reply::Keys(realm.issuer.jwks()));
    realm
        .wait_until("the server becomes ready", async |realm| {
            realm.advance(1);
            realm.server.ready().is_ok()
        })
        .await;
    assert_eq!(realm.validate(realm.issuer.token("alice")).await, Ok(()));
}

#[tokio::test]
async fn fail_fast_server_is_not_built_without_keys() {
    let built = Realm::with(Startup::FailFast, Some(Reply::Closed)).await;
    assert!(matches!(built.err(), Some(ConfigError::Discovery { .. })));
}

#[tokio::test]
async fn silent_key_server_does_not_delay_known_keys() {
    let realm = Realm::new().await;
    realm.keys.set(Reply::Silent);
    realm.advance(300);
    let requests = async {
        for _ in 0..100 {
            assert_eq!(realm.validate(realm.issuer.token("alice")).await, Ok(()));
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
                .allow_loopback_http(),
        )
        .trust(other.issuer(AUDIENCE))
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
    let realm = Realm::with(Startup::Deferred, None).await.unwrap();
    realm
        .wait_until("the key server receives a request", async |realm| {
            realm.keys.request_count() == 1
        })
        .await;
}
