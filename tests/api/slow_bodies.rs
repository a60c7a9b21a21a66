//! How long a body may take; the runtime's clock stands still but for who waits.

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

const MOMENT: Duration = Duration::from_millis(1);

/// A body that is there whole after a while.
struct After(Pin<Box<Sleep>>, Option<&'static str>);

impl http_body::Body for After {
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

/// Reads by itself, and has an answer of its own for what it cannot read.
struct Everything;

impl<S: Sync> FromRequest<S> for Everything {
    type Rejection = StatusCode;

    async fn from_request(request: Request, _: &S) -> Result<Self, StatusCode> {
        let body = request.into_body().collect().await;
        body.map(|_| Self).map_err(|_| StatusCode::IM_A_TEAPOT)
    }
}

impl TrustedExtractor for Everything {
    const REASON: &'static str = "keeps nothing";
}

#[public(reason = "a test")]
async fn take_order(Valid(Json(order)): Valid<Json<NewOrder>>) -> String {
    order.sku
}

#[public(reason = "a test")]
async fn take_form(Valid(Form(_)): Valid<Form<crate::support::Listing>>) {}

#[public(reason = "a test", unvalidated = "a test")]
async fn take_bytes(_: Unvalidated<Bytes>) {}

#[public(reason = "a test", unvalidated = "a test")]
async fn take_text(_: Unvalidated<String>) {}

#[public(reason = "a test", unvalidated = "a test")]
async fn take_raw_json(_: Unvalidated<Json<Value>>) {}

#[public(reason = "a test", unvalidated = "a test")]
async fn take_raw_form(_: Unvalidated<Form<Vec<(String, String)>>>) {}

#[public(reason = "a test", unvalidated = "a test")]
async fn take_pairs(_: Unvalidated<RawForm>) {}

#[public(reason = "a test")]
async fn take_own(_: Everything) {}

#[public(reason = "a test", body_timeout = "1500 ms")]
async fn take_soon(Valid(Json(_)): Valid<Json<NewOrder>>) {}

#[public(reason = "a test", body_timeout = "2 min")]
async fn take_late(Valid(Json(_)): Valid<Json<NewOrder>>) {}

#[public(reason = "a test")]
async fn take_nothing() {}

async fn api() -> TestApi {
    let routes = SecureRouter::new()
        .route("/order", post(take_order))
        .route("/form", post(take_form))
        .route("/bytes", post(take_bytes))
        .route("/text", post(take_text))
        .route("/raw/json", post(take_raw_json))
        .route("/raw/form", post(take_raw_form))
        .route("/raw/pairs", post(take_pairs))
        .route("/own", post(take_own))
        .route("/soon", post(take_soon))
        .route("/late", post(take_late))
        .route("/nothing", post(take_nothing));
    TestApi::new(routes).await
}

/// Posts a body that takes so long, and tells the answer and how long it took.
async fn posted(
    api: &TestApi,
    path: &str,
    kind: &str,
    text: &'static str,
    after: Duration,
) -> (Response, Duration) {
    let body = Body::new(After(Box::pin(sleep(after)), Some(text)));
    let request = Request::post(path).header("content-type", kind);
    let begun = Instant::now();
    let answer = api.router().oneshot(request.body(body).unwrap()).await;
    (answer.unwrap(), begun.elapsed())
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const ORDER: &str = r#"{"sku": "a", "quantity": 1}"#;

/// A moment before the time is over, and when it is.
#[tokio::test(start_paused = true)]
async fn a_body_has_30_seconds_or_what_is_declared() {
    let api = api().await;
    for (path, limit) in [("/order", 30_000), ("/soon", 1_500), ("/late", 120_000)] {
        let just_in_time = Duration::from_millis(limit - 1);
        let (in_time, _) = posted(&api, path, JSON, ORDER, just_in_time).await;
        assert_eq!(in_time.status(), 200, "{path}");
        let limit = Duration::from_millis(limit);
        let (late, took) = posted(&api, path, JSON, ORDER, Duration::MAX).await;
        assert_eq!(late.status(), 408, "{path}");
        assert!((limit..limit + 2 * MOMENT).contains(&took), "{took:?}");
    }
}

/// RFC 9110 §15.5.9: the connection is closed, and nobody waits for the rest.
#[tokio::test(start_paused = true)]
async fn a_late_body_is_408_whoever_reads_it() {
    let api = api().await;
    for (path, kind) in [
        ("/order", JSON),
        ("/form", FORM),
        ("/bytes", JSON),
        ("/text", JSON),
        ("/raw/json", JSON),
        ("/raw/form", FORM),
        ("/raw/pairs", FORM),
    ] {
        let (late, _) = posted(&api, path, kind, ORDER, Duration::MAX).await;
        assert_eq!(late.status(), 408, "{path}");
        assert_eq!(late.headers()["connection"], "close", "{path}");
        assert_eq!(late.headers()["content-type"], "application/problem+json");
        assert_eq!(late.headers()["x-content-type-options"], "nosniff");
        let body = late.into_body().collect().await.unwrap().to_bytes();
        let problem: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(problem["detail"], "the body took longer than 30s", "{path}");
    }
}

/// An extractor of one's own is held to the time; what it makes of it is its own.
#[tokio::test(start_paused = true)]
async fn another_reader_ends_in_time_with_its_own_status() {
    let (late, took) = posted(&api().await, "/own", JSON, ORDER, Duration::MAX).await;
    assert_eq!(late.status(), 418);
    assert!(took < Duration::from_secs(31), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_nobody_reads_is_not_waited_for() {
    let (answer, took) = posted(&api().await, "/nothing", JSON, ORDER, Duration::MAX).await;
    assert_eq!((answer.status(), took), (StatusCode::OK, Duration::ZERO));
}

#[public(reason = "a test", body_timeout = "50 ms")]
async fn take_at_once(Valid(Json(order)): Valid<Json<NewOrder>>) -> String {
    order.sku
}

/// Over a real socket: who sends half a body is answered, and cut off.
#[tokio::test]
async fn a_connection_whose_body_stalls_is_closed() {
    let routes = SecureRouter::new().route("/", post(take_at_once));
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
    let mut answer = String::new();
    let read = stream.read_to_string(&mut answer);
    timeout(Duration::from_secs(10), read)
        .await
        .expect("the connection is still open")
        .unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(head(ORDER.len()).as_bytes())
        .await
        .unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    server.abort();
}
