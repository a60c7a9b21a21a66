//! The schema of a query or form agrees with its extractor.
//!
//! A schema describes decoded values. Each is written as parameters: a list as a repeated name, an empty
//! list, null and an absent member not at all. The meaning of parameters is read from the schema again.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use palisade::SecureInput;
use palisade::input::{Identifier, Multipart, Patch};
use palisade::prelude::*;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::agreement::validator;
use crate::documents::schema_of;
use crate::values::values;

/// The number of values for each type.
const CASES: u32 = 1000;

/// The minimum number of accepted and of rejected values, for the test to be meaningful.
const MIN_OF_EACH: u32 = 50;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Lists {
    #[garde(length(max = 3))]
    id: Vec<u32>,
    #[garde(length(max = 2), inner(length(chars, min = 1, max = 3)))]
    #[serde(alias = "tag")]
    tags: Vec<String>,
    #[garde(length(max = 2))]
    colors: BTreeSet<Color>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct OptionalLists {
    #[garde(length(min = 1, max = 2), inner(range(min = -1, max = 5)))]
    required: Vec<i8>,
    #[garde(inner(length(min = 1, max = 2), inner(length(chars, max = 2))))]
    optional: Option<Vec<String>>,
    #[garde(length(max = 2))]
    #[serde(default)]
    defaulted: Vec<bool>,
    #[garde(inner(length(max = 2), inner(range(max = 9))))]
    patched: Patch<Vec<u8>>,
    #[garde(skip)]
    pair: Option<[u8; 2]>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Scalars {
    #[garde(length(chars, min = 1, max = 3))]
    name: String,
    #[garde(length(chars, max = 2))]
    note: Option<String>,
    #[garde(range(min = 1, max = 9))]
    page: Option<u8>,
    #[garde(range(min = 0.0, max = 4.0))]
    share: Patch<f64>,
    #[garde(skip)]
    #[serde(default)]
    flag: bool,
    #[garde(skip)]
    color: Patch<Color>,
    #[garde(skip)]
    sku: Option<Identifier<4>>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize, Validate, SecureInput)]
#[serde(rename_all = "lowercase")]
enum Color {
    Red,
    Blue,
}

/// The part of a request that has the parameters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Source {
    Query,
    Form,
    Multipart,
}

/// Defines tests for each type: in a query, a form and a multipart form.
macro_rules! parameters {
    ($($name:ident: $ty:ty;)*) => {$(
        #[test]
        fn $name() {
            #[public(reason = "a test")]
            async fn query(_: Valid<Query<$ty>>) {}
            #[public(reason = "a test")]
            async fn form(_: Valid<Form<$ty>>) {}
            #[public(reason = "a test")]
            async fn parts(_: Valid<Multipart<$ty>>) {}

            check::<$ty>(&schema_of(get(query)), Source::Query);
            check::<$ty>(&schema_of(post(form)), Source::Form);
            check::<$ty>(&schema_of(post(parts)), Source::Multipart);
        }
    )*};
}

parameters! {
    lists_in_parameters: Lists;
    optional_lists_in_parameters: OptionalLists;
    scalars_in_parameters: Scalars;
}

fn check<T: DeserializeOwned + SecureInput<Context = ()> + Send>(schema: &Value, source: Source) {
    let validator = validator(schema);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let values = values(schema);
    let (mut accepted, mut rejected) = (0, 0);
    for _ in 0..CASES {
        let value = values.new_tree(&mut runner).unwrap().current();
        let Some(pairs) = written(&value) else {
            assert!(!validator.is_valid(&value), "{value} cannot be written");
            continue;
        };
        let is_accepted = runtime.block_on(accepts::<T>(&pairs, source));
        let meaning = read(schema, &pairs, source);
        let is_meant = meaning
            .as_ref()
            .is_some_and(|meaning| validator.is_valid(meaning));
        let context = || format!("{source:?} {pairs:?} from {value} as {meaning:?}\n{schema:#}");
        assert_eq!(is_accepted, is_meant, "{}", context());
        assert!(is_accepted || !validator.is_valid(&value), "{}", context());
        *(if is_accepted {
            &mut accepted
        } else {
            &mut rejected
        }) += 1;
    }
    assert!(
        accepted >= MIN_OF_EACH && rejected >= MIN_OF_EACH,
        "{source:?}: {accepted} accepted, {rejected} rejected\n{schema:#}"
    );
}

type Pairs = Vec<(String, String)>;

/// Writes a value as parameters, if they can express it.
fn written(value: &Value) -> Option<Pairs> {
    let mut pairs = Pairs::new();
    for (name, value) in value.as_object()? {
        let items = match value {
            Value::Null => &[],
            Value::Array(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        for item in items {
            let text = match item {
                Value::String(text) => text.clone(),
                Value::Bool(_) | Value::Number(_) => item.to_string(),
                Value::Null | Value::Array(_) | Value::Object(_) => return None,
            };
            pairs.push((name.clone(), text));
        }
    }
    Some(pairs)
}

/// Returns the value that parameters mean; `None` for a single value that is repeated.
fn read(schema: &Value, pairs: &Pairs, source: Source) -> Option<Value> {
    let is_form = source != Source::Query;
    let properties = schema["properties"].as_object().unwrap();
    let mut members = Map::new();
    for (name, _) in pairs {
        let is_unknown = !properties.contains_key(name);
        if is_unknown {
            members.insert(name.clone(), Value::Null);
        }
    }
    for (name, property) in properties {
        let property = resolved(schema, property);
        let texts = pairs.iter().filter(|(other, _)| other == name);
        let texts: Vec<&str> = texts.map(|(_, text)| text.as_str()).collect();
        let types: BTreeSet<_> = match &property["type"] {
            Value::String(one) => BTreeSet::from([one.as_str()]),
            _ if property["anyOf"].is_array() => BTreeSet::from(["string", "null"]),
            several => names(several).collect(),
        };
        let is_blank = texts.is_empty() || (is_form && texts == [""]);
        if is_blank && types.contains("null") {
            continue;
        }
        if types.contains("array") {
            if !texts.is_empty() {
                let item = resolved(schema, &property["items"]);
                let kind = item["type"].as_str().unwrap_or("string");
                let items = texts.iter().map(|text| scalar(kind, text, is_form));
                members.insert(name.clone(), items.collect());
            }
            continue;
        }
        match texts[..] {
            [] => {}
            [text] => {
                let kind = types
                    .iter()
                    .find(|kind| **kind != "null")
                    .unwrap_or(&"string");
                members.insert(name.clone(), scalar(kind, text, is_form));
            }
            _ => return None,
        }
    }
    Some(Value::Object(members))
}

fn names(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => document
            .pointer(reference.strip_prefix('#').unwrap())
            .unwrap(),
        None => schema,
    }
}

/// Returns a text as a value of this type, or as a string if it has another type.
fn scalar(kind: &str, text: &str, is_form: bool) -> Value {
    let number = serde_json::from_str(text).ok();
    let number = number.filter(|number: &Value| number.is_number() && text.trim() == text);
    match kind {
        "integer"
            if text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'-') =>
        {
            number
        }
        "number" => number,
        "boolean" => match text {
            "true" => Some(true.into()),
            "false" => Some(false.into()),
            "on" if is_form => Some(true.into()),
            _ => None,
        },
        _ => None,
    }
    .unwrap_or_else(|| text.into())
}

async fn accepts<T: DeserializeOwned + SecureInput<Context = ()> + Send>(
    pairs: &Pairs,
    source: Source,
) -> bool {
    if source == Source::Multipart {
        let mut body = String::new();
        for (name, text) in pairs {
            let head = format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"");
            write!(body, "{head}\r\n\r\n{text}\r\n").unwrap();
        }
        body.push_str("--x--");
        let request = Request::post("/").header("content-type", "multipart/form-data; boundary=x");
        let request = request.body(Body::from(body)).unwrap();
        return Valid::<Multipart<T>>::from_request(request, &())
            .await
            .is_ok();
    }
    let escaped = |text: &str| {
        let bytes = text.bytes();
        bytes.fold(String::new(), |mut text, byte| {
            write!(text, "%{byte:02X}").unwrap();
            text
        })
    };
    let pairs = pairs.iter();
    let pairs = pairs.map(|(name, text)| format!("{}={}", escaped(name), escaped(text)));
    let text = pairs.collect::<Vec<_>>().join("&");
    if source == Source::Form {
        let media_type = "application/x-www-form-urlencoded";
        let request = Request::post("/").header("content-type", media_type);
        let request = request.body(Body::from(text)).unwrap();
        return Valid::<Form<T>>::from_request(request, &()).await.is_ok();
    }
    let request = Request::get(format!("/?{text}")).body(Body::empty());
    let (mut parts, _) = request.unwrap().into_parts();
    Valid::<Query<T>>::from_request_parts(&mut parts, &())
        .await
        .is_ok()
}
