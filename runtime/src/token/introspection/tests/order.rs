//! Responses that arrive in another order than their requests were sent.
//!
//! The endpoint holds each response until the test releases it, and the clock does not move, so
//! that only the order of the requests can decide.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use tokio::sync::Notify;

use super::*;
use crate::testing::loopback_server::{LoopbackServer, Reply};
use crate::token::error::TokenError;

const TOKEN: &[u8] = b"opq";

/// An introspector whose endpoint sends one reply after the other.
struct OrderedEndpoint {
    introspector: Arc<Introspector>,
    loopback: LoopbackServer,
    clock: TestClock,
}

impl OrderedEndpoint {
    async fn start(replies: Vec<Reply>) -> Self {
        Self::with_rejected_ttl(replies, Duration::from_secs(5)).await
    }

    async fn with_rejected_ttl(replies: Vec<Reply>, rejected_ttl: Duration) -> Self {
        let next = AtomicUsize::new(0);
        let loopback = LoopbackServer::start(Reply::PerRequest(Arc::new(move |_: &str| {
            replies[next.fetch_add(1, Ordering::Relaxed)].clone()
        })))
        .await;
        let clock = TestClock::new();
        let url = format!("{}/introspect", loopback.url);
        let introspector = introspector_with(url, 4, rejected_ttl, clock.clone());
        introspector.health.record_success();
        Self {
            introspector,
            loopback,
            clock,
        }
    }

    /// Sends a request, and disconnects its client once the endpoint has received it.
    async fn send_and_disconnect(&self) {
        let before = self.loopback.request_count();
        let client = spawn_validate(&self.introspector, "opq".into());
        while self.loopback.request_count() == before {
            tokio::task::yield_now().await;
        }
        client.abort();
        assert!(client.await.is_err());
    }

    async fn validate(&self) -> IntrospectionResult {
        self.introspector.validate(TOKEN, None).await
    }

    /// Releases a held response, and waits until it is processed.
    async fn release(&self, response: &Notify) {
        response.notify_one();
        while self.introspector.cache.in_flight() > 0 {
            tokio::task::yield_now().await;
        }
    }

    /// Returns the scopes of the cached token; `None` if it is not cached, or rejected.
    fn cached_scopes(&self) -> Option<String> {
        let cached = self.introspector.cache.get(&Digest::of(TOKEN), self.now());
        let verified = cached?.ok()?;
        Some(verified.scopes().as_str().to_owned())
    }

    fn now(&self) -> NumericDate {
        self.clock.time()
    }
}

fn active(scopes: &str) -> Reply {
    let now = TestClock::new().time().as_secs();
    let response = json!({
        "active": true, "sub": "alice", "aud": "https://api.example", "scope": scopes,
        "iat": now, "exp": now + 600,
    });
    Reply::json(200, &response.to_string())
}

fn scopes(result: IntrospectionResult) -> Result<String, TokenRejection> {
    result.map(|verified| verified.scopes().as_str().to_owned())
}

fn inactive_error() -> Result<String, TokenRejection> {
    Err(TokenRejection::Invalid(TokenError::Inactive))
}

/// The token is revoked between the two requests.
#[tokio::test]
async fn late_active_response_never_replaces_a_later_rejection() {
    let (slow, released) = active("a").held();
    let test = OrderedEndpoint::start(vec![slow, Reply::inactive(), Reply::inactive()]).await;
    test.send_and_disconnect().await;
    assert_eq!(scopes(test.validate().await), inactive_error());
    test.release(&released).await;
    assert_eq!(scopes(test.validate().await), inactive_error());
    assert_eq!(test.loopback.request_count(), 2, "the rejection is cached");
    test.clock.advance(Duration::from_secs(5));
    assert_eq!(scopes(test.validate().await), inactive_error());
    assert_eq!(test.loopback.request_count(), 3);
}

#[tokio::test]
async fn late_active_response_is_not_cached_after_a_rejection_that_is_not() {
    let (slow, released) = active("a").held();
    let replies = vec![slow, Reply::inactive(), Reply::inactive()];
    let test = OrderedEndpoint::with_rejected_ttl(replies, Duration::ZERO).await;
    test.send_and_disconnect().await;
    assert_eq!(scopes(test.validate().await), inactive_error());
    test.release(&released).await;
    assert_eq!(test.cached_scopes(), None);
    assert_eq!(scopes(test.validate().await), inactive_error());
}

/// The rejection expires while the earlier response is on its way.
#[tokio::test]
async fn late_active_response_is_not_cached_after_an_expired_rejection() {
    let (slow, released) = active("a").held();
    let test = OrderedEndpoint::start(vec![slow, Reply::inactive(), Reply::inactive()]).await;
    test.send_and_disconnect().await;
    assert_eq!(scopes(test.validate().await), inactive_error());
    test.clock.advance(Duration::from_secs(6));
    test.release(&released).await;
    assert_eq!(scopes(test.validate().await), inactive_error());
}

#[tokio::test]
async fn late_rejection_never_replaces_a_later_active_response() {
    let (slow, released) = Reply::inactive().held();
    let test = OrderedEndpoint::start(vec![slow, active("a")]).await;
    test.send_and_disconnect().await;
    assert_eq!(scopes(test.validate().await), Ok("a".into()));
    test.release(&released).await;
    assert_eq!(scopes(test.validate().await), Ok("a".into()));
    assert_eq!(test.loopback.request_count(), 2);
}

#[tokio::test]
async fn late_response_never_restores_scopes() {
    let (slow, released) = active("read write").held();
    let test = OrderedEndpoint::start(vec![slow, active("read")]).await;
    test.send_and_disconnect().await;
    assert_eq!(scopes(test.validate().await), Ok("read".into()));
    test.release(&released).await;
    assert_eq!(test.cached_scopes(), Some("read".into()));
}

/// The order of requests decides, and not the clock.
#[tokio::test]
async fn clock_set_back_does_not_change_the_order() {
    let (slow, released) = active("a").held();
    let test = OrderedEndpoint::start(vec![slow, Reply::inactive(), Reply::inactive()]).await;
    test.clock.advance(Duration::from_secs(30));
    test.send_and_disconnect().await;
    test.clock.set(TestClock::new().time());
    assert_eq!(scopes(test.validate().await), inactive_error());
    test.clock.advance(Duration::from_secs(30));
    test.release(&released).await;
    assert_eq!(test.cached_scopes(), None);
}

/// Each client disconnects, and the responses arrive in reverse.
#[tokio::test]
async fn three_responses_in_reverse_keep_the_last_request() {
    let (first, release_first) = active("a b c").held();
    let (second, release_second) = active("a b").held();
    let (third, release_third) = active("a").held();
    let test = OrderedEndpoint::start(vec![first, second, third]).await;
    for _ in 0..3 {
        test.send_and_disconnect().await;
    }
    release_third.notify_one();
    while test.cached_scopes().is_none() {
        tokio::task::yield_now().await;
    }
    release_second.notify_one();
    test.release(&release_first).await;
    assert_eq!(test.cached_scopes(), Some("a".into()));
}

/// A request without a usable response decides nothing, so it orders nothing.
#[tokio::test]
async fn later_failure_does_not_discard_an_earlier_response() {
    for failure in [
        Reply::json(500, "{}"),
        Reply::Closed,
        Reply::json(200, "[]"),
    ] {
        let (slow, released) = active("a").held();
        let test = OrderedEndpoint::start(vec![slow, failure, Reply::inactive()]).await;
        test.send_and_disconnect().await;
        assert!(is_unavailable(&test.validate().await));
        test.release(&released).await;
        assert_eq!(test.cached_scopes(), Some("a".into()));
    }
}

/// The endpoint accepted any token when the request was sent, and has recovered when it responds.
#[tokio::test]
async fn response_from_before_a_failed_probe_is_not_cached_after_recovery() {
    let (slow, released) = active("a").held();
    let test = OrderedEndpoint::start(vec![slow, Reply::inactive()]).await;
    test.send_and_disconnect().await;
    let introspector = &test.introspector;
    introspector.record_failed_probe(IntrospectionError::AcceptsAnyToken);
    introspector.health.record_success();
    test.release(&released).await;
    assert_eq!(test.cached_scopes(), None);
    assert_eq!(scopes(test.validate().await), inactive_error());
}
