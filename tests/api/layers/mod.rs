//! Layers behave as in axum: each case is compared with a plain axum router that has the same routes.

mod cors;
mod inner;
mod shapes;
mod tower_http;

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{HeaderMap, Request};
use palisade::prelude::*;
use palisade::testing::TestApi;
use tower::ServiceExt as _;

#[secured(scopes = "a")]
async fn list() -> &'static str {
    "the list"
}

#[secured(scopes = "a")]
async fn create() -> (StatusCode, &'static str) {
    (StatusCode::CREATED, "created")
}

#[public(reason = "a test")]
async fn lost() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "lost")
}

/// The same handlers without a guard, for the control.
mod plain {
    use axum::http::StatusCode;

    pub(super) async fn list() -> &'static str {
        "the list"
    }

    pub(super) async fn create() -> (StatusCode, &'static str) {
        (StatusCode::CREATED, "created")
    }

    pub(super) async fn lost() -> (StatusCode, &'static str) {
        (StatusCode::NOT_FOUND, "lost")
    }
}

/// The headers that Palisade sets or axum derives from the body; layers make all others.
const NOT_OF_LAYERS: [&str; 6] = [
    "cache-control",
    "content-length",
    "content-security-policy",
    "content-type",
    "referrer-policy",
    "x-content-type-options",
];

/// A status and the headers of layers.
type Answer = (u16, BTreeMap<String, Vec<String>>);

async fn send(router: &axum::Router, request: Request<Body>) -> (u16, HeaderMap) {
    let response = router.clone().oneshot(request).await.unwrap();
    (response.status().as_u16(), response.headers().clone())
}

async fn answer(router: &axum::Router, request: Request<Body>) -> Answer {
    let (status, headers) = send(router, request).await;
    let mut of_layers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in &headers {
        if !NOT_OF_LAYERS.contains(&name.as_str()) {
            let values = of_layers.entry(name.to_string()).or_default();
            values.push(value.to_str().unwrap().to_owned());
        }
    }
    (status, of_layers)
}

/// A page of another origin sends these, with a token of the scope `a`.
fn requests(token: &str) -> Vec<Request<Body>> {
    let mut requests = Vec::new();
    for path in [
        "/orders",
        "/late",
        "/nothing",
        "/",
        "/v1/orders",
        "/v1/nothing",
        "/v1",
        "/v1/",
    ] {
        let request = |method: &str| {
            Request::builder()
                .method(method)
                .uri(path)
                .header("origin", "https://app.example")
                .header("accept-encoding", "gzip")
        };
        for method in ["GET", "HEAD", "POST", "OPTIONS", "DELETE", "PURGE"] {
            let request = request(method).header("authorization", format!("Bearer {token}"));
            requests.push(request.body(Body::empty()).unwrap());
        }
        for method in ["GET", "DELETE"] {
            let preflight = request("OPTIONS")
                .header("access-control-request-method", method)
                .header("access-control-request-headers", "authorization");
            requests.push(preflight.body(Body::empty()).unwrap());
        }
    }
    requests
}

fn copy(request: &Request<Body>) -> Request<Body> {
    let mut copy = Request::builder()
        .method(request.method())
        .uri(request.uri());
    *copy.headers_mut().unwrap() = request.headers().clone();
    copy.body(Body::empty()).unwrap()
}

/// Compares the responses of an API with those of the control.
async fn assert_same(case: &str, routes: SecureRouter, control: axum::Router) {
    let api = TestApi::new(routes).await;
    let router = api.router();
    let token = api.caller("alice").scopes("a").token();
    for request in requests(&token) {
        let name = format!("{case}: {} {}", request.method(), request.uri());
        let expected = answer(&control, copy(&request)).await;
        assert_eq!(answer(&router, request).await, expected, "{name}");
    }
}
