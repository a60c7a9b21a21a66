//! Values without names of their own: texts, numbers, collections.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Number, Value, json};

use crate::input::schema::bounds::{Bounds, comment};

pub(crate) fn text(bounds: &Bounds) -> Schema {
    let mut schema = json_schema!({ "type": "string" });
    bounds.bound_text(&mut schema);
    schema
}

pub(crate) fn character() -> Schema {
    json_schema!({ "type": "string", "minLength": 1, "maxLength": 1 })
}

pub(crate) fn boolean() -> Schema {
    json_schema!({ "type": "boolean" })
}

pub(crate) fn null() -> Schema {
    json_schema!({ "type": "null" })
}

/// A file of a form, which is no value of JSON: it is told what it is labelled as.
pub(crate) fn file(accepted: &[&str], max: usize) -> Schema {
    let labels = accepted.iter();
    let labels: Value = labels
        .map(|media_type| json!({ "contentMediaType": media_type }))
        .collect();
    let mut schema = json_schema!({ "anyOf": labels });
    comment(&mut schema, &format!("a file of at most {max} bytes"));
    schema
}

/// A text that its type parses; a `format` is an annotation, as 2020-12 has it.
pub(crate) fn parsed(format: &str, pattern: Option<&str>) -> Schema {
    let mut schema = json_schema!({ "type": "string", "format": format });
    match pattern {
        Some(pattern) => {
            schema.insert("pattern".to_owned(), pattern.into());
        }
        None => comment(&mut schema, "its form is checked by parsing it"),
    }
    schema
}

/// A whole number; the ends of its type, where JSON has them.
pub(crate) fn integer(
    format: &str,
    min: impl TryInto<i64>,
    max: impl TryInto<u64>,
    bounds: &Bounds,
) -> Schema {
    let mut schema = json_schema!({ "type": "integer", "format": format });
    let (min, max) = (min.try_into().ok(), max.try_into().ok());
    if let Some(min) = min {
        schema.insert("minimum".to_owned(), min.into());
    }
    if let Some(max) = max {
        schema.insert("maximum".to_owned(), max.into());
    }
    if min.is_none() || max.is_none() {
        comment(&mut schema, "has at most 128 bits");
    }
    bounds.bound_number(&mut schema);
    schema
}

pub(crate) fn nonzero(mut schema: Schema) -> Schema {
    if schema.get("minimum").and_then(Value::as_u64) == Some(0) {
        schema.insert("minimum".to_owned(), 1.into());
    } else {
        schema.insert("not".to_owned(), json!({ "const": 0 }));
    }
    schema
}

/// A number that is finite, as each of JSON's is.
pub(crate) fn float(format: &str, max: f64, bounds: &Bounds) -> Schema {
    let mut schema = json_schema!({ "type": "number", "format": format });
    // beyond it there is no finite number of the type
    if let (Some(min), Some(max)) = (Number::from_f64(-max), Number::from_f64(max)) {
        schema.insert("minimum".to_owned(), min.into());
        schema.insert("maximum".to_owned(), max.into());
    }
    bounds.bound_number(&mut schema);
    schema
}

pub(crate) fn array(items: Schema, bounds: &Bounds) -> Schema {
    let mut schema = of_items(items, bounds);
    bounds.bound_count(&mut schema, "Items", true);
    schema
}

/// A collection in which what is there twice counts once.
pub(crate) fn set(items: Schema, bounds: &Bounds) -> Schema {
    let mut schema = of_items(items, bounds);
    bounds.bound_count(&mut schema, "Items", false);
    schema
}

/// An array of so many items.
pub(crate) fn tuple(items: Schema, length: usize, bounds: &Bounds) -> Schema {
    let mut schema = of_items(items, bounds);
    bounds.bound_count(&mut schema, "Items", true);
    schema.insert("minItems".to_owned(), length.into());
    schema.insert("maxItems".to_owned(), length.into());
    schema
}

fn of_items(mut items: Schema, bounds: &Bounds) -> Schema {
    bounds.items().annotate(&mut items);
    json_schema!({ "type": "array", "items": items })
}

/// Whether two names that mean the same key are refused.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keys {
    Refused,
    Merged,
}

/// An object whose members' names are the sender's.
pub(crate) fn map(
    generator: &SchemaGenerator,
    key: Schema,
    mut value: Schema,
    same: Keys,
    bounds: &Bounds,
) -> Schema {
    bounds.items().annotate(&mut value);
    let (names, is_exact) = names(generator, key);
    let mut schema = json_schema!({
        "type": "object",
        "propertyNames": names,
        "additionalProperties": value,
    });
    bounds.bound_count(&mut schema, "Properties", is_exact || same == Keys::Refused);
    if !is_exact && same == Keys::Refused {
        comment(&mut schema, "no two names mean the same key");
    }
    schema
}

/// A key as it stands in a member's name, and whether each name is a key of its own.
fn names(generator: &SchemaGenerator, key: Schema) -> (Schema, bool) {
    let meant = resolved(generator, &key);
    let is_a = |kind: &str| match meant.get("type") {
        Some(Value::String(own)) => own == kind,
        Some(Value::Array(own)) => own.iter().any(|own| own == kind),
        _ => false,
    };
    if is_a("string") {
        let other = ["format", "enum", "$comment"];
        let is_exact = other.iter().all(|keyword| meant.get(keyword).is_none());
        return (key, is_exact);
    }
    if is_a("boolean") {
        return (json_schema!({ "enum": ["true", "false"] }), true);
    }
    let mut names = if is_a("integer") {
        json_schema!({ "pattern": "^-?[0-9]+$" })
    } else {
        json_schema!({})
    };
    comment(
        &mut names,
        "a name is a key in decimal digits, within the key's range",
    );
    (names, false)
}

fn resolved(generator: &SchemaGenerator, schema: &Schema) -> Value {
    let mut value = schema.clone().to_value();
    // a newtype's newtype refers on
    while let Some(reference) = value.get("$ref").and_then(Value::as_str) {
        let name = reference.rsplit('/').next().unwrap_or_default();
        match generator.definitions().get(name) {
            Some(definition) => value = definition.clone(),
            None => break,
        }
    }
    value
}

/// The same, or null.
pub(crate) fn nullable(mut schema: Schema) -> Schema {
    let is_plain = |schema: &Schema| {
        let mut others = ["enum", "const", "not", "$ref", "oneOf", "anyOf"].iter();
        others.all(|keyword| schema.get(*keyword).is_none())
    };
    let kind = schema
        .get("type")
        .and_then(Value::as_str)
        .map(str::to_owned);
    match kind {
        Some(kind) if kind == "null" => schema,
        Some(kind) if is_plain(&schema) => {
            schema.insert("type".to_owned(), json!([kind, "null"]));
            schema
        }
        None if is_plain(&schema) => schema,
        _ => json_schema!({ "anyOf": [schema, { "type": "null" }] }),
    }
}
