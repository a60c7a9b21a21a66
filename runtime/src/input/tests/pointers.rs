//! Pointers to values in long, escaped and incomplete input.

use std::collections::BTreeSet;

use garde::Validate;
use serde::Deserialize;

use super::{assert_errors, decode_and_check};
use crate::input::contract::InputContract as _;
use crate::input::types::Map;

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields)]
struct Root {
    #[serde(default = "nine", rename = "first~name", alias = "a/b")]
    #[garde(range(max = 3))]
    number: u8,
    #[serde(default)]
    #[garde(length(max = 1000), inner(range(max = 3)))]
    numbers: Vec<u8>,
    #[serde(default)]
    #[garde(length(max = 1000), inner(length(max = 1000), inner(range(max = 3))))]
    lists: Vec<Vec<u8>>,
    #[serde(default)]
    #[garde(length(max = 1000), dive)]
    events: Vec<Event>,
    #[serde(default)]
    #[garde(length(max = 3), dive)]
    map: Map<u8, Event>,
    #[serde(default)]
    #[garde(dive)]
    pair: Option<(Item, Item)>,
    #[serde(default)]
    #[garde(dive)]
    array: Option<[Item; 2]>,
    #[serde(default)]
    #[garde(required, range(max = 3))]
    required: Option<u8>,
}

#[derive(Deserialize, Validate, crate::SecureInput)]
struct Item(#[garde(range(max = 3))] u8);

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(tag = "type", deny_unknown_fields)]
enum Event {
    Plain {
        #[serde(default = "nine", alias = "a/b")]
        #[garde(range(max = 3))]
        number: u8,
        #[serde(default)]
        #[garde(dive)]
        content: Option<Content>,
    },
}

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(tag = "kind", content = "of", deny_unknown_fields)]
enum Content {
    Numbers(#[garde(length(max = 100), inner(range(max = 3)))] Vec<u8>),
    Named {
        #[serde(default = "nine")]
        #[garde(range(max = 3))]
        number: u8,
    },
}

fn nine() -> u8 {
    9
}

const REST: &str = r#""first~name": 0, "required": 0"#;

#[test]
fn absent_value_has_the_first_name() {
    assert_errors::<Root>(&[
        (r#"{"required": 0}"#, 422, "/first~0name", "range"),
        (r#"{"a/b": 9, "required": 0}"#, 422, "/a~1b", "range"),
        (r#"{"\u0061\/b": 9, "required": 0}"#, 422, "/a~1b", "range"),
        (r#"{"a/b": 0}"#, 422, "/required", "required"),
        (
            r#"{"a/b": 0, "required": null}"#,
            422,
            "/required",
            "required",
        ),
    ]);
    for (event, pointer) in [
        (r#"{"type": "Plain"}"#, "/events/0/number"),
        (r#"{"a/b": 9, "type": "Plain"}"#, "/events/0/a~1b"),
        (
            r#"{"number": 0, "content": {"kind": "Named", "of": {}}, "type": "Plain"}"#,
            "/events/0/content/of/number",
        ),
        (
            r#"{"number": 0, "content": {"of": [0, 9], "kind": "Numbers"}, "type": "Plain"}"#,
            "/events/0/content/of/1",
        ),
    ] {
        let text = format!(r#"{{{REST}, "events": [{event}]}}"#);
        assert_errors::<Root>(&[(&text, 422, pointer, "range")]);
        let text = format!(r#"{{{REST}, "map": {{"7": {event}}}}}"#);
        assert_errors::<Root>(&[(&text, 422, "/map", "range")]);
    }
}

#[test]
fn each_of_many_items_has_its_index() {
    let zeros = |count| vec!["0"; count].join(",");
    let text = format!(
        r#"{{"lists": [[], [{}, 9, 0, 9], [9]], "numbers": [9, {}, 9, 9], {REST},
            "array": [0, 9], "pair": [9, 9]}}"#,
        zeros(500),
        zeros(700)
    );
    let Err((422, violations)) = decode_and_check::<Root>(&text) else {
        panic!("not rejected");
    };
    let mut pointers: Vec<_> = violations.iter().map(|(at, _)| at.as_str()).collect();
    pointers.sort_unstable();
    assert_eq!(
        pointers,
        [
            "/array/1",
            "/lists/1/500",
            "/lists/1/502",
            "/lists/2/0",
            "/numbers/0",
            "/numbers/701",
            "/numbers/702",
            "/pair/0",
            "/pair/1",
        ]
    );
}

#[test]
fn each_of_many_items_has_the_name_used_by_input() {
    let event = |name: &str, number| format!(r#"{{"{name}": {number}, "type": "Plain"}}"#);
    let events = [
        event("number", 0),
        event("a/b", 9),
        event("number", 9),
        event("a/b", 0),
        event("a/b", 9),
    ];
    let text = format!(r#"{{{REST}, "events": [{}]}}"#, events.join(","));
    let Err((422, violations)) = decode_and_check::<Root>(&text) else {
        panic!("not rejected");
    };
    let pointers: Vec<_> = violations.iter().map(|(at, _)| at.as_str()).collect();
    assert_eq!(
        pointers,
        ["/events/1/a~1b", "/events/2/number", "/events/4/a~1b"]
    );
}

/// An object whose member has another name in the input.
#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields)]
struct Named {
    #[serde(rename = "n")]
    #[garde(range(max = 3))]
    number: u8,
}

#[derive(Deserialize, Validate, crate::SecureInput)]
struct WithSkipped(
    #[serde(skip)]
    #[garde(skip)]
    u8,
    #[garde(range(max = 3))] u8,
    #[serde(skip_deserializing)]
    #[garde(skip)]
    u8,
    #[serde(skip, default = "nine")]
    #[garde(skip)]
    u8,
    #[garde(dive)] Named,
    #[garde(length(max = 3), dive)] Vec<WithSkippedFirst>,
    #[serde(skip)]
    #[garde(skip)]
    u8,
);

#[derive(Deserialize, Validate, crate::SecureInput)]
struct WithSkippedFirst(
    #[serde(skip)]
    #[garde(skip)]
    u8,
    #[garde(dive)] Named,
);

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields)]
enum VariantWithSkipped {
    Pair(
        #[serde(skip)]
        #[garde(skip)]
        u8,
        #[garde(range(max = 3))] u8,
        #[garde(dive)] Named,
    ),
    Single(
        #[garde(dive)] Named,
        #[serde(skip)]
        #[garde(skip)]
        u8,
    ),
}

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(tag = "t", content = "c", deny_unknown_fields)]
enum AdjacentWithSkipped {
    Pair(
        #[serde(skip)]
        #[garde(skip)]
        u8,
        #[garde(dive)] Named,
    ),
}

#[test]
fn element_after_a_skipped_one_has_its_index_in_the_input() {
    assert_errors::<WithSkipped>(&[
        (r#"[9, {"n": 0}, []]"#, 422, "/0", "range"),
        (r#"[0, {"n": 9}, []]"#, 422, "/1/n", "range"),
        (
            r#"[0, {"n": 0}, [[{"n": 0}], [{"n": 9}]]]"#,
            422,
            "/2/1/0/n",
            "range",
        ),
    ]);
    assert_errors::<VariantWithSkipped>(&[
        (r#"{"Pair": [9, {"n": 0}]}"#, 422, "/Pair/0", "range"),
        (r#"{"Pair": [0, {"n": 9}]}"#, 422, "/Pair/1/n", "range"),
        (r#"{"Single": [{"n": 9}]}"#, 422, "/Single/0/n", "range"),
    ]);
    assert_errors::<AdjacentWithSkipped>(&[
        (r#"{"t": "Pair", "c": [{"n": 9}]}"#, 422, "/c/0/n", "range"),
        (r#"{"c": [{"n": 9}], "t": "Pair"}"#, 422, "/c/0/n", "range"),
    ]);
}

#[test]
fn each_element_after_skipped_ones_has_its_index_in_the_input() {
    let text = r#"[9, {"n": 9}, [[{"n": 9}], [{"n": 0}], [{"n": 9}]]]"#;
    let Err((422, violations)) = decode_and_check::<WithSkipped>(text) else {
        panic!("not rejected");
    };
    let pointers: Vec<_> = violations.iter().map(|(at, _)| at.as_str()).collect();
    assert_eq!(pointers, ["/0", "/1/n", "/2/0/0/n", "/2/2/0/n"]);
}

/// A hand-written `Deserialize` can fill a field that serde skips. Only the list has a pointer.
#[test]
fn skipped_element_has_the_pointer_of_its_list() {
    #[derive(Validate, crate::SecureInput)]
    struct Filled(
        #[serde(skip)]
        #[garde(range(max = 3))]
        u8,
        #[garde(range(max = 3))] u8,
    );

    impl<'de> Deserialize<'de> for Filled {
        fn deserialize<D: serde::Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
            let [number] = <[u8; 1]>::deserialize(decoder)?;
            Ok(Self(number, 0))
        }
    }

    assert_errors::<Filled>(&[("[9]", 422, "", "range")]);
}

#[test]
fn pointer_without_json_has_the_index_of_the_input() {
    let raw = serde_json::json!([0, { "n": 9 }, [[{ "n": 9 }]]]);
    let shape = WithSkipped::shape();
    let item = garde::Path::new(5_usize).join(0_usize).join(1_usize);
    for (path, pointer) in [
        (garde::Path::new(1_usize), "/0"),
        (garde::Path::new(4_usize).join("number"), "/1/n"),
        (item.join("number"), "/2/0/0/n"),
        (garde::Path::new(0_usize), ""),
        (garde::Path::new(6_usize), ""),
    ] {
        assert_eq!(shape.pointer(&path, Some(&raw)), pointer);
    }
}

/// The items of a set have another order than in the text.
#[test]
fn pointer_ends_at_a_set() {
    #[derive(Deserialize, Validate, crate::SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Labels {
        #[garde(length(max = 3), dive)]
        labels: BTreeSet<Label>,
    }
    #[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize, Validate, crate::SecureInput)]
    struct Label(#[garde(length(chars, max = 3))] String);

    assert_errors::<Labels>(&[(r#"{"labels": ["b", "long"]}"#, 422, "/labels", "length")]);
    assert_errors::<Labels>(&[(r#"{"labels": ["x", "long"]}"#, 422, "/labels", "length")]);
}
