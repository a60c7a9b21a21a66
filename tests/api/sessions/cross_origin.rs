//! Requests that other sites cause.

use palisade::prelude::*;

use super::{APP, App, problem_type};

/// Sends a request with the cookie of a session and other fields, and returns its status.
async fn status(app: &App, method: &str, path: &str, fields: &[(&str, &str)]) -> u16 {
    let alice = app.log_in("alice").await;
    let mut request = app.api.anonymous().header("cookie", &alice);
    for (name, value) in fields {
        request = request.header(name, value);
    }
    let response = request.request(method, path).send().await;
    if response.status() == StatusCode::FORBIDDEN {
        assert_eq!(problem_type(&response), "cross-origin");
    }
    response.status().as_u16()
}

#[tokio::test]
async fn change_requires_the_origin_of_the_application() {
    let app = App::new().await;
    for (fields, expected) in [
        (&[][..], 403),
        (&[("origin", "https://evil.example")], 403),
        (&[("origin", "https://app.example.evil.example")], 403),
        (&[("origin", "null")], 403),
        (&[("sec-fetch-site", "cross-site")], 403),
        (&[("sec-fetch-site", "same-site"), ("origin", APP)], 403),
        (&[("origin", APP)], 204),
        (&[("sec-fetch-site", "same-origin")], 204),
        (&[("sec-fetch-site", "same-origin"), ("origin", APP)], 204),
    ] {
        for method in ["POST", "PUT"] {
            assert_eq!(
                status(&app, method, "/name", fields).await,
                expected,
                "{fields:?}"
            );
        }
    }
}

#[tokio::test]
async fn method_override_does_not_avoid_the_check() {
    let app = App::new().await;
    for name in [
        "x-http-method-override",
        "x-method-override",
        "x-http-method",
    ] {
        let fields = [(name, "GET"), ("origin", "https://evil.example")];
        assert_eq!(status(&app, "POST", "/name", &fields).await, 403);
    }
}

#[tokio::test]
async fn navigation_from_another_site_reads_and_its_images_do_not() {
    let app = App::new().await;
    for (mode, expected) in [("navigate", 200), ("no-cors", 403), ("cors", 403)] {
        let fields = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", mode)];
        assert_eq!(
            status(&app, "GET", "/me", &fields).await,
            expected,
            "{mode}"
        );
    }
    assert_eq!(
        status(&app, "GET", "/me", &[("sec-fetch-site", "none")]).await,
        200
    );
    assert_eq!(status(&app, "GET", "/me", &[]).await, 200);
}

#[tokio::test]
async fn handshake_of_another_origin_is_refused() {
    let app = App::new().await;
    for (origin, expected) in [("https://evil.example", 403), (APP, 200)] {
        let fields = [("upgrade", "websocket"), ("origin", origin)];
        assert_eq!(
            status(&app, "GET", "/me", &fields).await,
            expected,
            "{origin}"
        );
    }
}

#[tokio::test]
async fn request_without_a_session_is_401_whatever_its_origin() {
    let app = App::new().await;
    let request = app.api.anonymous().header("origin", "https://evil.example");
    let response = request.post("/name").send().await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}
