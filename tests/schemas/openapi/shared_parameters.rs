//! Parameters that several arguments read.

use palisade::prelude::*;
use serde_json::json;

use super::described;
use super::inputs::{operation, parameters, schema};

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Wide {
    #[garde(range(max = 100))]
    page: Option<u32>,
    #[garde(range(max = 100))]
    size: Option<u32>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Narrow {
    #[garde(range(max = 9))]
    page: u32,
    #[garde(range(max = 100))]
    size: u32,
}

#[secured(authenticated)]
async fn wide_first(_: Valid<Query<Wide>>, _: Valid<Query<Narrow>>) {}

/// A request must satisfy both arguments.
#[tokio::test]
async fn parameter_of_two_arguments_has_the_rules_of_both() {
    let routes = SecureRouter::new().route("/orders", get(wide_first));
    let document = described(routes).await;
    let list = operation(&document, "/orders", "get");
    assert_eq!(parameters(list), ["query page", "query size"]);
    let maximum = |part: usize| &schema(list, "page")["allOf"][part]["maximum"];
    assert_eq!((maximum(0), maximum(1)), (&json!(100), &json!(9)));
    // a text is never null
    assert_eq!(schema(list, "page")["allOf"][0]["type"], "integer");
    assert_eq!(schema(list, "size")["type"], "integer");
}
