//! The order of checks: token, scopes, then input.

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use palisade::testing::{CountingBody, TestApi};
use tower::ServiceExt;

use crate::support::{Calls, routes};

const TEN_MEGABYTES: usize = 10 * 1024 * 1024;

/// Posts ten megabytes, and returns the status and how often the body was polled.
async fn post_ten_megabytes(api: &TestApi, path: &str, bearer: Option<String>) -> (u16, usize) {
    let body = CountingBody::new(TEN_MEGABYTES);
    // without a size hint, so that the limit applies while the body is read
    let unsized_body = Body::new(body.clone().map_frame(|frame| frame));
    let mut request = Request::post(path).header("content-type", "application/json");
    if let Some(token) = bearer {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let response = api
        .router()
        .oneshot(request.body(unsized_body).unwrap())
        .await
        .unwrap();
    (response.status().as_u16(), body.polls())
}

fn token(api: &TestApi, scopes: &str) -> String {
    api.caller("alice").scopes(scopes).token()
}

/// CVE-2023-6267: the body is not read before the request is authorized.
#[tokio::test]
async fn missing_token_returns_401_without_reading_the_body() {
    let calls = Calls::default();
    let api = TestApi::new(routes(&calls)).await;
    assert_eq!(post_ten_megabytes(&api, "/orders", None).await, (401, 0));
    assert_eq!(
        post_ten_megabytes(&api, "/orders", Some("a.b.c".to_owned())).await,
        (401, 0)
    );
    assert_eq!(
        post_ten_megabytes(&api, "/orders", Some(token(&api, "orders:read"))).await,
        (403, 0)
    );
    assert_eq!(post_ten_megabytes(&api, "/nowhere", None).await, (404, 0));
    assert_eq!(calls.count(), 0);
}

#[tokio::test]
async fn authorized_body_is_read_only_up_to_its_limit() {
    let api = TestApi::new(routes(&Calls::default())).await;
    let (status, polls) =
        post_ten_megabytes(&api, "/orders", Some(token(&api, "orders:write"))).await;
    assert_eq!(status, 413);
    assert!(
        (5..=6).contains(&polls),
        "64 KiB are exceeded by the fifth frame of 16 KiB, found {polls}"
    );
    let (status, polls) = post_ten_megabytes(&api, "/raw", Some(token(&api, "orders:write"))).await;
    assert_eq!(status, 413);
    assert!(
        (1..=2).contains(&polls),
        "the declared limit is below one frame, found {polls}"
    );
}

#[tokio::test]
async fn missing_scope_with_invalid_body_returns_403() {
    let api = TestApi::new(routes(&Calls::default())).await;
    let invalid = "{\"sku\": 7";
    let response = api
        .caller("alice")
        .scopes("orders:read")
        .post("/orders")
        .body(invalid, "application/json")
        .send()
        .await;
    assert_eq!(response.status(), 403);
    let response = api
        .caller("alice")
        .scopes("orders:write")
        .post("/orders")
        .body(invalid, "application/json")
        .send()
        .await;
    assert_eq!(response.status(), 400);
}

#[tokio::test]
async fn scope_is_checked_before_path_and_query() {
    let api = TestApi::new(routes(&Calls::default())).await;
    for path in [
        "/orders/not-a-uuid",
        "/orders?page=0",
        "/orders?unknown=1",
        "/orders/%ff",
    ] {
        assert_eq!(
            api.anonymous().get(path).send().await.status(),
            401,
            "{path}"
        );
        assert_eq!(
            api.caller("alice")
                .scopes("other")
                .get(path)
                .send()
                .await
                .status(),
            403,
            "{path}"
        );
        let status = api
            .caller("alice")
            .scopes("orders:read")
            .get(path)
            .send()
            .await
            .status();
        assert!([400, 422].contains(&status.as_u16()), "{path}: {status}");
    }
}
