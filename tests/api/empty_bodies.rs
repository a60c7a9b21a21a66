//! Optional bodies: a header may describe a body that the request does not have.

use palisade::input::{BinaryBody, Multipart, PlainText};
use palisade::prelude::*;
use palisade::testing::TestApi;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Reason {
    #[garde(length(chars, max = 99))]
    text: String,
}

#[derive(Deserialize, Validate, SecureInput)]
struct Note(#[garde(length(bytes, max = 99))] String);

#[derive(Deserialize, Validate, SecureInput)]
struct Data(#[garde(length(max = 99))] Vec<u8>);

/// A handler with an optional body, which returns whether there is one.
macro_rules! optional {
    ($($name:ident: $input:ty;)*) => {$(
        #[public(reason = "a test")]
        async fn $name(body: Option<Valid<$input>>) -> &'static str {
            if body.is_some() { "some" } else { "none" }
        }
    )*};
}

optional! {
    json: Json<Reason>;
    form: Form<Reason>;
    parts: Multipart<Reason>;
    plain: PlainText<Note>;
    binary: BinaryBody<Data>;
}

#[public(reason = "a test")]
async fn required(Valid(Json(reason)): Valid<Json<Reason>>) -> String {
    reason.text
}

async fn api() -> TestApi {
    let routes = SecureRouter::new()
        .route("/json", delete(json))
        .route("/form", delete(form))
        .route("/parts", delete(parts))
        .route("/plain", delete(plain))
        .route("/binary", delete(binary))
        .route("/required", delete(required));
    TestApi::new(routes).await
}

const LABELS: &[&str] = &[
    "application/json",
    "application/json;",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "text/plain",
    "application/octet-stream",
    "no media type",
];

#[tokio::test]
async fn label_without_a_body_is_absent() {
    let api = api().await;
    for path in ["/json", "/form", "/parts", "/plain", "/binary"] {
        let unlabeled = api.anonymous().delete(path).send().await;
        assert_eq!(
            (unlabeled.status().as_u16(), &*unlabeled.text()),
            (200, "none")
        );
        for label in LABELS {
            let labeled = api.anonymous().delete(path).body("", label).send().await;
            let answer = (labeled.status().as_u16(), labeled.text());
            assert_eq!(answer, (200, "none".to_owned()), "{path} {label}");
        }
    }
}

#[tokio::test]
async fn body_under_another_label_is_rejected() {
    let api = api().await;
    for (path, label) in [
        ("/json", "application/json"),
        ("/form", "application/x-www-form-urlencoded"),
        ("/parts", "multipart/form-data; boundary=x"),
        ("/plain", "text/plain"),
        ("/binary", "application/octet-stream"),
    ] {
        for other in LABELS {
            let response = api.anonymous().delete(path).body("x", other).send().await;
            let is_same = other.trim_end_matches(';') == label;
            let is_rejected = response.status() == 415;
            assert_eq!(is_rejected, !is_same, "{path} {other} {}", response.text());
        }
    }
}

#[tokio::test]
async fn required_body_is_never_absent() {
    let api = api().await;
    let labeled = api
        .anonymous()
        .delete("/required")
        .body("", "application/json");
    assert_eq!(labeled.send().await.status(), 400);
    let unlabeled = api.anonymous().delete("/required").send().await;
    assert_eq!(unlabeled.status(), 415);
}
