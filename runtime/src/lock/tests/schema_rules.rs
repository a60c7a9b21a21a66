//! Kinds of rules, one by one.

use serde_json::{Value, json};

use super::schemas::verdicts;
use crate::lock::Verdict;
use crate::lock::schema::LockedSchema;
use crate::lock::schema_change::schema_changes;

#[test]
fn each_kind_of_rule_has_its_verdict() {
    use Verdict::{Incomparable, Stronger, Weaker};

    let text = |rule: Value| {
        let mut schema = json!({ "type": "string" });
        schema
            .as_object_mut()
            .unwrap()
            .extend(rule.as_object().unwrap().clone());
        schema
    };
    for (old, new, expected) in [
        (
            text(json!({ "pattern": "^a$" })),
            text(json!({ "pattern": "^b$" })),
            Some(Incomparable),
        ),
        (
            text(json!({ "pattern": "^a$" })),
            text(json!({})),
            Some(Weaker),
        ),
        (
            text(json!({})),
            text(json!({ "pattern": "^a$" })),
            Some(Stronger),
        ),
        (
            text(json!({ "pattern": "^a" })),
            text(json!({ "pattern": "b$", "allOf": [{ "pattern": "^a" }] })),
            Some(Stronger),
        ),
        (
            text(json!({ "pattern": "b$", "allOf": [{ "pattern": "^a" }] })),
            text(json!({ "pattern": "^a", "allOf": [{ "pattern": "b$" }] })),
            None,
        ),
        (
            text(json!({ "format": "uuid" })),
            text(json!({ "format": "email" })),
            Some(Incomparable),
        ),
        (
            text(json!({ "format": "uuid" })),
            text(json!({})),
            Some(Weaker),
        ),
        (
            text(json!({ "not": { "enum": ["a"] } })),
            text(json!({})),
            Some(Weaker),
        ),
        (
            text(json!({ "not": { "enum": ["a"] } })),
            text(json!({ "not": { "enum": ["b"] } })),
            Some(Incomparable),
        ),
        (
            text(json!({ "unknownRule": 1 })),
            text(json!({ "unknownRule": 2 })),
            Some(Incomparable),
        ),
        (
            text(json!({ "$comment": "further rules apply" })),
            text(json!({})),
            Some(Weaker),
        ),
        (
            text(json!({})),
            text(json!({ "$comment": "further rules apply" })),
            Some(Stronger),
        ),
        (
            text(json!({ "$comment": "between 1 and 64 bytes in UTF-8" })),
            text(json!({ "$comment": "between 1 and 65 bytes in UTF-8" })),
            Some(Weaker),
        ),
        (
            text(json!({ "$comment": "between 1 and 64 bytes in UTF-8" })),
            text(json!({ "$comment": "between 0 and 64 bytes in UTF-8" })),
            Some(Weaker),
        ),
        (
            text(json!({ "$comment": "at least 2 bytes in UTF-8" })),
            text(json!({ "$comment": "at least 1 bytes in UTF-8" })),
            Some(Weaker),
        ),
        (
            text(json!({ "$comment": "between 1 and 64 bytes in UTF-8" })),
            text(json!({ "$comment": "between 2 and 32 bytes in UTF-8" })),
            Some(Stronger),
        ),
        (
            text(json!({ "$comment": "between 1 and 64 bytes in UTF-8" })),
            text(json!({ "$comment": "between 1 and 64 grapheme clusters" })),
            Some(Incomparable),
        ),
        (
            json!({ "$comment": "at most 0.1234567890123456789" }),
            json!({ "$comment": "at most 0.1234567890123456790" }),
            Some(Incomparable),
        ),
        (
            json!({ "type": "integer", "format": "uint32", "maximum": 9 }),
            json!({ "type": "integer", "format": "uint8", "maximum": 9 }),
            None,
        ),
        (
            json!({ "type": "integer" }),
            json!({ "type": "number" }),
            Some(Weaker),
        ),
        (
            json!({ "type": "number" }),
            json!({ "type": "integer" }),
            Some(Stronger),
        ),
        (
            json!({ "type": "number", "maximum": 1.5 }),
            json!({ "type": "number", "maximum": 1.75 }),
            Some(Weaker),
        ),
        (
            json!({ "maximum": u64::MAX - 1 }),
            json!({ "maximum": u64::MAX }),
            Some(Weaker),
        ),
        (
            json!({ "maximum": i64::MAX }),
            json!({ "maximum": i64::MAX - 1 }),
            Some(Stronger),
        ),
        (
            json!({ "enum": ["1"] }),
            json!({ "enum": [1] }),
            Some(Weaker),
        ),
        (json!({ "const": "a" }), json!({ "enum": ["a"] }), None),
        (
            json!({ "type": ["a", "b"] }),
            json!({ "type": ["b", "a"] }),
            None,
        ),
        (
            json!({ "title": "A", "description": "x", "type": "null" }),
            json!({ "title": "B", "type": "null" }),
            None,
        ),
        (
            json!({ "type": "array", "uniqueItems": true }),
            json!({ "type": "array" }),
            Some(Weaker),
        ),
        (
            json!({ "type": "array", "prefixItems": [{ "type": "null" }], "items": false }),
            json!({ "type": "array", "prefixItems": [{ "type": "null" }] }),
            Some(Weaker),
        ),
        (
            json!({ "propertyNames": { "maxLength": 3 } }),
            json!({ "propertyNames": { "maxLength": 4 } }),
            Some(Weaker),
        ),
        (
            json!({ "propertyNames": { "maxLength": 3 } }),
            json!({}),
            Some(Weaker),
        ),
        (
            json!({ "additionalProperties": { "maxLength": 3 } }),
            json!({ "additionalProperties": { "maxLength": 2 } }),
            Some(Stronger),
        ),
        (
            json!({ "patternProperties": { "^a": {} } }),
            json!({ "patternProperties": { "^b": {} } }),
            Some(Incomparable),
        ),
    ] {
        let found = verdicts(&old, &new);
        let worst = found.iter().map(|(verdict, _)| *verdict).min();
        assert_eq!(worst, expected, "{old} -> {new}: {found:?}");
    }
}

#[test]
fn variant_of_an_enum_is_named() {
    let tagged = |tag: &str, max: u32| json!({ "type": "object", "properties": { "kind": { "type": "string", "enum": [tag] }, "size": { "maximum": max } }, "required": ["kind"], "additionalProperties": false });
    let two = json!({ "oneOf": [tagged("card", 1), tagged("cash", 1)] });
    let reordered = json!({ "oneOf": [tagged("cash", 1), tagged("card", 1)] });
    let three = json!({ "oneOf": [tagged("card", 1), tagged("gift", 1), tagged("cash", 1)] });
    let wider = json!({ "oneOf": [tagged("card", 1), tagged("cash", 2)] });
    assert_eq!(verdicts(&two, &reordered), []);
    let sentence = |old, new| verdicts(old, new).remove(0);
    assert_eq!(
        sentence(&two, &three),
        (
            Verdict::Weaker,
            "the body: the form \"kind: gift\" is now accepted".to_owned()
        )
    );
    assert_eq!(
        sentence(&three, &two),
        (
            Verdict::Stronger,
            "the body: the form \"kind: gift\" is no longer accepted".to_owned()
        )
    );
    assert_eq!(
        sentence(&two, &wider),
        (
            Verdict::Weaker,
            "`/size` in the body: 2 is now accepted (`maximum` was 1, is 2)".to_owned()
        )
    );
    let ambiguous = json!({ "oneOf": [{ "type": "string", "maxLength": 1 }, { "type": "string", "minLength": 3 }] });
    let changed = json!({ "oneOf": [{ "type": "string", "maxLength": 1 }, { "type": "string", "minLength": 2 }] });
    assert_eq!(sentence(&ambiguous, &changed).0, Verdict::Incomparable);
}

#[test]
fn named_types_are_compared_by_content() {
    let with = |name: &str, max: u32| {
        json!({
            "type": "object",
            "properties": { "child": { "anyOf": [{ "$ref": format!("#/$defs/{name}") }, { "type": "null" }] } },
            "$defs": { name: {
                "type": "object",
                "properties": { "size": { "maximum": max }, "next": { "$ref": format!("#/$defs/{name}") } },
            } },
        })
    };
    assert_eq!(verdicts(&with("Node", 3), &with("Knot", 3)), []);
    let changes = verdicts(&with("Node", 3), &with("Knot", 4));
    assert_eq!(
        changes.last(),
        Some(&(
            Verdict::Weaker,
            "`/child/size` in the body: 4 is now accepted (`maximum` was 3, is 4)".to_owned()
        ))
    );
    assert_eq!(
        verdicts(&with("Node", 4), &with("Node", 3))[0].0,
        Verdict::Stronger
    );

    // a recursive type, and the same one written once more
    let unrolled = json!({
        "$ref": "#/$defs/A",
        "$defs": {
            "A": { "type": "object", "properties": { "next": { "$ref": "#/$defs/B" } } },
            "B": { "type": "object", "properties": { "next": { "$ref": "#/$defs/A" } } },
        },
    });
    let recursive = json!({
        "$ref": "#/$defs/A",
        "$defs": { "A": { "type": "object", "properties": { "next": { "$ref": "#/$defs/A" } } } },
    });
    assert_eq!(verdicts(&unrolled, &recursive), []);
    assert_eq!(verdicts(&recursive, &unrolled), []);
}

#[test]
fn reference_without_a_definition_counts_as_weaker() {
    let broken = LockedSchema {
        root: json!({ "$ref": 7 }),
        definitions: Vec::new(),
    };
    let loop_of_references = LockedSchema {
        root: json!({ "$ref": 1 }),
        definitions: vec![json!({ "$ref": 1 })],
    };
    let fine = LockedSchema::of(&json!({ "type": "null" }));
    for (old, new) in [
        (&broken, &fine),
        (&fine, &broken),
        (&loop_of_references, &fine),
        (&fine, &loop_of_references),
    ] {
        let changes = schema_changes("body", old, new);
        assert!(changes[0].verdict.is_weaker());
    }
}

/// Two lists have the same name, and differ by a definition only.
#[test]
fn unnamed_alternatives_are_compared_with_their_definitions() {
    let lists = |max: u32, definition: &str| {
        let reference = format!("#/$defs/{definition}");
        json!({
            "anyOf": [
                { "type": "array", "items": { "$ref": reference } },
                { "type": "array", "maxItems": 1 },
            ],
            "$defs": { definition: { "type": "string", "maxLength": max } },
        })
    };
    let verdicts_of = |old: &Value, new: &Value| {
        let all = verdicts(old, new).into_iter();
        all.map(|(verdict, _)| verdict).collect::<Vec<_>>()
    };
    let old = lists(8, "Sku");
    assert_eq!(verdicts_of(&old, &lists(9, "Sku")), [Verdict::Incomparable]);
    assert_eq!(verdicts_of(&old, &lists(8, "Code")), []);
    let mut fewer = old.clone();
    fewer["anyOf"].as_array_mut().unwrap().remove(1);
    fewer["anyOf"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "type": "array", "maxItems": 1, "minItems": 1 }));
    assert_eq!(verdicts_of(&old, &fewer), [Verdict::Incomparable]);
    let mut more = old.clone();
    more["anyOf"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "type": "array", "maxItems": 2 }));
    assert_eq!(verdicts_of(&old, &more), [Verdict::Weaker]);
    assert_eq!(verdicts_of(&more, &old), [Verdict::Stronger]);
    let mut reordered = old.clone();
    reordered["anyOf"].as_array_mut().unwrap().reverse();
    assert_eq!(verdicts_of(&old, &reordered), []);
}

/// A new member before it changes the position of a definition, not its meaning.
#[test]
fn position_of_a_definition_does_not_matter() {
    let object = |first: Value| {
        json!({
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "a": first,
                "b": { "not": { "$ref": "#/$defs/Other" } },
                "c": { "allOf": [{ "$ref": "#/$defs/Other" }] },
            },
            "$defs": {
                "First": { "type": "string", "maxLength": 1 },
                "Other": { "type": "array", "items": { "$ref": "#/$defs/Other" } },
            },
        })
    };
    let old = object(json!({ "type": "string", "maxLength": 1 }));
    let new = object(json!({ "$ref": "#/$defs/First" }));
    assert_eq!(verdicts(&old, &new), []);
}

#[test]
fn rule_with_a_changed_definition_is_not_the_same() {
    let rule = |rule: Value, max: u32| {
        let mut schema = json!({ "$defs": { "Sku": { "type": "string", "maxLength": max } } });
        schema
            .as_object_mut()
            .unwrap()
            .extend(rule.as_object().unwrap().clone());
        schema
    };
    for part in [
        json!({ "not": { "$ref": "#/$defs/Sku" } }),
        json!({ "allOf": [{ "$ref": "#/$defs/Sku" }] }),
    ] {
        assert_eq!(verdicts(&rule(part.clone(), 8), &rule(part.clone(), 8)), []);
        let changed = verdicts(&rule(part.clone(), 8), &rule(part, 9));
        assert_eq!(changed.len(), 1, "{changed:?}");
        assert_eq!(changed[0].0, Verdict::Incomparable);
    }
}

#[test]
fn change_of_a_bound_is_one_sentence() {
    for (old, new, sentence) in [
        (
            json!({ "minimum": -5 }),
            json!({ "minimum": -6 }),
            "the body: -6 is now accepted (`minimum` was -5, is -6)",
        ),
        (
            json!({ "maximum": 1.5 }),
            json!({ "maximum": 2.5 }),
            "the body: a number above 1.5 is now accepted (`maximum` was 1.5, is 2.5)",
        ),
        (
            json!({ "minimum": 1.5 }),
            json!({ "minimum": 2.5 }),
            "the body: a number below 2.5 is no longer accepted (`minimum` was 1.5, is 2.5)",
        ),
        (
            json!({ "$comment": "between 1 and 64 bytes in UTF-8" }),
            json!({ "$comment": "between 1 and 65 bytes in UTF-8" }),
            "the body: a value outside the former bound is now accepted (it was `between 1 and 64 bytes in UTF-8`, is `between 1 and 65 bytes in UTF-8`)",
        ),
    ] {
        let details = verdicts(&old, &new).into_iter().map(|(_, detail)| detail);
        assert_eq!(details.collect::<Vec<_>>(), [sentence]);
    }
}
