//! An `Api` beside existing axum routes, and an `Api` below a path.

use axum::Router;
use axum::http::HeaderValue;
use axum::routing::{
    any as any_of_axum, get as get_of_axum, head as head_of_axum, post as post_of_axum,
};
use palisade::prelude::*;
use palisade::routing::{MethodFilter, Route, head, on};
use palisade::testing::TestApi;
use tower_http::cors::CorsLayer;

#[secured(scopes = "a")]
async fn list() -> &'static str {
    "declared"
}

#[public(reason = "a test")]
async fn lost() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "declared fallback")
}

async fn page() -> &'static str {
    "page"
}

pub(crate) fn routes() -> SecureRouter {
    SecureRouter::new()
        .route("/orders", get(list))
        .route("/orders/{id}", get(list))
        .nest("/admin", SecureRouter::new().route("/", get(list)))
}

async fn beside(routes: SecureRouter, router: Router) -> TestApi {
    TestApi::new(routes)
        .await
        .map_api(|api| api.beside(router, "moves in spring"))
}

#[tokio::test]
async fn routes_beside_the_api_are_served_without_a_guard() {
    let pages = Router::new()
        .route("/pages", get_of_axum(page))
        .route("/orders", post_of_axum(page))
        .route("/orders/{id}/print", get_of_axum(page));
    let api = beside(routes(), pages).await;
    for (method, path, status) in [
        ("GET", "/pages", 200),
        ("GET", "/orders", 401),
        ("HEAD", "/orders", 401),
        ("POST", "/orders", 200),
        ("PUT", "/orders", 405),
        ("PUT", "/pages", 405),
        ("GET", "/orders/7/print", 200),
        ("GET", "/admin", 401),
        ("GET", "/nothing", 404),
    ] {
        let response = api.anonymous().request(method, path).send().await;
        assert_eq!(response.status(), status, "{method} {path}");
    }
    let response = api.anonymous().request("PUT", "/orders").send().await;
    assert_eq!(response.header("allow"), Some("POST,GET,HEAD"));
    for path in ["/orders", "/nothing"] {
        let response = api.anonymous().request("PUT", path).send().await;
        let media_type = response.header("content-type");
        assert_eq!(media_type, Some("application/problem+json"), "{path}");
    }
    let response = api.caller("alice").scopes("a").get("/orders").send().await;
    assert_eq!(response.text(), "declared");
}

#[tokio::test]
async fn routes_beside_the_api_are_undeclared_in_the_inventory() {
    let api = TestApi::new(routes()).await.map_api(|api| {
        api.beside(
            Router::new().route("/a", get_of_axum(page)),
            "pages, until spring",
        )
        .beside(Router::new().route("/b", get_of_axum(page)), "a proxy")
        .mounted_at("/v1")
    });
    let inventory = api.api().inventory();
    assert_eq!(inventory.undeclared(), ["pages, until spring", "a proxy"]);
    let text = inventory.to_string();
    for line in [
        "undeclared routes beside the API: pages, until spring",
        "undeclared routes beside the API: a proxy",
    ] {
        assert!(text.lines().any(|found| found == line), "{text}");
    }
    assert_eq!(api.anonymous().get("/b").send().await.text(), "page");
    assert_eq!(api.anonymous().get("/v1/orders").send().await.status(), 401);
}

#[tokio::test]
async fn fallback_beside_the_api_serves_unknown_paths_only() {
    let proxy = Router::new().fallback(page);
    let api = beside(routes(), proxy).await;
    for (method, path, status) in [
        ("GET", "/anything", 200),
        ("POST", "/", 200),
        ("GET", "/orders", 401),
        ("PUT", "/orders", 405),
        ("GET", "/admin", 401),
    ] {
        let response = api.anonymous().request(method, path).send().await;
        assert_eq!(response.status(), status, "{method} {path}");
    }
}

/// axum compares paths byte for byte, so another spelling of a declared path is another path.
#[tokio::test]
async fn wildcard_beside_the_api_gets_no_declared_path() {
    let anything = Router::new().route("/{*rest}", get_of_axum(page).post(page));
    let api = beside(routes(), anything).await;
    for (method, path, status) in [
        ("GET", "/orders", 401),
        ("HEAD", "/orders?x=1", 401),
        ("POST", "/orders", 405),
        ("GET", "/orders/7", 401),
        ("GET", "/orders/%37", 401),
        ("GET", "/orders/..", 401),
        ("GET", "/orders/%2e%2e", 401),
        ("GET", "/admin", 401),
        ("GET", "/orders/", 200),
        ("GET", "/%6Frders", 200),
        ("GET", "/ORDERS", 200),
        ("GET", "//orders", 200),
        ("GET", "/orders/7/8", 200),
    ] {
        let response = api.anonymous().request(method, path).send().await;
        assert_eq!(response.status(), status, "{method} {path}");
        if status == 200 {
            assert_eq!(response.text(), "page", "{path}");
        }
    }
}

#[tokio::test]
async fn layers_and_problem_map_of_the_api_do_not_apply_beside_it() {
    async fn conflict() -> Problem {
        Problem::new(StatusCode::CONFLICT)
    }

    let cors = CorsLayer::new().allow_origin(HeaderValue::from_static("https://app.example"));
    let api = beside(
        routes().layer(cors),
        Router::new().route("/conflict", get_of_axum(conflict)),
    )
    .await
    .map_api(|api| api.map_problems(|problem| problem.title("mapped")));
    for (path, applies) in [("/conflict", false), ("/orders", true), ("/nothing", true)] {
        let request = api.anonymous().header("origin", "https://app.example");
        let response = request.get(path).send().await;
        let origin = response.header("access-control-allow-origin");
        assert_eq!(origin.is_some(), applies, "{path}");
        assert_eq!(response.text().contains("mapped"), applies, "{path}");
    }
}

/// The message of a panic of `beside`, and its file.
async fn panic_of(routes: SecureRouter, router: Router, reason: &'static str) -> Option<String> {
    let api = TestApi::new(routes).await.api().clone();
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _ = api.beside(router, reason);
    }));
    let payload = result.err()?;
    let text = payload.downcast_ref::<String>().cloned();
    text.or_else(|| payload.downcast_ref::<&str>().map(ToString::to_string))
}

/// A router with one route.
fn at(path: &str, routes: axum::routing::MethodRouter) -> Router {
    Router::new().route(path, routes)
}

/// Requires that `beside` panics with a message that contains the text.
async fn assert_overlap(routes: SecureRouter, router: Router, expected: &str) {
    let message = panic_of(routes, router, "a reason").await;
    let message = message.unwrap_or_default();
    assert!(message.contains(expected), "{expected}: {message:?}");
}

#[tokio::test]
async fn same_method_and_path_on_both_sides_panics() {
    let overlap = async |router, expected| assert_overlap(routes(), router, expected).await;
    overlap(at("/orders", get_of_axum(page)), "GET /orders").await;
    overlap(at("/orders", head_of_axum(page)), "HEAD /orders").await;
    overlap(at("/admin", get_of_axum(page)), "GET /admin").await;
    let heads = SecureRouter::new().route("/orders", head(list));
    assert_overlap(heads, at("/orders", get_of_axum(page)), "GET /orders").await;
    let filter = MethodFilter::PUT.or(MethodFilter::TRACE);
    let two = SecureRouter::new().route("/orders", on(filter, list));
    let one = at("/orders", axum::routing::trace(page));
    assert_overlap(two, one, "TRACE /orders").await;
}

#[tokio::test]
async fn handler_for_every_method_of_a_declared_path_panics() {
    let overlap = async |router, expected| assert_overlap(routes(), router, expected).await;
    overlap(at("/orders", any_of_axum(page)), "`/orders`").await;
    overlap(at("/orders/{id}", any_of_axum(page)), "`/orders/{id}`").await;
    let fallback = post_of_axum(page).fallback(page);
    overlap(at("/orders", fallback), "`/orders`").await;
    let literal = SecureRouter::new().route("/{{id}}/v{version}", get(list));
    let other = at("/{{id}}/v{version}", any_of_axum(page));
    assert_overlap(literal, other, "`/{{id}}/v{version}`").await;
    let service = Router::new().route_service("/orders", get_of_axum(page));
    overlap(service, "/orders").await;
    let renamed = at("/orders/{name}", get_of_axum(page));
    overlap(renamed, "/orders/{name}").await;
}

fn with_nested_fallback() -> SecureRouter {
    SecureRouter::new().nest("/admin", SecureRouter::new().fallback(lost))
}

#[tokio::test]
async fn fallback_on_both_sides_panics() {
    let fallback = || Router::new().fallback(page);
    assert_overlap(routes().fallback(lost), fallback(), "fallback").await;
    let nested = Router::new().nest("/admin", fallback());
    assert_overlap(with_nested_fallback(), nested, "fallback").await;
}

#[tokio::test]
async fn disjoint_routes_do_not_panic() {
    let nested = at("/x", get_of_axum(page));
    for (routes, router) in [
        (routes(), at("/orders/export", get_of_axum(page))),
        (routes(), at("/{*rest}", any_of_axum(page))),
        (routes(), Router::new().fallback(page)),
        (with_nested_fallback(), Router::new().nest("/admin", nested)),
        (routes().fallback(lost), at("/pages", any_of_axum(page))),
    ] {
        assert_eq!(panic_of(routes, router, "a reason").await, None);
    }
}

#[tokio::test]
async fn blank_reason_panics() {
    for reason in ["", " ", "\n\t"] {
        let message = panic_of(routes(), Router::new(), reason).await;
        assert_eq!(
            message.as_deref(),
            Some("routes without a guard need a reason")
        );
    }
}

#[tokio::test]
#[should_panic(expected = "GET /v1/orders")]
async fn mounting_over_a_route_beside_the_api_panics() {
    let legacy = Router::new().route("/v1/orders", get_of_axum(page));
    let api = beside(routes(), legacy).await;
    let _ = api.map_api(|api| api.mounted_at("/v1"));
}

#[tokio::test]
#[should_panic(expected = "Overlapping method route")]
async fn two_routers_with_the_same_route_beside_the_api_panic() {
    let router = || Router::new().route("/pages", get_of_axum(page));
    let api = beside(routes(), router()).await;
    let _ = api.map_api(|api| api.beside(router(), "again"));
}

#[tokio::test]
async fn mounted_api_has_the_real_paths_in_its_inventory() {
    let cors = CorsLayer::new().allow_origin(HeaderValue::from_static("https://app.example"));
    for (routes, lost) in [
        (routes(), "404"),
        (routes().fallback(lost), "declared fallback"),
    ] {
        let api = TestApi::new(routes.layer(cors.clone())).await;
        let api = api.map_api(|api| api.mounted_at("/v1").mounted_at("/api"));
        let paths: Vec<&str> = api.api().inventory().iter().map(Route::path).collect();
        assert_eq!(
            paths[..3],
            ["/api/v1/orders", "/api/v1/orders/{id}", "/api/v1/admin"]
        );
        for (method, path, status) in [
            ("GET", "/api/v1/orders", 401),
            ("PUT", "/api/v1/orders", 405),
            ("GET", "/api/v1/admin", 401),
            ("GET", "/api/v1/nothing", 404),
            ("GET", "/api/v1", 404),
        ] {
            let request = api.anonymous().header("origin", "https://app.example");
            let response = request.request(method, path).send().await;
            let case = format!("{method} {path}");
            assert_eq!(response.status(), status, "{case}");
            let origin = response.header("access-control-allow-origin");
            assert_eq!(origin, Some("https://app.example"), "{case}");
            if status == 404 {
                assert!(response.text().contains(lost), "{case}");
            }
        }
        for path in ["/orders", "/v1/orders", "/api/orders", "/"] {
            let response = api.anonymous().get(path).send().await;
            assert_eq!(response.status(), 404, "{path}");
            let media_type = response.header("content-type");
            assert_eq!(media_type, Some("application/problem+json"), "{path}");
        }
    }
}

#[tokio::test]
#[should_panic(expected = "Nesting at the root")]
async fn mounting_at_the_root_panics() {
    let api = TestApi::new(routes()).await;
    let _ = api.map_api(|api| api.mounted_at("/"));
}

#[tokio::test]
async fn mounted_apis_can_be_merged() {
    use tower::ServiceExt as _;

    let first = TestApi::new(routes())
        .await
        .map_api(|api| api.mounted_at("/v1"));
    let second = TestApi::new(routes().fallback(lost)).await;
    let second = second.map_api(|api| api.mounted_at("/v2"));
    let router = first.router().merge(second.router()).fallback(page);
    for (path, status) in [
        ("/v1/orders", 401),
        ("/v2/orders", 401),
        ("/v1/nothing", 404),
        ("/v2/nothing", 404),
        ("/nothing", 200),
    ] {
        let request = axum::http::Request::get(path).body(axum::body::Body::empty());
        let response = router.clone().oneshot(request.unwrap()).await.unwrap();
        assert_eq!(response.status(), status, "{path}");
    }
}
