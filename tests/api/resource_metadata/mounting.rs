//! The document beside and below other routes.

use axum::Router;
use axum::http::HeaderValue;
use axum::middleware::map_response;
use palisade::prelude::*;
use palisade::routing::Route;
use palisade::testing::TestApi;
use serde_json::Value;
use tower::ServiceExt as _;
use tower_http::cors::CorsLayer;

use super::{METADATA, RESOURCE, WELL_KNOWN, api_of, document, lost, open, routes};

#[tokio::test]
async fn document_stays_at_the_root_of_a_mounted_api() {
    let api = api_of(routes(), RESOURCE).await;
    let api = api.map_api(|api| api.mounted_at("/orders/v1").mounted_at("/all"));
    assert_eq!(document(&api, METADATA).await["resource"], RESOURCE);
    let paths: Vec<&str> = api.api().inventory().iter().map(Route::path).collect();
    assert!(paths.contains(&METADATA), "{paths:?}");
    assert!(paths.contains(&"/all/orders/v1/whoami"), "{paths:?}");
    let below = format!("/all/orders/v1{METADATA}");
    assert_eq!(api.anonymous().get(&below).send().await.status(), 404);
}

#[tokio::test]
async fn split_document_is_served_by_the_outer_router() {
    let api = api_of(routes(), RESOURCE).await;
    let (rest, metadata) = api.api().clone().split_resource_metadata();
    assert_eq!(rest.inventory().routes().len(), 5);
    let router = Router::new()
        .nest("/orders", rest.into_router())
        .merge(metadata);
    for (path, status) in [
        (METADATA, 200),
        ("/orders/orders", 401),
        ("/orders/.well-known/oauth-protected-resource/orders", 404),
    ] {
        assert_eq!(status_of(router.clone(), path).await, status, "{path}");
    }
    let (_, none) = TestApi::new(routes())
        .await
        .api()
        .clone()
        .split_resource_metadata();
    assert_eq!(status_of(none, METADATA).await, 404);
}

async fn status_of(router: Router, path: &str) -> u16 {
    let request = axum::http::Request::get(path);
    let request = request.body(axum::body::Body::empty()).unwrap();
    router.oneshot(request).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn two_apis_of_one_host_have_their_own_documents() {
    let first = api_of(routes(), "https://api.example/v1").await;
    let second = api_of(routes(), "https://api.example/v2").await;
    let first = first.api().clone().mounted_at("/v1").into_router();
    let router = first.merge(second.api().clone().mounted_at("/v2").into_router());
    for version in ["/v1", "/v2"] {
        let path = format!("{WELL_KNOWN}{version}");
        assert_eq!(status_of(router.clone(), &path).await, 200);
    }
}

/// A layer of the API cannot narrow who may read the document, nor break its headers.
#[tokio::test]
async fn layers_of_the_api_are_not_around_the_document() {
    let cors = CorsLayer::new().allow_origin(HeaderValue::from_static("https://app.example"));
    let layered = routes()
        .layer(cors)
        .layer(map_response(async |_: Response| StatusCode::IM_A_TEAPOT))
        .fallback(lost);
    let api = api_of(layered, RESOURCE).await;
    let api = api.map_api(|api| api.map_problems(|problem| problem.detail("mapped")));
    let response = api.anonymous().get(METADATA).send().await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.header("access-control-allow-origin"), Some("*"));
    assert_eq!(api.anonymous().get("/nothing").send().await.status(), 404);
    let response = api.anonymous().post(METADATA).send().await;
    assert_eq!(response.status(), 405);
    assert_eq!(response.json::<Value>()["detail"], "mapped");
}

#[tokio::test]
#[should_panic(
    expected = "`/.well-known/oauth-protected-resource/orders` is the path of the resource metadata"
)]
async fn route_at_the_path_of_the_document_panics() {
    api_of(routes().route(METADATA, get(open)), RESOURCE).await;
}

#[tokio::test]
#[should_panic(expected = "is the path of the resource metadata")]
async fn route_for_another_method_of_the_document_panics() {
    api_of(routes().route(METADATA, post(open)), RESOURCE).await;
}

#[tokio::test]
#[should_panic(expected = "is the path of the resource metadata")]
async fn nested_route_at_the_path_of_the_document_panics() {
    let nested = SecureRouter::new().route("/oauth-protected-resource/orders", any(open));
    api_of(routes().nest("/.well-known", nested), RESOURCE).await;
}

#[tokio::test]
#[should_panic(expected = "is the path of the resource metadata")]
async fn route_moved_to_the_path_of_the_document_panics() {
    let moved = SecureRouter::new().route("/orders", get(open));
    let api = api_of(moved, RESOURCE).await;
    let _ = api.map_api(|api| api.mounted_at(WELL_KNOWN));
}

#[tokio::test]
#[should_panic(expected = "oauth-protected-resource/orders")]
async fn router_beside_at_the_path_of_the_document_panics() {
    let api = api_of(routes(), RESOURCE).await;
    let beside = Router::new().route(METADATA, axum::routing::get(async || "mine"));
    let _ = api.map_api(|api| api.beside(beside, "a test"));
}

/// A pattern is less specific than the path of the document, and keeps the other paths.
#[tokio::test]
async fn pattern_of_the_api_does_not_hide_the_document() {
    let patterns = routes()
        .route("/.well-known/{*rest}", get(open))
        .route("/{*all}", get(open));
    let api = api_of(patterns, RESOURCE).await;
    assert_eq!(document(&api, METADATA).await["resource"], RESOURCE);
    let other = api
        .anonymous()
        .get("/.well-known/security.txt")
        .send()
        .await;
    assert_eq!(other.status(), 200);
}
