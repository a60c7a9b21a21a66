//! Panics of values that outlive the handler: a response body, and the destructors of a request.

use std::cell::Cell;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::middleware::{map_request, map_response};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt as _;
use palisade::prelude::*;
use palisade::testing::TestApi;
use palisade_tests::Log;
use tower::ServiceExt as _;

use super::{AUDIT, CANARY, assert_500, crash};

/// The call that panics.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Call {
    PollFrame,
    IsEndStream { calls_before: u8 },
    SizeHint { calls_before: u8 },
    Drop,
}

/// A body of one frame that panics in one of its methods.
#[derive(Debug)]
struct Fragile {
    panics_in: Call,
    is_known_size: bool,
    frames_left: u8,
    calls: AtomicU8,
}

impl Fragile {
    const fn new(panics_in: Call) -> Self {
        Self {
            panics_in,
            is_known_size: false,
            frames_left: 1,
            calls: AtomicU8::new(0),
        }
    }
}

impl http_body::Body for Fragile {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.frames_left == 0 {
            if self.panics_in == Call::PollFrame {
                crash()
            }
            return Poll::Ready(None);
        }
        self.frames_left -= 1;
        Poll::Ready(Some(Ok(Frame::data("first".into()))))
    }

    fn is_end_stream(&self) -> bool {
        if let Call::IsEndStream { calls_before } = self.panics_in
            && self.calls.fetch_add(1, Ordering::Relaxed) == calls_before
        {
            crash()
        }
        false
    }

    fn size_hint(&self) -> SizeHint {
        if let Call::SizeHint { calls_before } = self.panics_in
            && self.calls.fetch_add(1, Ordering::Relaxed) == calls_before
        {
            crash()
        }
        if self.is_known_size {
            SizeHint::with_exact(5)
        } else {
            SizeHint::default()
        }
    }
}

impl Drop for Fragile {
    fn drop(&mut self) {
        if self.panics_in == Call::Drop {
            crash()
        }
    }
}

#[public(reason = "a test")]
async fn fragile(State(call): State<Call>) -> Response {
    Response::new(Body::new(Fragile::new(call)))
}

#[public(reason = "a test")]
async fn fragile_of_known_size(State(call): State<Call>) -> Response {
    let mut body = Fragile::new(call);
    body.is_known_size = true;
    Response::new(Body::new(body))
}

#[public(reason = "a test")]
async fn complete() -> &'static str {
    "complete"
}

fn routes(call: Call) -> SecureRouter {
    SecureRouter::new()
        .route("/", get(fragile))
        .route("/known-size", get(fragile_of_known_size))
        .with_state(call)
}

/// The same body, from a layer.
fn layered(call: Call) -> SecureRouter {
    let replace =
        move |response: Response| async move { response.map(|_| Body::new(Fragile::new(call))) };
    SecureRouter::new()
        .route("/", get(complete))
        .layer(map_response(replace))
}

async fn get_from(api: &TestApi, path: &str) -> Response {
    let request = Request::get(path).body(Body::empty()).unwrap();
    api.router().oneshot(request).await.unwrap()
}

/// Returns the origins of the panics in the log.
fn origins(log: &Log) -> Vec<String> {
    let events = log.take(AUDIT).into_iter();
    let origins = events.filter_map(|event| event["fields"]["origin"].as_str().map(str::to_owned));
    origins.collect()
}

#[tokio::test]
async fn panic_of_a_body_before_it_is_sent_returns_500() {
    for call in [
        Call::IsEndStream { calls_before: 0 },
        Call::SizeHint { calls_before: 0 },
    ] {
        for (routes, path, origin) in [
            (routes(call), "/", "response_body"),
            (routes(call), "/known-size", "response_body"),
            (layered(call), "/", "layer"),
        ] {
            let (log, _capturing) = Log::capture();
            let api = TestApi::new(routes).await;
            let case = format!("{call:?} {path} {origin}");
            assert_500(&api.anonymous().get(path).send().await, &case);
            assert_eq!(origins(&log), [origin], "{case}");
        }
    }
}

#[tokio::test]
async fn panic_of_a_body_while_it_is_sent_is_an_error_of_the_body() {
    for (call, frames) in [
        (Call::PollFrame, 1),
        (Call::IsEndStream { calls_before: 1 }, 0),
        (Call::SizeHint { calls_before: 1 }, 0),
    ] {
        for (routes, origin) in [(routes(call), "response_body"), (layered(call), "layer")] {
            let (log, _capturing) = Log::capture();
            let api = TestApi::new(routes).await;
            let case = format!("{call:?} {origin}");
            let mut body = get_from(&api, "/").await.into_body();
            // as a server does before it sends the head
            assert!(!http_body::Body::is_end_stream(&body), "{case}");
            assert_eq!(http_body::Body::size_hint(&body).exact(), None, "{case}");
            for _ in 0..frames {
                let frame = body.frame().await.unwrap().unwrap();
                assert_eq!(frame.into_data().unwrap(), "first", "{case}");
            }
            let error = body.frame().await.unwrap().unwrap_err().to_string();
            assert!(!error.contains(CANARY), "{case}: {error}");
            assert!(http_body::Body::is_end_stream(&body), "{case}");
            assert!(body.frame().await.is_none(), "{case}");
            drop(body);
            assert_eq!(origins(&log), [origin], "{case}");
        }
    }
}

/// As when a client disconnects: a panic of the connection's task would skip its other destructors.
#[tokio::test]
async fn panic_in_the_drop_of_a_body_is_an_event() {
    for (routes, origin) in [
        (routes(Call::Drop), "response_body"),
        (layered(Call::Drop), "layer"),
    ] {
        let (log, _capturing) = Log::capture();
        let api = TestApi::new(routes).await;
        drop(get_from(&api, "/").await);
        assert_eq!(origins(&log), [origin]);
        let response = api.anonymous().get("/").send().await;
        assert_eq!(
            (response.status(), &*response.text()),
            (StatusCode::OK, "first")
        );
        assert_eq!(origins(&log), [origin]);
    }
}

thread_local! {
    /// Whether the next drop of a [`Grenade`] panics.
    static IS_ARMED: Cell<bool> = const { Cell::new(false) };
}

#[derive(Clone, Default)]
struct Grenade;

impl Drop for Grenade {
    fn drop(&mut self) {
        if IS_ARMED.replace(false) {
            crash()
        }
    }
}

#[derive(Clone, Deserialize, Validate)]
struct Claims {
    #[serde(skip)]
    #[garde(skip)]
    _grenade: Grenade,
}

#[secured(authenticated)]
async fn drops_claims(caller: Caller<Claims>) {
    drop(caller);
    IS_ARMED.set(true);
}

#[secured(authenticated)]
async fn drops_extension() {
    IS_ARMED.set(true);
}

#[tokio::test]
async fn panic_in_a_destructor_of_the_request_returns_500() {
    let insert = map_request(|mut request: Request| async {
        request.extensions_mut().insert(Grenade);
        request
    });
    let routes = SecureRouter::new()
        .route("/claims", get(drops_claims))
        .route("/extension", get(drops_extension).layer(insert));
    let (log, _capturing) = Log::capture();
    let api = TestApi::new(routes).await;
    for path in ["/claims", "/extension"] {
        let response = api.caller("alice").get(path).send().await;
        assert_500(&response, path);
        assert_eq!(origins(&log), ["handler"], "{path}");
    }
}

/// A state that a handler extracts.
struct Unclonable;

impl Clone for Unclonable {
    fn clone(&self) -> Self {
        crash()
    }
}

#[secured(authenticated)]
async fn whole_state(_: State<Unclonable>) {}

#[tokio::test]
async fn panic_in_the_clone_of_a_state_returns_500() {
    let routes = SecureRouter::new().route("/", get(whole_state));
    let (log, _capturing) = Log::capture();
    let api = TestApi::new(routes.with_state(Unclonable)).await;
    assert_500(&api.caller("alice").get("/").send().await, "clone");
    assert_eq!(origins(&log), ["handler"]);
}
