//! Data that reaches handlers without checks, and bodies whose limits a handler ignores.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use http_body_util::BodyExt as _;
use palisade::evidence::AttackClass;
use palisade::input::InputExtractor;
use palisade::prelude::*;
use palisade::serde::Deserializer;
use palisade::testing::TestApi;
use palisade::testing::attack::{Attack, Sample};
use serde_json::Value;

use crate::support::{admitted, assert_finds, assert_only, found};

#[tokio::test]
async fn unvalidated_field_is_found() {
    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Event {
        #[garde(skip)]
        #[secure(unvalidated = "stored as it is")]
        payload: Value,
    }

    #[secured(scopes = "events:write")]
    async fn store(Valid(Json(event)): Valid<Json<Event>>) -> String {
        event.payload.to_string()
    }

    let api = TestApi::new(SecureRouter::new().route("/events", post(store))).await;
    assert_only(
        &admitted(&api).await,
        "POST /events: unchecked_data: unexpected data to the unvalidated field /payload in the body: stored as it is",
    );
    let attack = Attack::new(&api);
    let attack = attack.excuse(
        "POST /events",
        AttackClass::UncheckedData,
        "never interpreted",
    );
    let results = attack.run().await.assert_refused();
    let class = results.routes()[0]
        .class(AttackClass::UncheckedData)
        .unwrap();
    assert_eq!(class.excuse(), Some("never interpreted"));
    assert!(!class.admitted().is_empty() && !class.is_evidence());
}

#[tokio::test]
async fn unvalidated_argument_is_found() {
    #[secured(scopes = "hooks:write", unvalidated = "the sender is a partner")]
    async fn hook(Unvalidated(bytes): Unvalidated<Bytes>) -> String {
        bytes.len().to_string()
    }

    let api = TestApi::new(SecureRouter::new().route("/hooks", post(hook))).await;
    let admitted = admitted(&api).await;
    assert_finds(
        &admitted,
        "POST /hooks: unchecked_data: unknown JSON to the unvalidated argument Unvalidated<Bytes>",
    );
    assert_finds(
        &admitted,
        "POST /hooks: unchecked_data: long text to the unvalidated argument Unvalidated<Bytes>",
    );
}

#[tokio::test]
async fn type_that_accepts_everything_is_found() {
    #[derive(SecureInput)]
    #[secure(scalar = "a name")]
    struct Name(String);

    impl<'de> Deserialize<'de> for Name {
        fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
            String::deserialize(decoder).map(Self)
        }
    }

    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Person {
        #[garde(skip)]
        name: Name,
    }

    #[secured(authenticated)]
    async fn rename(Valid(Json(person)): Valid<Json<Person>>) -> String {
        person.name.0
    }

    let api = TestApi::new(SecureRouter::new().route("/people", put(rename))).await;
    assert_only(
        &admitted(&api).await,
        "PUT /people: unchecked_data: unexpected data to the scalar /name in the body: a name",
    );
}

#[tokio::test]
async fn extractor_that_accepts_everything_is_found() {
    #[derive(Validate, SecureInput)]
    #[garde(transparent)]
    struct Raw(#[garde(length(bytes, max = 60_000))] String);

    impl<S: Send + Sync> FromRequest<S> for Raw {
        type Rejection = StatusCode;

        async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
            let text = String::from_request(request, state).await;
            text.map(Self).map_err(|_| StatusCode::BAD_REQUEST)
        }
    }

    impl InputExtractor for Raw {
        const ACCEPTS: &'static str = "any text";
    }

    #[secured(authenticated)]
    async fn raw(Valid(raw): Valid<Raw>) -> String {
        raw.0
    }

    let api = TestApi::new(SecureRouter::new().route("/raw", post(raw))).await;
    let attack = Attack::new(&api).sample("POST /raw", Sample::new().body("a", "text/plain"));
    assert_finds(
        &found(&attack.run().await),
        "POST /raw: unchecked_data: unknown JSON to the input extractor",
    );
}

/// A handler that ignores the error with which a body ends.
#[secured(scopes = "files:write", body_limit = "1 KiB", unvalidated = "a test")]
async fn upload(Unvalidated(request): Unvalidated<Body>) -> String {
    let mut body = request;
    let mut length = 0;
    while let Some(Ok(frame)) = body.frame().await {
        length += frame.into_data().map_or(0, |data| data.len());
    }
    length.to_string()
}

#[tokio::test]
async fn ignored_limits_of_size_and_time_are_found() {
    let api = TestApi::new(SecureRouter::new().route("/files", post(upload))).await;
    let attack = Attack::new(&api);
    let attack = attack.sample(
        "POST /files",
        Sample::new().body("file", "application/octet-stream"),
    );
    let admitted = found(&attack.run().await);
    assert_finds(
        &admitted,
        "POST /files: oversize: a body of one byte more than allowed (status 200)",
    );
    assert_finds(
        &admitted,
        "POST /files: oversize: a body of one byte more than allowed, without a length (status 200)",
    );
    assert_finds(
        &admitted,
        "POST /files: slow_body: a body that ends in the middle (status 200)",
    );
}
