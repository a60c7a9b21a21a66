//! How much of a body is read.

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
