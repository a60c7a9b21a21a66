//! Routers, states and layers, as a user of axum expects them.

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
async fn part(State(name): State<Name>) -> &'static str {
    name.0
}

#[public(reason = "a test")]
async fn hello() -> &'static str {
    "hello"
}

#[public(reason = "a test")]
async fn lost() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "lost")
}

#[secured(authenticated)]
async fn guarded() -> &'static str {
    "guarded"
}

#[tokio::test]
async fn state_and_parts_of_it_reach_handlers() {
    let routes = SecureRouter::new()
        .route("/whole", get(whole))
        .route("/part", get(part));
    let api = TestApi::new(routes.with_state(AppState { name: Name("shop") })).await;
    for path in ["/whole", "/part"] {
        let answer = api.caller("alice").get(path).send().await;
        assert_eq!(
            (answer.status(), answer.text()),
            (StatusCode::OK, "shop".to_owned())
        );
    }
}

#[tokio::test]
async fn a_fallback_is_guarded_like_a_route() {
    let api = TestApi::new(SecureRouter::new().route("/", get(hello)).fallback(guarded)).await;
    assert_eq!(api.anonymous().get("/anything").send().await.status(), 401);
    assert_eq!(
        api.caller("alice").get("/anything").send().await.text(),
        "guarded"
    );
    let api = TestApi::new(SecureRouter::new().route("/", get(hello)).fallback(lost)).await;
    assert_eq!(api.anonymous().get("/anything").send().await.text(), "lost");
}

#[tokio::test]
async fn every_method_can_be_mounted_and_no_other_answers() {
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
        ("PURGE", "/any", 200),
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

#[tokio::test]
async fn a_method_that_is_not_allowed_is_a_problem_that_names_the_allowed() {
    let api = TestApi::new(SecureRouter::new().route("/x", get(hello).post(guarded))).await;
    let answer = api.anonymous().request("DELETE", "/x").send().await;
    assert_eq!(answer.status(), 405);
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
    let allowed = answer.header("allow").unwrap_or_default().to_owned();
    assert!(
        ["GET", "HEAD", "POST"]
            .iter()
            .all(|method| allowed.contains(method)),
        "{allowed}"
    );
}

/// A layer sees requests before the guard does, as in axum; the guard stays.
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
        let answer = api.anonymous().get(path).send().await;
        assert_eq!(
            (answer.status().as_u16(), answer.header("x-mark")),
            (401, mark),
            "{path}"
        );
    }
}

#[tokio::test]
async fn an_api_stands_beside_other_axum_routes_with_its_guard() {
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

mod where_routes_overlap {
    use super::*;

    #[test]
    #[should_panic(expected = "Overlapping method route")]
    fn the_line_that_mounts_a_method_twice_panics() {
        let _ = SecureRouter::<()>::new()
            .route("/x", get(hello))
            .route("/x", get(guarded));
    }

    #[test]
    #[should_panic(expected = "Overlapping method route")]
    fn so_does_a_method_router() {
        let _: palisade::routing::MethodRouter = get(hello).get(guarded);
    }

    #[test]
    #[should_panic(expected = "Paths must start with a `/`")]
    fn so_does_a_malformed_path() {
        let _ = SecureRouter::<()>::new().route("x", get(hello));
    }

    #[test]
    #[should_panic(expected = "fallback")]
    fn so_does_a_second_fallback() {
        let _ = SecureRouter::<()>::new()
            .fallback(hello)
            .merge(SecureRouter::new().fallback(guarded));
    }
}

#[tokio::test]
async fn a_path_may_be_mounted_in_parts() {
    let routes = SecureRouter::new()
        .route("/x", get(hello))
        .route("/x", post(guarded))
        .merge(SecureRouter::new().route("/x", put(hello)));
    let api = TestApi::new(routes).await;
    for (method, status) in [("GET", 200), ("POST", 401), ("PUT", 200), ("DELETE", 405)] {
        let answer = api.anonymous().request(method, "/x").send().await;
        assert_eq!(answer.status().as_u16(), status, "{method}");
    }
    let answer = api.anonymous().request("DELETE", "/x").send().await;
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}
