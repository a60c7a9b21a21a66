//! Requests in flight and waiting, and their time limits.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "test support")]

mod order;
mod slow;
mod unsolicited;

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::*;
use crate::https::{ClientSettings, HttpsError};
use crate::secret::Secret;
use crate::testing::TestClock;
use crate::token::TokenError;

/// Creates an introspector for `url` with at most one request in flight.
fn introspector(url: String) -> Arc<Introspector> {
    introspector_with(url, 1, Duration::from_secs(5), TestClock::new())
}

fn introspector_with(
    url: String,
    max_in_flight: usize,
    rejected_ttl: Duration,
    clock: TestClock,
) -> Arc<Introspector> {
    let rules = TokenRules::for_testing();
    let endpoint = IntrospectionEndpoint::new(EndpointSettings {
        issuer: "https://a.example",
        url: Some(url),
        client_id: "c",
        secret: &Secret::new("s"),
        max_in_flight,
        https: &ClientSettings {
            allow_loopback_http: true,
            ..ClientSettings::default()
        },
    });
    let cache = CacheSettings {
        active_ttl: Duration::from_mins(1),
        rejected_ttl,
        capacity: 64 * 1024,
    };
    let clock = Arc::new(clock);
    let introspector = Introspector::new(
        rules.clone(),
        rules,
        endpoint.unwrap(),
        "",
        false,
        cache,
        clock,
    );
    Arc::new(introspector)
}

/// Starts an endpoint that never responds.
async fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/introspect", listener.local_addr().unwrap());
    (listener, url)
}

/// Starts an endpoint that reports every token as inactive.
async fn inactive() -> String {
    let (listener, url) = silent().await;
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let _ = socket.read(&mut [0; 4096]).await;
            let response = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 16\r\n\
                          content-type: application/json\r\n\r\n{\"active\":false}";
            let _ = socket.write_all(response.as_bytes()).await;
        }
    });
    url
}

fn is_unavailable(result: &IntrospectionResult) -> bool {
    matches!(result, Err(TokenRejection::Unavailable(_)))
}

fn is_inactive(result: &IntrospectionResult) -> bool {
    matches!(result, Err(TokenRejection::Invalid(TokenError::Inactive)))
}

/// Otherwise a flood of invalid tokens would make the server unready.
#[tokio::test]
async fn probe_needs_no_permit() {
    let introspector = introspector(inactive().await);
    let _permits = introspector.endpoint.exhaust_send_permits().await;
    introspector.probe().await.unwrap();
    assert!(introspector.health.is_healthy());
}

#[tokio::test(start_paused = true)]
async fn request_without_permit_times_out_and_starts_no_probe() {
    let (_listener, url) = silent().await;
    let introspector = introspector(url);
    introspector.health.record_success();
    let _permits = introspector.endpoint.exhaust_send_permits().await;
    let start = Instant::now();
    assert!(is_unavailable(&introspector.validate(b"opq", None).await));
    assert_eq!(start.elapsed().as_secs(), 5);
    let now = introspector.clock.now();
    assert!(
        introspector.health.try_start_probe(now),
        "no probe has started"
    );
}

/// A caller found no result, and the request in flight ended before the caller could wait for it.
#[tokio::test]
async fn result_cached_after_the_lookup_is_used() {
    let introspector = introspector(inactive().await);
    introspector.health.record_success();
    let token = b"opq";
    let request =
        |deadline| introspector.send_when_permitted(Digest::of(token), token, None, deadline);
    let late = request(Instant::now() + TIMEOUT);
    assert!(is_inactive(&introspector.validate(token, None).await));
    let _permits = introspector.endpoint.exhaust_send_permits().await;
    assert!(is_inactive(&late.await));
}

/// Requests use memory before they have a permit to send, too.
#[tokio::test(start_paused = true)]
async fn token_beyond_1024_waiting_for_the_first_probe_is_rejected_at_once() {
    let (_listener, url) = silent().await;
    let introspector = introspector(url);
    assert!(
        introspector
            .health
            .try_start_probe(introspector.clock.now())
    );
    let waiting: Vec<_> = (0..1025)
        .map(|n| spawn_validate(&introspector, format!("opq.{n}")))
        .collect();
    sleep(Duration::from_secs(1)).await;
    assert!(waiting.iter().all(|waiting| !waiting.is_finished()));
    let (result, elapsed) = spawn_validate(&introspector, "opq.one.more".into())
        .await
        .unwrap();
    assert!(is_unavailable(&result));
    assert_eq!(elapsed, Duration::ZERO);
}

fn spawn_validate(
    introspector: &Arc<Introspector>,
    token: String,
) -> JoinHandle<(IntrospectionResult, Duration)> {
    let introspector = Arc::clone(introspector);
    tokio::spawn(async move {
        let start = Instant::now();
        let result = introspector.validate(token.as_bytes(), None).await;
        (result, start.elapsed())
    })
}

/// Even if callers whose request was in flight disconnect.
#[tokio::test(start_paused = true)]
async fn caller_never_waits_longer_than_five_seconds() {
    let (_listener, url) = silent().await;
    let introspector = introspector(url);
    introspector.health.record_success();
    let [first, second, third, fourth] =
        [(); 4].map(|()| spawn_validate(&introspector, "opq".into()));
    sleep(Duration::from_secs(3)).await;
    first.abort();
    sleep(Duration::from_secs(1)).await;
    second.abort();
    let late = spawn_validate(&introspector, "opq".into());
    for waiting in [third, fourth] {
        let (result, elapsed) = waiting.await.unwrap();
        assert!(is_unavailable(&result));
        assert_eq!(elapsed.as_secs(), 5);
    }
    let (result, elapsed) = late.await.unwrap();
    assert!(is_unavailable(&result), "the result is shared");
    assert_eq!(elapsed.as_secs(), 1);
    assert_eq!(introspector.single_flight.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn waiting_for_the_first_probe_counts_towards_the_five_seconds() {
    let (_listener, url) = silent().await;
    let introspector = introspector(url);
    assert!(
        introspector
            .health
            .try_start_probe(introspector.clock.now())
    );
    let (result, elapsed) = spawn_validate(&introspector, "opq".into()).await.unwrap();
    assert!(is_unavailable(&result));
    assert_eq!(elapsed.as_secs(), 5);
}

/// The limit does not count the request that would be in flight.
#[tokio::test(start_paused = true)]
async fn token_beyond_1024_waiting_for_a_permit_is_rejected_at_once() {
    let (_listener, url) = silent().await;
    let introspector = introspector(url);
    introspector.health.record_success();
    let _permits = introspector.endpoint.exhaust_send_permits().await;
    let waiting: Vec<_> = (0..1025)
        .map(|n| spawn_validate(&introspector, format!("opq.{n}")))
        .collect();
    sleep(Duration::from_secs(1)).await;
    assert!(waiting.iter().all(|waiting| !waiting.is_finished()));
    let (result, elapsed) = spawn_validate(&introspector, "opq.one.more".into())
        .await
        .unwrap();
    assert!(is_unavailable(&result));
    assert_eq!(elapsed, Duration::ZERO);
    let same_token = spawn_validate(&introspector, "opq.0".into());
    sleep(Duration::from_secs(1)).await;
    assert!(!same_token.is_finished(), "it needs no permit");
    for waiting in waiting {
        assert_eq!(waiting.await.unwrap().1.as_secs(), 5);
    }
}
