//! `Accept`: 406 if the client accepts no media type of the response (RFC 9110 §12.5.1, §15.5.7).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::header;
use axum::middleware::map_response;
use axum::response::Html;
use palisade::prelude::*;
use palisade::testing::TestApi;
use serde_json::{Value, json};

#[public(reason = "a test")]
async fn text() -> &'static str {
    "text"
}

#[secured(scopes = "a")]
async fn object() -> Json<Value> {
    Json(json!({ "secret": "payload" }))
}

#[public(reason = "a test")]
async fn page() -> Html<&'static str> {
    Html("<p>")
}

#[public(reason = "a test")]
async fn nothing() {}

#[public(reason = "a test")]
async fn problem() -> Problem {
    Problem::new(StatusCode::CONFLICT)
}

#[public(reason = "a test")]
async fn versioned() -> ([(header::HeaderName, &'static str); 1], &'static str) {
    (
        [(
            header::CONTENT_TYPE,
            "application/vnd.orders+json;version=2",
        )],
        "{}",
    )
}

#[public(reason = "a test")]
async fn create(State(created): State<Arc<AtomicUsize>>) -> (StatusCode, &'static str) {
    created.fetch_add(1, Ordering::SeqCst);
    (StatusCode::CREATED, "created")
}

async fn api_counting(created: &Arc<AtomicUsize>) -> TestApi {
    let routes = SecureRouter::new()
        .route("/text", get(text).post(create))
        .route("/object", get(object))
        .route("/page", get(page))
        .route("/nothing", get(nothing))
        .route("/problem", get(problem))
        .route("/versioned", get(versioned))
        .route(
            "/inner",
            get(text).inner_layer(map_response(async |r: Response| r)),
        )
        .with_state(Arc::clone(created));
    TestApi::new(routes).await
}

async fn api() -> TestApi {
    api_counting(&Arc::default()).await
}

#[tokio::test]
async fn range_that_nothing_satisfies_returns_406() {
    let api = api().await;
    for (path, accept, available) in [
        ("/text", "application/json", "text/plain"),
        ("/text", "text/html, image/*", "text/plain"),
        ("/text", "text/plain;q=0, */*", "text/plain"),
        ("/inner", "application/xml", "text/plain"),
        ("/object", "text/html", "application/json"),
        ("/object", "application/problem+json", "application/json"),
        ("/page", "application/xhtml+xml", "text/html"),
        (
            "/versioned",
            "application/json",
            "application/vnd.orders+json",
        ),
    ] {
        for method in ["GET", "HEAD"] {
            let request = api.caller("alice").scopes("a").header("accept", accept);
            let response = request.request(method, path).send().await;
            assert_eq!(response.status(), 406, "{method} {path} {accept}");
            let media_type = response.header("content-type");
            assert_eq!(media_type, Some("application/problem+json"));
            if method == "GET" {
                assert!(!response.text().contains("payload"));
                assert_eq!(response.json::<Value>()["available"], json!([available]));
            }
        }
    }
}

#[tokio::test]
async fn range_that_includes_the_response_returns_it() {
    let api = api().await;
    for (path, accept) in [
        ("/text", "*/*"),
        ("/text", "text/*"),
        ("/text", "TEXT/PLAIN"),
        ("/text", "text/plain;charset=utf-8"),
        ("/text", "text/html, text/plain;q=0.1"),
        ("/text", ""),
        ("/text", "not a range"),
        ("/inner", "text/plain"),
        ("/object", "application/json, text/plain, */*"),
        ("/versioned", "application/vnd.orders+json"),
        ("/nothing", "application/json"),
    ] {
        let request = api.caller("alice").scopes("a").header("accept", accept);
        let response = request.get(path).send().await;
        assert_eq!(response.status(), 200, "{path} {accept}");
    }
}

/// The client learns why it is refused, whatever it accepts.
#[tokio::test]
async fn errors_are_sent_whatever_the_client_accepts() {
    let api = api().await;
    for (path, status) in [("/problem", 409), ("/object", 401), ("/nowhere", 404)] {
        let response = api
            .anonymous()
            .header("accept", "text/html")
            .get(path)
            .send()
            .await;
        assert_eq!(response.status(), status, "{path}");
    }
}

/// The request has had its effect before the media type of the response is known.
#[tokio::test]
async fn unsafe_method_is_never_406() {
    let created = Arc::default();
    let api = api_counting(&created).await;
    let request = api.anonymous().header("accept", "application/json");
    assert_eq!(request.post("/text").send().await.status(), 201);
    assert_eq!(created.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn several_fields_are_one_list() {
    let api = api().await;
    let accepting = |first: &str, second: &str| {
        let request = api
            .anonymous()
            .header("accept", first)
            .header("accept", second);
        request.get("/text").send()
    };
    assert_eq!(
        accepting("application/json", "text/plain").await.status(),
        200
    );
    assert_eq!(
        accepting("application/json", "text/html").await.status(),
        406
    );
}
