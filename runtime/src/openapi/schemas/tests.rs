//! Tests of the lifted schemas.

use serde_json::json;

use super::*;

fn definitions(root: Value, by_name: Value) -> Definitions {
    let Value::Object(by_name) = by_name else {
        panic!("not an object")
    };
    Definitions::new(Schema::try_from(root).unwrap(), by_name)
}

fn lifted(schemas: &mut Schemas, root: Value, by_name: Value) -> Value {
    schemas.lift_root(&definitions(root, by_name))
}

fn to(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

#[test]
fn definitions_that_differ_get_different_names() {
    let mut schemas = Schemas::new([("Problem", json!({ "type": "object" }))]);
    let text = json!({ "Order": { "type": "string" } });
    let number = json!({ "Order": { "type": "integer" } });
    assert_eq!(lifted(&mut schemas, to("Order"), text.clone()), to("Order"));
    assert_eq!(lifted(&mut schemas, to("Order"), number), to("Order2"));
    assert_eq!(lifted(&mut schemas, to("Order"), text), to("Order"));
    let own = json!({ "Problem": { "type": "null" } });
    assert_eq!(lifted(&mut schemas, to("Problem"), own), to("Problem2"));
    let by_name = json!(schemas.into_map());
    assert_eq!(
        by_name,
        json!({
            "Order": { "type": "string" },
            "Order2": { "type": "integer" },
            "Problem": { "type": "object" },
            "Problem2": { "type": "null" },
        })
    );
}

/// Both `List` schemas have the same text, but refer to different definitions with one name.
#[test]
fn equal_definitions_that_refer_to_different_ones_get_different_names() {
    let mut schemas = Schemas::new([]);
    let list = |item: &str| json!({ "List": { "items": to("Item") }, "Item": { "type": item, "not": to("List") } });
    assert_eq!(lifted(&mut schemas, to("List"), list("string")), to("List"));
    assert_eq!(
        lifted(&mut schemas, to("List"), list("integer")),
        to("List2")
    );
    let by_name = schemas.into_map();
    assert_eq!(by_name["List2"], json!({ "items": to("Item2") }));
    assert_eq!(
        by_name["Item2"],
        json!({ "type": "integer", "not": to("List2") })
    );
}

#[test]
fn references_are_rewritten_in_schemas_only() {
    let mut schemas = Schemas::new([("A", json!({}))]);
    let root = json!({
        "properties": { "$ref": to("A"), "const": { "const": to("A") } },
        "allOf": [to("A")],
        "items": to("A"),
        "enum": [to("A")],
        "default": to("A"),
        "examples": [{ "items": to("A") }],
    });
    let renamed = lifted(&mut schemas, root, json!({ "A": { "type": "null" } }));
    assert_eq!(
        renamed,
        json!({
            "properties": { "$ref": to("A2"), "const": { "const": to("A") } },
            "allOf": [to("A2")],
            "items": to("A2"),
            "enum": [to("A")],
            "default": to("A"),
            "examples": [{ "items": to("A") }],
        })
    );
}

#[test]
fn name_of_a_component_has_only_allowed_characters() {
    let mut schemas = Schemas::new([]);
    for (name, reference, expected) in [
        ("Größe", "Gr%C3%B6%C3%9Fe", "Gr__e"),
        ("a/b c", "a~1b%20c", "a_b_c"),
        ("a~b", "a~0b", "a_b"),
        ("Page<Order>", "Page%3COrder%3E", "Page_Order_"),
        ("", "", "_"),
    ] {
        let by_name = json!({ name: { "title": name } });
        assert_eq!(lifted(&mut schemas, to(reference), by_name), to(expected));
    }
}

/// Their names differ only in characters that a component cannot have.
#[test]
fn definitions_of_one_schema_keep_their_own_names() {
    let mut schemas = Schemas::new([]);
    let root = json!({ "prefixItems": [to("a%20b"), to("a~1b"), to("a~0b")] });
    let by_name = json!({ "a b": { "const": 1 }, "a/b": { "const": 2 }, "a~b": { "const": 3 } });
    let root = lifted(&mut schemas, root, by_name);
    let schemas = schemas.into_map();
    for (item, constant) in root["prefixItems"].as_array().unwrap().iter().zip(1..=3) {
        let name = item["$ref"].as_str().unwrap().strip_prefix(COMPONENTS);
        assert_eq!(schemas[name.unwrap()], json!({ "const": constant }));
    }
    assert_eq!(schemas.len(), 3);
}

#[test]
fn definitions_inside_a_schema_are_moved_to_the_document() {
    let mut schemas = Schemas::new([]);
    let local = |kind: &str| {
        json!({
            "$defs": { "Part": { "type": kind } },
            "items": { "$ref": "#/$defs/Part" },
        })
    };
    let by_name = json!({ "Whole": local("string") });
    let root = lifted(&mut schemas, to("Whole"), by_name);
    assert_eq!(root, to("Whole"));
    let root = lifted(&mut schemas, local("null"), json!({}));
    assert_eq!(root, json!({ "items": to("Part2") }));
    assert_eq!(
        json!(schemas.into_map()),
        json!({
            "Whole": { "items": to("Part") },
            "Part": { "type": "string" },
            "Part2": { "type": "null" },
        })
    );
}

/// Names that differ only in characters that a component cannot have.
#[test]
fn definitions_inside_a_schema_keep_their_own_names() {
    let mut schemas = Schemas::new([]);
    let root = json!({
        "$defs": {
            "a b": { "const": 1 },
            "a/b": { "const": 2 },
            "a_b": { "const": 3 },
            "list": { "items": { "$ref": "#/$defs/a%20b" } },
        },
        "items": { "$ref": "#/$defs/list" },
        "prefixItems": [
            { "$ref": "#/$defs/a%20b" },
            { "$ref": "#/$defs/a~1b" },
            { "$ref": "#/$defs/a_b" },
            { "$ref": "#/$defs/missing" },
        ],
    });
    let root = lifted(&mut schemas, root, json!({}));
    let schemas = schemas.into_map();
    let items = root["prefixItems"].as_array().unwrap();
    for (item, constant) in items.iter().zip(1..=3) {
        let target = item["$ref"].as_str().unwrap();
        let name = target.strip_prefix(COMPONENTS).unwrap();
        assert_eq!(schemas[name], json!({ "const": constant }), "{target}");
    }
    assert_eq!(items[3], json!({ "$ref": "#/$defs/missing" }));
    assert_eq!(schemas["list"], json!({ "items": items[0] }));
}

#[test]
fn definitions_inside_definitions_are_moved_to_the_document() {
    for keyword in DEFINITIONS {
        let mut schemas = Schemas::new([]);
        let to_local = |name: &str| json!({ "$ref": format!("#/{keyword}/{name}") });
        let root = json!({
            keyword: {
                "Outer": { keyword: { "Inner": { "const": 1 } }, "items": to_local("Inner") },
                "Other": { "items": to_local("Outer") },
            },
            "items": to_local("Other"),
        });
        let root = lifted(&mut schemas, root, json!({}));
        assert_eq!(root, json!({ "items": to("Other") }));
        assert_eq!(
            json!(schemas.into_map()),
            json!({
                "Inner": { "const": 1 },
                "Other": { "items": to("Outer") },
                "Outer": { "items": to("Inner") },
            })
        );
    }
}

#[test]
fn root_that_is_only_a_reference_is_inlined() {
    for (root, expected) in [
        (to("A"), json!({ "const": 1 })),
        (json!({ "$ref": "#/$defs/A" }), json!({ "const": 1 })),
        (to("Missing"), to("Missing")),
        (to("Alias"), json!({ "const": 1, "$comment": "b" })),
        (
            json!({ "$ref": "#/components/schemas/Alias", "$comment": "a" }),
            json!({ "const": 1, "$comment": "a; b" }),
        ),
        (to("True"), json!(true)),
        (to("Loop"), to("Loop")),
        (
            json!({ "$ref": "#/components/schemas/A", "title": "B" }),
            json!({ "$ref": "#/components/schemas/A", "title": "B" }),
        ),
        (json!(true), json!(true)),
    ] {
        let by_name = json!({
            "A": { "const": 1 },
            "Alias": { "$ref": "#/components/schemas/A", "$comment": "b" },
            "True": true,
            "Loop": to("Loop"),
        });
        let inlined = definitions(root, by_name).with_inlined_root();
        assert_eq!(inlined.root, expected);
    }
}

#[test]
fn reference_in_every_keyword_with_schemas_is_rewritten() {
    for keyword in ONE {
        let mut schemas = Schemas::new([("A", json!({}))]);
        let root = json!({ keyword: to("A") });
        let renamed = lifted(&mut schemas, root, json!({ "A": { "const": 1 } }));
        assert_eq!(renamed, json!({ keyword: to("A2") }));
    }
    for keyword in LISTS {
        let mut schemas = Schemas::new([("A", json!({}))]);
        let root = json!({ keyword: [{ "const": 2 }, to("A")] });
        let renamed = lifted(&mut schemas, root, json!({ "A": { "const": 1 } }));
        assert_eq!(renamed, json!({ keyword: [{ "const": 2 }, to("A2")] }));
    }
    for keyword in ["dependentSchemas", "patternProperties", "properties"] {
        let mut schemas = Schemas::new([("A", json!({}))]);
        let root = json!({ keyword: { "$ref": to("A"), "b": { "const": 2 } } });
        let renamed = lifted(&mut schemas, root, json!({ "A": { "const": 1 } }));
        let expected = json!({ keyword: { "$ref": to("A2"), "b": { "const": 2 } } });
        assert_eq!(renamed, expected);
    }
}

#[test]
fn unused_definitions_are_left_out() {
    let mut schemas = Schemas::new([]);
    lifted(
        &mut schemas,
        json!({ "type": "null" }),
        json!({ "Unused": {} }),
    );
    assert!(schemas.into_map().is_empty());
}

#[test]
fn object_that_requires_a_member_is_found_through_every_keyword() {
    let named = |name: &str| json!({ "required": [name] });
    let aliased = json!({ "oneOf": [named("q"), named("query")] });
    let optional = json!({ "oneOf": [named("q"), { "not": named("q") }] });
    for (root, requires) in [
        (json!({}), false),
        (json!({ "required": [] }), false),
        (json!({ "minProperties": 0 }), false),
        (json!({ "oneOf": [] }), false),
        (json!({ "allOf": [optional] }), false),
        (to("Loop"), false),
        (to("Missing"), false),
        (named("q"), true),
        (json!({ "minProperties": 1 }), true),
        (json!({ "allOf": [optional, aliased] }), true),
        (json!({ "anyOf": [named("q"), to("A")] }), true),
        (json!({ "anyOf": [to("A"), to("A")] }), true),
        (to("A"), true),
    ] {
        let by_name = json!({ "A": named("a"), "Loop": { "allOf": [to("Loop")] } });
        let definitions = definitions(root, by_name);
        assert_eq!(definitions.requires_member(), requires, "{definitions:?}");
    }
}
