//! Routers, states and layers behave as in axum.

use axum::extract::FromRef;
use axum::middleware::{Next, from_fn};
use palisade::prelude::*;
use palisade::routing::MethodFilter;
use palisade::testing::TestApi;

#[derive(Clone)]
struct AppState {
    name: Name,
}

#[derive(Clone)]
struct Name(&'static str);

impl FromRef<AppState> for Name {
    fn from_ref(state: &AppState) -> Self {
        state.name.clone()
    }
}

#[secured(authenticated)]
async fn whole(State(state): State<AppState>) -> &'static str {
    state.name.0
}

#[secured(authenticated)]
async fn substate(State(name): State<Name>) -> &'static str {
    name.0
}

#[public(reason = "a test")]
async fn hello() -> &'static str {
    "hello"
}

#[public(reason = "a test")]
async fn method_name(method: axum::http::Method) -> String {
    method.to_string()
}

#[public(reason = "a test")]
async fn custom_not_found() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "lost")
}

#[secured(authenticated)]
async fn guarded() -> &'static str {
    "guarded"
}

#[tokio::test]
async fn state_and_substate_reach_handlers() {
    let routes = SecureRouter::new()
        .route("/whole", get(whole))
        .route("/substate", get(substate));
    let api = TestApi::new(routes.with_state(AppState { name: Name("shop") })).await;
    for path in ["/whole", "/substate"] {
        let response = api.caller("alice").get(path).send().await;
        assert_eq!(
            (response.status(), response.text()),
            (StatusCode::OK, "shop".to_owned())
        );
    }
}

#[tokio::test]
async fn fallback_is_guarded_like_a_route() {
    let api = TestApi::new(SecureRouter::new().route("/", get(hello)).fallback(guarded)).await;
    assert_eq!(api.anonymous().get("/anything").send().await.status(), 401);
    assert_eq!(
        api.caller("alice").get("/anything").send().await.text(),
        "guarded"
    );
    let api = TestApi::new(
        SecureRouter::new()
            .route("/", get(hello))
            .fallback(custom_not_found),
    )
    .await;
    assert_eq!(api.anonymous().get("/anything").send().await.text(), "lost");
}

#[tokio::test]
async fn only_routed_methods_are_served() {
    let routes = SecureRouter::new()
        .route(
            "/some",
            palisade::routing::on(MethodFilter::PUT.or(MethodFilter::PATCH), hello),
        )
        .route("/any", any(hello).post(guarded));
    let api = TestApi::new(routes).await;
    for (method, path, status) in [
        ("PUT", "/some", 200),
        ("PATCH", "/some", 200),
        ("GET", "/some", 405),
        ("PURGE", "/some", 405),
        ("GET", "/any", 200),
        ("PURGE", "/any", 405),
        ("POST", "/any", 401),
    ] {
        assert_eq!(
            api.anonymous()
                .request(method, path)
                .send()
                .await
                .status()
                .as_u16(),
            status,
            "{method} {path}"
        );
    }
}

/// RFC 9110 §9.1 and §9.3: a method is any token, so `any` is a closed list.
#[tokio::test]
async fn any_refuses_methods_that_are_not_registered() {
    let routes = SecureRouter::new()
        .route("/any", any(method_name))
        .route("/named", any(method_name).trace(guarded).get(hello));
    let api = TestApi::new(routes).await;
    let long = "EVIL!'*+-.^_`|~".repeat(3000);
    for method in [
        "EVIL!'*+-.^_`|~",
        "get",
        "GETS",
        "PROPFIND",
        "TRACE",
        "CONNECT",
        &long,
    ] {
        let response = api.anonymous().request(method, "/any").send().await;
        assert_eq!(response.status(), 405, "{method:.20}");
        assert_eq!(
            response.header("allow"),
            Some("GET,HEAD,PUT,POST,PATCH,OPTIONS,DELETE"),
            "{method:.20}"
        );
        assert!(!response.text().contains("EVIL"));
    }
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        let response = api.anonymous().request(method, "/any").send().await;
        assert_eq!(
            (response.status().as_u16(), response.text()),
            (200, method.to_owned())
        );
        assert_eq!(response.header("allow"), None, "{method}");
    }
    for (method, expected) in [
        ("TRACE", 401),
        ("GET", 200),
        ("HEAD", 200),
        ("POST", 200),
        ("PURGE", 405),
    ] {
        let response = api.anonymous().request(method, "/named").send().await;
        assert_eq!(response.status(), expected, "{method}");
    }
}

#[tokio::test]
async fn method_argument_of_fallback_is_a_registered_method() {
    let api = TestApi::new(
        SecureRouter::new()
            .route("/", get(hello))
            .fallback(method_name),
    )
    .await;
    for method in ["EVIL!", "PURGE", "post"] {
        let response = api.anonymous().request(method, "/other").send().await;
        assert_eq!(response.status(), 405, "{method}");
        assert!(
            response
                .header("allow")
                .is_some_and(|allow| allow.starts_with("GET,HEAD"))
        );
    }
    assert_eq!(
        api.anonymous().request("PUT", "/other").send().await.text(),
        "PUT"
    );
}

#[tokio::test]
async fn method_argument_behind_a_layer_that_replaces_it_is_a_registered_method() {
    let replace = from_fn(|mut request: axum::extract::Request, next: Next| {
        *request.method_mut() = "EVIL".parse().unwrap();
        next.run(request)
    });
    let api = TestApi::new(SecureRouter::new().route("/", post(method_name).layer(replace))).await;
    assert_eq!(api.anonymous().post("/").send().await.status(), 405);
}

#[test]
fn any_is_listed_with_its_methods() {
    let routes = SecureRouter::<()>::new().route("/a", any(hello)).route(
        "/b",
        any(hello)
            .get(hello)
            .on(MethodFilter::PUT.or(MethodFilter::TRACE), hello),
    );
    let methods = routes.inventory().iter().map(|route| route.methods().len());
    assert_eq!(methods.collect::<Vec<_>>(), [7, 4, 1, 2]);
}

#[test]
#[should_panic(expected = "Overlapping method route")]
fn any_and_a_method_of_another_router_overlap() {
    let _ = SecureRouter::<()>::new()
        .route("/x", any(hello))
        .route("/x", get(hello));
}

#[tokio::test]
async fn unsupported_method_returns_405_with_allow() {
    let api = TestApi::new(SecureRouter::new().route("/x", get(hello).post(guarded))).await;
    let response = api.anonymous().request("DELETE", "/x").send().await;
    assert_eq!(response.status(), 405);
    assert_eq!(
        response.header("content-type"),
        Some("application/problem+json")
    );
    let allowed = response.header("allow").unwrap_or_default().to_owned();
    assert!(
        ["GET", "HEAD", "POST"]
            .iter()
            .all(|method| allowed.contains(method)),
        "{allowed}"
    );
}

/// As in axum, a layer runs before the handler, and thus before its guard.
#[tokio::test]
async fn layers_run_outside_the_guard() {
    async fn mark(request: axum::extract::Request, next: Next) -> Response {
        let mut response = next.run(request).await;
        response
            .headers_mut()
            .insert("x-mark", "seen".parse().unwrap());
        response
    }
    let routes = SecureRouter::new()
        .route("/all", get(guarded))
        .layer(from_fn(mark))
        .route("/one", get(guarded).layer(from_fn(mark)))
        .route("/none", get(guarded));
    let api = TestApi::new(routes).await;
    for (path, mark) in [
        ("/all", Some("seen")),
        ("/one", Some("seen")),
        ("/none", None),
    ] {
        let response = api.anonymous().get(path).send().await;
        assert_eq!(
            (response.status().as_u16(), response.header("x-mark")),
            (401, mark),
            "{path}"
        );
    }
}

#[tokio::test]
async fn api_merged_into_axum_router_keeps_its_guard() {
    use tower::ServiceExt;
    let api = TestApi::new(SecureRouter::new().route("/guarded", get(guarded))).await;
    let merged = axum::Router::new()
        .route("/plain", axum::routing::get(|| async { "plain" }))
        .merge(api.api().clone().into_router())
        .fallback(|| async { StatusCode::IM_A_TEAPOT });
    for (path, status) in [("/plain", 200), ("/guarded", 401), ("/nowhere", 418)] {
        let request = axum::http::Request::get(path)
            .body(axum::body::Body::empty())
            .unwrap();
        assert_eq!(
            merged
                .clone()
                .oneshot(request)
                .await
                .unwrap()
                .status()
                .as_u16(),
            status,
            "{path}"
        );
    }
}

mod overlapping_routes {
    use super::*;

    #[test]
    #[should_panic(expected = "Overlapping method route")]
    fn duplicate_method_route_panics() {
        let _ = SecureRouter::<()>::new()
            .route("/x", get(hello))
            .route("/x", get(guarded));
    }

    #[test]
    #[should_panic(expected = "Overlapping method route")]
    fn duplicate_method_in_method_router_panics() {
        let _: palisade::routing::SecureMethodRouter = get(hello).get(guarded);
    }

    #[test]
    #[should_panic(expected = "Paths must start with a `/`")]
    fn malformed_path_panics() {
        let _ = SecureRouter::<()>::new().route("x", get(hello));
    }

    #[test]
    #[should_panic(expected = "fallback")]
    fn second_fallback_panics() {
        let _ = SecureRouter::<()>::new()
            .fallback(hello)
            .merge(SecureRouter::new().fallback(guarded));
    }
}

#[tokio::test]
async fn path_can_be_routed_in_several_calls() {
    let routes = SecureRouter::new()
        .route("/x", get(hello))
        .route("/x", post(guarded))
        .merge(SecureRouter::new().route("/x", put(hello)));
    let api = TestApi::new(routes).await;
    for (method, status) in [("GET", 200), ("POST", 401), ("PUT", 200), ("DELETE", 405)] {
        let response = api.anonymous().request(method, "/x").send().await;
        assert_eq!(response.status().as_u16(), status, "{method}");
    }
    let response = api.anonymous().request("DELETE", "/x").send().await;
    assert_eq!(
        response.header("content-type"),
        Some("application/problem+json")
    );
    assert_eq!(response.header("cache-control"), Some("no-store"));
}
