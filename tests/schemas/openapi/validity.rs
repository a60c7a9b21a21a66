//! Checks of a document that hold for every API.

use std::collections::BTreeSet;

use jsonschema::Validator;
use palisade::Api;
use palisade::openapi::{Document, Info};
use serde_json::Value;

/// The schema of the OpenAPI Initiative for documents of version 3.1, of 2022-10-07 (Apache-2.0).
const OFFICIAL: &str = include_str!("oas-3.1.json");

/// Returns the document of an API, which satisfies the official schema and the rules beyond it.
pub fn document(api: &Api) -> Value {
    let document = Document::new(api, Info::new("Test", "1"));
    let document: Value = serde_json::from_str(&document.to_json()).unwrap();
    let official: Value = serde_json::from_str(OFFICIAL).unwrap();
    let official: Validator = jsonschema::draft202012::new(&official).unwrap();
    let errors: Vec<String> = official
        .iter_errors(&document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}\n{document:#}");
    check_references(&document, &document);
    check_operations(&document);
    check_schemas(&document);
    document
}

/// Every `$ref` has a target, except in values that are no objects of OpenAPI.
fn check_references(document: &Value, value: &Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if let (true, Value::String(target)) = (name == "$ref", member) {
                    let pointer = target.strip_prefix('#').unwrap();
                    assert!(document.pointer(pointer).is_some(), "{target}");
                }
                check_references(document, member);
            }
        }
        Value::Array(items) => {
            for item in items {
                check_references(document, item);
            }
        }
        _ => {}
    }
}

/// Identifiers are unique, parameters are those of the path, and every requirement names a scheme.
fn check_operations(document: &Value) {
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let names: BTreeSet<&str> = path
            .split('{')
            .skip(1)
            .map(|rest| rest.split_once('}').unwrap().0)
            .collect();
        for (method, operation) in item.as_object().unwrap() {
            if method == "servers" {
                continue;
            }
            let id = operation["operationId"].as_str().unwrap();
            assert!(!id.is_empty() && ids.insert(id), "{id}");
            let mut seen = BTreeSet::new();
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let mut in_path = BTreeSet::new();
            for parameter in parameters {
                let (name, location) = (&parameter["name"], &parameter["in"]);
                let name = name.as_str().unwrap();
                assert!(seen.insert((name, location.as_str())), "{path} {name}");
                if location == "path" {
                    assert_eq!(parameter["required"], true, "{path} {name}");
                    in_path.insert(name);
                }
            }
            assert_eq!(names, in_path, "{method} {path}");
            for requirement in operation["security"].as_array().unwrap() {
                for scheme in requirement.as_object().unwrap().keys() {
                    let schemes = &document["components"]["securitySchemes"];
                    assert!(schemes.get(scheme).is_some(), "{scheme}");
                }
            }
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.contains_key("405"), "{method} {path}");
        }
    }
}

/// The schemas of the components are schemas of 2020-12, with their references.
fn check_schemas(document: &Value) {
    let schemas = document["components"]["schemas"].as_object();
    for name in schemas.into_iter().flatten().map(|(name, _)| name) {
        let mut whole = document.clone();
        let root = whole.as_object_mut().unwrap();
        root.insert(
            "$ref".to_owned(),
            format!("#/components/schemas/{name}").into(),
        );
        assert!(jsonschema::draft202012::new(&whole).is_ok(), "{name}");
    }
}
