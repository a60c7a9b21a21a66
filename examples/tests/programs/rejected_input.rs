//! Input that the orders API rejects: the status, and the pointer and rule of each error.

use palisade::testing::{TestApi, TestResponse};
use palisade_examples::orders::{Store, routes};
use serde_json::Value;

const JSON: &str = "application/json";

async fn api() -> TestApi {
    TestApi::new(routes().with_state(Store::default())).await
}

/// Returns the status, and the pointer and rule of each error.
fn outcome(response: &TestResponse) -> (u16, Vec<String>) {
    let status = response.status().as_u16();
    if status < 400 {
        return (status, Vec::new());
    }
    let problem: Value = response.json();
    assert_eq!(problem["status"], status);
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    let text = |error: &Value, name: &str| error[name].as_str().unwrap_or_default().to_owned();
    let errors = errors.iter();
    let errors = errors.map(|error| format!("{} {}", text(error, "pointer"), text(error, "rule")));
    (status, errors.collect())
}

async fn post(api: &TestApi, body: &str) -> (u16, Vec<String>) {
    let request = api.caller("alice").scopes("orders:write").post("/orders");
    outcome(&request.body(body, JSON).send().await)
}

fn errors(errors: &[&str]) -> Vec<String> {
    errors.iter().map(|error| (*error).to_owned()).collect()
}

#[tokio::test]
async fn invalid_body_is_reported_by_pointer_and_rule() {
    let api = api().await;
    let deep = format!(r#"{{"sku": {}1{}}}"#, "[".repeat(100), "]".repeat(100));
    let long = format!(r#"{{"sku": "{}", "quantity": 1}}"#, "a".repeat(65));
    let note = format!(
        r#"{{"sku": "a", "quantity": 1, "note": "{}"}}"#,
        "a".repeat(501)
    );
    for (body, status, expected) in [
        (
            r#"{"sku": "tea-1", "quantity": 100, "note": "two\nlines"}"#,
            201,
            &[][..],
        ),
        ("", 400, &[" syntax"]),
        (r#"{"sku": "a""#, 400, &[" syntax"]),
        ("\u{feff}{}", 400, &[" syntax"]),
        (r#"{"sku": "a", "quantity": 1} {}"#, 400, &[" syntax"]),
        (r#"{"sku": "\ud800", "quantity": 1}"#, 400, &["/sku syntax"]),
        (&deep, 400, &[" depth"]),
        (
            r#"{"sku": "a", "sku": "b", "quantity": 1}"#,
            400,
            &["/sku unique"],
        ),
        (r#"["a", 1]"#, 422, &[" type"]),
        ("null", 422, &[" type"]),
        (
            r#"{"sku": "a", "quantity": 1, "admin": true}"#,
            422,
            &[" unknown"],
        ),
        (r#"{"sku": "a"}"#, 422, &[" required"]),
        (r#"{"sku": 7, "quantity": 1}"#, 422, &["/sku type"]),
        (r#"{"sku": null, "quantity": 1}"#, 422, &["/sku type"]),
        (&long, 422, &["/sku format"]),
        (r#"{"sku": "", "quantity": 1}"#, 422, &["/sku format"]),
        (
            r#"{"sku": "a\u0000b", "quantity": 1}"#,
            422,
            &["/sku format"],
        ),
        (r#"{"sku": "a\r\nb", "quantity": 1}"#, 422, &["/sku format"]),
        (
            r#"{"sku": "a\u202eb", "quantity": 1}"#,
            422,
            &["/sku format"],
        ),
        (&note, 422, &["/note length"]),
        (r#"{"sku": "a", "quantity": 0}"#, 422, &["/quantity range"]),
        (
            r#"{"sku": "a", "quantity": 101}"#,
            422,
            &["/quantity range"],
        ),
        (r#"{"sku": "a", "quantity": -1}"#, 422, &["/quantity range"]),
        (
            r#"{"sku": "a", "quantity": 1e99}"#,
            422,
            &["/quantity type"],
        ),
        (
            r#"{"sku": "a", "quantity": 1e999}"#,
            400,
            &["/quantity syntax"],
        ),
        (r#"{"sku": "a", "quantity": 1.5}"#, 422, &["/quantity type"]),
        (r#"{"sku": "a", "quantity": "5"}"#, 422, &["/quantity type"]),
    ] {
        assert_eq!(post(&api, body).await, (status, errors(expected)), "{body}");
    }
}

#[tokio::test]
async fn wrong_media_type_or_coding_returns_415() {
    let api = api().await;
    let good = r#"{"sku": "tea", "quantity": 1}"#;
    let send = async |label: &str, headers: &[(&str, &str)]| {
        let request = api.caller("alice").scopes("orders:write").post("/orders");
        let request = request.body(good, label);
        let with = |request: palisade::testing::TestRequest, (name, value): &(&str, &str)| {
            request.header(name, value)
        };
        outcome(&headers.iter().fold(request, with).send().await).0
    };
    assert_eq!(send(JSON, &[]).await, 201);
    for label in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-16",
        "application/vnd.api+json",
    ] {
        assert_eq!(send(label, &[]).await, 415, "{label}");
    }
    for coding in ["gzip", "br", "deflate", "identity, gzip"] {
        assert_eq!(
            send(JSON, &[("content-encoding", coding)]).await,
            415,
            "{coding}"
        );
    }
    let unlabeled = api
        .caller("alice")
        .scopes("orders:write")
        .post("/orders")
        .send()
        .await;
    assert_eq!(unlabeled.status().as_u16(), 415);
}

#[tokio::test]
async fn invalid_query_is_reported_by_name_and_rule() {
    let api = api().await;
    for (query, status, expected) in [
        ("", 200, &[][..]),
        ("?page=2&per_page=100&status=open", 200, &[]),
        ("?page=1&page=2", 422, &["page unique"]),
        ("?page=%ff", 400, &[" encoding"]),
        ("?page=%f", 400, &[" encoding"]),
        ("?page=-1", 422, &["page range"]),
        ("?page=0", 422, &["page range"]),
        ("?page=one", 422, &["page type"]),
        ("?per_page=101", 422, &["per_page range"]),
        ("?status=lost", 422, &["status enum"]),
        ("?sort=price", 422, &[" unknown"]),
    ] {
        let request = api
            .caller("alice")
            .scopes("orders:read")
            .get(&format!("/orders{query}"));
        assert_eq!(
            outcome(&request.send().await),
            (status, errors(expected)),
            "{query}"
        );
    }
}
