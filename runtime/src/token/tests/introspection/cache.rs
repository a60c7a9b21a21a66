//! The cache of introspection responses, and concurrent requests with one token.

use super::*;

#[tokio::test]
async fn active_token_is_introspected_once_per_minute() {
    let test = IntrospectedServer::new().await;
    for _ in 0..60 {
        assert_eq!(test.rejection().await, None);
        test.advance(1);
    }
    assert_eq!(test.introspections(), 1);
    assert_eq!(test.rejection().await, None);
    assert_eq!(test.introspections(), 2);
}

#[tokio::test]
async fn revoked_token_is_rejected_after_the_cache_time() {
    let test = IntrospectedServer::with(credentials().cache_for(Duration::from_secs(20))).await;
    assert_eq!(test.rejection().await, None);
    test.loopback.set(Reply::inactive());
    test.advance(19);
    assert_eq!(test.rejection().await, None);
    test.advance(1);
    assert_eq!(test.rejection().await, INACTIVE);
}

/// The guard then decides without waiting.
#[tokio::test]
async fn cached_result_of_an_opaque_token_is_returned_at_once() {
    let test = IntrospectedServer::new().await;
    let cached = || test.server.authenticate_cached(TOKEN.as_bytes());
    assert!(cached().is_none());
    assert_eq!(test.rejection().await, None);
    assert_eq!(cached().unwrap().unwrap().subject(), "alice");
    assert!(test.server.authenticate_cached(b"other").is_none());
    test.advance(60);
    assert!(cached().is_none());
    test.reply(Reply::inactive());
    assert_eq!(test.rejection().await, INACTIVE);
    assert_eq!(cached().unwrap().unwrap_err().rejection, INACTIVE.unwrap());
}

#[tokio::test]
async fn cache_time_of_zero_introspects_every_request() {
    let test = IntrospectedServer::with(credentials().cache_for(Duration::ZERO)).await;
    for expected in 1..4 {
        assert_eq!(test.rejection().await, None);
        assert_eq!(test.introspections(), expected);
    }
}

/// RFC 7662 §4: not even within the clock skew.
#[tokio::test]
async fn cached_response_is_not_used_after_exp() {
    let test = IntrospectedServer::new().await;
    let mut response = test.active_response();
    response["exp"] = json!(test.clock.time().as_secs() + 10);
    test.respond_with(&response);
    assert_eq!(test.rejection().await, None);
    test.advance(9);
    assert_eq!(test.rejection().await, None);
    assert_eq!(test.introspections(), 1);
    test.loopback.set(Reply::inactive());
    test.advance(1);
    assert_eq!(test.rejection().await, INACTIVE);
}

/// Sends a request whose introspection takes `seconds`.
async fn rejection_after(
    test: &Arc<IntrospectedServer>,
    response: &Value,
    seconds: u64,
) -> Option<TokenRejection> {
    let (response, released) = Reply::json(200, &response.to_string()).held();
    test.reply(response);
    let request = {
        let test = Arc::clone(test);
        tokio::spawn(async move { test.rejection().await })
    };
    wait_until("the endpoint receives the request", || {
        test.introspections() == 1
    })
    .await;
    test.advance(seconds);
    released.notify_one();
    request.await.unwrap()
}

/// Otherwise a slow response would extend the time for which a revoked token is accepted.
#[tokio::test]
async fn cache_time_starts_at_the_request() {
    let test = Arc::new(IntrospectedServer::new().await);
    assert_eq!(
        rejection_after(&test, &test.active_response(), 10).await,
        None
    );
    test.loopback.set(Reply::inactive());
    test.advance(49);
    assert_eq!(test.rejection().await, None);
    test.advance(1);
    assert_eq!(test.rejection().await, INACTIVE);
}

/// The skew is 30 s.
#[tokio::test]
async fn token_that_expires_during_introspection_is_rejected() {
    for (seconds, expected) in [
        (39, None),
        (40, Some(TokenRejection::Invalid(TokenError::Expired))),
    ] {
        let test = Arc::new(IntrospectedServer::new().await);
        let mut response = test.active_response();
        response["exp"] = json!(test.clock.time().as_secs() + 10);
        assert_eq!(rejection_after(&test, &response, seconds).await, expected);
    }
}

#[tokio::test]
async fn rejection_is_cached_for_five_seconds() {
    let test = IntrospectedServer::new().await;
    test.reply(Reply::inactive());
    assert_eq!(test.rejection().await, INACTIVE);
    test.respond_with(&test.active_response());
    test.advance(4);
    assert_eq!(test.rejection().await, INACTIVE);
    assert_eq!(test.introspections(), 1);
    test.advance(1);
    assert_eq!(test.rejection().await, None);
    assert_eq!(test.introspections(), 2);
}

#[tokio::test]
async fn failure_is_not_cached() {
    let test = IntrospectedServer::new().await;
    test.reply(Reply::json(500, "{}"));
    assert!(is_unavailable(test.rejection().await));
    test.respond_with(&test.active_response());
    assert_eq!(test.rejection().await, None);
}

#[tokio::test]
async fn clock_set_back_introspects_again() {
    let test = IntrospectedServer::new().await;
    assert_eq!(test.rejection().await, None);
    test.clock
        .set(test.clock.time().saturating_sub(Duration::from_secs(1)));
    assert_eq!(test.rejection().await, None);
    assert_eq!(test.introspections(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_requests_with_one_token_share_one_introspection() {
    let test = Arc::new(IntrospectedServer::new().await);
    let (response, released) = Reply::json(200, &test.active_response().to_string()).held();
    test.reply(response);
    let requests: Vec<_> = (0..100)
        .map(|_| {
            let test = Arc::clone(&test);
            tokio::spawn(async move { test.rejection().await })
        })
        .collect();
    wait_until("the endpoint receives the request", || {
        test.introspections() == 1
    })
    .await;
    settle().await;
    released.notify_one();
    for request in requests {
        assert_eq!(request.await.unwrap(), None);
    }
    assert_eq!(test.introspections(), 1);
}

/// The request that started the introspection is canceled; another one takes over.
#[tokio::test]
async fn canceled_request_does_not_cancel_waiting_ones() {
    let test = Arc::new(IntrospectedServer::new().await);
    test.reply(Reply::Silent);
    let send = || {
        let test = Arc::clone(&test);
        tokio::spawn(async move { test.rejection().await })
    };
    let first = send();
    wait_until("the endpoint receives the request", || {
        test.introspections() == 1
    })
    .await;
    let second = send();
    tokio::task::yield_now().await;
    test.respond_with(&test.active_response());
    first.abort();
    assert_eq!(second.await.unwrap(), None);
    assert_eq!(test.introspections(), 2);
}

/// Otherwise any number could be in flight, and no response would be cached (as in CVE-2023-44487).
#[tokio::test]
async fn repeated_cancellation_stays_within_the_in_flight_limit() {
    let test = Arc::new(IntrospectedServer::with(credentials().max_in_flight(2)).await);
    let (response, released) = Reply::json(200, &test.active_response().to_string()).held();
    test.reply(response);
    for n in 1..=20 {
        let request = {
            let test = Arc::clone(&test);
            tokio::spawn(async move { test.rejection().await })
        };
        wait_until("the endpoint receives the request", || {
            test.introspections() >= n.min(2)
        })
        .await;
        settle().await;
        request.abort();
        assert!(request.await.is_err());
    }
    assert_eq!(test.introspections(), 2);
    released.notify_one();
    wait_until("the response is cached", || {
        test.server.token_cache_usage().0 == 1
    })
    .await;
    assert_eq!(test.rejection().await, None);
    assert_eq!(test.introspections(), 2);
}

#[tokio::test]
async fn cache_usage_counts_active_tokens() {
    let test = IntrospectedServer::new().await;
    assert_eq!(test.server.token_cache_usage().0, 0);
    assert_eq!(test.rejection().await, None);
    assert_eq!(rejection(&test.server, "opq.other").await, INACTIVE);
    let (count, bytes) = test.server.token_cache_usage();
    assert!(count == 1 && (512..2_048).contains(&bytes), "{bytes}");
}
