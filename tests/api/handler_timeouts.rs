//! The time limit of handlers. The clock of tokio is paused, and advances only while a test waits.

use std::convert::Infallible;
use std::future::{pending, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn};
use http_body::Frame;
use http_body_util::BodyExt;
use metrics_util::debugging::DebuggingRecorder;
use palisade::ProblemType;
use palisade::input::{MediaTypes, StreamedBody};
use palisade::prelude::*;
use palisade::testing::TestApi;
use palisade_tests::Log;
use serde_json::Value;
use tokio::time::{Instant, Sleep, sleep, timeout};
use tower::ServiceExt;

use crate::support::NewOrder;

const JSON: &str = "application/json";
const ORDER: &str = r#"{"sku": "a", "quantity": 1}"#;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The time for which the handlers of a test sleep.
#[derive(Clone, Copy)]
struct Work(Duration);

async fn work(State(work): State<Work>) -> &'static str {
    sleep(work.0).await;
    "done"
}

#[public(reason = "a test")]
async fn by_default(work: State<Work>) -> &'static str {
    self::work(work).await
}

#[public(reason = "a test", timeout = "1500 ms")]
async fn short(work: State<Work>) -> &'static str {
    self::work(work).await
}

#[secured(scopes = "orders:read", timeout = "10s")]
async fn secret(work: State<Work>) -> &'static str {
    self::work(work).await
}

#[public(reason = "a test", timeout = "60 min")]
async fn long(work: State<Work>) -> &'static str {
    self::work(work).await
}

async fn api_after(work: Duration) -> TestApi {
    let routes = SecureRouter::new()
        .route("/default", get(by_default))
        .route("/short", get(short))
        .route("/secret", get(secret))
        .route("/long", get(long));
    TestApi::new(routes.with_state(Work(work))).await
}

/// Sends a request, and returns the status and the elapsed time.
async fn send(api: &TestApi, path: &str) -> (u16, Duration) {
    let start = Instant::now();
    let alice = api.caller("alice").scopes("orders:read");
    let response = alice.get(path).send().await;
    (response.status().as_u16(), start.elapsed())
}

/// One millisecond before the limit, and at the limit.
#[tokio::test(start_paused = true)]
async fn handler_timeout_is_30_seconds_unless_declared() {
    for (path, limit) in [
        ("/default", 30_000),
        ("/short", 1_500),
        ("/secret", 10_000),
        ("/long", 3_600_000),
    ] {
        let just_in_time = Duration::from_millis(limit - 1);
        let (status, _) = send(&api_after(just_in_time).await, path).await;
        assert_eq!(status, 200, "{path}");
        let (status, took) = send(&api_after(Duration::MAX).await, path).await;
        assert_eq!(status, 503, "{path}");
        assert_eq!(took.as_millis(), u128::from(limit), "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn handler_timeout_returns_problem_without_retry_after() {
    let api = api_after(Duration::MAX).await;
    let (log, _capturing) = Log::capture();
    let alice = api.caller("alice").scopes("orders:read");
    let response = alice.get("/secret").send().await;
    assert_eq!(response.status(), 503);
    let headers = response.headers();
    assert_eq!(headers["content-type"], "application/problem+json");
    assert_eq!(headers["cache-control"], "no-store");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert!(!headers.contains_key("retry-after"));
    let problem: Value = response.json();
    assert_eq!(problem["status"], 503);
    let type_uri = problem["type"].as_str().unwrap();
    assert_eq!(type_uri, ProblemType::HANDLER_TIMEOUT.uri());
    let events = log.take("palisade::audit");
    let timeouts: Vec<_> = events
        .iter()
        .filter(|event| event["fields"]["event"] == "handler_timeout")
        .collect();
    let [event] = timeouts[..] else {
        panic!("{events:?}");
    };
    assert_eq!(event["level"], "WARN");
    assert_eq!(event["fields"]["handler"], "secret");
    assert_eq!(event["fields"]["timeout_seconds"], 10.0);
    assert_eq!(event["fields"]["issuer"], events[0]["fields"]["issuer"]);
}

#[tokio::test(start_paused = true)]
async fn handler_timeouts_are_counted() {
    let api = api_after(Duration::MAX).await;
    let recorder = DebuggingRecorder::new();
    let counts = recorder.snapshotter();
    let _recording = metrics::set_default_local_recorder(&recorder);
    send(&api, "/short").await;
    send(&api, "/default").await;
    let counts = counts.snapshot().into_vec();
    let count = counts
        .iter()
        .find(|(key, ..)| key.key().name() == "palisade_handler_timeouts_total")
        .map(|(.., value)| format!("{value:?}"));
    assert_eq!(count.as_deref(), Some("Counter(2)"));
}

/// Counts its drops.
#[derive(Clone, Default)]
struct Drops(Arc<AtomicUsize>);

struct DropCounter(Drops);

impl Drop for DropCounter {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[public(reason = "a test", timeout = "10s")]
async fn hold(State(drops): State<Drops>) {
    let _work = DropCounter(drops);
    pending::<()>().await;
}

#[public(reason = "a test", timeout = "10s")]
async fn detach(State(drops): State<Drops>) {
    let work = tokio::spawn(async move {
        sleep(seconds(60)).await;
        drop(DropCounter(drops));
    });
    work.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn handler_is_dropped_at_its_timeout_and_its_tasks_are_not() {
    let drops = Drops::default();
    let routes = SecureRouter::new()
        .route("/hold", get(hold))
        .route("/detach", get(detach));
    let api = TestApi::new(routes.with_state(drops.clone())).await;
    assert_eq!(send(&api, "/hold").await, (503, seconds(10)));
    assert_eq!(drops.0.load(Ordering::Relaxed), 1);
    assert_eq!(send(&api, "/detach").await, (503, seconds(10)));
    sleep(seconds(49)).await;
    assert_eq!(drops.0.load(Ordering::Relaxed), 1);
    sleep(seconds(2)).await;
    assert_eq!(drops.0.load(Ordering::Relaxed), 2);
}

struct PanickingDrop;

impl Drop for PanickingDrop {
    fn drop(&mut self) {
        panic!("a test");
    }
}

#[public(reason = "a test", timeout = "10s")]
async fn panic_at_drop() {
    let _panicking = PanickingDrop;
    pending::<()>().await;
}

#[tokio::test(start_paused = true)]
async fn panic_of_a_dropped_handler_returns_500() {
    let api = TestApi::new(SecureRouter::new().route("/", get(panic_at_drop))).await;
    assert_eq!(send(&api, "/").await, (500, seconds(10)));
    assert_eq!(send(&api, "/").await, (500, seconds(10)));
}

/// A handler that is ready at the limit responds, because its work is done.
#[public(reason = "a test", timeout = "10s")]
async fn ready_late() -> &'static str {
    let mut polled = false;
    poll_fn(|context| {
        if std::mem::replace(&mut polled, true) {
            return Poll::Ready("done");
        }
        let waker = context.waker().clone();
        tokio::spawn(async move {
            sleep(seconds(10)).await;
            waker.wake();
        });
        Poll::Pending
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn response_that_is_ready_at_the_timeout_is_sent() {
    let api = TestApi::new(SecureRouter::new().route("/", get(ready_late))).await;
    assert_eq!(send(&api, "/").await, (200, seconds(10)));
}

/// A body that arrives whole after a delay.
struct Delayed(Pin<Box<Sleep>>, Option<&'static str>);

impl http_body::Body for Delayed {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let waited = self.0.as_mut().poll(context);
        waited.map(|()| self.1.take().map(|text| Ok(Frame::data(text.into()))))
    }
}

/// The media type of a streamed body.
struct Csv;

impl MediaTypes for Csv {
    const ACCEPTED: &'static [&'static str] = &["text/csv"];
}

#[public(
    reason = "a test",
    timeout = "10s",
    body_timeout = "40s",
    body_idle_timeout = "40s"
)]
async fn store(State(work): State<Work>, Valid(Json(_)): Valid<Json<NewOrder>>) {
    sleep(work.0).await;
}

#[public(
    reason = "a test",
    timeout = "10s",
    body_timeout = "40s",
    body_idle_timeout = "40s"
)]
async fn stream(State(work): State<Work>, Valid(mut body): Valid<StreamedBody<Csv>>) {
    while let Ok(Some(_)) = body.next_chunk().await {}
    sleep(work.0).await;
}

#[public(
    reason = "a test",
    timeout = "10s",
    body_timeout = "40s",
    body_idle_timeout = "40s"
)]
async fn stream_elsewhere(State(work): State<Work>, Valid(mut body): Valid<StreamedBody<Csv>>) {
    let reading = tokio::spawn(async move { while let Ok(Some(_)) = body.next_chunk().await {} });
    reading.await.unwrap();
    sleep(work.0).await;
}

/// Waits for the body once, and keeps it.
#[public(
    reason = "a test",
    timeout = "10s",
    body_timeout = "40s",
    body_idle_timeout = "40s"
)]
async fn abandon(Valid(mut body): Valid<StreamedBody<Csv>>) {
    let _ = timeout(seconds(1), body.next_chunk()).await;
    pending::<()>().await;
}

/// Waits for the body once, and drops it.
#[public(
    reason = "a test",
    timeout = "10s",
    body_timeout = "40s",
    body_idle_timeout = "40s"
)]
async fn discard(Valid(mut body): Valid<StreamedBody<Csv>>) {
    let _ = timeout(seconds(1), body.next_chunk()).await;
    drop(body);
    pending::<()>().await;
}

/// Posts a body that arrives after a delay, and returns the status and the elapsed time.
async fn post_delayed(path: &str, delay: u64, work: u64) -> (u16, u64) {
    let routes = SecureRouter::new()
        .route("/store", post(store))
        .route("/stream", post(stream))
        .route("/stream_elsewhere", post(stream_elsewhere))
        .route("/abandon", post(abandon))
        .route("/discard", post(discard));
    let api = TestApi::new(routes.with_state(Work(seconds(work)))).await;
    let body = Body::new(Delayed(Box::pin(sleep(seconds(delay))), Some(ORDER)));
    let media_type = if path == "/store" { JSON } else { "text/csv" };
    let request = Request::post(path).header("content-type", media_type);
    let start = Instant::now();
    let response = api.router().oneshot(request.body(body).unwrap()).await;
    // timers have a granularity of a millisecond
    let took = start.elapsed() + Duration::from_millis(50);
    (response.unwrap().status().as_u16(), took.as_secs())
}

/// `body_timeout` limits the wait for the client, so a slow client does not use the handler's time.
#[tokio::test(start_paused = true)]
async fn wait_for_the_body_does_not_count_as_time_of_the_handler() {
    for path in ["/store", "/stream", "/stream_elsewhere"] {
        assert_eq!(post_delayed(path, 39, 9).await, (200, 48), "{path}");
        assert_eq!(post_delayed(path, 39, 11).await, (503, 49), "{path}");
        assert_eq!(post_delayed(path, 0, 11).await, (503, 10), "{path}");
    }
    // the client is too slow: 408, whatever the timeout of the handler
    assert_eq!(post_delayed("/store", 100, 0).await, (408, 40));
}

/// The body counts as waited for at most during its own timeout.
#[tokio::test(start_paused = true)]
async fn abandoned_body_does_not_suspend_the_timeout() {
    assert_eq!(post_delayed("/abandon", 1_000, 0).await, (503, 50));
    assert_eq!(post_delayed("/discard", 1_000, 0).await, (503, 11));
}

async fn slow_layer(request: Request, next: Next) -> Response {
    sleep(seconds(6)).await;
    next.run(request).await
}

/// An extractor of the API that takes its time.
struct Slow;

impl<S: Sync> FromRequestParts<S> for Slow {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Infallible> {
        sleep(seconds(6)).await;
        Ok(Self)
    }
}

impl TrustedExtractor for Slow {
    const REASON: &'static str = "a test";
}

#[public(reason = "a test", timeout = "10s")]
async fn fast() {}

#[public(reason = "a test", timeout = "10s")]
async fn with_slow_argument(_: Slow) {}

#[public(reason = "a test", timeout = "13s")]
async fn with_more_time(_: Slow) {}

#[tokio::test(start_paused = true)]
async fn inner_layers_and_arguments_use_the_time_of_the_handler() {
    let routes = SecureRouter::new()
        .route("/fast", get(fast))
        .route("/slow", get(with_slow_argument))
        .route("/more", get(with_more_time))
        .inner_layer(from_fn(slow_layer));
    let api = TestApi::new(routes).await;
    assert_eq!(send(&api, "/fast").await, (200, seconds(6)));
    assert_eq!(send(&api, "/slow").await, (503, seconds(10)));
    assert_eq!(send(&api, "/more").await, (200, seconds(12)));
    assert_eq!(send(&api, "/unknown").await, (404, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn layers_outside_the_guard_use_their_own_time() {
    let routes = SecureRouter::new()
        .route("/slow", get(with_slow_argument))
        .layer(from_fn(slow_layer));
    let api = TestApi::new(routes).await;
    assert_eq!(send(&api, "/slow").await, (200, seconds(12)));
}

#[public(reason = "a test", timeout = "1s")]
async fn stream_response() -> Body {
    Body::new(Delayed(Box::pin(sleep(seconds(90))), Some("late")))
}

#[tokio::test(start_paused = true)]
async fn response_body_may_last_longer_than_the_timeout() {
    let api = TestApi::new(SecureRouter::new().route("/", get(stream_response))).await;
    let start = Instant::now();
    let request = Request::get("/").body(Body::empty()).unwrap();
    let response = api.router().oneshot(request).await.unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!((start.elapsed(), &body[..]), (seconds(90), &b"late"[..]));
}

#[tokio::test(start_paused = true)]
async fn inventory_shows_timeouts_that_are_declared() {
    let api = api_after(Duration::ZERO).await;
    let inventory = api.api().inventory();
    let timeouts: Vec<_> = inventory
        .iter()
        .map(|route| route.limits().timeout.as_millis())
        .collect();
    assert_eq!(timeouts, [30_000, 1_500, 10_000, 3_600_000]);
    let table = inventory.to_string();
    for text in [
        "timeout = \"1500 ms\"",
        "timeout = \"10 s\"",
        "timeout = \"1 h\"",
    ] {
        assert_eq!(table.matches(text).count(), 1, "{table}");
    }
}
