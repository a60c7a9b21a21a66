//! A schema and its type agree about every value.

use axum::body::Body;
use axum::extract::{FromRequest, Json, Request};
use jsonschema::{Draft, Validator};
use palisade::{SecureInput, Valid};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::values::values;

/// How many values each type is asked about.
const CASES: u32 = 1000;

/// How many of them must be accepted, and how many refused, for the rest to say something.
const EACH: u32 = 50;

/// What a schema may let through that its type refuses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Claim {
    /// Nothing.
    Exact,
    /// What its comments tell of.
    Wider,
}

/// Holds a schema against the extractor that it describes.
pub fn hold<T: DeserializeOwned + SecureInput<Context = ()> + Send>(schema: &Value, claim: Claim) {
    let judge = judge(schema);
    let told = schema.to_string().contains("$comment");
    assert_eq!(
        told,
        claim == Claim::Wider,
        "whether there is a comment: {schema:#}"
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let (mut accepted, mut refused) = (0, 0);
    let mut wider = 0;
    let values = values(schema);
    for _ in 0..CASES {
        let value = values.new_tree(&mut runner).unwrap().current();
        let text = value.to_string();
        let is_accepted = runtime.block_on(accepts::<T>(&text));
        match (judge.is_valid(&value), is_accepted) {
            (true, true) => accepted += 1,
            (false, false) => refused += 1,
            (true, false) if claim == Claim::Wider => wider += 1,
            (is_valid, _) => panic!(
                "{text}\nsatisfies the schema: {is_valid}, is accepted: {is_accepted}\n{}\n{schema:#}",
                wrong(&judge, &value)
            ),
        }
    }
    let counts =
        format!("{accepted} accepted, {refused} refused, {wider} let through by the schema alone");
    assert!(accepted >= EACH && refused >= EACH, "{counts}\n{schema:#}");
}

/// A validator that knows nothing of Palisade.
pub fn judge(schema: &Value) -> Validator {
    let options = jsonschema::options().with_draft(Draft::Draft202012);
    options.build(schema).unwrap()
}

/// Whether a body is let in.
pub async fn accepts<T: DeserializeOwned + SecureInput<Context = ()> + Send>(text: &str) -> bool {
    let request = Request::builder().header("content-type", "application/json");
    let request = request.body(Body::from(text.to_owned())).unwrap();
    Valid::<Json<T>>::from_request(request, &()).await.is_ok()
}

fn wrong(judge: &Validator, value: &Value) -> String {
    let errors = judge.iter_errors(value).map(|error| error.to_string());
    errors.collect::<Vec<_>>().join("\n")
}

/// Each type: no value tells its schema from what it accepts.
macro_rules! exact {
    ($($name:ident: $ty:ty;)*) => {
        $crate::agreement::claims! { Exact; $($name: $ty;)* }
    };
}

/// Each type: its schema lets through all that it accepts, and tells that it lets through more.
macro_rules! wider {
    ($($name:ident: $ty:ty;)*) => {
        $crate::agreement::claims! { Wider; $($name: $ty;)* }
    };
}

macro_rules! claims {
    ($claim:ident; $($name:ident: $ty:ty;)*) => {$(
        #[test]
        fn $name() {
            #[public(reason = "it is described")]
            async fn described(_: Valid<Json<$ty>>) {}

            let schema = $crate::documents::schema_of(post(described));
            $crate::agreement::hold::<$ty>(&schema, $crate::agreement::Claim::$claim);
        }
    )*};
}

pub(crate) use {claims, exact, wider};
