//! Fields and variants that serde skips, filled by a hand-written `Deserialize`: each is in the inventory.
//!
//! CWE-20 (improper input validation).

use palisade::prelude::*;
use palisade::serde::Deserializer;
use palisade::testing::TestApi;
use serde_json::{Value, json};

use crate::unchecked::exceptions;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Label {
    #[garde(skip)]
    #[secure(unvalidated = "compared with a constant")]
    label: String,
}

/// Any JSON in a newtype without rules.
#[derive(Deserialize, SecureInput)]
#[serde(transparent)]
#[secure(scalar = "any JSON, which is stored and never interpreted")]
struct Anything(#[expect(dead_code, reason = "the test reads the inventory")] Value);

#[derive(Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Signed {
    #[serde(skip)]
    #[garde(skip)]
    #[secure(unvalidated = "the bytes that the signature covers")]
    raw: Vec<u8>,
    #[serde(skip)]
    #[garde(dive)]
    label: Option<Label>,
}

impl<'de> Deserialize<'de> for Signed {
    fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
        let label = Label::deserialize(decoder)?;
        let raw = label.label.clone().into_bytes();
        Ok(Self {
            raw,
            label: Some(label),
        })
    }
}

#[public(reason = "a test")]
async fn signed(Valid(Json(signed)): Valid<Json<Signed>>) -> String {
    let label = signed.label.map(|label| label.label);
    format!("{:?} {}", label, signed.raw.len())
}

/// A hand-written `Deserialize` fills a field that the derive of serde would skip.
#[tokio::test]
async fn skipped_field_without_rules_is_in_the_inventory() {
    let routes = SecureRouter::new().route("/", post(signed));
    assert_eq!(
        exceptions(&routes),
        [
            "unvalidated field /raw in the body: the bytes that the signature covers",
            "unvalidated field /label/label in the body: compared with a constant",
        ]
    );
    let api = TestApi::new(routes).await;
    let answer = api
        .anonymous()
        .post("/")
        .json(&json!({ "label": "abc" }))
        .send()
        .await;
    assert_eq!(answer.text(), "Some(\"abc\") 3");
}

/// Fields that serde skips, in every form that has no name for them.
#[derive(Validate, SecureInput)]
#[serde(transparent)]
struct Transparent {
    #[garde(length(chars, max = 3))]
    text: String,
    #[serde(skip)]
    #[garde(skip)]
    #[secure(unvalidated = "the text before it was cut")]
    raw: String,
}

impl<'de> Deserialize<'de> for Transparent {
    fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
        let raw = String::deserialize(decoder)?;
        let text = raw.chars().take(3).collect();
        Ok(Self { text, raw })
    }
}

#[derive(Validate, SecureInput)]
struct SkippedElement(
    #[garde(skip)] u8,
    #[serde(skip)]
    #[garde(dive)]
    Option<Label>,
);

impl<'de> Deserialize<'de> for SkippedElement {
    fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
        let [number] = <[u8; 1]>::deserialize(decoder)?;
        let label = number.to_string();
        Ok(Self(number, Some(Label { label })))
    }
}

#[derive(Validate, SecureInput)]
#[serde(deny_unknown_fields)]
enum SkippedVariant {
    #[serde(skip)]
    Hidden {
        #[garde(skip)]
        #[secure(unvalidated = "kept as it is")]
        note: String,
    },
    #[serde(skip_deserializing)]
    Labeled(#[garde(dive)] Label, #[garde(skip)] Option<Anything>),
    #[expect(dead_code, reason = "the test creates the other variants")]
    Shown(#[garde(skip)] u8),
}

impl<'de> Deserialize<'de> for SkippedVariant {
    fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
        let note = String::deserialize(decoder)?;
        Ok(match note.strip_prefix("label ") {
            Some(label) => Self::Labeled(
                Label {
                    label: label.to_owned(),
                },
                None,
            ),
            None => Self::Hidden { note },
        })
    }
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Skipping {
    #[garde(dive)]
    transparent: Transparent,
    #[garde(dive)]
    element: SkippedElement,
    #[garde(length(max = 2), dive)]
    variants: Vec<SkippedVariant>,
}

#[public(reason = "a test")]
async fn skipping(Valid(Json(input)): Valid<Json<Skipping>>) -> String {
    let Transparent { text, raw } = input.transparent;
    let SkippedElement(number, label) = input.element;
    let variants = input.variants.into_iter().map(|variant| match variant {
        SkippedVariant::Hidden { note } => note,
        SkippedVariant::Labeled(label, any) => format!("{} {}", label.label, any.is_some()),
        SkippedVariant::Shown(number) => number.to_string(),
    });
    let variants: Vec<_> = variants.collect();
    format!("{text} {raw} {number} {} {variants:?}", label.is_some())
}

#[tokio::test]
async fn skipped_field_without_a_name_in_the_input_is_in_the_inventory() {
    let routes = SecureRouter::new().route("/", post(skipping));
    assert_eq!(
        exceptions(&routes),
        [
            "unvalidated field /transparent/raw in the body: the text before it was cut",
            "unvalidated field /element/1/label in the body: compared with a constant",
            "unvalidated field /variants/*/note in the body: kept as it is",
            "unvalidated field /variants/*/0/label in the body: compared with a constant",
            "scalar /variants/*/1 in the body: any JSON, which is stored and never interpreted",
        ]
    );
    let api = TestApi::new(routes).await;
    let body = json!({
        "transparent": "abcdef",
        "element": [7],
        "variants": ["label b", "c"],
    });
    let answer = api.anonymous().post("/").json(&body).send().await;
    assert_eq!(answer.text(), r#"abc abcdef 7 true ["b false", "c"]"#);
}
