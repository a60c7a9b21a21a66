//! Input past a declared bound, behind a `Validate` or a `Deserialize` that is written by hand (CWE-20).

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};

use axum::http::StatusCode;
use garde::error::Path;
use garde::{Report, Validate};
use palisade::input::Map;
use palisade::prelude::{Deserialize, Json, post};
use palisade::testing::{TestApi, TestResponse};
use palisade::{SecureInput, SecureRouter, Valid, public};
use serde::Deserializer;
use serde_json::{Value, json};

/// Implements a `Validate` that accepts everything.
macro_rules! accepts_everything {
    ($($ty:ty),*) => {$(
        impl Validate for $ty {
            type Context = ();

            fn validate_into(&self, (): &(), _: &mut dyn FnMut() -> Path, _: &mut Report) {}
        }
    )*};
}

#[derive(Deserialize, SecureInput)]
#[serde(deny_unknown_fields)]
struct Note {
    #[garde(length(chars, max = 3))]
    note: String,
}

const LONGEST: usize = 3;

/// Every rule that bounds a field, at every depth.
#[derive(Deserialize, SecureInput)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Everything {
    #[garde(length(bytes, max = LONGEST))]
    bytes: String,
    #[garde(length(utf16, equal = Self::EXACT))]
    utf16: Option<String>,
    #[garde(length(max = 2), inner(length(chars, min = 1, max = 3)))]
    items: Vec<String>,
    #[garde(inner(length(max = 2), inner(length(chars, max = 3))))]
    optional_items: Option<Vec<Box<str>>>,
    #[garde(range(min = 0.0, max = 1.0))]
    share: f64,
    #[garde(inner(range(min = 0.0, max = 1.0)))]
    shares: [f32; 2],
    #[garde(range(min = 1, max = 1 << 4))]
    quantity: Option<u32>,
    #[garde(range(min = -3))]
    offset: i8,
    #[garde(dive)]
    nested: Option<Note>,
    #[garde(length(max = 2), dive)]
    list: Vec<Note>,
    #[garde(length(max = 2), dive)]
    set: HashSet<Key>,
    #[garde(length(max = 2), dive)]
    sorted: BTreeSet<Key>,
    #[garde(length(max = 2), dive)]
    heap: BinaryHeap<Key>,
    #[garde(length(max = 2), dive)]
    boxed: Box<[Key]>,
    #[garde(length(max = 2), dive)]
    deque: VecDeque<Key>,
    #[garde(length(max = 2), dive)]
    #[expect(clippy::linkedlist, reason = "an input type may have one")]
    linked: LinkedList<Key>,
    #[garde(length(max = 2), inner(length(chars, max = 3)))]
    map: Map<Key, String>,
    #[garde(length(max = 2))]
    hash_map: HashMap<Key, u8>,
    #[garde(length(max = 2))]
    sorted_map: BTreeMap<Key, u8>,
    #[garde(length(chars, max = 3), length(bytes, max = self.offset.unsigned_abs().into()))]
    twice: String,
    #[garde(length(chars, min = self.twice.len(), max = 3))]
    half: String,
}

impl Everything {
    const EXACT: usize = 2;
}

#[derive(PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, SecureInput)]
struct Key(#[garde(length(bytes, max = 3))] String);

#[derive(Deserialize, SecureInput)]
#[serde(tag = "type", deny_unknown_fields)]
enum Event {
    Moved {
        #[garde(length(chars, max = 3))]
        to: String,
    },
    Sent(#[garde(dive)] Note),
}

accepts_everything!(Note, Everything, Key, Event, Filled, Variant);

/// A field that serde skips is filled by a `Deserialize` that reads it.
#[derive(SecureInput)]
#[serde(deny_unknown_fields)]
struct Filled {
    #[serde(skip)]
    #[garde(length(chars, max = 3))]
    note: String,
    #[serde(skip_deserializing)]
    #[garde(range(min = 0.0, max = 1.0))]
    share: f64,
}

impl<'de> Deserialize<'de> for Filled {
    fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Read {
            note: String,
            share: f64,
        }
        Read::deserialize(decoder).map(|Read { note, share }| Self { note, share })
    }
}

/// A variant that serde skips is created by a `Deserialize` that reads it.
#[derive(SecureInput)]
enum Variant {
    #[serde(skip)]
    Hidden(#[garde(length(chars, max = 3))] String),
    #[expect(dead_code, reason = "the test creates the other variant")]
    Shown(#[garde(length(chars, max = 3))] String),
}

impl<'de> Deserialize<'de> for Variant {
    fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
        String::deserialize(decoder).map(Self::Hidden)
    }
}

#[public(reason = "a test")]
async fn note(Valid(Json(input)): Valid<Json<Note>>) -> String {
    input.note
}

#[public(reason = "a test")]
async fn everything(Valid(Json(input)): Valid<Json<Everything>>) -> String {
    input.bytes
}

#[public(reason = "a test")]
async fn event(Valid(Json(input)): Valid<Json<Event>>) -> String {
    match input {
        Event::Moved { to } => to,
        Event::Sent(note) => note.note,
    }
}

#[public(reason = "a test")]
async fn filled(Valid(Json(input)): Valid<Json<Filled>>) -> String {
    format!("{} {}", input.note, input.share)
}

#[public(reason = "a test")]
async fn variant(Valid(Json(input)): Valid<Json<Variant>>) -> String {
    match input {
        Variant::Hidden(text) | Variant::Shown(text) => text,
    }
}

async fn send(path: &str, body: &Value) -> TestResponse {
    let routes = SecureRouter::new()
        .route("/note", post(note))
        .route("/everything", post(everything))
        .route("/event", post(event))
        .route("/filled", post(filled))
        .route("/variant", post(variant));
    let api = TestApi::new(routes).await;
    api.anonymous().post(path).json(body).send().await
}

#[track_caller]
fn assert_rejected(response: &TestResponse, pointer: &str, rule: &str) {
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let problem: Value = response.json();
    let errors = problem["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{problem}");
    assert_eq!(errors[0]["pointer"], pointer, "{problem}");
    assert_eq!(errors[0]["rule"], rule, "{problem}");
}

#[tokio::test]
async fn hand_written_validate_does_not_lift_a_bound() {
    let long = "x".repeat(60_000);
    assert_eq!(
        send("/note", &json!({ "note": "abc" })).await.status(),
        StatusCode::OK
    );
    for note in ["abcd", &long] {
        let response = send("/note", &json!({ "note": note })).await;
        assert_rejected(&response, "/note", "length");
    }
}

#[tokio::test]
async fn hand_written_validate_lifts_no_bound_at_any_depth() {
    assert_eq!(
        send("/everything", &json!({})).await.status(),
        StatusCode::OK
    );
    for (body, pointer, rule) in [
        (json!({ "bytes": "éé" }), "/bytes", "length"),
        (json!({ "utf16": "𝄞a" }), "/utf16", "length"),
        (json!({ "utf16": "a" }), "/utf16", "length"),
        (json!({ "items": ["a", "b", "c"] }), "/items", "length"),
        (json!({ "items": ["a", "abcd"] }), "/items/1", "length"),
        (json!({ "items": ["", "a"] }), "/items/0", "length"),
        (
            json!({ "optional_items": ["a", "b", "c"] }),
            "/optional_items",
            "length",
        ),
        (
            json!({ "optional_items": ["abcd"] }),
            "/optional_items/0",
            "length",
        ),
        (json!({ "share": 1.5 }), "/share", "range"),
        (json!({ "shares": [0.0, -0.5] }), "/shares/1", "range"),
        (json!({ "quantity": 17 }), "/quantity", "range"),
        (json!({ "quantity": 0 }), "/quantity", "range"),
        (json!({ "offset": -4 }), "/offset", "range"),
        (
            json!({ "nested": { "note": "abcd" } }),
            "/nested/note",
            "length",
        ),
        (
            json!({ "list": [{ "note": "" }, { "note": "abcd" }] }),
            "/list/1/note",
            "length",
        ),
        (
            json!({ "list": [{ "note": "" }, { "note": "" }, { "note": "" }] }),
            "/list",
            "length",
        ),
        (json!({ "twice": "abcd" }), "/twice", "length"),
        (json!({ "half": "abcd" }), "/half", "length"),
    ] {
        let response = send("/everything", &body).await;
        assert_rejected(&response, pointer, rule);
    }
}

#[tokio::test]
async fn hand_written_validate_lifts_no_bound_of_a_collection() {
    for (body, pointer) in [
        (json!({ "set": ["abcd"] }), "/set"),
        (json!({ "sorted": ["abcd"] }), "/sorted"),
        (json!({ "heap": ["abcd"] }), "/heap"),
        (json!({ "boxed": ["a", "abcd"] }), "/boxed/1"),
        (json!({ "deque": ["a", "abcd"] }), "/deque/1"),
        (json!({ "linked": ["a", "abcd"] }), "/linked/1"),
        (json!({ "map": { "abcd": "" } }), "/map"),
        (json!({ "map": { "abc": "abcd" } }), "/map"),
        (json!({ "hash_map": { "abcd": 1 } }), "/hash_map"),
        (json!({ "sorted_map": { "abcd": 1 } }), "/sorted_map"),
    ] {
        let response = send("/everything", &body).await;
        assert_rejected(&response, pointer, "length");
    }
}

#[tokio::test]
async fn hand_written_validate_lifts_no_bound_of_a_variant() {
    for (body, pointer) in [
        (json!({ "type": "Moved", "to": "abcd" }), "/to"),
        (json!({ "type": "Sent", "note": "abcd" }), "/note"),
    ] {
        assert_rejected(&send("/event", &body).await, pointer, "length");
    }
}

#[tokio::test]
async fn field_that_serde_skips_has_a_bound() {
    let accepted = json!({ "note": "abc", "share": 0.5 });
    assert_eq!(send("/filled", &accepted).await.status(), StatusCode::OK);
    for body in [
        json!({ "note": "abcd", "share": 0.5 }),
        json!({ "note": "abc", "share": 1.5 }),
    ] {
        let response = send("/filled", &body).await;
        assert_eq!(
            response.status(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "{body}"
        );
    }
}

#[tokio::test]
async fn variant_that_serde_skips_has_a_bound() {
    assert_eq!(
        send("/variant", &json!("abc")).await.status(),
        StatusCode::OK
    );
    let response = send("/variant", &json!("abcd")).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
}
