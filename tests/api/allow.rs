//! The `Allow` header: complete on 405, absent elsewhere (RFC 9110 §10.2.1, §15.5.6).

use axum::http::header::ALLOW;
use axum::middleware::map_response;
use palisade::prelude::*;
use palisade::routing::{MethodFilter, head, on, options};
use palisade::testing::TestApi;
use tower::ServiceExt as _;

#[public(reason = "a test")]
async fn open() -> &'static str {
    "open"
}

#[secured(scopes = "a")]
async fn secured() {}

#[public(reason = "a test")]
async fn lost() -> StatusCode {
    StatusCode::NOT_FOUND
}

#[public(reason = "a test")]
async fn own_405() -> (StatusCode, [(axum::http::HeaderName, &'static str); 1]) {
    (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET")])
}

#[public(reason = "a test")]
async fn bare_405() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED)
}

const REGISTERED: &str = "DELETE GET HEAD OPTIONS PATCH POST PUT";

pub(crate) fn routes() -> SecureRouter {
    let nested = SecureRouter::new()
        .route("/get", get(open))
        .route("/any", any(open).get(secured));
    let split = SecureRouter::new().route("/split", post(secured));
    SecureRouter::new()
        .route("/get", get(open))
        .route("/post", post(secured))
        .route("/both", get(secured).post(open))
        .route("/head", head(open))
        .route("/options", options(open))
        .route("/some", on(MethodFilter::PUT.or(MethodFilter::PATCH), open))
        .route("/any", any(open))
        .route("/any-get", any(open).get(secured))
        .route("/any-head", any(open).head(secured))
        .route("/any-trace", any(open).trace(secured))
        .route(
            "/layered",
            get(open).layer(map_response(async |r: Response| r)),
        )
        .route("/split", get(open))
        .route("/own", any(own_405))
        .route("/bare", any(bare_405))
        .merge(split)
        .nest("/nested", nested)
}

/// Sends a request, and returns its status and the sorted methods of `Allow`.
async fn allow(api: &TestApi, method: &str, path: &str) -> (u16, Option<String>) {
    let response = api.anonymous().request(method, path).send().await;
    let fields = response.headers().get_all(ALLOW).iter();
    let fields: Vec<&str> = fields.map(|field| field.to_str().unwrap()).collect();
    assert!(fields.len() < 2, "{method} {path}: {fields:?}");
    let methods = fields.first().map(|field| {
        let mut methods: Vec<&str> = field.split(',').map(str::trim).collect();
        methods.sort_unstable();
        methods.join(" ")
    });
    (response.status().as_u16(), methods)
}

#[tokio::test]
async fn method_not_allowed_lists_every_method_of_the_path_once() {
    let layered = |routes: SecureRouter| routes.layer(map_response(async |r: Response| r));
    for (name, routes) in [
        ("plain", routes()),
        ("fallback", routes().fallback(lost)),
        ("layer", layered(routes())),
    ] {
        let api = TestApi::new(routes).await;
        let mapped = TestApi::new(self::routes()).await;
        let mapped = mapped.map_api(|api| api.map_problems(|problem| problem.detail("x")));
        for (method, path, expected) in [
            ("POST", "/get", "GET HEAD"),
            ("OPTIONS", "/get", "GET HEAD"),
            ("PURGE", "/get", "GET HEAD"),
            ("HEAD", "/post", "POST"),
            ("GET", "/post", "POST"),
            ("DELETE", "/both", "GET HEAD POST"),
            ("GET", "/head", "HEAD"),
            ("GET", "/options", "OPTIONS"),
            ("GET", "/some", "PATCH PUT"),
            ("TRACE", "/any", REGISTERED),
            ("get", "/any", REGISTERED),
            ("CONNECT", "/any-get", REGISTERED),
            ("PROPFIND", "/any-head", REGISTERED),
            (
                "CONNECT",
                "/any-trace",
                "DELETE GET HEAD OPTIONS PATCH POST PUT TRACE",
            ),
            ("POST", "/layered", "GET HEAD"),
            ("PUT", "/split", "GET HEAD POST"),
            ("POST", "/nested/get", "GET HEAD"),
            ("TRACE", "/nested/any", REGISTERED),
        ] {
            let expected = (405, Some(expected.to_owned()));
            let case = format!("{name}: {method} {path}");
            assert_eq!(allow(&api, method, path).await, expected, "{case}");
            assert_eq!(allow(&mapped, method, path).await, expected, "{case}");
        }
    }
}

#[tokio::test]
async fn other_responses_have_no_allow() {
    let api = TestApi::new(routes()).await;
    for (method, path, status) in [
        ("GET", "/get", 200),
        ("HEAD", "/get", 200),
        ("POST", "/post", 401),
        ("GET", "/both", 401),
        ("POST", "/both", 200),
        ("HEAD", "/head", 200),
        ("OPTIONS", "/options", 200),
        ("GET", "/any", 200),
        ("HEAD", "/any", 200),
        ("OPTIONS", "/any", 200),
        ("POST", "/any-get", 200),
        ("GET", "/any-get", 401),
        ("HEAD", "/any-get", 401),
        ("GET", "/any-head", 200),
        ("HEAD", "/any-head", 401),
        ("TRACE", "/any-trace", 401),
        ("GET", "/nested/any", 401),
        ("PUT", "/nested/any", 200),
        ("GET", "/nowhere", 404),
        ("OPTIONS", "/nowhere", 404),
    ] {
        let case = format!("{method} {path}");
        assert_eq!(allow(&api, method, path).await, (status, None), "{case}");
    }
}

/// RFC 9110 §9.3.6 and §9.3.8: the target of CONNECT has no path.
#[tokio::test]
async fn trace_and_connect_are_405_on_every_target() {
    let api = TestApi::new(routes()).await;
    for method in ["TRACE", "CONNECT"] {
        for path in [
            "/nowhere",
            "/nested/nowhere",
            "evil.example:443",
            "http://a.example/x",
        ] {
            let empty = (405, Some(String::new()));
            assert_eq!(allow(&api, method, path).await, empty, "{method} {path}");
        }
        let response = api.caller("alice").request(method, "/nowhere").send().await;
        assert!(!response.text().contains("Bearer"), "{method}");
    }
}

/// The handler of `any` decides about its own responses.
#[tokio::test]
async fn own_405_of_a_handler_is_kept() {
    let api = TestApi::new(routes()).await;
    let own = allow(&api, "POST", "/own").await;
    assert_eq!(own, (405, Some("GET".to_owned())));
    assert_eq!(allow(&api, "POST", "/bare").await, (405, None));
}

#[tokio::test]
async fn allow_is_complete_beside_routes_of_another_router() {
    let api = TestApi::new(routes()).await;
    let router = axum::Router::new()
        .route("/other", axum::routing::get(async || "other"))
        .merge(api.api().clone().into_router())
        .fallback(async || "outer");
    let request = axum::http::Request::put("/split");
    let request = request.body(axum::body::Body::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(response.status(), 405);
    assert_eq!(response.headers()[ALLOW], "GET,HEAD,POST");
}
