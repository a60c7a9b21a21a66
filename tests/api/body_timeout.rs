//! The time limit of bodies. The clock of tokio is paused, and advances only while a test waits.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, RawForm, Request};
use http_body::Frame;
use http_body_util::BodyExt;
use palisade::prelude::*;
use palisade::testing::TestApi;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep, timeout};
use tower::ServiceExt;

use crate::support::NewOrder;

const TOLERANCE: Duration = Duration::from_millis(1);

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

/// Reads the body itself, and has its own rejection.
struct WholeBody;

impl<S: Sync> FromRequest<S> for WholeBody {
    type Rejection = StatusCode;

    async fn from_request(request: Request, _: &S) -> Result<Self, StatusCode> {
        let body = request.into_body().collect().await;
        body.map(|_| Self).map_err(|_| StatusCode::IM_A_TEAPOT)
    }
}

impl TrustedExtractor for WholeBody {
    const REASON: &'static str = "discards the body";
}

#[public(reason = "a test")]
async fn read_order(Valid(Json(order)): Valid<Json<NewOrder>>) -> String {
    order.sku
}

#[public(reason = "a test")]
async fn read_form(Valid(Form(_)): Valid<Form<crate::support::Listing>>) {}

#[public(reason = "a test", unvalidated = "a test")]
async fn read_bytes(_: Unvalidated<Bytes>) {}

#[public(reason = "a test", unvalidated = "a test")]
async fn read_text(_: Unvalidated<String>) {}

#[public(reason = "a test", unvalidated = "a test")]
async fn read_raw_json(_: Unvalidated<Json<Value>>) {}

#[public(reason = "a test", unvalidated = "a test")]
async fn read_raw_form(_: Unvalidated<Form<Vec<(String, String)>>>) {}

#[public(reason = "a test", unvalidated = "a test")]
async fn read_pairs(_: Unvalidated<RawForm>) {}

#[public(reason = "a test")]
async fn read_whole_body(_: WholeBody) {}

#[public(reason = "a test", body_timeout = "1500 ms")]
async fn read_with_short_timeout(Valid(Json(_)): Valid<Json<NewOrder>>) {}

#[public(reason = "a test", body_timeout = "2 min", body_idle_timeout = "2 min")]
async fn read_with_long_timeout(Valid(Json(_)): Valid<Json<NewOrder>>) {}

#[public(reason = "a test", body_timeout = "2 min")]
async fn read_with_default_idle_timeout(Valid(Json(_)): Valid<Json<NewOrder>>) {}

#[public(
    reason = "a test",
    body_timeout = "2 min",
    body_idle_timeout = "1500 ms",
    unvalidated = "a test"
)]
async fn read_with_short_idle_timeout(_: Unvalidated<Bytes>) {}

#[public(reason = "a test")]
async fn ignore_body() {}

async fn api() -> TestApi {
    let routes = SecureRouter::new()
        .route("/order", post(read_order))
        .route("/form", post(read_form))
        .route("/bytes", post(read_bytes))
        .route("/text", post(read_text))
        .route("/raw/json", post(read_raw_json))
        .route("/raw/form", post(read_raw_form))
        .route("/raw/pairs", post(read_pairs))
        .route("/application", post(read_whole_body))
        .route("/soon", post(read_with_short_timeout))
        .route("/late", post(read_with_long_timeout))
        .route("/idle", post(read_with_default_idle_timeout))
        .route("/idle/soon", post(read_with_short_idle_timeout))
        .route("/nothing", post(ignore_body));
    TestApi::new(routes).await
}

/// Posts a body that arrives after a delay, and returns the response and the elapsed time.
async fn post_delayed(
    api: &TestApi,
    path: &str,
    media_type: &str,
    text: &'static str,
    delay: Duration,
) -> (Response, Duration) {
    let body = Body::new(Delayed(Box::pin(sleep(delay)), Some(text)));
    let request = Request::post(path).header("content-type", media_type);
    let start = Instant::now();
    let response = api.router().oneshot(request.body(body).unwrap()).await;
    (response.unwrap(), start.elapsed())
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const ORDER: &str = r#"{"sku": "a", "quantity": 1}"#;

/// One millisecond before the limit, and at the limit.
#[tokio::test(start_paused = true)]
async fn body_timeout_is_30_seconds_unless_declared() {
    let api = api().await;
    for (path, limit) in [("/order", 30_000), ("/soon", 1_500), ("/late", 120_000)] {
        let just_in_time = Duration::from_millis(limit - 1);
        let (in_time, _) = post_delayed(&api, path, JSON, ORDER, just_in_time).await;
        assert_eq!(in_time.status(), 200, "{path}");
        let limit = Duration::from_millis(limit);
        let (late, took) = post_delayed(&api, path, JSON, ORDER, Duration::MAX).await;
        assert_eq!(late.status(), 408, "{path}");
        assert!((limit..limit + 2 * TOLERANCE).contains(&took), "{took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn body_idle_timeout_is_30_seconds_unless_declared() {
    let api = api().await;
    for (path, limit) in [("/idle", 30_000), ("/idle/soon", 1_500)] {
        let just_in_time = Duration::from_millis(limit - 1);
        let (in_time, _) = post_delayed(&api, path, JSON, ORDER, just_in_time).await;
        assert_eq!(in_time.status(), 200, "{path}");
        let limit = Duration::from_millis(limit);
        let (late, took) = post_delayed(&api, path, JSON, ORDER, Duration::MAX).await;
        assert_eq!(late.status(), 408, "{path}");
        assert_eq!(late.headers()["connection"], "close", "{path}");
        assert!((limit..limit + 2 * TOLERANCE).contains(&took), "{took:?}");
        let body = late.into_body().collect().await.unwrap().to_bytes();
        let problem: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(problem["detail"], format!("the body stalled for {limit:?}"));
    }
}

/// RFC 9110 §15.5.9: the connection is closed without waiting for the rest.
#[tokio::test(start_paused = true)]
async fn slow_body_returns_408_in_every_extractor() {
    let api = api().await;
    for (path, media_type) in [
        ("/order", JSON),
        ("/form", FORM),
        ("/bytes", JSON),
        ("/text", JSON),
        ("/raw/json", JSON),
        ("/raw/form", FORM),
        ("/raw/pairs", FORM),
    ] {
        let (late, _) = post_delayed(&api, path, media_type, ORDER, Duration::MAX).await;
        assert_eq!(late.status(), 408, "{path}");
        assert_eq!(late.headers()["connection"], "close", "{path}");
        assert_eq!(late.headers()["content-type"], "application/problem+json");
        assert_eq!(late.headers()["x-content-type-options"], "nosniff");
        let body = late.into_body().collect().await.unwrap().to_bytes();
        let problem: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(problem["detail"], "the body took longer than 30s", "{path}");
    }
}

/// The time limit also applies to extractors of the application, which choose their own response.
#[tokio::test(start_paused = true)]
async fn slow_body_in_application_extractor_returns_its_own_status() {
    let (late, took) = post_delayed(&api().await, "/application", JSON, ORDER, Duration::MAX).await;
    assert_eq!(late.status(), 418);
    assert!(took < Duration::from_secs(31), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn unread_body_is_not_waited_for() {
    let (response, took) = post_delayed(&api().await, "/nothing", JSON, ORDER, Duration::MAX).await;
    assert_eq!((response.status(), took), (StatusCode::OK, Duration::ZERO));
}

#[public(reason = "a test", body_timeout = "50 ms")]
async fn read_with_tiny_timeout(Valid(Json(order)): Valid<Json<NewOrder>>) -> String {
    order.sku
}

/// Over a socket: a client that sends half a body receives 408, and the connection is closed.
#[tokio::test]
async fn connection_with_stalled_body_is_closed() {
    let routes = SecureRouter::new().route("/", post(read_with_tiny_timeout));
    let api = TestApi::new(routes).await.api().clone();
    let bound = palisade::serve(api).bind("127.0.0.1:0").await.unwrap();
    let address = bound.local_addr();
    let server = tokio::spawn(bound.run_until(std::future::pending()));
    let head = |length: usize| {
        format!(
            "POST / HTTP/1.1\r\nhost: api\r\ncontent-type: {JSON}\r\ncontent-length: {length}\r\n\r\n{ORDER}"
        )
    };
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(head(ORDER.len() + 1).as_bytes())
        .await
        .unwrap();
    let mut response = String::new();
    let read = stream.read_to_string(&mut response);
    timeout(Duration::from_secs(10), read)
        .await
        .expect("the connection is still open")
        .unwrap();
    assert!(response.starts_with("HTTP/1.1 408 "), "{response}");
    assert!(response.contains("connection: close\r\n"), "{response}");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(head(ORDER.len()).as_bytes())
        .await
        .unwrap();
    let mut response = [0; 12];
    stream.read_exact(&mut response).await.unwrap();
    assert_eq!(&response, b"HTTP/1.1 200");
    server.abort();
}
