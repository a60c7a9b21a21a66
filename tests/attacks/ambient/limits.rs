//! Limits from a layer, or from another `Api` that forwards its request.

use axum::Extension;
use palisade::input::Multipart;
use palisade::policy::Limits;
use palisade::prelude::*;
use palisade::testing::{MultipartForm, TestApi};
use tower::ServiceExt;

use super::{forwarding, send};

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Filter {
    #[garde(range(max = 9))]
    #[serde(default)]
    level: u8,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Labels {
    #[garde(length(max = 1000), inner(length(bytes, max = 9)))]
    label: Vec<String>,
}

#[public(reason = "at most 256 parameters by default")]
async fn filter(Valid(Query(filter)): Valid<Query<Filter>>) -> String {
    filter.level.to_string()
}

#[public(reason = "at most 64 KiB by default")]
async fn text(Valid(Json(filter)): Valid<Json<Filter>>) -> String {
    filter.level.to_string()
}

#[public(reason = "at most 64 KiB by default", unvalidated = "a test")]
async fn bytes(Unvalidated(body): Unvalidated<axum::body::Bytes>) -> String {
    body.len().to_string()
}

#[public(reason = "at most 100 parts by default")]
async fn label(Valid(Multipart(labels)): Valid<Multipart<Labels>>) -> String {
    labels.label.len().to_string()
}

fn limited() -> SecureRouter {
    SecureRouter::new()
        .route("/filter", get(filter))
        .route("/text", post(text))
        .route("/bytes", post(bytes))
        .route("/label", post(label))
}

/// Sends requests over the default limits, and returns their statuses.
async fn statuses_over_the_limits(api: &TestApi) -> Vec<u16> {
    let pairs: Vec<_> = (0..5_000).map(|n| format!("x{n}=1")).collect();
    let large = || " ".repeat(70_000) + "{}";
    let labels = (0..101).fold(MultipartForm::new(), |form, _| form.text("label", "x"));
    let request = || api.caller("mallory").claim("tenant", "acme");
    let headers = (0..100).fold(request(), |request, _| request.header("x-more", "1"));
    let mut statuses = Vec::new();
    for request in [
        request().get(&format!("/filter?{}", pairs.join("&"))),
        request().post("/text").body(large(), "application/json"),
        request().post("/bytes").body(large(), "text/plain"),
        request().post("/label").multipart(labels),
        headers.get("/filter"),
    ] {
        statuses.push(request.send().await.status().as_u16());
    }
    statuses
}

const OVER_THE_LIMITS: [u16; 5] = [400, 413, 413, 400, 431];

#[tokio::test]
async fn forwarded_request_has_the_limits_of_the_last_handler() {
    let api = TestApi::new(limited()).await;
    assert_eq!(statuses_over_the_limits(&api).await, OVER_THE_LIMITS);
    let outer = forwarding(api.router()).await;
    assert_eq!(statuses_over_the_limits(&outer).await, OVER_THE_LIMITS);
}

#[tokio::test]
async fn limits_in_an_extension_of_a_layer_do_not_apply() {
    let mut limits = Limits::DEFAULT;
    limits.body_limit = 1 << 20;
    limits.parameter_limit = 10_000;
    limits.part_limit = 1_000;
    limits.header_limit = 1_000;
    let layered = limited()
        .layer(Extension(limits))
        .layer(axum::extract::DefaultBodyLimit::disable());
    let api = TestApi::new(layered).await;
    assert_eq!(statuses_over_the_limits(&api).await, OVER_THE_LIMITS);
}

#[tokio::test]
async fn limits_that_an_inner_layer_removes_or_replaces_still_apply() {
    let mut limits = Limits::DEFAULT;
    limits.parameter_limit = 10_000;
    limits.part_limit = 1_000;
    let api = TestApi::new(limited().inner_layer(Extension(limits))).await;
    assert_eq!(statuses_over_the_limits(&api).await, OVER_THE_LIMITS);
    let disabled = limited().inner_layer(axum::extract::DefaultBodyLimit::disable());
    let api = TestApi::new(disabled).await;
    assert_eq!(statuses_over_the_limits(&api).await, OVER_THE_LIMITS);
    let clearing = axum::middleware::from_fn(
        |mut request: axum::extract::Request, next: axum::middleware::Next| {
            request.extensions_mut().clear();
            next.run(request)
        },
    );
    let api = TestApi::new(limited().inner_layer(clearing)).await;
    assert_eq!(statuses_over_the_limits(&api).await, OVER_THE_LIMITS);
}

#[tokio::test]
async fn body_limit_of_a_layer_or_of_another_handler_does_not_apply() {
    #[public(
        reason = "forwards a larger body",
        unvalidated = "a test",
        body_limit = "10 B"
    )]
    async fn enlarging(
        State(inner): State<axum::Router>,
        Unvalidated(mut request): Unvalidated<axum::extract::Request>,
    ) -> Response {
        *request.body_mut() = "x".repeat(18).into();
        inner.oneshot(request).await.into_response()
    }

    let layered = limited().layer(axum::extract::DefaultBodyLimit::max(5));
    let inner = TestApi::new(layered).await;
    let request = inner
        .anonymous()
        .post("/bytes")
        .body("0123456789", "text/plain");
    assert_eq!(request.send().await.text(), "10");

    let outer = SecureRouter::new()
        .fallback(enlarging)
        .with_state(inner.router());
    let outer = TestApi::new(outer).await;
    let request = outer.anonymous().post("/bytes").body("0", "text/plain");
    assert_eq!(request.send().await.text(), "18");
}

#[tokio::test]
async fn limits_in_an_extension_do_not_apply_in_a_plain_router() {
    let mut limits = Limits::DEFAULT;
    limits.parameter_limit = 10_000;
    let plain = axum::Router::new()
        .fallback(async |Valid(Query(filter)): Valid<Query<Filter>>| filter.level.to_string())
        .layer(Extension(limits));
    let pairs: Vec<_> = (0..5_000).map(|n| format!("x{n}=1")).collect();
    let response = send(plain, &format!("/?{}", pairs.join("&")), None).await;
    assert_eq!(response.0, 400);
}
