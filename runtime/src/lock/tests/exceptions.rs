//! Each kind of exception and relaxation: a sentence reports a new one with its route and its reason.

use axum::extract::{Extension, FromRequest, FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use serde::Deserializer;

use super::{at, sentences};
use crate::input::InputExtractor;
use crate::lock::Lock;
use crate::prelude::*;
use crate::{TrustedExtension, TrustedExtractor, Unvalidated, public, secured};

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Order {
    #[garde(length(chars, max = 8))]
    sku: String,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct UncheckedOrder {
    #[garde(skip)]
    #[secure(unvalidated = "printed on paper only")]
    sku: String,
}

/// The letter `x`.
#[derive(SecureInput)]
#[secure(scalar = "the letter x")]
struct Letter;

impl<'de> Deserialize<'de> for Letter {
    fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
        String::deserialize(decoder).map(|_| Self)
    }
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct LetterOrder {
    #[garde(skip)]
    sku: Letter,
}

struct Locale;

impl<S: Send + Sync> FromRequestParts<S> for Locale {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self)
    }
}

impl TrustedExtractor for Locale {
    const REASON: &'static str = "one of two constants";
}

#[derive(Clone)]
struct Number;

impl TrustedExtension for Number {
    const REASON: &'static str = "a layer counts the requests";
}

#[derive(Validate, SecureInput)]
#[garde(transparent)]
struct Upper(#[garde(dive)] Order);

impl<S: Send + Sync> FromRequest<S> for Upper {
    type Rejection = StatusCode;

    async fn from_request(_: Request, _: &S) -> Result<Self, Self::Rejection> {
        Err(StatusCode::BAD_REQUEST)
    }
}

impl InputExtractor for Upper {
    const ACCEPTS: &'static str = "text in upper case";
}

#[secured(authenticated)]
async fn plain(Valid(Json(order)): Valid<Json<Order>>) -> String {
    order.sku
}

#[secured(authenticated)]
async fn renamed(Valid(Json(order)): Valid<Json<Order>>) -> String {
    order.sku
}

#[secured(authenticated)]
async fn unchecked_field(Valid(Json(order)): Valid<Json<UncheckedOrder>>) -> String {
    order.sku
}

#[secured(authenticated)]
async fn scalar(Valid(Json(order)): Valid<Json<LetterOrder>>) {
    let Letter = order.sku;
}

#[secured(authenticated, unvalidated = "parsed by the former program")]
async fn unchecked_fields(Unvalidated(fields): Unvalidated<HeaderMap>) -> String {
    fields.len().to_string()
}

#[secured(authenticated, unvalidated = "parsed by the former program")]
async fn unchecked(Unvalidated(text): Unvalidated<String>) -> String {
    text
}

#[secured(authenticated)]
async fn trusted(_: Locale, Valid(Json(order)): Valid<Json<Order>>) -> String {
    order.sku
}

#[secured(authenticated)]
async fn extended(_: Extension<Number>, Valid(Json(order)): Valid<Json<Order>>) -> String {
    order.sku
}

#[secured(authenticated)]
async fn decoded(Valid(Upper(order)): Valid<Upper>) -> String {
    order.sku
}

#[secured(authenticated)]
async fn events() {}

#[secured(authenticated, ticket)]
async fn events_by_ticket() {}

#[public(reason = "a test")]
async fn open(Valid(Json(order)): Valid<Json<Order>>) -> String {
    order.sku
}

/// Asserts that one sentence with these parts reports a change, and that the reverse change is not weaker.
fn assert_weaker(new: &SecureRouter, parts: &[&str]) {
    let old = at("/orders", post(plain));
    let all = sentences(&old, new);
    let is_named = |sentence: &&String| {
        let is_weaker = sentence.starts_with("weaker: `POST /orders`: ")
            || sentence.starts_with("incomparable, counts as weaker: `POST /orders`: ");
        is_weaker && parts.iter().all(|part| sentence.contains(part))
    };
    assert!(
        all.iter().any(|sentence| is_named(&sentence)),
        "{parts:?}: {all:#?}"
    );
}

#[test]
fn new_exception_of_a_route_is_reported_with_its_reason() {
    for (handler, parts) in [
        (
            post(unchecked),
            &[
                "unvalidated argument Unvalidated<String>",
                "\"parsed by the former program\"",
                "is new",
            ][..],
        ),
        (
            post(unchecked_field),
            &[
                "unvalidated field /sku in the body",
                "\"printed on paper only\"",
                "is new",
            ],
        ),
        (
            post(trusted),
            &["trusted extractor", "\"one of two constants\"", "is new"],
        ),
        (
            post(extended),
            &[
                "trusted extension",
                "\"a layer counts the requests\"",
                "is new",
            ],
        ),
        (
            post(decoded),
            &["input extractor", "\"text in upper case\"", "is new"],
        ),
        (post(open), &["a caller without a token is now admitted"]),
        (
            post(scalar),
            &["scalar /sku in the body", "\"the letter x\"", "is new"],
        ),
    ] {
        assert_weaker(&at("/orders", handler), parts);
    }
}

/// With the same reason, another part of the request is read without a check.
#[test]
fn other_type_of_an_unvalidated_argument_is_reported() {
    let (old, new) = (
        at("/orders", post(unchecked_fields)),
        at("/orders", post(unchecked)),
    );
    assert_eq!(
        sentences(&old, &new),
        [
            "weaker: `POST /orders`: unvalidated argument Unvalidated<String>, because \"parsed by the former program\", is new",
            "stronger: `POST /orders`: unvalidated argument Unvalidated<HeaderMap>, because \"parsed by the former program\", is gone",
        ]
    );
}

#[test]
fn new_ticket_of_a_route_is_reported() {
    let (old, new) = (
        at("/events", get(events)),
        at("/events", get(events_by_ticket)),
    );
    let expected =
        "weaker: `GET /events`: a ticket in the query is now accepted instead of a token";
    assert_eq!(sentences(&old, &new), [expected]);
}

#[test]
fn handler_under_another_name_is_unchanged() {
    let (old, new) = (at("/orders", post(plain)), at("/orders", post(renamed)));
    assert_eq!(sentences(&old, &new), [""; 0]);
}

#[cfg(feature = "ws")]
#[test]
fn unchecked_messages_of_a_connection_are_reported() {
    #[secured(authenticated)]
    async fn silent() {}

    #[secured(authenticated)]
    async fn chat(upgrade: crate::Upgrade) -> Response {
        upgrade.on_upgrade(async |_| {})
    }

    let all = sentences(&at("/chat", get(silent)), &at("/chat", get(chat)));
    assert!(
        all.iter()
            .any(|sentence| sentence.starts_with("weaker: `GET /chat`: unchecked messages")),
        "{all:#?}"
    );
}

#[tokio::test]
async fn new_relaxation_of_an_issuer_or_the_api_is_reported() {
    let issuer = crate::testing::EmbeddedIssuer::new("https://login.example");
    let trusted = || issuer.issuer("https://api.example");
    let lock = async |issuer, change: fn(crate::Api) -> crate::Api| {
        let server = ResourceServer::builder().trust(issuer);
        let api = at("/orders", post(plain)).protect(server.build().await.unwrap());
        let lock = Lock::of(change(api).inventory());
        assert_eq!(lock.to_string().parse().as_ref(), Ok(&lock), "{lock}");
        lock
    };
    let same = |api| api;
    let plain = lock(trusted(), same).await;
    let long = std::time::Duration::from_hours(2);
    for (changed, subject, part) in [
        (
            lock(
                crate::danger::dangerous_token_lifetime(trusted(), long, "batch jobs"),
                same,
            )
            .await,
            "issuer `https://login.example`",
            "because batch jobs\" is new",
        ),
        (
            lock(
                crate::danger::dangerous_plain_subjects(trusted(), "its clients are services"),
                same,
            )
            .await,
            "issuer `https://login.example`",
            "because its clients are services\" is new",
        ),
        (
            lock(trusted(), |api| {
                api.beside(axum::Router::new(), "static pages")
            })
            .await,
            "the API",
            "undeclared routes, because \"static pages\", is new",
        ),
        #[cfg(feature = "serve")]
        (
            lock(trusted(), |api| api.explain(|_| {})).await,
            "the API",
            "the relaxation \"the steps of each request on loopback are shown",
        ),
    ] {
        let comparison = plain.compare(&changed);
        let text = comparison.to_string();
        assert!(comparison.is_weaker(), "{text}");
        assert!(text.starts_with(&format!("weaker: {subject}: ")), "{text}");
        assert!(text.contains(part), "{text}");
        assert!(!changed.compare(&plain).is_weaker());
    }
}
