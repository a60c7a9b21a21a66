//! Header fields as typed headers.

use axum_extra::TypedHeader;
use axum_extra::headers::{self, Header, HeaderName, HeaderValue, IfModifiedSince};
use palisade::prelude::*;
use palisade::testing::TestApi;

use crate::support::errors;

/// `X-Tenant`, with garde rules.
#[derive(Deserialize, Validate, SecureInput)]
struct Tenant(#[garde(length(bytes, min = 1, max = 8), alphanumeric)] String);

static X_TENANT: HeaderName = HeaderName::from_static("x-tenant");

impl Header for Tenant {
    fn name() -> &'static HeaderName {
        &X_TENANT
    }

    fn decode<'i, I: Iterator<Item = &'i HeaderValue>>(
        values: &mut I,
    ) -> Result<Self, headers::Error> {
        let (Some(value), None) = (values.next(), values.next()) else {
            return Err(headers::Error::invalid());
        };
        let text = value.to_str().map_err(|_| headers::Error::invalid())?;
        Ok(Self(text.to_owned()))
    }

    fn encode<E: Extend<HeaderValue>>(&self, _: &mut E) {}
}

#[public(reason = "a test")]
async fn required(Valid(TypedHeader(tenant)): Valid<TypedHeader<Tenant>>) -> String {
    assert!((1..=8).contains(&tenant.0.len()));
    tenant.0
}

#[public(reason = "a test")]
async fn optional(tenant: Option<Valid<TypedHeader<Tenant>>>) -> String {
    tenant.map_or_else(
        || "absent".to_owned(),
        |Valid(TypedHeader(tenant))| tenant.0,
    )
}

#[public(reason = "a test")]
async fn since(TypedHeader(_): TypedHeader<IfModifiedSince>) -> &'static str {
    "a date"
}

#[public(reason = "a test")]
async fn optional_since(date: Option<TypedHeader<IfModifiedSince>>) -> &'static str {
    if date.is_some() { "a date" } else { "absent" }
}

async fn api() -> TestApi {
    let routes = SecureRouter::new()
        .route("/required", get(required))
        .route("/optional", get(optional))
        .route("/since", get(since))
        .route("/optional-since", get(optional_since));
    TestApi::new(routes).await
}

const DATE: &str = "Tue, 24 Nov 2026 22:00:00 GMT";

#[tokio::test]
async fn typed_header_reaches_the_handler() {
    let api = api().await;
    let get = |path, name, value| api.anonymous().get(path).header(name, value).send();
    assert_eq!(
        get("/required", "x-tenant", "12345678").await.text(),
        "12345678"
    );
    assert_eq!(get("/optional", "x-tenant", "a").await.text(), "a");
    assert_eq!(get("/optional", "x-other", "a").await.text(), "absent");
    assert_eq!(
        get("/since", "if-modified-since", DATE).await.text(),
        "a date"
    );
    let response = get("/optional-since", "if-modified-since", DATE).await;
    assert_eq!(response.text(), "a date");
    assert_eq!(
        get("/optional-since", "x-other", "a").await.text(),
        "absent"
    );
}

#[tokio::test]
async fn invalid_typed_header_returns_422_with_its_name() {
    let api = api().await;
    let form = "does not have the expected format";
    for (path, fields, name, detail) in [
        ("/required", &[][..], "x-tenant", "is missing"),
        ("/required", &["a", "a"], "x-tenant", form),
        ("/required", &["hunter2\u{e9}"], "x-tenant", form),
        ("/optional", &["a", "a"], "x-tenant", form),
        (
            "/optional",
            &["hunter2hunter2"],
            "x-tenant",
            "must have a length of at most 8",
        ),
        ("/since", &[], "if-modified-since", "is missing"),
        ("/since", &["hunter2"], "if-modified-since", form),
        ("/since", &[DATE, DATE], "if-modified-since", form),
        ("/optional-since", &["hunter2"], "if-modified-since", form),
    ] {
        let request = fields
            .iter()
            .fold(api.anonymous().get(path), |request, value| {
                request.header(name, value)
            });
        let response = request.send().await;
        assert_eq!(response.status(), 422, "{path} {fields:?}");
        assert!(!response.text().contains("hunter2"), "{}", response.text());
        let (pointer, found) = &errors(&response.json())[0];
        assert_eq!((&**pointer, &**found), (name, detail), "{path} {fields:?}");
    }
}
