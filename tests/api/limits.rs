//! How much of a body is read.

use axum::extract::{FromRequest, Request};
use http_body_util::BodyExt;
use palisade::prelude::*;
use palisade::testing::TestApi;

use crate::support::{Calls, routes};

/// At t−1, t and t+1 of each limit: the default, one above it and one below.
#[tokio::test]
async fn a_declared_body_limit_is_the_limit() {
    let api = TestApi::new(routes(&Calls::default())).await;
    for (path, limit) in [
        ("/orders", 64 * 1024),
        ("/large", 128 * 1024),
        ("/small", 40),
    ] {
        for (length, fits) in [(limit - 1, true), (limit, true), (limit + 1, false)] {
            let order = r#"{"sku": "a", "quantity": 1}"#;
            let body = format!("{order}{}", " ".repeat(length - order.len()));
            let request = api
                .caller("alice")
                .scopes("orders:write")
                .post(path)
                .body(body, "application/json");
            let status = request.send().await.status();
            assert_eq!(status.is_success(), fits, "{path} {length}: {status}");
            assert!(fits || status == 413, "{path} {length}: {status}");
        }
    }
}

/// Reads the whole body by itself, and asks axum for no limit.
struct Everything(usize);

impl<S: Sync> FromRequest<S> for Everything {
    type Rejection = StatusCode;

    async fn from_request(request: Request, _: &S) -> Result<Self, StatusCode> {
        let body = request.into_body().collect().await;
        body.map(|body| Self(body.to_bytes().len()))
            .map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)
    }
}

impl TrustedExtractor for Everything {
    const REASON: &'static str = "only counts";
}

#[public(reason = "a test")]
async fn count(Everything(length): Everything) -> String {
    length.to_string()
}

#[tokio::test]
async fn no_extractor_reads_more_than_the_limit() {
    let api = TestApi::new(SecureRouter::new().route("/", post(count))).await;
    let send = |length| {
        api.anonymous()
            .post("/")
            .body(vec![b' '; length], "text/plain")
            .send()
    };
    assert_eq!(send(64 * 1024).await.text(), "65536");
    assert_eq!(send(64 * 1024 + 1).await.status(), 413);
}
