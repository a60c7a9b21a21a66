//! An input type for each extractor, with its rules repeated in plain Rust.

use std::collections::BTreeMap;
use std::convert::Infallible;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::HeaderValue;
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum_extra::headers::{self, Header, HeaderName};
use palisade::input::{Identifier, InputExtractor, InputLocation, Map};
use palisade::prelude::*;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Order {
    #[garde(length(chars, min = 1, max = 8))]
    sku: String,
    #[garde(range(min = 1, max = 100))]
    quantity: u32,
    #[garde(range(min = 0.0, max = 1000.0))]
    unit_price: Option<f64>,
    #[serde(default)]
    #[garde(length(max = 3), dive)]
    lines: Vec<Status>,
    #[serde(default)]
    #[garde(length(max = 2), inner(length(bytes, max = 4)))]
    labels: Map<Identifier<8>, String>,
    #[serde(default)]
    #[garde(length(max = 2))]
    counts: BTreeMap<u8, u16>,
    #[garde(dive)]
    status: Option<Status>,
    #[garde(range(max = 9))]
    big: Option<i128>,
    #[garde(length(bytes, max = 8), ascii)]
    note: Option<String>,
    #[garde(dive)]
    next: Option<Box<Order>>,
}

impl Order {
    pub(super) fn is_valid(&self) -> bool {
        (1..=8).contains(&self.sku.chars().count())
            && (1..=100).contains(&self.quantity)
            && self
                .unit_price
                .is_none_or(|price| (0.0..=1000.0).contains(&price))
            && self.lines.len() <= 3
            && self.lines.iter().chain(&self.status).all(Status::is_valid)
            && self.labels.len() <= 2
            && self
                .labels
                .keys()
                .all(|label| is_identifier(label.as_str()))
            && self.labels.values().all(|text| text.len() <= 4)
            && self.counts.len() <= 2
            && self.big.is_none_or(|big| big <= 9)
            && self
                .note
                .as_ref()
                .is_none_or(|note| note.len() <= 8 && note.is_ascii())
            && self.next.as_ref().is_none_or(|next| next.is_valid())
    }
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
enum Status {
    Draft,
    Sent {
        #[garde(range(min = 1))]
        on: u8,
    },
    Pair(#[garde(skip)] u8, #[garde(range(max = 3))] u8),
}

impl Status {
    pub(super) fn is_valid(&self) -> bool {
        match self {
            Self::Draft => true,
            Self::Sent { on } => *on >= 1,
            Self::Pair(_, second) => *second <= 3,
        }
    }
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Listing {
    #[garde(range(min = 1, max = 100))]
    page: u32,
    #[garde(range(min = 0.0, max = 1.0))]
    per_page: Option<f64>,
    #[garde(length(chars, min = 1, max = 8))]
    name: Option<String>,
    #[garde(skip)]
    state: Option<Open>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(rename_all = "lowercase")]
enum Open {
    Open,
    Closed,
}

impl Listing {
    pub(super) fn is_valid(&self) -> bool {
        (1..=100).contains(&self.page)
            && self
                .per_page
                .is_none_or(|share| (0.0..=1.0).contains(&share))
            && self
                .name
                .as_ref()
                .is_none_or(|name| (1..=8).contains(&name.chars().count()))
            && matches!(self.state, None | Some(Open::Open | Open::Closed))
    }
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
pub(super) struct Shelf {
    #[garde(range(max = 9))]
    number: u32,
    #[garde(length(chars, max = 8))]
    name: String,
}

impl Shelf {
    pub(super) fn is_valid(&self) -> bool {
        self.number <= 9 && self.name.chars().count() <= 8
    }
}

#[derive(Deserialize, Validate, SecureInput)]
pub(super) struct Number(#[garde(range(max = 9))] u32);

impl Number {
    pub(super) fn is_valid(&self) -> bool {
        self.0 <= 9
    }
}

#[derive(Deserialize, Validate, SecureInput)]
pub(super) struct Pair(
    #[garde(range(max = 9))] u32,
    #[garde(length(chars, max = 8))] String,
);

impl Pair {
    pub(super) fn is_valid(&self) -> bool {
        self.0 <= 9 && self.1.chars().count() <= 8
    }
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Level {
    #[garde(range(max = 9))]
    x_level: u8,
    #[garde(length(bytes, max = 8), ascii)]
    x_name: Option<String>,
}

impl Level {
    pub(super) fn is_valid(&self) -> bool {
        self.x_level <= 9
            && self
                .x_name
                .as_ref()
                .is_none_or(|name| name.len() <= 8 && name.is_ascii())
    }
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
pub(super) struct Crumb {
    #[garde(range(max = 9))]
    level: u8,
    #[garde(length(bytes, max = 8), ascii)]
    name: Option<String>,
}

impl Crumb {
    pub(super) fn is_valid(&self) -> bool {
        self.level <= 9
            && self
                .name
                .as_ref()
                .is_none_or(|name| name.len() <= 8 && name.is_ascii())
    }
}

#[derive(Deserialize, Validate, SecureInput)]
pub(super) struct Note(#[garde(length(chars, min = 1, max = 8))] String);

impl Note {
    pub(super) fn is_valid(&self) -> bool {
        (1..=8).contains(&self.0.chars().count())
    }
}

#[derive(Deserialize, Validate, SecureInput)]
pub(super) struct Blob(#[garde(length(min = 2, max = 16))] Vec<u8>);

impl Blob {
    pub(super) fn is_valid(&self) -> bool {
        (2..=16).contains(&self.0.len())
    }
}

#[derive(Validate, SecureInput)]
pub(super) struct Tenant(#[garde(length(bytes, min = 1, max = 8), alphanumeric)] String);

impl Tenant {
    pub(super) fn is_valid(&self) -> bool {
        (1..=8).contains(&self.0.len()) && self.0.chars().all(char::is_alphanumeric)
    }
}

/// The host name as a typed header.
impl Header for Tenant {
    fn name() -> &'static HeaderName {
        &HOST
    }

    fn decode<'i, I>(values: &mut I) -> Result<Self, headers::Error>
    where
        I: Iterator<Item = &'i HeaderValue>,
    {
        let (Some(host), None) = (values.next(), values.next()) else {
            return Err(headers::Error::invalid());
        };
        let host = host.to_str().map_err(|_| headers::Error::invalid())?;
        let label = host.split('.').next().unwrap_or_default();
        Ok(Self(label.to_owned()))
    }

    fn encode<E: Extend<HeaderValue>>(&self, _: &mut E) {}
}

/// An extractor of the application: the first label of the host name.
#[derive(Validate, SecureInput)]
#[garde(transparent)]
pub(super) struct Subdomain(#[garde(dive)] pub(super) Tenant);

impl<S: Sync> FromRequestParts<S> for Subdomain {
    type Rejection = (StatusCode, String);

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let host = parts.headers.get("host").map(HeaderValue::as_bytes);
        let host = String::from_utf8_lossy(host.unwrap_or_default()).into_owned();
        match host.split_once('.') {
            Some((label, _)) => Ok(Self(Tenant(label.to_owned()))),
            // echoes the request, as extractors do; the response must not
            None => Err((StatusCode::BAD_REQUEST, host)),
        }
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Subdomain {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Infallible> {
        let subdomain = <Self as FromRequestParts<S>>::from_request_parts(parts, state).await;
        Ok(subdomain.ok())
    }
}

impl InputExtractor for Subdomain {
    const ACCEPTS: &'static str = "the first label of the host name";
    const LOCATION: InputLocation = InputLocation::Header;
}

/// Repeats the rules of `Identifier<8>`.
pub(super) fn is_identifier(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= 8
        && bytes.iter().copied().all(inside)
        && ends(bytes.first())
        && ends(bytes.last())
}
