//! A schema as a document of its own.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

/// Says what something looks like, and adds what that refers to to the definitions.
pub(crate) type Describe = fn(&mut SchemaGenerator) -> Schema;

/// The dialect of every document.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema with its dialect and the definitions that it refers to.
pub(crate) fn document(describe: Describe) -> Schema {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = describe(&mut generator);
    let mut definitions = generator.take_definitions(true);
    // what only the document itself refers to is the document
    let of_root = schema.get("$ref").and_then(Value::as_str);
    let name = of_root.and_then(|reference| reference.rsplit('/').next());
    if let Some(name) = name.map(str::to_owned)
        && !definitions.values().any(|other| refers(other, &name))
        && let Some(Value::Object(root)) = definitions.remove(&name)
    {
        schema = root.into();
        schema.insert("title".to_owned(), name.into());
    }
    retain_referred(&schema, &mut definitions);
    if !definitions.is_empty() {
        schema.insert("$defs".to_owned(), Value::Object(definitions));
    }
    schema.insert("$schema".to_owned(), DIALECT.into());
    schema
}

/// Drops what was written out where it is needed, and nothing refers to.
fn retain_referred(schema: &Schema, definitions: &mut serde_json::Map<String, Value>) {
    loop {
        let unreferred = |name: &&String| {
            !refers(schema.as_value(), name)
                && !definitions
                    .iter()
                    .any(|(own, other)| own != *name && refers(other, name))
        };
        let Some(name) = definitions.keys().find(unreferred).cloned() else {
            return;
        };
        definitions.remove(&name);
    }
}

fn refers(value: &Value, name: &str) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(keyword, value)| {
            let target = (keyword == "$ref").then(|| value.as_str()).flatten();
            target.and_then(|target| target.rsplit('/').next()) == Some(name) || refers(value, name)
        }),
        Value::Array(items) => items.iter().any(|value| refers(value, name)),
        _ => false,
    }
}
