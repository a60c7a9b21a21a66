//! tower-http's layers, and the requests that they see.

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::{Next, from_fn};
use palisade::prelude::*;
use palisade::testing::TestApi;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::SizeAbove;
use tower_http::request_id::{
    MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer,
};
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;
use tracing::Span;

use super::shapes::assert_shapes;
use super::{assert_same, copy, create, list, requests, send};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

#[derive(Clone, Copy)]
struct Fixed;

impl MakeRequestId for Fixed {
    fn make_request_id<B>(&mut self, _: &Request<B>) -> Option<RequestId> {
        Some(RequestId::new(HeaderValue::from_static("id-1")))
    }
}

async fn mark(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.append("x-mark", HeaderValue::from_static("seen"));
    response
}

#[tokio::test]
async fn from_fn_layer_answers_as_in_axum() {
    assert_shapes!(from_fn(mark));
}

#[tokio::test]
async fn compression_layer_answers_as_in_axum() {
    assert_shapes!(CompressionLayer::new().compress_when(SizeAbove::new(0)));
}

#[tokio::test]
async fn request_id_layers_answer_as_in_axum() {
    assert_shapes!(
        ServiceBuilder::new()
            .layer(SetRequestIdLayer::new(REQUEST_ID, Fixed))
            .layer(PropagateRequestIdLayer::new(REQUEST_ID))
    );
}

#[tokio::test]
async fn catch_panic_layer_answers_as_in_axum() {
    assert_shapes!(CatchPanicLayer::new());
}

#[tokio::test]
async fn timeout_layer_answers_as_in_axum() {
    assert_shapes!(TimeoutLayer::with_status_code(
        StatusCode::SERVICE_UNAVAILABLE,
        Duration::from_secs(1)
    ));
}

#[tokio::test(start_paused = true)]
async fn handler_that_exceeds_the_timeout_of_a_layer_gets_its_status() {
    #[public(reason = "a test")]
    async fn slow() {
        pending::<()>().await;
    }

    async fn plain_slow() {
        pending::<()>().await;
    }

    let layer = TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, Duration::from_secs(1));
    let routes = SecureRouter::new().route("/orders", get(slow)).layer(layer);
    let control = axum::Router::new()
        .route("/orders", axum::routing::get(plain_slow))
        .layer(layer);
    assert_same("timeout", routes, control).await;
}

#[tokio::test]
async fn panicking_handler_under_catch_panic_layer_gets_500() {
    #[public(reason = "a test")]
    async fn panics() {
        panic!("a test");
    }

    async fn plain_panics() {
        panic!("a test");
    }

    let layer = CatchPanicLayer::new();
    let routes = SecureRouter::new()
        .route("/orders", get(panics))
        .layer(layer);
    let control = axum::Router::new()
        .route("/orders", axum::routing::get(plain_panics))
        .layer(layer);
    assert_same("panic", routes, control).await;
}

#[tokio::test]
async fn trace_layer_sees_every_request_as_in_axum() {
    type Seen = Arc<Mutex<Vec<String>>>;

    macro_rules! trace {
        ($seen:expr) => {{
            let seen = Arc::clone($seen);
            let failed = Arc::clone($seen);
            TraceLayer::new_for_http()
                .on_request(move |request: &Request<Body>, _: &Span| {
                    let line = format!("{} {}", request.method(), request.uri());
                    seen.lock().unwrap().push(line);
                })
                .on_response(move |response: &Response, _: Duration, _: &Span| {
                    failed.lock().unwrap().push(response.status().to_string());
                })
        }};
    }

    let seen = Seen::default();
    let routes = SecureRouter::new()
        .nest("/v1", SecureRouter::new().route("/orders", get(list)))
        .route("/orders", post(create))
        .layer(trace!(&seen))
        .route("/late", get(list));
    let api = TestApi::new(routes).await;
    let of_control = Seen::default();
    let nested = axum::Router::new().route("/orders", axum::routing::get(super::plain::list));
    let control = axum::Router::new()
        .nest("/v1", nested)
        .route("/orders", axum::routing::post(super::plain::create))
        .layer(trace!(&of_control))
        .route("/late", axum::routing::get(super::plain::list));
    let token = api.caller("alice").scopes("a").token();
    for request in requests(&token) {
        send(&control, copy(&request)).await;
        send(&api.router(), request).await;
    }
    let seen = seen.lock().unwrap().clone();
    assert_eq!(seen, *of_control.lock().unwrap());
    for line in ["OPTIONS /orders", "GET /nothing", "PURGE /v1/orders"] {
        assert!(seen.iter().any(|seen| seen == line), "{line}");
    }
}

/// The innermost layer is the one that was added first.
#[tokio::test]
async fn layers_run_in_the_order_of_axum() {
    macro_rules! named {
        ($name:literal) => {
            from_fn(async |request: Request, next: Next| {
                let mut response: Response = next.run(request).await;
                let headers = response.headers_mut();
                headers.append("x-order", HeaderValue::from_static($name));
                response
            })
        };
    }
    macro_rules! routes {
        ($router:ty, $get:path, $list:path) => {
            <$router>::new()
                .route("/orders", $get($list).layer(named!("method router")))
                .layer(named!("first"))
                .route_layer(named!("route layer"))
                .layer(
                    ServiceBuilder::new()
                        .layer(named!("outer of two"))
                        .layer(named!("inner of two")),
                )
        };
    }
    let routes = routes!(SecureRouter, get, list);
    let control = routes!(axum::Router, axum::routing::get, super::plain::list);
    assert_same("order", routes, control).await;
}
