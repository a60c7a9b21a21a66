//! Layers and services around the API that change requests.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, Method, Uri};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use palisade::prelude::*;
use palisade::testing::TestApi;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::support::{admitted, assert_finds, assert_only};

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(length(chars, min = 1, max = 8))]
    sku: String,
}

#[secured(scopes = "orders:write")]
async fn create(Valid(Json(order)): Valid<Json<NewOrder>>) -> String {
    order.sku
}

#[secured(scopes = "orders:delete")]
async fn delete_all() {}

#[secured(scopes = "orders:read")]
async fn list() {}

fn routes() -> SecureRouter {
    SecureRouter::new().route("/orders", get(list).post(create))
}

/// Wraps the whole API in a function that changes the request before it is routed.
async fn wrapped(routes: SecureRouter, change: fn(Request) -> Request) -> TestApi {
    TestApi::new(routes).await.map_router(move |router| {
        let service =
            tower::service_fn(move |request: Request| router.clone().oneshot(change(request)));
        axum::Router::new().fallback_service(service)
    })
}

fn with_path(mut request: Request, path: &str) -> Request {
    *request.uri_mut() = path.parse::<Uri>().unwrap();
    request
}

#[tokio::test]
async fn method_override_is_found() {
    let routes = SecureRouter::new().route("/orders", delete(delete_all));
    let api = wrapped(routes, |mut request| {
        if let Some(method) = request.headers().get("x-http-method-override") {
            *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
        }
        request
    })
    .await;
    assert_only(
        &admitted(&api).await,
        "DELETE /orders: method: the method POST and a field `x-http-method-override`",
    );
}

#[tokio::test]
async fn normalized_paths_are_found() {
    let api = wrapped(SecureRouter::new().route("/orders", get(list)), |request| {
        let path = request.uri().path().to_lowercase();
        let path = format!("/{}", path.trim_matches('/'));
        with_path(request, &path)
    })
    .await;
    let admitted = admitted(&api).await;
    assert_only(&admitted, "GET /orders: path_spelling");
    for text in [
        "two slashes in front: `//orders`",
        "a slash at the end: `/orders/`",
        "a letter in another case: `/Orders`",
    ] {
        assert_finds(&admitted, text);
    }
}

#[tokio::test]
async fn decoded_paths_are_found() {
    let api = wrapped(
        SecureRouter::new().route("/a/orders", get(list)),
        |request| {
            let path = request.uri().path().replace("%2f", "/").replace("%61", "a");
            with_path(request, &path)
        },
    )
    .await;
    let admitted = admitted(&api).await;
    assert_finds(&admitted, "an encoded letter: `/%61/orders`");
    assert_finds(&admitted, "an encoded slash inside: `/a%2forders`");
}

#[tokio::test]
async fn replaced_media_type_is_found() {
    async fn json(mut request: Request, next: Next) -> Response {
        request
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        next.run(request).await
    }

    let api = TestApi::new(routes().layer(from_fn(json))).await;
    let admitted = admitted(&api).await;
    assert_finds(
        &admitted,
        "POST /orders: media_type: a body of the type `text/plain`",
    );
    assert_finds(&admitted, "POST /orders: media_type: a body without a type");
    assert_finds(
        &admitted,
        "POST /orders: early_refusal: a body of another type, and it was read",
    );
}

#[tokio::test]
async fn removed_unknown_members_are_found() {
    async fn tolerant(request: Request, next: Next) -> Response {
        let (parts, body) = request.into_parts();
        let bytes = to_bytes(body, 100_000).await.unwrap_or_default();
        let mut value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if let Some(members) = value.as_object_mut() {
            members.retain(|name, _| name == "sku");
            let body = Body::from(value.to_string());
            let mut request = Request::from_parts(parts, body);
            request.headers_mut().remove(CONTENT_LENGTH);
            return next.run(request).await;
        }
        next.run(Request::from_parts(parts, Body::from(bytes)))
            .await
    }

    let api = TestApi::new(routes().layer(from_fn(tolerant))).await;
    assert_finds(
        &admitted(&api).await,
        "POST /orders: unknown_member: in the body, /palisade_attack is an unknown member",
    );
}

#[tokio::test]
async fn body_that_is_read_before_the_guard_is_found() {
    async fn buffer(request: Request, next: Next) -> Response {
        let (parts, body) = request.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
        next.run(Request::from_parts(parts, Body::from(bytes)))
            .await
    }

    let api = TestApi::new(routes().layer(from_fn(buffer))).await;
    let admitted = admitted(&api).await;
    assert_finds(
        &admitted,
        "POST /orders: early_refusal: no token, and the body was read",
    );
    assert_finds(
        &admitted,
        "GET /orders: early_refusal: no token, and a large body was read",
    );
}
