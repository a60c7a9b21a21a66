//! Optional members of a form, which is never null.

use palisade::input::{Multipart, Upload};
use palisade::prelude::*;
use serde_json::json;

use super::described;
use super::inputs::{Png, operation};

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Appeal {
    #[garde(skip)]
    may_contact: Option<bool>,
    #[garde(length(chars, min = 1, max = 9))]
    grounds: String,
    #[garde(dive)]
    name: Option<Name>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Scan {
    #[garde(skip)]
    image: Option<Upload<Png, 100>>,
}

#[derive(Deserialize, Validate, SecureInput)]
struct Name(#[garde(length(chars, max = 9))] String);

#[secured(authenticated)]
async fn appeal(_: Valid<Form<Appeal>>) {}

#[secured(authenticated)]
async fn appeal_in_json(_: Valid<Json<Appeal>>) {}

#[secured(authenticated)]
async fn scan(_: Valid<Multipart<Scan>>) {}

#[tokio::test]
async fn member_of_a_form_is_never_null_and_one_of_a_json_body_may_be() {
    let routes = SecureRouter::new()
        .route("/form", post(appeal))
        .route("/json", post(appeal_in_json))
        .route("/scan", post(scan));
    let document = described(routes).await;
    let member = |path: &str, media_type: &str, name: &str| {
        let body = &operation(&document, path, "post")["requestBody"];
        let schema = &body["content"][media_type]["schema"];
        let reference = schema["$ref"].as_str().unwrap();
        let component = document.pointer(reference.strip_prefix('#').unwrap());
        component.unwrap()["properties"][name].clone()
    };
    let form = |name| member("/form", "application/x-www-form-urlencoded", name);
    assert_eq!(form("may_contact"), json!({ "type": "boolean" }));
    assert!(form("name")["$ref"].is_string(), "{}", form("name"));
    let image = member("/scan", "multipart/form-data", "image");
    assert!(image.to_string().contains("image/png"), "{image}");
    assert!(!image.to_string().contains("null"), "{image}");
    let json = |name| member("/json", "application/json", name);
    assert_eq!(json("may_contact"), json!({ "type": ["boolean", "null"] }));
    assert!(json("name")["anyOf"].is_array());
}
