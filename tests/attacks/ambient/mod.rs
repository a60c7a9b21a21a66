//! Identity and limits from outside the guard: extensions of layers, of other requests, and of
//! another `Api` that forwards its request (CWE-501, trust boundary violation).

mod extensions;
mod forwarding;
mod inner_layers;
mod layers;
mod limits;
mod replaced_parts;

use axum::Extension;
use axum::body::Body;
use axum::extract::{FromRequestParts, Request};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Version};
use axum::middleware::Next;
use palisade::prelude::*;
use palisade::testing::TestApi;
use tower::ServiceExt as _;

#[derive(Clone, Deserialize, Validate)]
struct Tenancy {
    #[garde(length(max = 8))]
    tenant: String,
}

/// The caller that an extractor of the API finds in the request, if any.
struct Found(String);

impl<S: Send + Sync> FromRequestParts<S> for Found {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let plain = <Caller as FromRequestParts<S>>::from_request_parts(parts, state).await;
        let typed =
            <Caller<Tenancy> as FromRequestParts<S>>::from_request_parts(parts, state).await;
        let plain = plain.map_or("none".to_owned(), |caller| caller.subject().to_owned());
        let typed = typed.map_or(String::new(), |caller| {
            format!(" of {}", caller.claims().tenant)
        });
        Ok(Self(plain + &typed))
    }
}

impl TrustedExtractor for Found {
    const REASON: &'static str = "a test";
}

#[secured(scopes = "orders:read")]
async fn me(caller: Caller) -> String {
    caller.subject().to_owned()
}

#[secured(authenticated)]
async fn me_first(caller: Caller, _: Version) -> String {
    caller.subject().to_owned()
}

#[secured(authenticated)]
async fn tenant(caller: Caller<Tenancy>) -> String {
    format!("{} of {}", caller.subject(), caller.claims().tenant)
}

#[secured(authenticated)]
async fn found(Found(caller): Found) -> String {
    caller
}

#[secured(authenticated)]
async fn found_typed(_: Caller<Tenancy>, Found(caller): Found) -> String {
    caller
}

#[public(reason = "a test")]
async fn found_by_public(Found(caller): Found) -> String {
    caller
}

#[public(reason = "a test", unvalidated = "a test")]
async fn unvalidated_by_public(Unvalidated(caller): Unvalidated<Caller>) -> String {
    caller.subject().to_owned()
}

#[secured(authenticated, unvalidated = "a test")]
async fn extension(Unvalidated(found): Unvalidated<Option<Extension<Caller>>>) -> String {
    found.map_or("none".to_owned(), |Extension(caller)| {
        caller.subject().to_owned()
    })
}

fn whoami() -> SecureRouter {
    SecureRouter::new()
        .route("/me", get(me))
        .route("/me-first", get(me_first))
        .route("/tenant", get(tenant))
        .route("/found", get(found))
        .route("/found-typed", get(found_typed))
        .route("/found-by-public", get(found_by_public))
        .route("/unvalidated-by-public", get(unvalidated_by_public))
        .route("/extension", get(extension))
}

/// Sends a request of mallory to each route, and returns the callers that the handlers see.
async fn callers(api: &TestApi) -> Vec<String> {
    let mut callers = Vec::new();
    for path in [
        "/me",
        "/me-first",
        "/tenant",
        "/found",
        "/found-typed",
        "/found-by-public",
        "/unvalidated-by-public",
        "/extension",
    ] {
        let request = api.caller("mallory").scopes("orders:read");
        let response = request.claim("tenant", "acme").get(path).send().await;
        callers.push(match response.status().as_u16() {
            200 => response.text(),
            status => status.to_string(),
        });
    }
    callers
}

const CALLERS_OF_MALLORY: [&str; 8] = [
    "mallory",
    "mallory",
    "mallory of acme",
    "mallory",
    "mallory of acme",
    "none",
    "500",
    "none",
];

/// Sends a GET request with a bearer token.
async fn send(router: axum::Router, path: &str, token: Option<&str>) -> (u16, String) {
    let mut request = Request::get(path);
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    respond(router, request.body(Body::empty()).unwrap()).await
}

async fn respond(router: axum::Router, request: Request) -> (u16, String) {
    let response = router.oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await;
    (status, String::from_utf8(body.unwrap().to_vec()).unwrap())
}

/// Forwards every request to a router behind this one.
#[secured(
    authenticated,
    unvalidated = "forwards the request",
    parameter_limit = 10_000,
    body_limit = "1 MiB",
    part_limit = 1000,
    header_limit = 1000,
    body_timeout = "60 min"
)]
async fn gateway(
    _: Caller<Tenancy>,
    State(behind): State<axum::Router>,
    Unvalidated(request): Unvalidated<Request>,
) -> Response {
    behind.oneshot(request).await.unwrap()
}

/// Returns an `Api` that forwards each path of `inner` to it.
async fn forwarding(inner: axum::Router) -> TestApi {
    let gateway = SecureRouter::new().fallback(gateway);
    TestApi::new(gateway.with_state(inner)).await
}

/// Reports the caller that a layer finds, in a header of the response.
async fn report_caller(request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(Found(caller)) = Found::from_request_parts(&mut parts, &()).await else {
        panic!("`Found` is never rejected");
    };
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let caller = HeaderValue::try_from(caller).unwrap();
    response.headers_mut().insert("x-caller", caller);
    response
}
