//! Enums whose lists and maps have more items than their variant allows.

use garde::Validate;
use serde::Deserialize;

use super::counts::{Counted, list, map, rejected, take_count};
use super::{assert_accepted, assert_errors, decode_and_check};
use crate::input::types::Map;

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields)]
enum External {
    Nothing,
    Some(#[garde(length(max = 3))] Vec<Counted>),
    Named {
        #[garde(length(max = 3))]
        items: Vec<Counted>,
    },
    Pair(
        #[garde(length(max = 3))] Vec<Counted>,
        #[garde(range(min = 0, max = 9))] u8,
    ),
}

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(tag = "type", rename_all = "camelCase", deny_unknown_fields)]
enum Internal {
    Few {
        #[garde(length(max = 3))]
        items: Vec<Counted>,
    },
    Many {
        #[garde(length(max = 300))]
        items: Vec<Counted>,
        #[serde(default)]
        #[garde(length(chars, max = 3))]
        text: String,
        #[serde(default)]
        #[garde(length(max = 3), dive)]
        then: Vec<Internal>,
        #[serde(default)]
        #[garde(dive)]
        choice: Option<External>,
    },
    Records {
        #[garde(length(max = 2), dive)]
        records: Map<String3, Record>,
    },
    Choice(#[garde(dive)] External),
    Bag(#[garde(dive)] Bag),
    Inner(#[garde(dive)] Adjacent),
}

#[derive(Deserialize, Validate, crate::SecureInput)]
struct Bag(#[garde(length(max = 3), dive)] Map<String3, Vec3>);

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields)]
struct Record {
    #[garde(length(max = 3))]
    items: Vec<Counted>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize, Validate, crate::SecureInput)]
struct String3(#[garde(length(chars, max = 3))] String);

#[derive(Deserialize, Validate, crate::SecureInput)]
struct Vec3(#[garde(length(max = 3))] Vec<Counted>);

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(tag = "kind", content = "of", deny_unknown_fields)]
enum Adjacent {
    None,
    Few(#[garde(length(max = 3))] Vec<Counted>),
    Many(#[garde(length(max = 300))] Vec<Counted>),
    Pairs(#[garde(length(max = 300))] Vec<[Counted; 2]>),
    Named {
        #[garde(length(max = 3))]
        items: Vec<Counted>,
    },
}

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Enums {
    #[garde(dive)]
    external: Option<External>,
    #[garde(dive)]
    internal: Option<Internal>,
    #[garde(dive)]
    adjacent: Option<Adjacent>,
}

#[test]
fn list_over_its_count_in_external_enum_is_not_decoded() {
    for (text, pointer) in [
        (r#"{"external": {"Some": @}}"#, "/external/Some"),
        (
            r#"{"external": {"Named": {"items": @}}}"#,
            "/external/Named/items",
        ),
        (r#"{"external": {"Pair": [@, 1]}}"#, "/external/Pair/0"),
    ] {
        let (violations, decoded) = rejected::<Enums>(&text.replace('@', &list("0", 100)));
        assert_eq!(
            violations,
            [(pointer.to_owned(), "length".to_owned())],
            "{text}"
        );
        assert_eq!(decoded, 3, "{text}");
        assert_accepted::<Enums>(&[&text.replace('@', &list("0", 3))]);
    }
}

/// serde buffers a tagged enum, so a list with few items is decoded before it is checked.
#[test]
fn list_over_its_count_in_tagged_enum_is_not_decoded() {
    for (text, pointer) in [
        (
            r#"{"internal": {"type": "few", "items": @}}"#,
            "/internal/items",
        ),
        (
            r#"{"internal": {"items": @, "type": "few"}}"#,
            "/internal/items",
        ),
        (
            r#"{"internal": {"then": [{"items": @, "type": "few"}], "items": [], "type": "many"}}"#,
            "/internal/then/0/items",
        ),
        (r#"{"internal": {"x": @, "type": "bag"}}"#, "/internal"),
        (
            r#"{"internal": {"of": @, "type": "inner", "kind": "Few"}}"#,
            "/internal/of",
        ),
        (r#"{"adjacent": {"kind": "Few", "of": @}}"#, "/adjacent/of"),
        (r#"{"adjacent": {"of": @, "kind": "Few"}}"#, "/adjacent/of"),
    ] {
        for count in [4, 20, 250] {
            let (violations, decoded) = rejected::<Enums>(&text.replace('@', &list("0", count)));
            assert_eq!(
                violations,
                [(pointer.to_owned(), "length".to_owned())],
                "{text} with {count}"
            );
            assert!(decoded < 65, "{text} with {count}: {decoded}");
        }
        assert_accepted::<Enums>(&[&text.replace('@', &list("0", 3))]);
    }
    for text in [
        r#"{"internal": {"items": @, "type": "many"}}"#,
        r#"{"internal": {"type": "many", "items": @, "then": [{"items": @, "type": "many"}]}}"#,
        r#"{"adjacent": {"kind": "Many", "of": @}}"#,
        r#"{"adjacent": {"of": @, "kind": "Many"}}"#,
    ] {
        assert_accepted::<Enums>(&[&text.replace('@', &list("0", 300))]);
        let (violations, decoded) = rejected::<Enums>(&text.replace('@', &list("0", 301)));
        assert!(
            violations.iter().all(|(_, rule)| rule == "length"),
            "{violations:?}"
        );
        assert!(decoded < 65, "{text}: {decoded}");
    }
}

#[test]
fn map_over_its_count_in_tagged_enum_is_not_decoded() {
    let map = map("[0]", 200);
    let members = map.trim_start_matches('{').trim_end_matches('}');
    let text = format!(r#"{{"internal": {{{members}, "type": "bag"}}}}"#);
    let (violations, decoded) = rejected::<Enums>(&text);
    assert_eq!(violations, [("/internal".to_owned(), "length".to_owned())]);
    assert_eq!(decoded, 0);
    assert_accepted::<Enums>(&[r#"{"internal": {"a": [0], "b": [], "type": "bag", "c": [0]}}"#]);
}

/// The buffer of a tagged enum has no type that refuses them.
#[test]
fn large_value_of_other_shape_in_tagged_enum_is_not_buffered() {
    for (text, pointer, rule) in [
        (
            r#"{"internal": {"type": "few", "items": [0, 0], "x": @}}"#,
            "/internal",
            "unknown",
        ),
        (
            r#"{"internal": {"x": @, "items": [], "type": "few"}}"#,
            "/internal",
            "unknown",
        ),
        (r#"{"internal": {"items": @}}"#, "/internal", "type"),
        (
            r#"{"internal": {"items": @, "type": "gone"}}"#,
            "/internal",
            "type",
        ),
        (
            r#"{"internal": {"items": [@], "type": "few"}}"#,
            "/internal/items/0",
            "type",
        ),
        (
            r#"{"internal": {"text": @, "items": [], "type": "many"}}"#,
            "/internal/text",
            "type",
        ),
        (
            r#"{"internal": {"text": [{"a": @}], "items": [], "type": "many"}}"#,
            "/internal/text",
            "type",
        ),
        (
            r#"{"internal": {"then": [@], "items": [], "type": "many"}}"#,
            "/internal/then/0",
            "type",
        ),
        (
            r#"{"internal": {"choice": @, "items": [], "type": "many"}}"#,
            "/internal/choice",
            "type",
        ),
        // only the enum that a tag belongs to may have it as a member
        (
            r#"{"internal": {"Named": {"items": [0], "type": @}, "type": "choice"}}"#,
            "/internal/Named",
            "unknown",
        ),
        (
            r#"{"internal": {"of": {"items": [0], "type": @}, "kind": "Named", "type": "inner"}}"#,
            "/internal/of",
            "unknown",
        ),
        (
            r#"{"adjacent": {"of": @, "kind": "None"}}"#,
            "/adjacent/of",
            "type",
        ),
        (
            r#"{"adjacent": {"of": [[0, 0], @], "kind": "Pairs"}}"#,
            "/adjacent/of/1",
            "items",
        ),
    ] {
        let text = text.replace('@', &list("0", 200));
        take_count();
        assert_errors::<Enums>(&[(&text, 422, pointer, rule)]);
        assert_eq!(take_count(), 0, "{text}");
    }
    for rest in ["01", r#"{"a": 1, "a": 1}"#, "[1"] {
        let text = format!(
            r#"{{"internal": {{"items": {}, "type": "many"}}, "adjacent": {rest}}}"#,
            list("0", 100)
        );
        take_count();
        let Err((status, _)) = decode_and_check::<Enums>(&text) else {
            panic!("accepted: {text}");
        };
        assert_eq!((status, take_count()), (400, 0), "{text}");
    }
}

/// serde's buffer accepts an array for a struct.
#[test]
fn last_allowed_member_of_map_in_tagged_enum_has_its_shape() {
    let text = r#"{"internal": {"records": {"a": {"items": []}, "b": @}, "type": "records"}}"#;
    assert_accepted::<Enums>(&[&text.replace('@', r#"{"items": [0, 0, 0]}"#)]);
    assert_errors::<Enums>(&[(
        &text.replace('@', "[[0]]"),
        422,
        "/internal/records",
        "type",
    )]);
    let (violations, _) = rejected::<Enums>(&text.replace('@', r#"{"items": [0, 0, 0, 0]}"#));
    assert_eq!(
        violations,
        [("/internal/records".to_owned(), "length".to_owned())]
    );
}

#[test]
fn unit_variant_in_tagged_enum_is_a_string() {
    assert_accepted::<Enums>(&[
        r#"{"internal": {"choice": "Nothing", "items": [], "type": "many"}}"#,
    ]);
}
