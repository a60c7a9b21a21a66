//! The extractors of input: headers, cookies, plain and binary bodies, and those of the application.

use std::convert::Infallible;

use axum::extract::{
    FromRequest, FromRequestParts, OptionalFromRequest, OptionalFromRequestParts, Request,
};
use axum::http::request::Parts;
use palisade::input::{BinaryBody, Cookies, Headers, InputExtractor, InputLocation, PlainText};
use palisade::prelude::*;
use palisade::testing::{TestApi, TestRequest, TestResponse};

use crate::support::errors;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Tracing {
    #[serde(alias = "request-id")]
    #[garde(length(bytes, max = 4), ascii)]
    x_request_id: Option<String>,
    #[garde(range(min = 1, max = 9))]
    x_level: u8,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Preferences {
    #[garde(length(bytes, max = 5), ascii)]
    locale: Option<String>,
    #[serde(default)]
    #[garde(range(min = 0, max = 9))]
    size: u8,
}

/// A parameter with two names.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Shelf {
    #[serde(alias = "no")]
    #[garde(range(min = 1, max = 9))]
    number: u8,
}

#[derive(Deserialize, Validate, SecureInput)]
struct Note(#[garde(length(chars, min = 1, max = 5))] String);

#[derive(Deserialize, Validate, SecureInput)]
struct Firmware(#[garde(length(min = 2, max = 4))] Vec<u8>);

#[derive(Validate, SecureInput)]
struct Tenant(#[garde(length(bytes, min = 1, max = 5), alphanumeric)] String);

/// The first label of the host name.
#[derive(Validate, SecureInput)]
#[garde(transparent)]
struct Subdomain(#[garde(dive)] Tenant);

impl<S: Sync> FromRequestParts<S> for Subdomain {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let host = parts
            .headers
            .get("host")
            .and_then(|host| host.to_str().ok());
        let host = host.ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST).detail("no host"))?;
        let label = host.split('.').next().unwrap_or_default();
        Ok(Self(Tenant(label.to_owned())))
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Subdomain {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Infallible> {
        Ok(
            <Self as FromRequestParts<S>>::from_request_parts(parts, state)
                .await
                .ok(),
        )
    }
}

impl InputExtractor for Subdomain {
    const ACCEPTS: &'static str = "the first label of the host name";
    const LOCATION: InputLocation = InputLocation::Header;
}

/// The body as text in upper case.
#[derive(Validate, SecureInput)]
#[garde(transparent)]
struct UpperCase(#[garde(dive)] Note);

impl<S: Send + Sync> FromRequest<S> for UpperCase {
    type Rejection = (StatusCode, &'static str);

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        match String::from_request(request, state).await {
            Ok(text) => Ok(Self(Note(text.to_uppercase()))),
            Err(_) => Err((StatusCode::IM_A_TEAPOT, "hunter2")),
        }
    }
}

impl<S: Send + Sync> OptionalFromRequest<S> for UpperCase {
    type Rejection = (StatusCode, &'static str);

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Self::Rejection> {
        let note = <Self as FromRequest<S>>::from_request(request, state).await?;
        Ok(Some(note).filter(|Self(Note(text))| !text.is_empty()))
    }
}

impl InputExtractor for UpperCase {
    const ACCEPTS: &'static str = "text, which it converts to upper case";
}

#[public(reason = "a test")]
async fn traced(Valid(Headers(tracing)): Valid<Headers<Tracing>>) -> String {
    format!("{:?} {}", tracing.x_request_id, tracing.x_level)
}

#[public(reason = "a test")]
async fn optional_traced(tracing: Option<Valid<Headers<Tracing>>>) -> String {
    tracing.map_or("absent".into(), |Valid(Headers(tracing))| {
        tracing.x_level.to_string()
    })
}

#[public(reason = "a test")]
async fn preferred(Valid(Cookies(preferences)): Valid<Cookies<Preferences>>) -> String {
    format!("{:?} {}", preferences.locale, preferences.size)
}

#[public(reason = "a test")]
async fn optional_preferred(preferences: Option<Valid<Cookies<Preferences>>>) -> String {
    preferences.map_or("absent".into(), |Valid(Cookies(preferences))| {
        preferences.size.to_string()
    })
}

#[public(reason = "a test")]
async fn noted(Valid(PlainText(note)): Valid<PlainText<Note>>) -> String {
    note.0
}

#[public(reason = "a test")]
async fn installed(Valid(BinaryBody(firmware)): Valid<BinaryBody<Firmware>>) -> String {
    firmware.0.len().to_string()
}

#[public(reason = "a test")]
async fn shop(Valid(Subdomain(tenant)): Valid<Subdomain>) -> String {
    tenant.0
}

#[public(reason = "a test")]
async fn optional_shop(tenant: Option<Valid<Subdomain>>) -> String {
    tenant.map_or("absent".into(), |Valid(Subdomain(tenant))| tenant.0)
}

#[public(reason = "a test")]
async fn upper_case(Valid(UpperCase(note)): Valid<UpperCase>) -> String {
    note.0
}

#[public(reason = "a test")]
async fn optional_upper_case(note: Option<Valid<UpperCase>>) -> String {
    note.map_or("absent".into(), |Valid(UpperCase(note))| note.0)
}

#[public(reason = "a test")]
async fn shelf_in_query(Valid(Query(shelf)): Valid<Query<Shelf>>) -> String {
    shelf.number.to_string()
}

#[public(reason = "a test")]
async fn shelf_in_form(Valid(Form(shelf)): Valid<Form<Shelf>>) -> String {
    shelf.number.to_string()
}

#[public(reason = "a test")]
async fn shelf_in_path(Valid(Path(shelf)): Valid<Path<Shelf>>) -> String {
    shelf.number.to_string()
}

async fn api() -> TestApi {
    let routes = SecureRouter::new()
        .route("/traced", get(traced))
        .route("/optional/traced", get(optional_traced))
        .route("/preferred", get(preferred))
        .route("/optional/preferred", get(optional_preferred))
        .route("/noted", post(noted))
        .route("/installed", post(installed))
        .route("/shop", get(shop))
        .route("/optional/shop", get(optional_shop))
        .route("/upper-case", post(upper_case))
        .route("/optional/upper-case", post(optional_upper_case));
    TestApi::new(routes).await
}

/// Returns the body of a successful response, or the status with the first pointer and rule.
fn outcome(response: &TestResponse) -> String {
    let status = response.status().as_u16();
    if status == 200 {
        return response.text();
    }
    let problem: serde_json::Value = response.json();
    match errors(&problem).first() {
        Some((pointer, _)) => format!("{status} {pointer} {}", problem["errors"][0]["rule"]),
        None => status.to_string(),
    }
}

async fn send(request: TestRequest) -> String {
    outcome(&request.send().await)
}

#[tokio::test]
async fn header_fields_are_extracted_by_name() {
    let api = api().await;
    let get = |path: &str, fields: &[(&str, &str)]| {
        let request = api.anonymous().get(path);
        let with = fields.iter().fold(request, |request, (name, value)| {
            request.header(name, value)
        });
        send(with)
    };
    assert_eq!(
        get("/traced", &[("x-level", "7"), ("X-Request-ID", "ab")]).await,
        "Some(\"ab\") 7"
    );
    assert_eq!(
        get("/traced", &[("x-level", "7"), ("via", "any")]).await,
        "None 7"
    );
    for (fields, expected) in [
        (&[][..], "422 x-level \"required\""),
        (&[("x-level", "0")], "422 x-level \"range\""),
        (
            &[("x-level", "1"), ("x-level", "1")],
            "422 x-level \"unique\"",
        ),
        (&[("x-level", "one")], "422 x-level \"type\""),
        (
            &[("x-level", "1"), ("x-request-id", "abcde")],
            "422 x-request-id \"length\"",
        ),
        (
            &[("x-level", "1"), ("request-id", "abcde")],
            "422 request-id \"length\"",
        ),
        (
            &[("x-level", "1"), ("request-id", "\u{e9}")],
            "400 request-id \"encoding\"",
        ),
    ] {
        assert_eq!(get("/traced", fields).await, expected, "{fields:?}");
    }
    assert_eq!(get("/optional/traced", &[("via", "any")]).await, "absent");
    assert_eq!(get("/optional/traced", &[("x-level", "7")]).await, "7");
    assert_eq!(
        get("/optional/traced", &[("x-level", "0")]).await,
        "422 x-level \"range\""
    );
}

#[tokio::test]
async fn cookies_are_extracted_by_name() {
    let api = api().await;
    let get = |path: &str, cookies: &str| send(api.anonymous().get(path).header("cookie", cookies));
    assert_eq!(
        get("/preferred", "a=b; locale=mi; size=2").await,
        "Some(\"mi\") 2"
    );
    assert_eq!(get("/preferred", "").await, "None 0");
    for (cookies, expected) in [
        ("locale=en-GB2", "422 locale \"length\""),
        ("size=10", "422 size \"range\""),
        ("size=1; size=2", "422 size \"unique\""),
        ("locale=a b", "400 locale \"encoding\""),
    ] {
        assert_eq!(get("/preferred", cookies).await, expected, "{cookies}");
    }
    assert_eq!(get("/optional/preferred", "a=b").await, "absent");
    assert_eq!(get("/optional/preferred", "size=3").await, "3");
    assert_eq!(
        get("/optional/preferred", "size=10").await,
        "422 size \"range\""
    );
}

#[tokio::test]
async fn body_can_be_plain_text_or_bytes() {
    let api = api().await;
    let post = |path: &str, body: &[u8], media_type: &str| {
        send(api.anonymous().post(path).body(body.to_vec(), media_type))
    };
    assert_eq!(
        post("/noted", "āb".as_bytes(), "text/plain; charset=utf-8").await,
        "āb"
    );
    assert_eq!(
        post("/noted", b"abcdef", "text/plain").await,
        "422  \"length\""
    );
    assert_eq!(post("/noted", b"", "text/plain").await, "422  \"length\"");
    assert_eq!(
        post("/noted", b"\xff", "text/plain").await,
        "400  \"encoding\""
    );
    assert_eq!(post("/noted", b"a", "text/html").await, "415");
    let binary = "application/octet-stream";
    assert_eq!(post("/installed", b"\xff\x00", binary).await, "2");
    assert_eq!(post("/installed", b"1234", binary).await, "4");
    assert_eq!(post("/installed", b"\xff", binary).await, "422  \"length\"");
    assert_eq!(
        post("/installed", b"12345", binary).await,
        "422  \"length\""
    );
    assert_eq!(post("/installed", b"12", "text/plain").await, "415");
}

#[tokio::test]
async fn application_extractor_is_checked_by_the_rules_of_its_input() {
    let api = api().await;
    let get = |path: &str, host: &str| send(api.anonymous().get(path).header("host", host));
    assert_eq!(get("/shop", "acme.example").await, "acme");
    assert_eq!(get("/shop", "hunter2.example").await, "422  \"length\"");
    assert_eq!(get("/shop", "a-b.example").await, "422  \"alphanumeric\"");
    let without_host = api.anonymous().get("/shop").send().await;
    assert_eq!(without_host.status().as_u16(), 400);
    assert!(
        without_host.text().contains("no host"),
        "{}",
        without_host.text()
    );
    assert_eq!(send(api.anonymous().get("/optional/shop")).await, "absent");
    assert_eq!(get("/optional/shop", "acme.example").await, "acme");
    assert_eq!(
        get("/optional/shop", "hunter2.example").await,
        "422  \"length\""
    );
    let post = |path: &str, body: &[u8]| {
        api.anonymous()
            .post(path)
            .body(body.to_vec(), "text/plain")
            .send()
    };
    for path in ["/upper-case", "/optional/upper-case"] {
        assert_eq!(post(path, b"ab").await.text(), "AB");
        assert_eq!(outcome(&post(path, b"abcdef").await), "422  \"length\"");
    }
    assert_eq!(post("/optional/upper-case", b"").await.text(), "absent");
    let rejected = post("/upper-case", b"\xff").await;
    assert_eq!(rejected.status().as_u16(), 418);
    assert!(!rejected.text().contains("hunter2"));
}

#[tokio::test]
async fn violated_parameter_has_the_received_one_of_its_names() {
    let routes = SecureRouter::new()
        .route("/shelf", get(shelf_in_query).post(shelf_in_form))
        .route("/by-number/{number}", get(shelf_in_path))
        .route("/by-no/{no}", get(shelf_in_path));
    let api = TestApi::new(routes).await;
    for name in ["number", "no"] {
        let expected = format!("422 {name} \"range\"");
        let query = format!("/shelf?{name}=0");
        assert_eq!(send(api.anonymous().get(&query)).await, expected);
        let form = api.anonymous().post("/shelf").form(&[(name, "0")]);
        assert_eq!(send(form).await, expected);
        let path = format!("/by-{name}/0");
        assert_eq!(send(api.anonymous().get(&path)).await, expected);
    }
}
