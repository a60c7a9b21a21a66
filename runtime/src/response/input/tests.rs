//! Tests of the responses to invalid input.

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

/// A plain axum router: the handlers run without an `Api`.
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
        .route("/optional/query", get(optional_query))
        .route("/optional/path", get(optional_path))
        .route("/optional/path/{perPage}", get(optional_path))
        .route("/optional/form", post(optional_form))
        .with_state(App { limits: Limits(7) })
}

async fn optional_query(page: Option<Valid<Query<Page>>>) -> String {
    page.map_or("absent".into(), |page| page.0.per_page.to_string())
}

async fn optional_path(page: Option<Valid<Path<Page>>>) -> String {
    page.map_or("absent".into(), |page| page.0.per_page.to_string())
}

async fn optional_form(page: Option<Valid<Form<Page>>>) -> String {
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

/// Returns the status and the `errors` member.
async fn status_and_errors(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let body: Value = serde_json::from_str(&text(response).await).unwrap_or_default();
    (status, body["errors"].clone())
}

async fn get_errors(path: &str) -> (u16, Value) {
    status_and_errors(send(Request::get(path), ()).await).await
}

async fn post_errors(path: &str, media_type: &str, body: &str) -> (u16, Value) {
    let request = Request::post(path).header("content-type", media_type);
    status_and_errors(send(request, body.to_owned()).await).await
}

fn single_error(pointer: &str, rule: &str, detail: &str) -> Value {
    json!([{ "pointer": pointer, "rule": rule, "detail": detail }])
}

#[tokio::test]
async fn body_errors_have_json_pointers_and_form_errors_have_names() {
    let json = "application/json";
    assert_eq!(post_errors("/json", json, r#"{"perPage": 5}"#).await.0, 200);
    assert_eq!(
        post_errors("/json", json, r#"{"perPage": 0}"#).await,
        (422, single_error("/perPage", "range", "must be at least 1"))
    );
    assert_eq!(
        post_errors("/json", json, r#"{"perPage": ""}"#).await,
        (422, single_error("/perPage", "type", "must be an integer"))
    );
    assert_eq!(
        post_errors("/json", json, "{").await,
        (400, single_error("", "syntax", "ends unexpectedly"))
    );
    let form = "application/x-www-form-urlencoded";
    assert_eq!(post_errors("/form", form, "perPage=5").await.0, 200);
    assert_eq!(
        post_errors("/form", form, "perPage=0").await,
        (422, single_error("perPage", "range", "must be at least 1"))
    );
    assert_eq!(
        post_errors("/form", form, "").await,
        (422, single_error("perPage", "required", "is missing"))
    );
}

#[tokio::test]
async fn broken_rules_are_reported_together_and_at_most_32() {
    let page = r#"{"perPage": 0, "share": 2}"#;
    let body = |count| format!(r#"{{"pages": [{}]}}"#, vec![page; count].join(","));
    let (status, errors) = post_errors("/pages", "application/json", &body(2)).await;
    let pointers: Vec<_> = errors
        .as_array()
        .unwrap()
        .iter()
        .map(|error| &error["pointer"])
        .collect();
    assert_eq!(status, 422);
    assert_eq!(
        pointers,
        [
            "/pages/0/perPage",
            "/pages/0/share",
            "/pages/1/perPage",
            "/pages/1/share"
        ]
    );
    let (_, errors) = post_errors("/pages", "application/json", &body(50)).await;
    assert_eq!(errors.as_array().unwrap().len(), 32);
}

#[tokio::test]
async fn query_errors_have_parameter_names() {
    assert_eq!(get_errors("/query?perPage=5&share=0.5").await.0, 200);
    assert_eq!(
        get_errors("/query?perPage=0").await,
        (422, single_error("perPage", "range", "must be at least 1"))
    );
    assert_eq!(
        get_errors("/query").await,
        (422, single_error("perPage", "required", "is missing"))
    );
    assert_eq!(
        get_errors("/query?perPage=%").await,
        (
            400,
            single_error("", "encoding", "has a malformed percent-encoding")
        )
    );
    assert_eq!(
        get_errors("/query?perPage=1&share=nan").await,
        (422, single_error("share", "type", "must be a number"))
    );
}

#[tokio::test]
async fn path_errors_have_parameter_names() {
    assert_eq!(get_errors("/path/5").await.0, 200);
    assert_eq!(
        get_errors("/path/0").await,
        (422, single_error("perPage", "range", "must be at least 1"))
    );
    assert_eq!(
        get_errors("/path/hunter2").await,
        (422, single_error("perPage", "type", "must be an integer"))
    );
    assert_eq!(
        get_errors("/path/%ff").await,
        (
            400,
            single_error("perPage", "encoding", "is not valid UTF-8")
        )
    );
}

#[tokio::test]
async fn validation_context_comes_from_the_state() {
    assert_eq!(get_errors("/limited?value=7").await.0, 200);
    assert_eq!(
        get_errors("/limited?value=8").await,
        (422, single_error("value", "custom", "is above the limit"))
    );
}

#[tokio::test]
async fn optional_input_is_absent_or_validated() {
    for (path, expected) in [
        ("/optional/query", "absent"),
        ("/optional/query?perPage=5", "5"),
        ("/optional/path", "absent"),
        ("/optional/path/5", "5"),
    ] {
        assert_eq!(
            text(send(Request::get(path), ()).await).await,
            expected,
            "{path}"
        );
    }
    for path in [
        "/optional/query?",
        "/optional/query?perPage=0",
        "/optional/path/0",
    ] {
        assert_eq!(get_errors(path).await.0, 422, "{path}");
    }
    assert_eq!(
        text(send(Request::post("/optional/form"), ()).await).await,
        "absent"
    );
    let without_type = send(Request::post("/optional/form"), "perPage=5").await;
    assert_eq!(without_type.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let form = "application/x-www-form-urlencoded";
    assert_eq!(
        post_errors("/optional/form", form, "perPage=0").await.0,
        422
    );
    assert_eq!(
        post_errors("/optional/form", form, "perPage=5").await.0,
        200
    );
}

#[tokio::test]
async fn form_is_never_read_from_the_query() {
    assert_eq!(get_errors("/form?perPage=5").await.0, 415);
}

#[tokio::test]
async fn unsupported_body_returns_the_accepted_type_or_coding() {
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
async fn oversized_body_returns_413_and_handler_mismatch_returns_plain_500() {
    let large = format!(
        "{}{{}}",
        " ".repeat(crate::policy::Limits::DEFAULT.body_limit)
    );
    assert_eq!(
        post_errors("/json", "application/json", &large).await.0,
        413
    );
    let error = InputError::HandlerMismatch.into_response();
    assert_eq!(error.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!text(error).await.contains("route"));
}
