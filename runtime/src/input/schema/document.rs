//! A schema as a standalone document.

use percent_encoding::percent_decode_str;
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value};

/// A function that returns the schema of an input and registers its definitions with the generator.
pub(crate) type Describe = fn(&mut SchemaGenerator) -> Schema;

/// The dialect of every document.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Returns the schema with its dialect and the definitions that it refers to.
pub(crate) fn document(describe: impl FnOnce(&mut SchemaGenerator) -> Schema) -> Schema {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = describe(&mut generator);
    let mut definitions = generator.take_definitions(true);
    // inline a definition that only the root refers to
    let root_reference = schema.get("$ref").and_then(Value::as_str);
    if let Some(name) = root_reference.and_then(name)
        && !definitions.values().any(|other| refers_to(other, &name))
        && let Some(Value::Object(root)) = definitions.remove(&name)
    {
        schema = root.into();
        schema.insert("title".to_owned(), name.into());
    }
    retain_referenced(&schema, &mut definitions);
    if !definitions.is_empty() {
        schema.insert("$defs".to_owned(), Value::Object(definitions));
    }
    schema.insert("$schema".to_owned(), DIALECT.into());
    schema
}

/// Removes definitions that nothing refers to, because their content is inlined.
fn retain_referenced(schema: &Schema, definitions: &mut Map<String, Value>) {
    loop {
        let is_unreferenced = |name: &&String| {
            !refers_to(schema.as_value(), name)
                && !definitions
                    .iter()
                    .any(|(other_name, other)| other_name != *name && refers_to(other, name))
        };
        let Some(name) = definitions.keys().find(is_unreferenced).cloned() else {
            return;
        };
        definitions.remove(&name);
    }
}

fn refers_to(value: &Value, definition: &str) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(keyword, value)| {
            let target = (keyword == "$ref").then(|| value.as_str()).flatten();
            target.and_then(name).is_some_and(|name| name == definition)
                || refers_to(value, definition)
        }),
        Value::Array(items) => items.iter().any(|value| refers_to(value, definition)),
        _ => false,
    }
}

/// Returns the definition that a reference names.
pub(super) fn definition<'a>(
    definitions: &'a Map<String, Value>,
    reference: &str,
) -> Option<(&'a String, &'a Value)> {
    definitions.get_key_value(&name(reference)?)
}

/// Returns the name of the definition that a reference ends with.
fn name(reference: &str) -> Option<String> {
    let (_, segment) = reference.rsplit_once('/')?;
    Some(decoded(segment))
}

/// Returns the text of a segment of a reference: percent-encoded, and escaped as in a JSON Pointer.
pub(crate) fn decoded(segment: &str) -> String {
    let text = percent_decode_str(segment).decode_utf8_lossy();
    text.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use schemars::json_schema;
    use serde_json::json;

    use super::*;

    fn with_definition(generator: &mut SchemaGenerator) {
        let definition = json!({ "type": "string" });
        let definitions = generator.definitions_mut();
        definitions.insert("A/ü".to_owned(), definition.clone());
        definitions.insert("Unused".to_owned(), definition);
    }

    /// A name in a reference is percent-encoded, and escaped as in a JSON Pointer.
    #[test]
    fn definition_with_any_name_is_kept_if_a_reference_names_it() {
        let reference = "#/$defs/A~1%C3%BC";
        let schema = document(|generator| {
            with_definition(generator);
            json_schema!({ "items": { "$ref": reference } })
        });
        assert_eq!(
            schema.to_value(),
            json!({
                "$schema": DIALECT,
                "items": { "$ref": reference },
                "$defs": { "A/ü": { "type": "string" } },
            })
        );
        let root = document(|generator| {
            with_definition(generator);
            json_schema!({ "$ref": reference })
        });
        assert_eq!(
            root.to_value(),
            json!({ "$schema": DIALECT, "title": "A/ü", "type": "string" })
        );
    }
}
