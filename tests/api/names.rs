//! Names that the sender chose.

use std::collections::HashMap;

use palisade::prelude::*;
use palisade::testing::TestApi;
use serde_json::Value;

use crate::support::errors;

/// Below a field that nobody describes, a member's name is the sender's.
#[tokio::test]
async fn a_name_that_the_sender_chose_is_not_echoed() {
    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Item {
        #[garde(length(bytes, max = 1))]
        name: String,
    }

    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Labels {
        #[secure(unvalidated = "a test")]
        #[garde(dive)]
        labels: HashMap<String, Item>,
    }

    #[public(reason = "a test")]
    async fn label(Valid(Json(all)): Valid<Json<Labels>>) -> String {
        all.labels.values().map(|item| item.name.as_str()).collect()
    }

    let api = TestApi::new(SecureRouter::new().route("/", post(label))).await;
    let body = r#"{"labels": {"canary-7f3a": {"name": "too long"}}}"#;
    let answer = api
        .anonymous()
        .post("/")
        .body(body, "application/json")
        .send()
        .await;
    assert_eq!(answer.status(), 422);
    assert!(!answer.text().contains("canary"), "{}", answer.text());
    assert_eq!(errors(&answer.json::<Value>())[0].0, "/labels");
}
