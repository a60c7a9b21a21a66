//! Refreshes that fail: how often they are repeated, and which token is used meanwhile.

use super::*;

/// The provider's error is not a reason to ask it again with each request of the person.
#[tokio::test]
async fn failing_refresh_is_repeated_once_per_second() {
    let cases = [
        Reply::json(500, "{}"),
        Reply::json(503, "busy"),
        Reply::json(429, "{}"),
        Reply::json(400, r#"{"error":"temporarily_unavailable"}"#),
        Reply::json(200, "<html>"),
        Reply::Closed,
    ];
    for reply in cases {
        let server = start(reply, &json!({})).await;
        let clock = TestClock::new();
        let record = Record::with(&login(clock.time()).encode()).await;
        let client = client(&server, clock.clone()).await;
        let tokens = person(&client, &record);
        let of_client = machine(&client);
        // the last seconds of the token, in steps of a quarter of a second
        clock.advance(Duration::from_secs(590));
        for step in 0..40 {
            assert_eq!(text(&tokens.token().await.unwrap()), "t0", "{step}");
            assert_eq!(server.request_count(), step / 4 + 1);
            clock.advance(Duration::from_millis(250));
        }
        for step in 40..50 {
            assert!(tokens.token().await.is_err());
            assert_eq!(server.request_count(), step / 4 + 1);
            clock.advance(Duration::from_millis(250));
        }
        let requests = server.request_count();
        for step in 0..10 {
            assert!(of_client.token().await.is_err());
            assert_eq!(server.request_count(), requests + step / 4 + 1);
            clock.advance(Duration::from_millis(250));
        }
    }
}

/// Requests that wait for the same failing one do not each wait for another one.
#[tokio::test]
async fn request_that_fails_slowly_is_not_repeated_at_once() {
    let (reply, released) = Reply::json(503, "{}").held();
    let server = start(reply, &json!({})).await;
    let clock = TestClock::new();
    let record = Record::with(&login(clock.time()).encode()).await;
    let tokens = person(&client(&server, clock.clone()).await, &record);
    clock.advance(Duration::from_mins(9));
    let callers: Vec<_> = (0..10)
        .map(|_| {
            let tokens = tokens.clone();
            tokio::spawn(async move { tokens.token().await })
        })
        .collect();
    while server.request_count() == 0 {
        tokio::task::yield_now().await;
    }
    clock.advance(Duration::from_secs(5));
    released.notify_one();
    for caller in callers {
        assert_eq!(text(&caller.await.unwrap().unwrap()), "t0");
    }
    assert_eq!(server.request_count(), 1);
}

#[tokio::test]
async fn token_that_another_process_has_refreshed_is_found_while_the_provider_fails() {
    let server = start(Reply::json(503, "{}"), &json!({})).await;
    let clock = TestClock::new();
    let record = Record::with(&login(clock.time()).encode()).await;
    let tokens = person(&client(&server, clock.clone()).await, &record);
    clock.advance(Duration::from_mins(10));
    assert!(tokens.token().await.is_err());
    let newer = login(clock.time()).encode();
    record.vault.put(&record.id, &newer, None).await.unwrap();
    assert_eq!(text(&tokens.token().await.unwrap()), "t0");
    assert_eq!(server.request_count(), 1);
}

/// The API has refused the cached token, and the provider has ended the grant.
#[tokio::test]
async fn token_of_a_grant_that_has_ended_is_not_used_again() {
    let ended = Reply::json(400, r#"{"error":"invalid_grant"}"#);
    let server = start(ended, &json!({})).await;
    let clock = TestClock::new();
    let record = Record::with(&login(clock.time()).encode()).await;
    let tokens = person(&client(&server, clock.clone()).await, &record);
    let token = tokens.token().await.unwrap();
    #[cfg(feature = "tracing")]
    let (log, _capturing) = crate::testing::log::TestLog::capture();
    let replaced = tokens.replace(&token).await;
    assert!(matches!(replaced, Err(TokenSourceError::Ended)));
    for _ in 0..3 {
        let found = tokens.token().await;
        assert!(matches!(found, Err(TokenSourceError::Ended)), "{found:?}");
        clock.advance(Duration::from_secs(1));
    }
    assert_eq!(server.request_count(), 1);
    #[cfg(feature = "tracing")]
    {
        let mut events = log.take("palisade::relying_party");
        events.retain(|event| event["event"] == "grant_ended");
        assert_eq!(events.len(), 1, "{events:?}");
        assert_eq!(events[0]["issuer"], server.url);
    }
}

/// The former token is used only if it can still be valid, and the provider may issue another one later.
#[tokio::test]
async fn failed_refresh_leaves_the_token_only_if_it_is_temporary_and_the_token_not_rejected() {
    let unavailable = || Reply::json(503, "{}");
    let refused = || Reply::json(401, r#"{"error":"invalid_client"}"#);
    for (reply, is_rejected, is_usable) in [
        (unavailable(), false, true),
        (unavailable(), true, false),
        (refused(), false, false),
        (refused(), true, false),
    ] {
        let server = start(reply, &json!({})).await;
        let clock = TestClock::new();
        let record = Record::with(&login(clock.time()).encode()).await;
        let client = client(&server, clock.clone()).await;
        let token = person(&client, &record).token().await.unwrap();
        clock.advance(Duration::from_mins(9));
        let tokens = person(&client, &record);
        // at first, and shortly after the failure
        for _ in 0..2 {
            let found = if is_rejected {
                tokens.replace(&token).await
            } else {
                tokens.token().await
            };
            assert_eq!(found.is_ok(), is_usable, "{found:?}");
        }
        assert_eq!(server.request_count(), 1);
    }
}

#[tokio::test]
async fn invalid_grant_ends_the_login_and_5xx_does_not() {
    let server = start(Reply::json(500, r#"{"error":"invalid_grant"}"#), &json!({})).await;
    let clock = TestClock::new();
    let record = Record::with(&login(clock.time()).encode()).await;
    let tokens = person(&client(&server, clock.clone()).await, &record);
    clock.advance(Duration::from_mins(9));
    assert_eq!(text(&tokens.token().await.unwrap()), "t0");
    clock.advance(Duration::from_mins(1));
    let error = tokens.token().await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
    assert_eq!(record.refresh_token().await.as_deref(), Some("r0"));
    server.set(Reply::json(400, r#"{"error":"invalid_grant"}"#));
    clock.advance(Duration::from_secs(1));
    for _ in 0..3 {
        let error = tokens.token().await.unwrap_err();
        assert!(matches!(error, TokenSourceError::Ended), "{error}");
        clock.advance(Duration::from_secs(10));
    }
    assert_eq!(record.refresh_token().await, None);
    assert_eq!(server.request_count(), 3);
}
