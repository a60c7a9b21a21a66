//! Maps: the rules of their length, keys and values.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use garde::Validate;
use serde::Deserialize;

use super::{assert_accepted, assert_errors};
use crate::input::types::Map;

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Validate, crate::SecureInput)]
struct Sku(#[garde(length(bytes, min = 1, max = 3), ascii)] String);

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields)]
struct Stock {
    #[garde(length(max = 2))]
    counts: HashMap<Sku, u32>,
    #[serde(default)]
    #[garde(length(max = 2))]
    by_number: BTreeMap<u16, Option<bool>>,
}

#[test]
fn key_that_violates_rules_of_its_type_is_reported_at_map() {
    assert_accepted::<Stock>(&[
        r#"{"counts": {}}"#,
        r#"{"counts": {"tea": 1, "oat": 2}, "by_number": {"7": true, "8": null}}"#,
    ]);
    assert_errors::<Stock>(&[
        (r#"{"counts": {"hunter2": 1}}"#, 422, "/counts", "length"),
        (r#"{"counts": {"": 1}}"#, 422, "/counts", "length"),
        (r#"{"counts": {"é": 1}}"#, 422, "/counts", "ascii"),
        (
            r#"{"counts": {"a": 1, "b": 1, "c": 1}}"#,
            422,
            "/counts",
            "length",
        ),
        (r#"{"counts": {"a": -1}}"#, 422, "/counts", "range"),
        (r#"{"counts": {"a": "1"}}"#, 422, "/counts", "type"),
        (
            r#"{"counts": {"a": 1, "\u0061": 1}}"#,
            400,
            "/counts",
            "unique",
        ),
        (
            r#"{"counts": {}, "by_number": {"x": true}}"#,
            422,
            "/by_number",
            "unknown",
        ),
    ]);
}

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields)]
struct Line {
    #[garde(range(min = 1, max = 9))]
    quantity: u8,
    #[garde(range(min = 0.0, max = 1.0))]
    share: f64,
}

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields)]
struct Order {
    #[garde(length(max = 2), dive)]
    lines: Map<Sku, Line>,
    #[serde(default)]
    #[garde(length(max = 2), inner(length(chars, max = 3)))]
    notes: Map<u16, String>,
}

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields)]
struct Pair {
    #[garde(custom(|number: &u8, (): &()| if number.is_multiple_of(2) { Ok(()) } else { Err(garde::Error::new("is odd")) }))]
    number: u8,
}

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields)]
struct Pairs {
    #[garde(length(max = 2), dive)]
    pairs: Map<Sku, Pair>,
}

/// A bound would be checked without the rules.
#[test]
fn custom_rule_of_a_value_is_reported_at_map() {
    assert_accepted::<Pairs>(&[r#"{"pairs": {"a": {"number": 2}}}"#]);
    assert_errors::<Pairs>(&[(
        r#"{"pairs": {"a": {"number": 2}, "b": {"number": 3}}}"#,
        422,
        "/pairs",
        "custom",
    )]);
}

#[test]
fn value_that_violates_rules_is_reported_at_map() {
    assert_accepted::<Order>(&[
        r#"{"lines": {}}"#,
        r#"{"lines": {"tea": {"quantity": 1, "share": 0}}, "notes": {"7": "abc"}}"#,
    ]);
    let line = r#"{"quantity": 1, "share": 0}"#;
    let three = format!(r#"{{"lines": {{"a": {line}, "b": {line}, "c": {line}}}}}"#);
    let long = format!(r#"{{"lines": {{"long": {line}}}}}"#);
    assert_errors::<Order>(&[
        (&three, 422, "/lines", "length"),
        (&long, 422, "/lines", "length"),
        (
            r#"{"lines": {"a": {"quantity": 0, "share": 0}}}"#,
            422,
            "/lines",
            "range",
        ),
        (
            r#"{"lines": {"a": {"quantity": 1, "share": 2}}}"#,
            422,
            "/lines",
            "range",
        ),
        (
            r#"{"lines": {"a": {"quantity": 1}}}"#,
            422,
            "/lines",
            "required",
        ),
        (
            r#"{"lines": {}, "notes": {"7": "abcd"}}"#,
            422,
            "/notes",
            "length",
        ),
        (
            r#"{"lines": {}, "notes": {"07": "b"}}"#,
            422,
            "/notes",
            "unknown",
        ),
        (
            r#"{"lines": {}, "notes": {"7": "a", "7": "b"}}"#,
            400,
            "/notes",
            "unique",
        ),
        (r#"{"lines": []}"#, 422, "/lines", "type"),
    ]);
}

/// A number has one spelling, an address several.
#[test]
fn names_of_equal_keys_are_rejected() {
    let read = |text: &str| {
        crate::input::decode::json::decode_without_shape::<Map<IpAddr, u8>>(text.as_bytes())
    };
    assert!(read(r#"{"::1": 1, "::2": 2}"#).is_ok());
    assert!(read(r#"{"::1": 1, "0::1": 2}"#).is_err());
}

#[test]
fn nan_in_map_is_rejected() {
    let line = |share| Line { quantity: 1, share };
    let lines = |share| BTreeMap::from([(Sku("a".into()), line(share))]).into();
    let order = |share| Order {
        lines: lines(share),
        notes: Map::default(),
    };
    let checked = |share| {
        crate::input::contract::check::check(
            order(share),
            crate::input::InputLocation::Body,
            &(),
            || None,
        )
    };
    assert!(checked(0.5).is_ok());
    assert!(checked(f64::NAN).is_err());
}
