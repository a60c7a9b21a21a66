//! Extraction that an API writes by hand for the arguments that Palisade checks: it has no effect.
//!
//! CWE-20 (improper input validation). The orphan rule lets an API implement axum's traits for a type of
//! another crate, with its own state or marker.

use std::net::SocketAddr;

use axum::extract::{
    ConnectInfo, FromRef, FromRequest, FromRequestParts, OptionalFromRequest,
    OptionalFromRequestParts, Request,
};
use axum::http::Method;
use axum::http::request::Parts;
use palisade::input::{Headers, InputExtractor, Multipart, PlainText};
use palisade::prelude::*;
use palisade::testing::TestApi;
use serde_json::json;

#[derive(Clone)]
struct App;

/// A marker in place of axum's own.
enum ByHand {}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Note {
    #[garde(length(chars, max = 3))]
    note: String,
}

impl Note {
    fn unchecked() -> Self {
        Self {
            note: "unchecked".repeat(99),
        }
    }
}

#[derive(Deserialize, Validate, SecureInput)]
struct Text(#[garde(length(chars, max = 3))] String);

/// Implements axum's traits for an argument, by the constant value.
macro_rules! by_hand {
    ($($ty:ty => $value:expr;)*) => {$(
        impl FromRequest<App, ByHand> for $ty {
            type Rejection = Problem;

            async fn from_request(_: Request, _: &App) -> Result<Self, Problem> {
                Ok($value)
            }
        }
    )*};
}

/// Implements axum's traits for an absent argument that the other trait of axum extracts.
macro_rules! optional_by_hand {
    ($($ty:ty => $value:expr;)*) => {$(
        impl OptionalFromRequestParts<App> for $ty {
            type Rejection = Problem;

            async fn from_request_parts(_: &mut Parts, _: &App) -> Result<Option<Self>, Problem> {
                Ok(Some($value))
            }
        }
    )*};
}

by_hand! {
    Valid<Json<Note>> => Self(Json(Note::unchecked()));
    Option<Valid<Form<Note>>> => Some(Valid(Form(Note::unchecked())));
    Valid<Query<Note>> => Self(Query(Note::unchecked()));
    Valid<Headers<Note>> => Self(Headers(Note::unchecked()));
    Valid<Multipart<Note>> => Self(Multipart(Note::unchecked()));
    State<Name> => Self(Name("unchecked"));
    ConnectInfo<SocketAddr> => Self(SocketAddr::from(([6, 6, 6, 6], 6)));
    Method => Self::from_bytes(b"UNCHECKED").map_err(|_| StatusCode::BAD_REQUEST)?;
    Path<u32> => Self(666);
}

optional_by_hand! {
    Valid<Json<Note>> => Self(Json(Note::unchecked()));
    Valid<PlainText<Text>> => Self(PlainText(Text("unchecked".repeat(99))));
}

/// An input type with its own extractor, for a value that may be absent.
#[derive(Validate, SecureInput)]
struct Tenant(#[garde(length(bytes, max = 3))] String);

impl OptionalFromRequestParts<App> for Tenant {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Option<Self>, Problem> {
        let value = parts.headers.get("x-tenant");
        let text = value.and_then(|value| value.to_str().ok());
        Ok(text.map(|text| Self(text.to_owned())))
    }
}

impl InputExtractor for Tenant {
    const ACCEPTS: &'static str = "one header field";
}

impl OptionalFromRequest<App> for Valid<Tenant> {
    type Rejection = Problem;

    async fn from_request(_: Request, _: &App) -> Result<Option<Self>, Problem> {
        Ok(Some(Self(Tenant("unchecked".repeat(99)))))
    }
}

#[derive(Clone)]
struct Name(&'static str);

impl FromRef<App> for Name {
    fn from_ref(_: &App) -> Self {
        Self("state")
    }
}

/// `Valid` of the second type is not extracted by axum's trait for the whole state either.
impl FromRequestParts<App> for Valid<Text> {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, _: &App) -> Result<Self, Problem> {
        Ok(Self(Text("unchecked".repeat(99))))
    }
}

#[public(reason = "a test")]
async fn body(Valid(Json(note)): Valid<Json<Note>>) -> String {
    format!("handler got {}", note.note)
}

#[public(reason = "a test")]
async fn optional_body(note: Option<Valid<Json<Note>>>) -> String {
    format!("handler got {:?}", note.map(|Valid(Json(note))| note.note))
}

#[public(reason = "a test")]
async fn form(note: Option<Valid<Form<Note>>>) -> String {
    format!("handler got {:?}", note.map(|Valid(Form(note))| note.note))
}

#[public(reason = "a test")]
async fn text(text: Option<Valid<PlainText<Text>>>) -> String {
    format!(
        "handler got {:?}",
        text.map(|Valid(PlainText(text))| text.0)
    )
}

#[public(reason = "a test")]
async fn multipart(Valid(Multipart(note)): Valid<Multipart<Note>>) -> String {
    format!("handler got {}", note.note)
}

#[public(reason = "a test")]
async fn query(Valid(Query(note)): Valid<Query<Note>>) -> String {
    format!("handler got {}", note.note)
}

#[public(reason = "a test")]
async fn fields(Valid(Headers(note)): Valid<Headers<Note>>) -> String {
    format!("handler got {}", note.note)
}

#[public(reason = "a test")]
async fn tenant(tenant: Option<Valid<Tenant>>) -> String {
    format!(
        "handler got {:?}",
        tenant.map(|Valid(Tenant(tenant))| tenant)
    )
}

#[public(reason = "a test")]
async fn state(State(Name(name)): State<Name>) -> &'static str {
    name
}

#[public(reason = "a test")]
async fn peer(ConnectInfo(peer): ConnectInfo<SocketAddr>) -> String {
    peer.ip().to_string()
}

#[public(reason = "a test")]
async fn method(method: Method) -> String {
    method.to_string()
}

#[public(reason = "a test")]
async fn number(Path(number): Path<u32>) -> String {
    number.to_string()
}

async fn api() -> TestApi {
    let routes = SecureRouter::new()
        .route("/body", post(body))
        .route("/optional-body", post(optional_body))
        .route("/form", post(form))
        .route("/text", post(text))
        .route("/multipart", post(multipart))
        .route("/query", get(query))
        .route("/fields", get(fields))
        .route("/tenant", get(tenant))
        .route("/state", get(state))
        .route("/peer", get(peer))
        .route("/method", get(method))
        .route("/number/{number}", get(number))
        .with_state(App);
    TestApi::new(routes).await
}

#[tokio::test]
async fn hand_written_extraction_of_a_body_has_no_effect() {
    let api = api().await;
    for path in ["/body", "/optional-body"] {
        let send = |note: &str| {
            api.anonymous()
                .post(path)
                .json(&json!({ "note": note }))
                .send()
        };
        let answer = send("abc").await.text();
        assert!(
            answer.starts_with("handler got ") && answer.contains("abc"),
            "{answer}"
        );
        assert_eq!(send("abcd").await.status(), 422, "{path}");
    }
    let form = |body: &'static str| {
        let request = api.anonymous().post("/form");
        request
            .body(body, "application/x-www-form-urlencoded")
            .send()
    };
    assert_eq!(form("note=abc").await.text(), "handler got Some(\"abc\")");
    assert_eq!(form("note=abcd").await.status(), 422);
    let text = |body: &'static str| {
        api.anonymous()
            .post("/text")
            .body(body, "text/plain")
            .send()
    };
    assert_eq!(text("abc").await.text(), "handler got Some(\"abc\")");
    assert_eq!(text("abcd").await.status(), 422);
    let absent = api.anonymous().post("/text").send().await;
    assert_eq!(absent.text(), "handler got None");
    let part = |note: &str| {
        let body = format!(
            "--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\n{note}\r\n--b--\r\n"
        );
        let request = api.anonymous().post("/multipart");
        request.body(body, "multipart/form-data; boundary=b").send()
    };
    assert_eq!(part("abc").await.text(), "handler got abc");
    assert_eq!(part("abcd").await.status(), 422);
}

#[tokio::test]
async fn hand_written_extraction_of_the_head_has_no_effect() {
    let api = api().await;
    let query = |note: &str| api.anonymous().get(&format!("/query?note={note}")).send();
    assert_eq!(query("abc").await.text(), "handler got abc");
    assert_eq!(query("abcd").await.status(), 422);
    let fields = |note: &'static str| api.anonymous().get("/fields").header("note", note).send();
    assert_eq!(fields("abc").await.text(), "handler got abc");
    assert_eq!(fields("abcd").await.status(), 422);
    let tenant = |name: &'static str| {
        api.anonymous()
            .get("/tenant")
            .header("x-tenant", name)
            .send()
    };
    assert_eq!(tenant("abc").await.text(), "handler got Some(\"abc\")");
    assert_eq!(tenant("abcd").await.status(), 422);
    assert_eq!(
        api.anonymous().get("/tenant").send().await.text(),
        "handler got None"
    );
}

#[tokio::test]
async fn hand_written_extraction_of_server_data_has_no_effect() {
    let api = api().await;
    assert_eq!(api.anonymous().get("/state").send().await.text(), "state");
    assert_eq!(api.anonymous().get("/method").send().await.text(), "GET");
    assert_eq!(api.anonymous().get("/number/7").send().await.text(), "7");
    assert!(
        !api.anonymous()
            .get("/peer")
            .send()
            .await
            .text()
            .contains("6.6.6.6")
    );
}
