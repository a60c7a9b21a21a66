//! Checks that a schema and the decoder of its type agree about every value.

use axum::body::Body;
use axum::extract::{FromRequest, Json, Request};
use jsonschema::{Draft, Validator};
use palisade::{SecureInput, Valid};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::values::values;

/// The number of values for each type.
const CASES: u32 = 1000;

/// The minimum number of accepted and of rejected values, for the test to be meaningful.
const MIN_OF_EACH: u32 = 50;

/// The agreement of a schema with its type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Agreement {
    /// The schema accepts exactly the values that the type accepts.
    Exact,
    /// The schema also accepts values that the type rejects, and its comments say which.
    Wider,
}

/// Checks a schema against the extractor that it describes.
pub fn check<T: DeserializeOwned + SecureInput<Context = ()> + Send>(
    schema: &Value,
    agreement: Agreement,
) {
    let validator = validator(schema);
    let has_comment = schema.to_string().contains("$comment");
    assert_eq!(
        has_comment,
        agreement == Agreement::Wider,
        "a comment is present: {schema:#}"
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let (mut accepted, mut rejected) = (0, 0);
    let mut wider = 0;
    let values = values(schema);
    for _ in 0..CASES {
        let value = values.new_tree(&mut runner).unwrap().current();
        let text = value.to_string();
        let is_accepted = runtime.block_on(accepts::<T>(&text));
        match (validator.is_valid(&value), is_accepted) {
            (true, true) => accepted += 1,
            (false, false) => rejected += 1,
            (true, false) if agreement == Agreement::Wider => wider += 1,
            (is_valid, _) => panic!(
                "{text}\nsatisfies the schema: {is_valid}, is accepted: {is_accepted}\n{}\n{schema:#}",
                errors(&validator, &value)
            ),
        }
    }
    let counts =
        format!("{accepted} accepted, {rejected} rejected, {wider} accepted by the schema only");
    assert!(
        accepted >= MIN_OF_EACH && rejected >= MIN_OF_EACH,
        "{counts}\n{schema:#}"
    );
}

/// Returns an independent validator of a schema.
pub fn validator(schema: &Value) -> Validator {
    let options = jsonschema::options().with_draft(Draft::Draft202012);
    options.build(schema).unwrap()
}

/// Returns whether the extractor accepts a body.
pub async fn accepts<T: DeserializeOwned + SecureInput<Context = ()> + Send>(text: &str) -> bool {
    let request = Request::builder().header("content-type", "application/json");
    let request = request.body(Body::from(text.to_owned())).unwrap();
    Valid::<Json<T>>::from_request(request, &()).await.is_ok()
}

fn errors(validator: &Validator, value: &Value) -> String {
    let errors = validator.iter_errors(value).map(|error| error.to_string());
    errors.collect::<Vec<_>>().join("\n")
}

/// Defines a test for each type: the schema accepts exactly the values that the type accepts.
macro_rules! exact {
    ($($name:ident: $ty:ty;)*) => {
        $crate::agreement::agreements! { Exact; $($name: $ty;)* }
    };
}

/// Defines a test for each type: the schema also accepts other values, and has a comment.
macro_rules! wider {
    ($($name:ident: $ty:ty;)*) => {
        $crate::agreement::agreements! { Wider; $($name: $ty;)* }
    };
}

macro_rules! agreements {
    ($agreement:ident; $($name:ident: $ty:ty;)*) => {$(
        #[test]
        fn $name() {
            #[public(reason = "a test")]
            async fn described(_: Valid<Json<$ty>>) {}

            let schema = $crate::documents::schema_of(post(described));
            $crate::agreement::check::<$ty>(&schema, $crate::agreement::Agreement::$agreement);
        }
    )*};
}

pub(crate) use {agreements, exact, wider};
