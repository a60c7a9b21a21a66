//! Refused input as the client sees it.

use axum::Router;
use axum::body::Body;
use axum::extract::{Form, FromRef, Json, Path, Query, Request};
use axum::routing::{get, post};
use garde::Validate;
use http_body_util::BodyExt as _;
use serde::Deserialize;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::input::{Valid, ValidationContext};

use super::*;

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Page {
    #[garde(range(min = 1, max = 100))]
    per_page: u8,
    #[serde(default)]
    #[garde(range(min = 0.0, max = 1.0))]
    share: Option<f64>,
}

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields)]
struct Pages {
    #[garde(length(max = 50), dive)]
    pages: Vec<Page>,
}

#[derive(Clone)]
struct Limits(u8);

impl ValidationContext for Limits {}

#[derive(Clone)]
struct App {
    limits: Limits,
}

impl FromRef<App> for Limits {
    fn from_ref(app: &App) -> Self {
        app.limits.clone()
    }
}

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields)]
#[garde(context(Limits))]
struct Limited {
    #[garde(custom(|value: &u8, limits: &Limits| {
        if *value > limits.0 { Err(garde::Error::new("is above the limit")) } else { Ok(()) }
    }))]
    value: u8,
}

/// A router of axum's own: nothing of an `Api` is around the handlers.
fn router() -> Router {
    Router::new()
        .route("/json", post(async |Valid(Json(_)): Valid<Json<Page>>| ()))
        .route(
            "/pages",
            post(async |Valid(Json(_)): Valid<Json<Pages>>| ()),
        )
        .route("/form", post(async |Valid(Form(_)): Valid<Form<Page>>| ()))
        .route("/form", get(async |Valid(Form(_)): Valid<Form<Page>>| ()))
        .route(
            "/query",
            get(async |Valid(Query(_)): Valid<Query<Page>>| ()),
        )
        .route(
            "/limited",
            get(async |Valid(Query(_)): Valid<Query<Limited>>| ()),
        )
        .route(
            "/path/{perPage}",
            get(async |Valid(Path(_)): Valid<Path<Page>>| ()),
        )
        .route("/maybe/query", get(maybe_query))
        .route("/maybe/path", get(maybe_path))
        .route("/maybe/path/{perPage}", get(maybe_path))
        .route("/maybe/form", post(maybe_form))
        .with_state(App { limits: Limits(7) })
}

async fn maybe_query(page: Option<Valid<Query<Page>>>) -> String {
    page.map_or("absent".into(), |page| page.0.per_page.to_string())
}

async fn maybe_path(page: Option<Valid<Path<Page>>>) -> String {
    page.map_or("absent".into(), |page| page.0.per_page.to_string())
}

async fn maybe_form(page: Option<Valid<Form<Page>>>) -> String {
    page.map_or("absent".into(), |page| page.0.per_page.to_string())
}

async fn send(request: http::request::Builder, body: impl Into<Body>) -> Response {
    let request: Request = request.body(body.into()).unwrap();
    router().oneshot(request).await.unwrap()
}

async fn text(response: Response) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The status and the places with their details.
async fn judged(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let body: Value = serde_json::from_str(&text(response).await).unwrap_or_default();
    (status, body["errors"].clone())
}

async fn got(path: &str) -> (u16, Value) {
    judged(send(Request::get(path), ()).await).await
}

async fn posted(path: &str, media_type: &str, body: &str) -> (u16, Value) {
    let request = Request::post(path).header("content-type", media_type);
    judged(send(request, body.to_owned()).await).await
}

fn one(pointer: &str, rule: &str, detail: &str) -> Value {
    json!([{ "pointer": pointer, "rule": rule, "detail": detail }])
}

#[tokio::test]
async fn a_body_has_json_pointers_and_a_form_has_names() {
    let json = "application/json";
    assert_eq!(posted("/json", json, r#"{"perPage": 5}"#).await.0, 200);
    assert_eq!(
        posted("/json", json, r#"{"perPage": 0}"#).await,
        (422, one("/perPage", "range", "must be at least 1"))
    );
    assert_eq!(
        posted("/json", json, r#"{"perPage": ""}"#).await,
        (422, one("/perPage", "type", "must be a whole number"))
    );
    assert_eq!(
        posted("/json", json, "{").await,
        (400, one("", "syntax", "ends too early"))
    );
    let form = "application/x-www-form-urlencoded";
    assert_eq!(posted("/form", form, "perPage=5").await.0, 200);
    assert_eq!(
        posted("/form", form, "perPage=0").await,
        (422, one("perPage", "range", "must be at least 1"))
    );
    assert_eq!(
        posted("/form", form, "").await,
        (422, one("perPage", "required", "is missing"))
    );
}

#[tokio::test]
async fn rule_failures_come_together_and_at_most_32() {
    let page = r#"{"perPage": 0, "share": 2}"#;
    let body = |count| format!(r#"{{"pages": [{}]}}"#, vec![page; count].join(","));
    let (status, errors) = posted("/pages", "application/json", &body(2)).await;
    let places: Vec<_> = errors
        .as_array()
        .unwrap()
        .iter()
        .map(|error| &error["pointer"])
        .collect();
    assert_eq!(status, 422);
    assert_eq!(
        places,
        [
            "/pages/0/perPage",
            "/pages/0/share",
            "/pages/1/perPage",
            "/pages/1/share"
        ]
    );
    let (_, errors) = posted("/pages", "application/json", &body(50)).await;
    assert_eq!(errors.as_array().unwrap().len(), 32);
}

#[tokio::test]
async fn a_query_is_judged_by_name() {
    assert_eq!(got("/query?perPage=5&share=0.5").await.0, 200);
    assert_eq!(
        got("/query?perPage=0").await,
        (422, one("perPage", "range", "must be at least 1"))
    );
    assert_eq!(
        got("/query").await,
        (422, one("perPage", "required", "is missing"))
    );
    assert_eq!(
        got("/query?perPage=%").await,
        (400, one("", "encoding", "has a malformed percent escape"))
    );
    assert_eq!(
        got("/query?perPage=1&share=nan").await,
        (422, one("share", "type", "must be a number"))
    );
}

#[tokio::test]
async fn a_path_is_judged_by_name() {
    assert_eq!(got("/path/5").await.0, 200);
    assert_eq!(
        got("/path/0").await,
        (422, one("perPage", "range", "must be at least 1"))
    );
    assert_eq!(
        got("/path/hunter2").await,
        (422, one("perPage", "type", "must be a whole number"))
    );
    assert_eq!(
        got("/path/%ff").await,
        (400, one("perPage", "encoding", "is not UTF-8"))
    );
}

#[tokio::test]
async fn the_context_of_the_rules_is_in_the_state() {
    assert_eq!(got("/limited?value=7").await.0, 200);
    assert_eq!(
        got("/limited?value=8").await,
        (422, one("value", "custom", "is above the limit"))
    );
}

#[tokio::test]
async fn optional_input_is_absent_or_valid() {
    for (path, expected) in [
        ("/maybe/query", "absent"),
        ("/maybe/query?perPage=5", "5"),
        ("/maybe/path", "absent"),
        ("/maybe/path/5", "5"),
    ] {
        assert_eq!(
            text(send(Request::get(path), ()).await).await,
            expected,
            "{path}"
        );
    }
    for path in ["/maybe/query?", "/maybe/query?perPage=0", "/maybe/path/0"] {
        assert_eq!(got(path).await.0, 422, "{path}");
    }
    assert_eq!(
        text(send(Request::post("/maybe/form"), ()).await).await,
        "absent"
    );
    let unlabelled = send(Request::post("/maybe/form"), "perPage=5").await;
    assert_eq!(unlabelled.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let form = "application/x-www-form-urlencoded";
    assert_eq!(posted("/maybe/form", form, "perPage=0").await.0, 422);
    assert_eq!(posted("/maybe/form", form, "perPage=5").await.0, 200);
}

#[tokio::test]
async fn a_form_is_never_read_from_the_query() {
    assert_eq!(got("/form?perPage=5").await.0, 415);
}

#[tokio::test]
async fn a_wrong_label_is_told_what_is_right() {
    let wrong = send(
        Request::post("/json").header("content-type", "text/json"),
        "{}",
    )
    .await;
    assert_eq!(wrong.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(wrong.headers()[ACCEPT], "application/json");
    let coded = Request::post("/json")
        .header("content-type", "application/json")
        .header("content-encoding", "gzip");
    let coded = send(coded, "{}").await;
    assert_eq!(coded.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(coded.headers()[ACCEPT_ENCODING], "identity");
}

#[tokio::test]
async fn too_much_is_413_and_a_broken_route_is_500_without_words() {
    let large = format!(
        "{}{{}}",
        " ".repeat(crate::policy::Limits::DEFAULT.body_limit)
    );
    assert_eq!(posted("/json", "application/json", &large).await.0, 413);
    let error = InputError::HandlerMismatch.into_response();
    assert_eq!(error.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!text(error).await.contains("route"));
}
