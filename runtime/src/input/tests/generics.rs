//! Generic types, pointers and borrowed data.

use std::borrow::Cow;
use std::sync::Arc;

use garde::Validate;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{assert_accepted, assert_faults};
use crate::input::contract::Bounded;
use crate::input::contract::rules::{Dived, Missing, Rules, Written};

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
fn a_generic_type_is_as_strict_as_what_stands_for_its_parameters() {
    assert_accepted::<Batch<Item>>(&[
        r#"{"items": [{"share": 1}], "name": "abc", "first": {"share": 0}}"#,
        r#"{"items": [], "name": ""}"#,
    ]);
    assert_faults::<Batch<Item>>(&[
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
    assert_faults::<Batch<Batch<Item>>>(&[(nested, 422, "/items/0/items/0/share", "range")]);
    let plain: Plain<u8> = super::judge(r#"{"value": 7}"#).unwrap();
    assert_eq!(plain.value, 7);
}

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields)]
struct Held<'a> {
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
fn what_a_pointer_holds_is_bounded_by_the_rules_on_the_pointer() {
    let held = |name: &str, value: Value| {
        let mut held = json!({
            "owned": "a", "boxed": "a", "item": { "share": 1 }, "maybe": [null, "a"], "floats": [null, 1],
        });
        held[name] = value;
        held.to_string()
    };
    assert_accepted::<Held<'_>>(&[&held("owned", json!("abc"))]);
    for (name, value, pointer, rule) in [
        ("owned", json!("abcd"), "/owned", "length"),
        ("boxed", json!("abcd"), "/boxed", "length"),
        ("item", json!({ "share": 2 }), "/item/share", "range"),
        ("maybe", json!(["abc", null, "abcd"]), "/maybe/2", "length"),
        ("floats", json!([null, 2]), "/floats/1", "range"),
    ] {
        assert_faults::<Held<'_>>(&[(&held(name, value), 422, pointer, rule)]);
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

/// serde reads an `Arc` with its feature `rc`, which is not for a library to switch on.
#[test]
fn what_is_shared_is_bounded_too() {
    const { assert!(<Arc<Item> as Bounded<Dive>>::EXAMINED) };
}

type Dive = Rules<Missing, Missing, Written, Dived>;

#[test]
fn what_is_borrowed_is_bounded_too() {
    let text = r#"{"text": "abc", "cow": "ab"}"#;
    let borrowed: Borrowed<'_> = serde_json::from_str(text).unwrap();
    assert_eq!((borrowed.text, &*borrowed.cow), ("abc", "ab"));
    assert!(borrowed.validate().is_ok());
}
