//! Cross-origin requests: preflights, and responses that a page may read.

use axum::http::{HeaderValue, Method, header};
use palisade::prelude::*;
use palisade::testing::{TestApi, TestRequest, TestResponse};
use tower_http::cors::{AllowOrigin, Any, CorsLayer};

use super::list;
use super::shapes::assert_shapes;

fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(HeaderValue::from_static("https://app.example"))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::AUTHORIZATION])
        .expose_headers([header::WWW_AUTHENTICATE])
}

fn preflight(request: TestRequest, path: &str) -> TestRequest {
    request
        .header("origin", "https://app.example")
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "authorization")
        .request("OPTIONS", path)
}

fn origin(response: &TestResponse) -> Option<&str> {
    response.header("access-control-allow-origin")
}

#[tokio::test]
async fn cors_layer_answers_as_in_axum() {
    assert_shapes!(cors());
}

#[tokio::test]
async fn permissive_cors_layer_answers_as_in_axum() {
    assert_shapes!(CorsLayer::very_permissive());
}

#[tokio::test]
async fn cors_layer_with_a_predicate_answers_as_in_axum() {
    assert_shapes!(
        CorsLayer::new()
            .allow_origin(AllowOrigin::predicate(|origin, _| origin
                .as_bytes()
                .ends_with(b".example")))
            .allow_headers(Any)
    );
}

#[tokio::test]
async fn preflight_of_a_secured_route_is_answered_by_the_layer() {
    let api = TestApi::new(
        SecureRouter::new()
            .route("/orders", get(list))
            .layer(cors()),
    )
    .await;
    let response = preflight(api.anonymous(), "/orders").send().await;
    assert_eq!(response.status(), 200);
    assert_eq!(origin(&response), Some("https://app.example"));
    let allowed = response.header("access-control-allow-headers");
    assert_eq!(allowed, Some("authorization"));
    assert_eq!(response.header("www-authenticate"), None);
}

#[tokio::test]
async fn response_without_a_match_keeps_problem_and_security_headers_under_a_layer() {
    let api = TestApi::new(
        SecureRouter::new()
            .route("/orders", get(list))
            .layer(cors()),
    )
    .await;
    for (method, path, status) in [
        ("GET", "/orders", 401),
        ("PUT", "/orders", 405),
        ("GET", "/nothing", 404),
    ] {
        let request = api.anonymous().header("origin", "https://app.example");
        let response = request.request(method, path).send().await;
        let case = format!("{method} {path}");
        assert_eq!(response.status(), status, "{case}");
        assert_eq!(origin(&response), Some("https://app.example"), "{case}");
        let media_type = response.header("content-type");
        assert_eq!(media_type, Some("application/problem+json"), "{case}");
        assert_eq!(response.header("cache-control"), Some("no-store"), "{case}");
        let sniffing = response.header("x-content-type-options");
        assert_eq!(sniffing, Some("nosniff"), "{case}");
        let challenge = response.header("www-authenticate");
        assert_eq!(challenge.is_some(), status == 401, "{case}");
    }
}

/// A preflight is `OPTIONS` with two headers; neither makes another request one.
#[tokio::test]
async fn request_that_looks_like_a_preflight_does_not_pass_the_guard() {
    let routes = SecureRouter::new()
        .route("/orders", get(list).options(list))
        .layer(cors());
    let api = TestApi::new(routes).await;
    for method in ["GET", "HEAD"] {
        let response = preflight(api.anonymous(), "/orders")
            .request(method, "/orders")
            .send()
            .await;
        assert_eq!(response.status(), 401, "{method}");
    }
    let response = preflight(api.anonymous(), "/orders").send().await;
    assert_eq!(
        (response.status().as_u16(), response.text().as_str()),
        (200, "")
    );
    // without a layer, the handler of `OPTIONS` is guarded
    let api = TestApi::new(SecureRouter::new().route("/orders", get(list).options(list))).await;
    assert_eq!(
        preflight(api.anonymous(), "/orders").send().await.status(),
        401
    );
}
