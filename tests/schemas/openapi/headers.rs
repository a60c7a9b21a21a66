//! Typed headers in a document.

use axum_extra::TypedHeader;
use axum_extra::headers::{self, Header, HeaderName, HeaderValue, IfModifiedSince};
use palisade::prelude::*;
use serde_json::{Value, json};

use super::described;
use super::inputs::{operation, parameters, schema};

/// `X-Tenant`, one text.
#[derive(Deserialize, Validate, SecureInput)]
struct Tenant(#[garde(length(chars, min = 1, max = 8))] String);

/// `X-Size`, which is decoded to two members.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Size {
    #[garde(range(max = 9))]
    width: u8,
    #[garde(range(max = 9))]
    height: u8,
}

static X_TENANT: HeaderName = HeaderName::from_static("x-tenant");
static X_SIZE: HeaderName = HeaderName::from_static("x-size");

impl Header for Tenant {
    fn name() -> &'static HeaderName {
        &X_TENANT
    }

    fn decode<'i, I: Iterator<Item = &'i HeaderValue>>(
        values: &mut I,
    ) -> Result<Self, headers::Error> {
        let text = values.next().and_then(|value| value.to_str().ok());
        text.map(|text| Self(text.to_owned()))
            .ok_or_else(headers::Error::invalid)
    }

    fn encode<E: Extend<HeaderValue>>(&self, _: &mut E) {}
}

impl Header for Size {
    fn name() -> &'static HeaderName {
        &X_SIZE
    }

    fn decode<'i, I: Iterator<Item = &'i HeaderValue>>(
        values: &mut I,
    ) -> Result<Self, headers::Error> {
        let text = values.next().and_then(|value| value.to_str().ok());
        let (width, height) = text
            .and_then(|text| text.split_once('x'))
            .and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)))
            .ok_or_else(headers::Error::invalid)?;
        Ok(Self { width, height })
    }

    fn encode<E: Extend<HeaderValue>>(&self, _: &mut E) {}
}

#[secured(authenticated)]
async fn typed(
    _: Valid<TypedHeader<Tenant>>,
    _: Option<Valid<TypedHeader<Size>>>,
    _: TypedHeader<IfModifiedSince>,
) {
}

/// A header whose own type decodes it to an object is a text.
#[tokio::test]
async fn typed_headers_are_parameters() {
    let routes = SecureRouter::new().route("/typed", get(typed));
    let inventory: Vec<Value> = routes.inventory().routes()[0]
        .inputs()
        .map(|input| input.schema().unwrap().to_value())
        .collect();
    assert_eq!(
        inventory[1]["properties"]["x-size"]["properties"]["width"]["maximum"],
        9
    );
    let document = described(routes).await;
    let typed = operation(&document, "/typed", "get");
    assert_eq!(
        parameters(typed),
        [
            "header if-modified-since",
            "header x-size?",
            "header x-tenant"
        ]
    );
    let tenant = schema(typed, "x-tenant");
    assert_eq!(
        (&tenant["type"], &tenant["maxLength"]),
        (&json!("string"), &json!(8))
    );
    assert_eq!(schema(typed, "x-size"), &json!({ "type": "string" }));
    assert_eq!(
        schema(typed, "if-modified-since"),
        &json!({ "type": "string", "$comment": "a date of RFC 9110 §5.6.7" })
    );
}
