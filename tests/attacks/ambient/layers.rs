//! A caller that a layer inserts, and a layer that looks for the caller.

use std::sync::Arc;

use axum::Extension;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use palisade::prelude::*;
use palisade::testing::{TestApi, caller};

use super::{CALLERS_OF_MALLORY, Tenancy, callers, forwarding, me, report_caller, send, whoami};

/// Gives every request a caller that no guard has authorized.
async fn as_root(mut request: Request, next: Next) -> Response {
    let tenant = "root".to_owned();
    let extensions = request.extensions_mut();
    extensions.insert(caller("root").with_claims(Tenancy { tenant }));
    extensions.insert(caller("root"));
    extensions.insert(Arc::new(caller("root")));
    extensions.insert(Some(caller("root")));
    next.run(request).await
}

#[tokio::test]
async fn caller_in_an_extension_of_a_layer_is_not_the_caller() {
    let routes = whoami();
    let api = TestApi::new(routes).await;
    assert_eq!(callers(&api).await, CALLERS_OF_MALLORY, "without layers");
    let api = TestApi::new(whoami().layer(Extension(caller("root")))).await;
    assert_eq!(callers(&api).await, CALLERS_OF_MALLORY, "Extension");
    let api = TestApi::new(whoami().layer(from_fn(as_root))).await;
    assert_eq!(callers(&api).await, CALLERS_OF_MALLORY, "from_fn");
    let nested = SecureRouter::new()
        .merge(whoami())
        .layer(from_fn(as_root))
        .layer(Extension(caller("root")));
    let api = TestApi::new(nested).await;
    assert_eq!(callers(&api).await, CALLERS_OF_MALLORY, "two layers");
    let layered = get(me).layer(from_fn(as_root));
    let api = TestApi::new(SecureRouter::new().route("/me", layered)).await;
    let request = api.caller("mallory").scopes("orders:read");
    assert_eq!(request.get("/me").send().await.text(), "mallory");
    assert_eq!(api.anonymous().get("/me").send().await.status(), 401);
}

#[tokio::test]
async fn caller_outside_a_router_with_axums_own_layers_is_not_the_caller() {
    let api = TestApi::new(whoami()).await;
    let router = axum::Router::new()
        .nest_service("/v1", api.router())
        .layer(from_fn(as_root));
    let token = api.caller("mallory").scopes("orders:read").token();
    for (path, expected) in [
        ("/v1/me", "mallory"),
        ("/v1/found", "mallory"),
        ("/v1/found-by-public", "none"),
    ] {
        let response = send(router.clone(), path, Some(&token)).await;
        assert_eq!(response, (200, expected.to_owned()), "{path}");
    }
}

#[tokio::test]
async fn layer_outside_a_guard_sees_no_caller() {
    let layers: [fn(SecureRouter) -> SecureRouter; 4] = [
        |routes| routes.layer(from_fn(report_caller)),
        |routes| SecureRouter::new().merge(routes.layer(from_fn(report_caller))),
        |_| SecureRouter::new().route("/me", get(me).layer(from_fn(report_caller))),
        |routes| {
            let nested = SecureRouter::new().route("/", get(me));
            routes.nest("/nested", nested.layer(from_fn(report_caller)))
        },
    ];
    for (case, layer) in layers.into_iter().enumerate() {
        let path = if case == 3 { "/nested" } else { "/me" };
        let api = TestApi::new(layer(whoami())).await;
        let request = || api.caller("mallory").scopes("orders:read");
        let response = request().get(path).send().await;
        assert_eq!(response.header("x-caller"), Some("none"), "case {case}");
        // not even the caller of the guard that forwards the request
        let outer = forwarding(api.router()).await;
        let request = outer.caller("mallory").scopes("orders:read");
        let request = request.claim("tenant", "acme").get(path);
        let response = request.send().await;
        assert_eq!(response.text(), "mallory", "case {case}");
        assert_eq!(response.header("x-caller"), Some("none"), "case {case}");
    }
}
