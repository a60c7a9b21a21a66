//! Extensions of an authorized request that are copied into another request.

use std::sync::{Arc, Mutex};

use axum::extract::{FromRequestParts, Request};
use axum::http::Extensions;
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn};
use palisade::prelude::*;
use palisade::testing::{TestApi, caller};

use super::{CALLERS_OF_MALLORY, Found, Tenancy, callers, forwarding, report_caller, send, whoami};

/// The extensions of the last request that it saw.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Option<Extensions>>>);

impl Recorder {
    fn record(&self, extensions: Extensions) {
        *self.0.lock().unwrap() = Some(extensions);
    }

    /// Adds the recorded extensions to a request.
    fn replay(&self, request: &mut Request) {
        let recorded = self.0.lock().unwrap().clone();
        request.extensions_mut().extend(recorded.unwrap());
    }
}

/// Records the extensions of an authorized request of alice.
async fn recorded() -> Recorder {
    let recorder = Recorder::default();
    let behind = axum::Router::new().fallback({
        let recorder = recorder.clone();
        async move |request: Request| recorder.record(request.extensions().clone())
    });
    let api = forwarding(behind).await;
    let request = api.caller("alice").claim("tenant", "acme");
    assert_eq!(request.get("/").send().await.status(), 200);
    recorder
}

#[tokio::test]
async fn recorded_extensions_are_no_caller_of_another_request() {
    let recorder = recorded().await;
    let replay = from_fn(move |mut request: Request, next: Next| {
        recorder.replay(&mut request);
        next.run(request)
    });
    let api = TestApi::new(whoami().layer(from_fn(report_caller)).layer(replay.clone())).await;
    assert_eq!(callers(&api).await, CALLERS_OF_MALLORY);
    let response = api.anonymous().get("/me").send().await;
    assert_eq!(response.status(), 401);
    assert_eq!(response.header("x-caller"), Some("none"));
    // in a router without any guard, the proof is worthless without alice's own token
    let plain = axum::Router::new()
        .fallback(|Found(caller): Found| async { caller })
        .layer(replay);
    let mallory = api.caller("mallory").token();
    for token in [None, Some(&*mallory), Some("")] {
        let response = send(plain.clone(), "/", token).await;
        assert_eq!(response, (200, "none".to_owned()), "{token:?}");
    }
}

/// Extractors run behind the guard, and can write extensions.
#[tokio::test]
async fn extension_of_an_extractor_is_not_the_caller() {
    struct Replay;

    impl FromRequestParts<Recorder> for Replay {
        type Rejection = Problem;

        async fn from_request_parts(
            parts: &mut Parts,
            recorder: &Recorder,
        ) -> Result<Self, Problem> {
            let recorded = recorder.0.lock().unwrap().clone();
            parts.extensions.extend(recorded.unwrap());
            parts.extensions.insert(caller("root"));
            Ok(Self)
        }
    }

    impl TrustedExtractor for Replay {
        const REASON: &'static str = "a test";
    }

    #[secured(authenticated)]
    async fn replayed(_: Replay, Found(found): Found, caller: Caller) -> String {
        format!("{} {found}", caller.subject())
    }

    #[public(reason = "a test")]
    async fn replayed_by_public(_: Replay, Found(found): Found) -> String {
        found
    }

    let routes = SecureRouter::new()
        .route("/secured", get(replayed))
        .route("/public", get(replayed_by_public));
    let api = TestApi::new(routes.with_state(recorded().await)).await;
    let request = || api.caller("mallory");
    let response = request().get("/secured").send().await;
    assert_eq!(response.text(), "mallory mallory");
    let response = request().get("/public").send().await;
    assert_eq!(response.text(), "none");
}

#[tokio::test]
async fn extensions_of_a_response_are_no_caller() {
    #[secured(authenticated, unvalidated = "a test")]
    async fn returns_its_extensions(
        _: Caller<Tenancy>,
        Unvalidated(request): Unvalidated<Request>,
    ) -> Response {
        let mut response = Response::default();
        *response.extensions_mut() = request.extensions().clone();
        response
    }

    let recorder = Recorder::default();
    let layer = from_fn({
        let recorder = recorder.clone();
        move |mut request: Request, next: Next| {
            let recorder = recorder.clone();
            async move {
                if request.uri().path() != "/record" {
                    recorder.replay(&mut request);
                }
                let response = next.run(request).await;
                recorder.record(response.extensions().clone());
                response
            }
        }
    });
    let routes = whoami()
        .route("/record", get(returns_its_extensions))
        .layer(from_fn(report_caller))
        .layer(layer);
    let api = TestApi::new(routes).await;
    let request = api.caller("alice").claim("tenant", "acme");
    assert_eq!(request.get("/record").send().await.status(), 200);
    let request = api.caller("mallory").scopes("orders:read");
    let response = request.get("/me").send().await;
    assert_eq!(response.text(), "mallory");
    assert_eq!(response.header("x-caller"), Some("none"));
}
