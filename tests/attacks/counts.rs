//! More items than a type declares: the decoder stops at the declared count (CWE-770).

use palisade::input::{BinaryBody, Line, Map, Multipart};
use palisade::prelude::*;
use palisade::testing::{MultipartForm, TestApi, TestResponse};
use serde_json::{Value, json};

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Validate, SecureInput)]
struct Key(#[garde(length(bytes, max = 3))] String);

#[derive(Deserialize, Validate, SecureInput)]
struct Counts(#[garde(length(max = 2), inner(range(max = 9)))] Map<Key, u8>);

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Scores {
    #[serde(alias = "list")]
    #[garde(length(max = 2), inner(range(max = 9)))]
    #[serde(default)]
    scores: Vec<u8>,
    #[garde(inner(length(max = 2)))]
    optional: Option<Vec<Line<3>>>,
}

#[derive(Deserialize, Validate, SecureInput)]
struct Bytes(#[garde(length(max = 2), inner(range(max = 9)))] Vec<u8>);

#[public(reason = "a test")]
async fn query(Valid(Query(counts)): Valid<Query<Counts>>) -> String {
    counts.0.len().to_string()
}

#[public(reason = "a test")]
async fn form(Valid(Form(counts)): Valid<Form<Counts>>) -> String {
    counts.0.len().to_string()
}

#[public(reason = "a test")]
async fn parts(Valid(Multipart(scores)): Valid<Multipart<Scores>>) -> String {
    let optional = scores.optional.map_or(0, |lines| lines.len());
    (scores.scores.len() + optional).to_string()
}

#[public(reason = "a test")]
async fn map(Valid(Multipart(counts)): Valid<Multipart<Counts>>) -> String {
    counts.0.len().to_string()
}

#[public(reason = "a test")]
async fn binary(Valid(BinaryBody(bytes)): Valid<BinaryBody<Bytes>>) -> String {
    bytes.0.len().to_string()
}

/// Rules that cost more than reading a text.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Costly {
    #[garde(length(bytes, max = 20), length(graphemes, max = 3))]
    graphemes: Option<String>,
    #[garde(length(chars, max = 20), pattern("^[a-c]+$"))]
    pattern: Option<String>,
    #[garde(length(utf16, max = 20), email)]
    email: Option<String>,
    #[garde(
        length(max = 2),
        inner(length(bytes, max = 20), if(cond = true, pattern("^[a-c]+$")))
    )]
    #[serde(default)]
    items: Vec<String>,
}

#[public(reason = "a test")]
async fn costly(Valid(Json(costly)): Valid<Json<Costly>>) -> String {
    costly.items.len().to_string()
}

async fn api() -> TestApi {
    let routes = SecureRouter::new()
        .route("/costly", post(costly))
        .route("/query", get(query))
        .route("/form", post(form))
        .route("/parts", post(parts))
        .route("/map", post(map))
        .route("/binary", post(binary));
    TestApi::new(routes).await
}

fn errors(response: &TestResponse) -> Vec<(String, String)> {
    assert_eq!(response.status(), 422, "{}", response.text());
    let problem: Value = response.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let errors = problem["errors"].as_array().unwrap().iter();
    errors
        .map(|error| (text(&error["pointer"]), text(&error["rule"])))
        .collect()
}

fn length(pointer: &str) -> Vec<(String, String)> {
    vec![(pointer.to_owned(), "length".to_owned())]
}

#[tokio::test]
async fn map_of_parameters_stops_at_its_count() {
    let api = api().await;
    for accepted in ["", "a=1", "a=1&b=2", "a=1&b=2&"] {
        let response = api
            .anonymous()
            .get(&format!("/query?{accepted}"))
            .send()
            .await;
        assert_eq!(response.status(), 200, "{accepted}");
    }
    // the third is neither decoded nor compared
    for text in [
        "a=1&b=2&c=3",
        "a=1&b=2&c=x",
        "a=1&b=2&a=1",
        "a=1&b=2&long=1&c&d",
    ] {
        let form = "application/x-www-form-urlencoded";
        let query = api.anonymous().get(&format!("/query?{text}")).send().await;
        let form = api.anonymous().post("/form").body(text, form).send().await;
        for response in [query, form] {
            assert_eq!(errors(&response), length(""), "{text}");
        }
    }
    let malformed = api.anonymous().get("/query?a=1&b=2&c=%").send().await;
    assert_eq!(malformed.status(), 400);
    let other = api.anonymous().get("/query?a=1&b=10&c=3").send().await;
    assert_eq!(errors(&other).len(), 2, "both violations are reported");
}

#[tokio::test]
async fn list_of_parts_stops_at_its_count() {
    let api = api().await;
    let send = async |path: &str, parts: &[(&str, &str)]| {
        let form = parts
            .iter()
            .fold(MultipartForm::new(), |form, (name, text)| {
                form.text(name, text)
            });
        api.anonymous().post(path).multipart(form).send().await
    };
    for count in 0..=2 {
        let response = send("/parts", &[("scores", "1"), ("list", "1")][..count.min(1)]).await;
        assert_eq!(response.status(), 200);
        let parts = [
            ("scores", "1"),
            ("optional", "a"),
            ("scores", "2"),
            ("optional", "b"),
        ];
        let response = send("/parts", &parts[..2 * count]).await;
        assert_eq!(response.text(), (2 * count).to_string());
    }
    for (name, last) in [
        ("scores", "3"),
        ("scores", "x"),
        ("list", "x"),
        ("list", "10"),
    ] {
        let response = send("/parts", &[(name, "1"), (name, "2"), (name, last)]).await;
        assert_eq!(errors(&response), length(name), "{last}");
    }
    let optional = [
        ("optional", "a"),
        ("optional", "b"),
        ("optional", "too long"),
    ];
    assert_eq!(errors(&send("/parts", &optional).await), length("optional"));
    let map = [("a", "1"), ("b", "2")];
    assert_eq!(send("/map", &map).await.status(), 200);
    let map = [("a", "1"), ("b", "2"), ("c", "x")];
    assert_eq!(errors(&send("/map", &map).await), length(""));
}

#[tokio::test]
async fn list_of_bytes_stops_at_its_count() {
    let api = api().await;
    let send = async |bytes: &[u8]| {
        let request = api.anonymous().post("/binary");
        request.body(bytes, "application/octet-stream").send().await
    };
    for bytes in [&b""[..], &[1], &[1, 2]] {
        assert_eq!(send(bytes).await.text(), bytes.len().to_string());
    }
    assert_eq!(errors(&send(&[1, 2, 3]).await), length(""));
    assert_eq!(errors(&send(&[1, 2, 255]).await), length(""));
    let both = json!([["/1", "range"], ["", "length"]]);
    let mut reported: Vec<_> = errors(&send(&[1, 10, 3]).await);
    reported.sort();
    reported.reverse();
    assert_eq!(json!(reported), both);
}

/// A pattern can take a hundred times as long as decoding the text.
#[tokio::test]
async fn costly_rules_of_a_text_over_its_length_are_not_checked() {
    let api = api().await;
    let post = async |body: Value| {
        let request = api.anonymous().post("/costly").json(&body);
        errors(&request.send().await)
    };
    for (field, other) in [
        ("graphemes", "length"),
        ("pattern", "pattern"),
        ("email", "email"),
    ] {
        let pointer = format!("/{field}");
        for count in [21, 10_000] {
            let body = json!({ field: "x".repeat(count) });
            assert_eq!(post(body).await, length(&pointer), "{field}");
        }
        let body = json!({ field: "x".repeat(20) });
        assert_eq!(post(body).await, [(pointer, other.to_owned())]);
    }
    let items = json!({ "items": ["x".repeat(21), "x".repeat(20)] });
    let [long, short] = ["/items/0", "/items/1"].map(str::to_owned);
    let expected = [(long, "length".to_owned()), (short, "pattern".to_owned())];
    assert_eq!(post(items).await, expected);
}
