//! Tests of variations.

use serde_json::json;

use super::*;

/// Follows every variation, and returns the name of each with its first candidate.
fn all(schema: &Value, value: &Value, stated: &[Value]) -> Vec<(String, Option<Value>)> {
    let mut found = Vec::new();
    let mut waiting = variations(schema, &Position::root(schema), value, stated);
    while !waiting.is_empty() {
        let variation = waiting.remove(0);
        let first = variation.candidates.first().cloned();
        if let Some(first) = &first {
            waiting.extend(variations(schema, &variation.position, first, stated));
        }
        found.push((variation.name, first));
        assert!(found.len() < 100, "{found:?}");
    }
    found.sort_by_key(|(name, _)| name.clone());
    found
}

fn named(name: &str, value: Value) -> (String, Option<Value>) {
    (name.to_owned(), Some(value))
}

#[test]
fn each_absent_member_is_added_alone() {
    let schema = json!({
        "type": "object",
        "properties": {
            "sku": {"type": "string"},
            "note": {"type": "string", "maxLength": 5},
            "size": {"type": "integer", "minimum": 3},
        },
        "required": ["sku"],
        "additionalProperties": false,
    });
    assert_eq!(
        all(&schema, &json!({"sku": "x"}), &[]),
        [
            named("/note", json!({"sku": "x", "note": "a"})),
            named("/size", json!({"sku": "x", "size": 3})),
        ]
    );
    let complete = json!({"sku": "x", "note": "y", "size": 4});
    assert_eq!(all(&schema, &complete, &[]), []);
}

#[test]
fn items_entries_and_members_inside_of_them_are_added() {
    let schema = json!({
        "type": "object",
        "properties": {
            "lines": {"type": "array", "maxItems": 2, "items": {"$ref": "#/$defs/Line"}},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        },
        "$defs": {
            "Line": {"type": "object", "properties": {"text": {"type": "string", "maxLength": 3}}},
        },
    });
    assert_eq!(
        all(&schema, &json!({"lines": [], "labels": {}}), &[]),
        [
            named(
                "an entry of /labels",
                json!({"lines": [], "labels": {"a0": "a"}})
            ),
            named(
                "an item of /lines",
                json!({"lines": [{"text": "a"}], "labels": {}})
            ),
        ]
    );
    assert_eq!(
        all(&schema, &json!({"lines": [{}], "labels": {"a": "b"}}), &[]),
        [named(
            "/lines/0/text",
            json!({"lines": [{"text": "a"}], "labels": {"a": "b"}})
        )]
    );
}

#[test]
fn other_alternatives_and_types_are_added_once() {
    let schema = json!({
        "oneOf": [
            {"type": "object", "properties": {"card": {"type": "string", "maxLength": 4}}, "required": ["card"]},
            {"type": "object", "properties": {"iban": {"type": ["string", "null"], "maxLength": 9}}, "required": ["iban"]},
            {"type": "string", "const": "cash"},
        ],
    });
    assert_eq!(
        all(&schema, &json!({"card": "a"}), &[]),
        [named("alternative 2 of the value", json!({"iban": "a"}))]
    );
    assert_eq!(
        all(&schema, &json!({"iban": null}), &[]),
        [
            named("alternative 1 of /iban", json!({"iban": "a"})),
            named("alternative 1 of the value", json!({"card": "a"})),
        ]
    );
}

#[test]
fn member_replaces_those_that_exclude_it() {
    let schema = json!({
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "string"}},
        "allOf": [{"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}],
    });
    assert_eq!(
        all(&schema, &json!({"a": 1}), &[]),
        [named("/b", json!({"b": "a"}))]
    );
}

#[test]
fn type_inside_itself_is_followed_once() {
    let tree = json!({
        "type": "object",
        "properties": {
            "name": {"type": "string", "maxLength": 3},
            "children": {"type": "array", "items": {"$ref": "#"}},
        },
    });
    let names = |schema: &Value, value: &Value| {
        let all = all(schema, value, &[]).into_iter();
        all.map(|(name, _)| name).collect::<Vec<_>>()
    };
    assert_eq!(
        names(&tree, &json!({"children": []})),
        ["/name", "an item of /children"]
    );
    let expression = json!({
        "$ref": "#/$defs/Expression",
        "$defs": {"Expression": {"oneOf": [
            {"type": "integer", "maximum": 9},
            {"type": "object", "properties": {"not": {"$ref": "#/$defs/Expression"}}, "required": ["not"]},
        ]}},
    });
    assert_eq!(
        names(&expression, &json!(1)),
        ["alternative 2 of the value"]
    );
}

#[test]
fn stated_value_comes_before_the_synthesized_one() {
    let schema = json!({
        "type": "object",
        "properties": {"room": {"type": "string"}, "other": {"type": "string"}},
        "required": ["other"],
    });
    let stated = [
        json!({"other": "x"}),
        json!({"other": "x", "room": "attic"}),
    ];
    let found = variations(
        &schema,
        &Position::root(&schema),
        &json!({"other": "y"}),
        &stated,
    );
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].candidates,
        [
            json!({"other": "x", "room": "attic"}),
            json!({"other": "y", "room": "a"})
        ]
    );
}

#[test]
fn part_without_a_value_has_no_candidate() {
    let schema = json!({
        "type": "object",
        "properties": {"code": {"type": "string", "pattern": "^b{3}$", "maxLength": 2}},
    });
    assert_eq!(all(&schema, &json!({}), &[]), [("/code".to_owned(), None)]);
}
