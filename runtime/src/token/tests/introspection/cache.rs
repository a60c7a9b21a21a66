//! How long an answer is used, and how often an issuer is asked.

use super::*;

#[tokio::test]
async fn active_token_is_introspected_once_per_minute() {
    let realm = Realm::new().await;
    for _ in 0..60 {
        assert_eq!(realm.rejection().await, None);
        realm.advance(1);
    }
    assert_eq!(realm.asked(), 1);
    assert_eq!(realm.rejection().await, None);
    assert_eq!(realm.asked(), 2);
}

/// The bound: what the issuer has revoked is refused once its answer is old.
#[tokio::test]
async fn revoked_token_is_rejected_after_the_cache_time() {
    let realm = Realm::with(credentials().cache_for(Duration::from_secs(20))).await;
    assert_eq!(realm.rejection().await, None);
    realm.loopback.set(Reply::inactive());
    realm.advance(19);
    assert_eq!(realm.rejection().await, None);
    realm.advance(1);
    assert_eq!(realm.rejection().await, INACTIVE);
}

#[tokio::test]
async fn cache_time_of_zero_introspects_every_request() {
    let realm = Realm::with(credentials().cache_for(Duration::ZERO)).await;
    for asked in 1..4 {
        assert_eq!(realm.rejection().await, None);
        assert_eq!(realm.asked(), asked);
    }
}

/// RFC 7662 §4: not even within the clock skew.
#[tokio::test]
async fn cached_response_is_not_used_after_exp() {
    let realm = Realm::new().await;
    let mut said = realm.claims();
    said["exp"] = json!(realm.clock.time().as_secs() + 10);
    realm.say(&said);
    assert_eq!(realm.rejection().await, None);
    realm.advance(9);
    assert_eq!(realm.rejection().await, None);
    assert_eq!(realm.asked(), 1);
    realm.loopback.set(Reply::inactive());
    realm.advance(1);
    assert_eq!(realm.rejection().await, INACTIVE);
}

/// A request whose answer comes when it is released, so many seconds after the question.
async fn answered_after(realm: &Arc<Realm>, said: &Value, seconds: u64) -> Option<Denial> {
    let released = Arc::new(Notify::new());
    let said = Reply::json(200, &said.to_string());
    realm.answer(Reply::Held(Box::new(said), Arc::clone(&released)));
    let asking = {
        let realm = Arc::clone(realm);
        tokio::spawn(async move { realm.rejection().await })
    };
    until("the issuer is asked", || realm.asked() == 1).await;
    realm.advance(seconds);
    released.notify_one();
    asking.await.unwrap()
}

/// Or waiting would add to the time for which a revoked token is accepted.
#[tokio::test]
async fn cache_time_starts_at_the_request() {
    let realm = Arc::new(Realm::new().await);
    assert_eq!(answered_after(&realm, &realm.claims(), 10).await, None);
    realm.loopback.set(Reply::inactive());
    realm.advance(49);
    assert_eq!(realm.rejection().await, None);
    realm.advance(1);
    assert_eq!(realm.rejection().await, INACTIVE);
}

/// The skew is 30 s.
#[tokio::test]
async fn token_that_expires_during_introspection_is_rejected() {
    for (seconds, expected) in [(39, None), (40, Some(Denial::Invalid(TokenError::Expired)))] {
        let realm = Arc::new(Realm::new().await);
        let mut said = realm.claims();
        said["exp"] = json!(realm.clock.time().as_secs() + 10);
        assert_eq!(answered_after(&realm, &said, seconds).await, expected);
    }
}

#[tokio::test]
async fn rejection_is_cached_for_five_seconds() {
    let realm = Realm::new().await;
    realm.answer(Reply::inactive());
    assert_eq!(realm.rejection().await, INACTIVE);
    realm.say(&realm.claims());
    realm.advance(4);
    assert_eq!(realm.rejection().await, INACTIVE);
    assert_eq!(realm.asked(), 1);
    realm.advance(1);
    assert_eq!(realm.rejection().await, None);
    assert_eq!(realm.asked(), 2);
}

#[tokio::test]
async fn failure_is_not_cached() {
    let realm = Realm::new().await;
    realm.answer(Reply::json(500, "{}"));
    assert!(is_unavailable(realm.rejection().await));
    realm.say(&realm.claims());
    assert_eq!(realm.rejection().await, None);
}

#[tokio::test]
async fn clock_set_back_introspects_again() {
    let realm = Realm::new().await;
    assert_eq!(realm.rejection().await, None);
    realm
        .clock
        .set(realm.clock.time().saturating_sub(Duration::from_secs(1)));
    assert_eq!(realm.rejection().await, None);
    assert_eq!(realm.asked(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_requests_with_one_token_share_one_introspection() {
    let realm = Arc::new(Realm::new().await);
    let released = Arc::new(Notify::new());
    let said = Reply::json(200, &realm.claims().to_string());
    realm.answer(Reply::Held(Box::new(said), Arc::clone(&released)));
    let requests: Vec<_> = (0..100)
        .map(|_| {
            let realm = Arc::clone(&realm);
            tokio::spawn(async move { realm.rejection().await })
        })
        .collect();
    until("the issuer is asked", || realm.asked() == 1).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    released.notify_one();
    for request in requests {
        assert_eq!(request.await.unwrap(), None);
    }
    assert_eq!(realm.asked(), 1);
}

/// Where the one who asks goes away, those who wait are served all the same.
#[tokio::test]
async fn canceled_request_does_not_cancel_waiting_ones() {
    let realm = Arc::new(Realm::new().await);
    realm.answer(Reply::Silent);
    let begin = || {
        let realm = Arc::clone(&realm);
        tokio::spawn(async move { realm.rejection().await })
    };
    let first = begin();
    until("the issuer is asked", || realm.asked() == 1).await;
    let second = begin();
    tokio::task::yield_now().await;
    realm.say(&realm.claims());
    first.abort();
    assert_eq!(second.await.unwrap(), None);
    assert_eq!(realm.asked(), 2);
}

/// Or any number would be under way, and none of them remembered (as in CVE-2023-44487).
#[tokio::test]
async fn repeated_cancellation_stays_within_the_in_flight_limit() {
    let realm = Arc::new(Realm::with(credentials().max_in_flight(2)).await);
    let released = Arc::new(Notify::new());
    let said = Reply::json(200, &realm.claims().to_string());
    realm.answer(Reply::Held(Box::new(said), Arc::clone(&released)));
    for n in 1..=20 {
        let asking = {
            let realm = Arc::clone(&realm);
            tokio::spawn(async move { realm.rejection().await })
        };
        until("the issuer is asked", || realm.asked() >= n.min(2)).await;
        tokio::time::sleep(Duration::from_millis(5)).await;
        asking.abort();
        assert!(asking.await.is_err());
    }
    assert_eq!(realm.asked(), 2);
    released.notify_one();
    until("it is remembered", || {
        realm.server.token_cache_usage().0 == 1
    })
    .await;
    assert_eq!(realm.rejection().await, None);
    assert_eq!(realm.asked(), 2);
}

#[tokio::test]
async fn cache_usage_counts_active_tokens() {
    let realm = Realm::new().await;
    assert_eq!(realm.server.token_cache_usage().0, 0);
    assert_eq!(realm.rejection().await, None);
    assert_eq!(rejection(&realm.server, "opq.other").await, INACTIVE);
    let (count, bytes) = realm.server.token_cache_usage();
    assert!(count == 1 && (512..2_048).contains(&bytes), "{bytes}");
}
