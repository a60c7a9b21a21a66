//! Generic types, pointers and borrowed data.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{assert_accepted, assert_errors};
use crate::input::contract::Bounded;
use crate::input::contract::rules::{Applied, Dived, Missing, Rules};
use crate::prelude::Validate;

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields)]
struct Batch<T: Validate<Context = ()>> {
    #[garde(length(max = 2), dive)]
    items: Vec<T>,
    #[garde(dive)]
    #[serde(default = "Option::default")]
    first: Option<Box<T>>,
    #[garde(length(chars, max = 3))]
    name: String,
}

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields)]
struct Item {
    #[garde(range(min = 0.0, max = 1.0))]
    share: f64,
}

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields)]
struct Plain<T> {
    #[garde(skip)]
    value: T,
}

#[test]
fn rules_of_type_parameter_are_checked() {
    assert_accepted::<Batch<Item>>(&[
        r#"{"items": [{"share": 1}], "name": "abc", "first": {"share": 0}}"#,
        r#"{"items": [], "name": ""}"#,
    ]);
    assert_errors::<Batch<Item>>(&[
        (
            r#"{"items": [{"share": 2}], "name": ""}"#,
            422,
            "/items/0/share",
            "range",
        ),
        (
            r#"{"items": [], "first": {"share": 2}, "name": ""}"#,
            422,
            "/first/share",
            "range",
        ),
        (r#"{"items": [], "name": "abcd"}"#, 422, "/name", "length"),
        (r#"{"items": [[1]], "name": ""}"#, 422, "/items/0", "type"),
    ]);
    let nested = r#"{"items": [{"items": [{"share": 2}], "name": ""}], "name": ""}"#;
    assert_errors::<Batch<Batch<Item>>>(&[(nested, 422, "/items/0/items/0/share", "range")]);
    let plain: Plain<u8> = super::decode_and_check(r#"{"value": 7}"#).unwrap();
    assert_eq!(plain.value, 7);
}

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields)]
struct Pointers<'a> {
    #[garde(length(chars, max = 3))]
    owned: Cow<'a, str>,
    #[garde(length(chars, max = 3))]
    boxed: Box<str>,
    #[garde(dive)]
    item: Box<Item>,
    #[garde(length(max = 3), inner(inner(length(chars, max = 3))))]
    maybe: Vec<Option<String>>,
    #[garde(length(max = 3), inner(inner(range(min = 0.0, max = 1.0))))]
    floats: Vec<Option<f64>>,
}

#[test]
fn rules_on_smart_pointer_or_option_bound_its_content() {
    let pointers = |name: &str, value: Value| {
        let mut pointers = json!({
            "owned": "a", "boxed": "a", "item": { "share": 1 }, "maybe": [null, "a"], "floats": [null, 1],
        });
        pointers[name] = value;
        pointers.to_string()
    };
    assert_accepted::<Pointers<'_>>(&[&pointers("owned", json!("abc"))]);
    for (name, value, pointer, rule) in [
        ("owned", json!("abcd"), "/owned", "length"),
        ("boxed", json!("abcd"), "/boxed", "length"),
        ("item", json!({ "share": 2 }), "/item/share", "range"),
        ("maybe", json!(["abc", null, "abcd"]), "/maybe/2", "length"),
        ("floats", json!([null, 2]), "/floats/1", "range"),
    ] {
        assert_errors::<Pointers<'_>>(&[(&pointers(name, value), 422, pointer, rule)]);
    }
}

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields)]
struct Borrowed<'a> {
    #[garde(length(chars, max = 3))]
    text: &'a str,
    #[serde(borrow)]
    #[garde(length(chars, max = 3))]
    cow: Cow<'a, str>,
}

/// serde decodes an `Arc` with its feature `rc`, which a library must not enable.
#[test]
fn content_of_arc_is_bounded() {
    const { assert!(<Arc<Item> as Bounded<Dive>>::HAS_BOUNDS) };
}

type Dive = Rules<Missing, Missing, Applied, Dived>;

#[test]
fn borrowed_text_is_bounded() {
    let text = r#"{"text": "abc", "cow": "ab"}"#;
    let borrowed: Borrowed<'_> = serde_json::from_str(text).unwrap();
    assert_eq!((borrowed.text, &*borrowed.cow), ("abc", "ab"));
    assert!(borrowed.validate().is_ok());
}
