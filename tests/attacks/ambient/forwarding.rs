//! A handler that forwards its request: to another `Api`, or to a service without a guard.

use axum::extract::{FromRequestParts, Request};
use axum::http::HeaderValue;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn};
use palisade::input::{InputExtractor, InputLocation};
use palisade::prelude::*;
use palisade::testing::{EmbeddedIssuer, TestApi};
use tower::ServiceExt as _;

use super::{CALLERS_OF_MALLORY, Found, callers, forwarding, report_caller, whoami};

#[tokio::test]
async fn forwarded_request_brings_no_caller_to_another_api() {
    // another issuer, with other keys: mallory's token means nothing to it
    let issuer = EmbeddedIssuer::new("https://other.test");
    let server = ResourceServer::builder().trust(issuer.issuer("https://other-api.test"));
    let server = server.build().await.unwrap();
    let inner = whoami().protect(server).into_router();
    let api = forwarding(inner).await;
    assert_eq!(
        callers(&api).await,
        ["401", "401", "401", "401", "401", "none", "500", "401"]
    );
}

#[tokio::test]
async fn forwarded_request_is_authorized_anew_by_an_api_of_the_same_server() {
    let inner = TestApi::new(whoami()).await;
    let api = forwarding(inner.router()).await;
    // each `TestApi` has its own issuer of the same name and keys
    let request = api.caller("mallory").claim("tenant", "acme");
    assert_eq!(request.get("/me").send().await.status(), 403);
    assert_eq!(callers(&api).await, CALLERS_OF_MALLORY);
}

#[tokio::test]
async fn service_behind_the_guard_sees_the_caller() {
    let behind = axum::Router::new()
        .fallback(|Found(caller): Found| async { caller })
        .layer(from_fn(report_caller));
    let api = forwarding(behind).await;
    let request = api.caller("mallory").claim("tenant", "acme");
    let response = request.get("/anything").send().await;
    assert_eq!(response.text(), "mallory of acme");
    assert_eq!(response.header("x-caller"), Some("mallory of acme"));
}

/// A proof without its credential is void: the handler decides what it forwards.
#[tokio::test]
async fn request_without_its_credential_has_no_caller() {
    async fn behind(credentials: &[&'static str]) -> String {
        let credentials = credentials.to_vec();
        let behind = axum::Router::new()
            .fallback(|Found(caller): Found| async { caller })
            .layer(from_fn(move |mut request: Request, next: Next| {
                let own = request.headers_mut().remove(AUTHORIZATION).unwrap();
                for credential in &credentials {
                    let value = match *credential {
                        "own" => own.clone(),
                        other => HeaderValue::from_static(other),
                    };
                    request.headers_mut().append(AUTHORIZATION, value);
                }
                next.run(request)
            }));
        let api = forwarding(behind).await;
        let request = api.caller("alice").claim("tenant", "acme");
        request.get("/").send().await.text()
    }
    assert_eq!(behind(&["own"]).await, "alice of acme");
    for credentials in [
        &[][..],
        &["Bearer x"],
        &["own", "own"],
        &["own", "Bearer x"],
    ] {
        assert_eq!(behind(credentials).await, "none", "{credentials:?}");
    }
}

#[tokio::test]
async fn custom_input_extractor_finds_the_caller() {
    #[derive(Validate, SecureInput)]
    struct OfCaller(#[garde(length(bytes, max = 9))] String);

    impl<S: Send + Sync> FromRequestParts<S> for OfCaller {
        type Rejection = Problem;

        async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
            let Found(subject) = Found::from_request_parts(parts, state).await?;
            Ok(Self(subject))
        }
    }

    impl InputExtractor for OfCaller {
        const ACCEPTS: &'static str = "the subject of the caller";
        const LOCATION: InputLocation = InputLocation::Header;
    }

    #[secured(authenticated)]
    async fn subject(Valid(OfCaller(subject)): Valid<OfCaller>) -> String {
        subject
    }

    let api = TestApi::new(SecureRouter::new().route("/", get(subject))).await;
    assert_eq!(api.caller("alice").get("/").send().await.text(), "alice");
}

/// axum appends path parameters of the inner route to those of the outer one.
#[tokio::test]
async fn path_parameter_of_a_forwarding_route_never_replaces_the_own_one() {
    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Order {
        #[garde(range(max = 999))]
        id: u32,
    }

    #[public(reason = "a test")]
    async fn by_name(Valid(Path(order)): Valid<Path<Order>>) -> String {
        order.id.to_string()
    }

    #[public(reason = "a test")]
    async fn by_index(Path(id): Path<u32>) -> String {
        id.to_string()
    }

    #[public(
        reason = "a test",
        unvalidated = "forwards the request to another path"
    )]
    async fn rewriting(
        State(behind): State<axum::Router>,
        Unvalidated(mut request): Unvalidated<Request>,
    ) -> Response {
        let path = request.uri().path();
        *request.uri_mut() = format!("{}9", path.strip_prefix("/outer").unwrap())
            .parse()
            .unwrap();
        behind.oneshot(request).await.unwrap()
    }

    let inner = SecureRouter::new()
        .route("/name/{id}", get(by_name))
        .route("/index/{id}", get(by_index));
    let inner = TestApi::new(inner).await;
    let outer = SecureRouter::new()
        .route("/outer/name/{id}", get(rewriting))
        .route("/outer/index/{id}", get(rewriting));
    let api = TestApi::new(outer.with_state(inner.router())).await;
    for path in ["name", "index"] {
        let response = inner.anonymous().get(&format!("/{path}/7")).send().await;
        assert_eq!(response.text(), "7", "{path}");
        let request = api.anonymous().get(&format!("/outer/{path}/7"));
        let response = request.send().await;
        let status = response.status().as_u16();
        assert!(matches!(status, 422 | 500), "{path}: {}", response.text());
    }
}
