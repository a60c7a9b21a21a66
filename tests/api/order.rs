//! What is judged before what.

use axum::body::{Body, Bytes};
use axum::http::Request;
use http_body::Frame;
use palisade::testing::TestApi;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use tower::ServiceExt;

use crate::support::{Calls, routes};

const TEN_MEGABYTES: usize = 10 * 1024 * 1024;

/// A body that counts how often somebody asks for a piece of it.
struct Counted {
    polls: Arc<AtomicUsize>,
    left: usize,
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.polls.fetch_add(1, Ordering::SeqCst);
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let piece = self.left.min(16 * 1024);
        self.left -= piece;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from(vec![b' '; piece])))))
    }
}

/// Posts ten megabytes and tells the status and how often the body was asked for.
async fn post_ten_megabytes(api: &TestApi, path: &str, bearer: Option<String>) -> (u16, usize) {
    let polls = Arc::new(AtomicUsize::new(0));
    let body = Body::new(Counted {
        polls: Arc::clone(&polls),
        left: TEN_MEGABYTES,
    });
    let mut request = Request::post(path).header("content-type", "application/json");
    if let Some(token) = bearer {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let response = api
        .router()
        .oneshot(request.body(body).unwrap())
        .await
        .unwrap();
    (response.status().as_u16(), polls.load(Ordering::SeqCst))
}

fn token(api: &TestApi, scopes: &str) -> String {
    api.caller("alice").scopes(scopes).token()
}

/// CVE-2023-6267: a body is not touched before the caller is known and permitted.
#[tokio::test]
async fn without_a_token_no_body_frame_is_polled() {
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
    assert_eq!(calls.so_far(), 0);
}

#[tokio::test]
async fn a_permitted_body_is_read_up_to_its_limit_and_no_further() {
    let api = TestApi::new(routes(&Calls::default())).await;
    let (status, polls) =
        post_ten_megabytes(&api, "/orders", Some(token(&api, "orders:write"))).await;
    assert_eq!(status, 413);
    assert!(
        polls <= 6,
        "64 KiB are five pieces of 16 KiB at the most, not {polls}"
    );
    let (status, polls) = post_ten_megabytes(&api, "/raw", Some(token(&api, "orders:write"))).await;
    assert_eq!(status, 413);
    assert!(
        polls <= 2,
        "the declared limit is below one piece, not {polls}"
    );
}

#[tokio::test]
async fn a_wrong_scope_with_an_invalid_body_is_403_and_not_422() {
    let api = TestApi::new(routes(&Calls::default())).await;
    let invalid = "{\"sku\": 7";
    let answer = api
        .caller("alice")
        .scopes("orders:read")
        .post("/orders")
        .body(invalid, "application/json")
        .send()
        .await;
    assert_eq!(answer.status(), 403);
    let answer = api
        .caller("alice")
        .scopes("orders:write")
        .post("/orders")
        .body(invalid, "application/json")
        .send()
        .await;
    assert_eq!(answer.status(), 400);
}

#[tokio::test]
async fn the_scope_is_judged_before_path_and_query() {
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
