//! Handlers among which header fields choose: one operation, whose request is that of one of them.

use palisade::prelude::*;
use palisade::routing::{HeaderRouter, MethodFilter, on_headers};
use serde_json::{Value, json};

use super::described;
use super::inputs::{operation, parameters, schema};

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Wide {
    #[garde(range(max = 9))]
    page: u32,
    #[garde(range(max = 9))]
    size: u32,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Narrow {
    #[garde(range(max = 8))]
    page: Option<u32>,
}

#[public(reason = "reveals nothing")]
async fn open() {}

#[secured(scopes = "orders:read")]
async fn plain() {}

#[secured(scopes = "orders:write")]
async fn body(_: Valid<Json<Wide>>) {}

#[secured(scopes = "orders:write")]
async fn other_body(_: Valid<Json<Narrow>>) {}

#[secured(scopes = "orders:write")]
async fn optional_body(_: Option<Valid<Json<Narrow>>>) {}

#[secured(authenticated)]
async fn wide(_: Valid<Query<Wide>>) {}

#[secured(authenticated)]
async fn narrow(_: Valid<Query<Narrow>>) {}

/// Describes `POST /rpc`, where the values `a` and `b` of a field choose.
macro_rules! chosen {
    ($a:ident, $b:ident) => {{
        let operations = HeaderRouter::new(["x-operation"])
            .route(["a"], $a)
            .route(["b"], $b);
        let route = on_headers(MethodFilter::POST, operations);
        let document = described(SecureRouter::new().route("/rpc", route)).await;
        operation(&document, "/rpc", "post").clone()
    }};
}

/// Without an empty requirement, a client would need a credential for the public handler, and with one, it would never send any.
#[tokio::test]
async fn requirements_are_those_of_each_handler_once() {
    let [read, write] =
        ["orders:read", "orders:write"].map(|scope| json!({ "login.example": [scope] }));
    for (operation, expected) in [
        (chosen!(plain, body), json!([read, write])),
        (chosen!(body, other_body), json!([write])),
        (chosen!(open, body), json!([write, {}])),
        (chosen!(open, open), json!([])),
    ] {
        assert_eq!(operation["security"], expected);
    }
}

#[tokio::test]
async fn body_is_required_if_each_handler_requires_one() {
    let required = |operation: Value| operation["requestBody"]["required"] == true;
    assert!(required(chosen!(body, other_body)));
    for operation in [
        chosen!(body, plain),
        chosen!(plain, body),
        chosen!(body, optional_body),
        chosen!(optional_body, body),
    ] {
        assert!(!required(operation));
    }
}

#[tokio::test]
async fn parameter_is_required_if_each_handler_requires_it() {
    for (operation, size) in [
        (chosen!(wide, wide), "query size"),
        (chosen!(wide, narrow), "query size?"),
        (chosen!(narrow, wide), "query size?"),
    ] {
        let all = parameters(&operation);
        let is_both = size == "query size";
        let page = if is_both { "query page" } else { "query page?" };
        assert_eq!(all, ["header x-operation", page, size]);
        let maximum = |schema: &Value| schema["maximum"].as_u64();
        let page = schema(&operation, "page");
        if is_both {
            assert_eq!(maximum(page), Some(9));
        } else {
            let mut all: Vec<_> = page["anyOf"]
                .as_array()
                .unwrap()
                .iter()
                .map(maximum)
                .collect();
            all.sort_unstable();
            assert_eq!(all, [Some(8), Some(9)]);
        }
    }
}

/// The list of operations is all that a person reads about the choice.
#[tokio::test]
async fn description_lists_each_handler_with_its_values_and_access() {
    assert_eq!(
        chosen!(plain, open)["description"],
        "Header fields of the request choose the operation:\n\n\
         - `x-operation: a`: Plain. Requires `orders:read`.\n\
         - `x-operation: b`: Open."
    );
}
