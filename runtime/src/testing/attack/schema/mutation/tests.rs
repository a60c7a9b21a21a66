//! Tests of mutations.

use serde_json::json;

use super::*;

fn descriptions(schema: &Value, value: &Value, encoding: Encoding) -> Vec<String> {
    let (mutations, unbroken) = mutations(schema, &Position::root(schema), value, encoding);
    assert!(unbroken.is_empty(), "{unbroken:?}");
    mutations
        .into_iter()
        .map(|mutation| mutation.description)
        .collect()
}

#[test]
fn each_bound_is_broken_by_one() {
    let schema = json!({
        "type": "object",
        "properties": {
            "sku": {"type": "string", "minLength": 2, "maxLength": 4},
            "quantity": {"type": "integer", "minimum": 1, "maximum": 100},
            "status": {"enum": ["open", "shipped"]},
            "lines": {"type": "array", "items": {"type": "boolean"}, "minItems": 1, "maxItems": 2},
        },
        "required": ["sku"],
        "additionalProperties": false,
    });
    let value = json!({"sku": "aa", "quantity": 1, "status": "open", "lines": [true]});
    let all = descriptions(&schema, &value, Encoding::Json);
    for expected in [
        "/palisade_attack is an unknown member",
        "/sku is missing",
        "/sku has 5 characters, at most 4",
        "/sku has 1 characters, at least 2",
        "/quantity is 0, at least 1",
        "/quantity is 101, at most 100",
        "/quantity has a fraction",
        "/status is not an allowed value",
        "/status has an allowed value in another case",
        "/lines has 3 items, at most 2",
        "/lines has 0 items, at least 1",
        "/lines/0 has another type",
        "/sku is null",
    ] {
        assert!(
            all.iter().any(|found| found == expected),
            "{expected}: {all:#?}"
        );
    }
}

#[test]
fn no_mutation_satisfies_the_schema() {
    let schema = json!({"anyOf": [{"type": "string", "maxLength": 2}, {"type": "integer"}]});
    let root = Position::root(&schema);
    for mutation in mutations(&schema, &root, &json!("a"), Encoding::Json).0 {
        assert!(
            !satisfies(&schema, &schema, &mutation.value),
            "{mutation:?}"
        );
    }
}

#[test]
fn unknown_pattern_is_reported_as_unbroken() {
    let schema = json!({"type": "string", "pattern": "^(?=a)a$"});
    let root = Position::root(&schema);
    let (_, unbroken) = mutations(&schema, &root, &json!("a"), Encoding::Json);
    assert_eq!(unbroken, [": its pattern"]);
}

#[test]
fn segment_is_never_empty_and_field_is_visible() {
    let schema = json!({"type": "string", "minLength": 1, "maxLength": 3, "pattern": "^[a-z]+$"});
    let root = Position::root(&schema);
    for encoding in [Encoding::Segment, Encoding::Visible] {
        for mutation in mutations(&schema, &root, &json!("a"), encoding).0 {
            let text = mutation.value.as_str().unwrap();
            assert!(
                encoding == Encoding::Segment
                    || text
                        .bytes()
                        .all(|byte| !byte.is_ascii() || byte.is_ascii_graphic()),
                "{text:?}"
            );
            assert!(encoding == Encoding::Visible || !text.is_empty());
        }
    }
}

#[test]
fn number_of_path_parameters_is_no_bound() {
    let schema = json!({
        "type": "array",
        "prefixItems": [{"type": "integer", "maximum": 9}, {"type": "string", "maxLength": 1}],
        "minItems": 2,
        "maxItems": 2,
    });
    let all = descriptions(&schema, &json!([1, "a"]), Encoding::Segment);
    assert!(
        all.iter().any(|mistake| mistake.starts_with("/0 is 10")),
        "{all:?}"
    );
    assert!(
        !all.iter().any(|mistake| mistake.contains("items")),
        "{all:?}"
    );
}

/// A query and a form have no name of an empty list, and the empty text of a form is that of an optional member.
#[test]
fn value_that_is_read_as_absent_breaks_no_bound_of_an_optional_member() {
    use Encoding::{Form, Json, Text, Visible};

    let list = json!({"type": ["array", "null"], "items": {"type": "boolean"}, "minItems": 1});
    let text = json!({"type": ["string", "null"], "minLength": 1});
    let choice = json!({"anyOf": [{"type": "string", "minLength": 1}, {"type": "null"}]});
    let member = json!({"type": "string", "minLength": 1});
    let empty_list = "has 0 items, at least 1";
    let empty_text = "has 0 characters, at least 1";
    for (schema, value, mistake, attacked_in) in [
        (&list, json!([true]), empty_list, &[Json][..]),
        (&text, json!("a"), empty_text, &[Json, Text, Visible]),
        (&choice, json!("a"), empty_text, &[Json, Text, Visible]),
        (
            &member,
            json!("a"),
            empty_text,
            &[Json, Text, Form, Visible],
        ),
    ] {
        for encoding in [Json, Text, Form, Visible] {
            let schema = json!({"type": "object", "properties": {"a": schema}});
            let all = descriptions(&schema, &json!({"a": value}), encoding);
            let is_attacked = all.contains(&format!("/a {mistake}"));
            let expected = attacked_in.contains(&encoding);
            // neither header fields nor cookies have lists
            if encoding != Visible || value.is_string() {
                assert_eq!(is_attacked, expected, "{schema} {encoding:?} {all:?}");
            }
        }
    }
}

#[test]
fn empty_value_breaks_the_bound_of_a_required_member() {
    let list = json!({"type": "array", "items": {"type": "boolean"}, "minItems": 1});
    let schema = json!({"type": "object", "properties": {"a": list}, "required": ["a"]});
    for encoding in [Encoding::Text, Encoding::Form] {
        let all = descriptions(&schema, &json!({"a": [true]}), encoding);
        let mistake = "/a has 0 items, at least 1";
        assert!(all.iter().any(|other| other == mistake), "{all:?}");
    }
}
