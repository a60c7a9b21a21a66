//! Input validation: the handler runs only if the input matches its type and rules.

use palisade::testing::{TestApi, TestResponse};
use serde_json::Value;

use crate::support::{Calls, errors, routes};

struct Shop {
    api: TestApi,
    calls: Calls,
}

impl Shop {
    async fn new() -> Self {
        let calls = Calls::default();
        Self {
            api: TestApi::new(routes(&calls)).await,
            calls,
        }
    }

    async fn post(&self, body: &str) -> TestResponse {
        self.api
            .caller("alice")
            .scopes("orders:write")
            .post("/orders")
            .body(body, "application/json")
            .send()
            .await
    }

    async fn get(&self, path: &str) -> TestResponse {
        self.api
            .caller("alice")
            .scopes("orders:read")
            .get(path)
            .send()
            .await
    }

    /// Posts an order, and returns the status and the pointers of the errors.
    async fn post_order(&self, body: &str) -> (u16, Vec<String>) {
        let response = self.post(body).await;
        let status = response.status().as_u16();
        let pointers = match status {
            201 => Vec::new(),
            _ => errors(&response.json::<Value>())
                .into_iter()
                .map(|(pointer, _)| pointer)
                .collect(),
        };
        (status, pointers)
    }
}

fn pointers(pointers: &[&str]) -> Vec<String> {
    pointers
        .iter()
        .map(|pointer| (*pointer).to_owned())
        .collect()
}

#[tokio::test]
async fn valid_body_reaches_the_handler() {
    let shop = Shop::new().await;
    for body in [
        r#"{"sku": "tea", "quantity": 1}"#,
        r#" {"quantity": 100, "sku": "12345678", "lineItems": [{"unitPrice": 0}, {"unitPrice": 9.5}]} "#,
        r#"{"sku": "āāāāāāāā", "quantity": 1}"#,
    ] {
        assert_eq!(shop.post_order(body).await, (201, vec![]), "{body}");
    }
    assert_eq!(shop.calls.count(), 3);
}

#[tokio::test]
async fn broken_rules_are_reported_together_by_their_wire_names() {
    let shop = Shop::new().await;
    let body =
        r#"{"sku": "", "quantity": 101, "lineItems": [{"unitPrice": 1}, {"unitPrice": -1}]}"#;
    let (status, mut found) = shop.post_order(body).await;
    found.sort();
    assert_eq!(
        (status, found),
        (
            422,
            pointers(&["/lineItems/1/unitPrice", "/quantity", "/sku"])
        )
    );
    let four = r#"{"sku": "a", "quantity": 1, "lineItems": [{"unitPrice":1},{"unitPrice":1},{"unitPrice":1},{"unitPrice":1}]}"#;
    assert_eq!(
        shop.post_order(four).await,
        (422, pointers(&["/lineItems"]))
    );
    assert_eq!(shop.calls.count(), 0);
}

#[tokio::test]
async fn type_mismatch_is_reported_alone_with_its_pointer() {
    let shop = Shop::new().await;
    for (body, pointer) in [
        (r#"{"sku": 7, "quantity": "5"}"#, "/sku"),
        (r#"{"sku": "a", "quantity": "5"}"#, "/quantity"),
        (r#"{"sku": "a", "quantity": 1.5}"#, "/quantity"),
        (r#"{"sku": "a", "quantity": -1}"#, "/quantity"),
        (r#"{"sku": "a", "quantity": 4294967296}"#, "/quantity"),
        (r#"{"sku": null, "quantity": 1}"#, "/sku"),
        (
            r#"{"sku": "a", "quantity": 1, "lineItems": [{"unitPrice": "1"}]}"#,
            "/lineItems/0/unitPrice",
        ),
        (
            r#"{"sku": "a", "quantity": 1, "lineItems": [{"unitPrice": 1, "x": 1}]}"#,
            "/lineItems/0",
        ),
        (r#"{"sku": "a", "quantity": 1, "line_items": []}"#, ""),
        (
            r#"{"sku": "a", "quantity": 1, "lineItems": [[1]]}"#,
            "/lineItems/0",
        ),
        (r#"["a", 1]"#, ""),
        (r#"{"sku": "a"}"#, ""),
        ("null", ""),
        ("1", ""),
    ] {
        assert_eq!(
            shop.post_order(body).await,
            (422, pointers(&[pointer])),
            "{body}"
        );
    }
    assert_eq!(shop.calls.count(), 0);
}

#[tokio::test]
async fn malformed_json_returns_400() {
    let shop = Shop::new().await;
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for body in [
        "",
        "{",
        r#"{"sku": "a", "quantity": 1} x"#,
        r#"{"sku": "a", "quantity": 1}{"sku": "a", "quantity": 1}"#,
        r#"{"sku": "a", "quantity": 01}"#,
        r#"{"sku": "\ud800", "quantity": 1}"#,
        "\u{feff}{\"sku\": \"a\", \"quantity\": 1}",
        "{'sku': 'a'}",
        &deep,
    ] {
        let status = shop.post(body).await.status().as_u16();
        assert_eq!(status, 400, "{}", body.chars().take(60).collect::<String>());
    }
    let invalid_utf8 = b"{\"sku\": \"\xff\", \"quantity\": 1}".to_vec();
    let response = shop
        .api
        .caller("alice")
        .scopes("orders:write")
        .post("/orders")
        .body(invalid_utf8, "application/json")
        .send()
        .await;
    assert_eq!(response.status(), 400);
    assert_eq!(shop.calls.count(), 0);
}

#[tokio::test]
async fn duplicate_member_returns_400() {
    let shop = Shop::new().await;
    for body in [
        r#"{"sku": "a", "sku": "b", "quantity": 1}"#,
        r#"{"sku": "a", "s\u006bu": "b", "quantity": 1}"#,
        r#"{"sku": "a", "quantity": 1, "lineItems": [{"unitPrice": 1, "unitPrice": 2}]}"#,
    ] {
        assert_eq!(shop.post(body).await.status(), 400, "{body}");
    }
    assert_eq!(shop.calls.count(), 0);
}

#[tokio::test]
async fn body_with_another_media_type_returns_415() {
    let shop = Shop::new().await;
    let body = r#"{"sku": "a", "quantity": 1}"#;
    for (media_type, status) in [
        ("application/json", 201),
        ("application/json; charset=utf-8", 201),
        ("Application/JSON;charset=\"UTF-8\"", 201),
        ("application/json;", 201),
        ("application/json; ", 201),
        ("application/json;charset=utf-8;", 201),
        ("application/json; ;charset=utf-8", 201),
        ("application/json\t;;charset=\"utf-8\"", 201),
        ("application/json; charset=utf-16", 415),
        ("application/json; charset", 415),
        ("application/json; charset=\"utf-8", 415),
        ("application/json; version=1", 415),
        ("application/vnd.api+json", 415),
        ("text/json", 415),
        ("text/plain", 415),
        ("application/json, text/plain", 415),
    ] {
        let request = shop
            .api
            .caller("alice")
            .scopes("orders:write")
            .post("/orders")
            .body(body, media_type);
        assert_eq!(
            request.send().await.status().as_u16(),
            status,
            "{media_type}"
        );
    }
    let compressed = shop
        .api
        .caller("alice")
        .scopes("orders:write")
        .post("/orders")
        .header("content-encoding", "gzip");
    assert_eq!(
        compressed
            .body(body, "application/json")
            .send()
            .await
            .status(),
        415
    );
}

#[tokio::test]
async fn query_is_as_strict_as_a_body() {
    let shop = Shop::new().await;
    for (query, status) in [
        ("", 200),
        ("page=1", 200),
        ("page=1&share=0.5", 200),
        ("page=1&page=2", 422),
        ("page=0", 422),
        ("page=101", 422),
        ("page=-1", 422),
        ("page=+1", 422),
        ("page=1e0", 422),
        ("page=", 422),
        ("unknown=1", 422),
        ("page=%ff", 400),
        ("page=%zz", 400),
        ("page=%", 400),
        ("share=2", 422),
    ] {
        assert_eq!(
            shop.get(&format!("/orders?{query}"))
                .await
                .status()
                .as_u16(),
            status,
            "{query}"
        );
    }
}

/// garde's `range` compares with `<` and `>`, which NaN passes.
#[tokio::test]
async fn non_finite_number_in_a_query_returns_422() {
    let shop = Shop::new().await;
    for share in ["NaN", "nan", "-nan", "inf", "-inf", "infinity", "1e999"] {
        let response = shop.get(&format!("/orders?share={share}")).await;
        assert_eq!(response.status(), 422, "{share}");
        assert_eq!(errors(&response.json::<Value>())[0].0, "share", "{share}");
    }
    assert_eq!(shop.calls.count(), 0);
}

#[tokio::test]
async fn path_parameter_errors_have_names() {
    let shop = Shop::new().await;
    assert_eq!(shop.get("/shelves/tea").await.text(), "tea");
    let response = shop.get("/shelves/coffee").await;
    assert_eq!(response.status(), 422);
    assert_eq!(errors(&response.json::<Value>())[0].0, "name");
    assert_eq!(shop.get("/shelves/%ff").await.status(), 400);
    assert_eq!(shop.get("/orders/7").await.status(), 422);
}

#[tokio::test]
async fn optional_body_is_absent_or_validated() {
    let shop = Shop::new().await;
    let write = || {
        shop.api
            .caller("alice")
            .scopes("orders:write")
            .post("/optional")
    };
    assert_eq!(write().send().await.text(), "absent");
    assert_eq!(
        write()
            .body(r#"{"sku": "tea", "quantity": 1}"#, "application/json")
            .send()
            .await
            .text(),
        "tea"
    );
    assert_eq!(
        write()
            .body(r#"{"sku": "", "quantity": 1}"#, "application/json")
            .send()
            .await
            .status(),
        422
    );
    assert_eq!(
        write().body("{", "application/json").send().await.status(),
        400
    );
    assert_eq!(write().body("{}", "text/plain").send().await.status(), 415);
}

#[tokio::test]
async fn form_is_validated_like_a_query() {
    let shop = Shop::new().await;
    let put = || {
        shop.api
            .caller("alice")
            .scopes("orders:write")
            .request("PUT", "/orders")
    };
    assert_eq!(put().form(&[("page", "7")]).send().await.text(), "Some(7)");
    assert_eq!(put().form(&[("page", "0")]).send().await.status(), 422);
    assert_eq!(
        put()
            .form(&[("page", "1"), ("page", "2")])
            .send()
            .await
            .status(),
        422
    );
    assert_eq!(
        put()
            .body("page=%ff", "application/x-www-form-urlencoded")
            .send()
            .await
            .status(),
        400
    );
    assert_eq!(
        put()
            .body("page=1", "application/json")
            .send()
            .await
            .status(),
        415
    );
}
