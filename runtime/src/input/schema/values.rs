//! The schemas of values without fields: texts, numbers, collections.

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

/// Returns the schema of a file in a form, which JSON cannot represent: only its media types.
pub(crate) fn file(accepted: &[&str], max: usize) -> Schema {
    bytes(accepted, &format!("a file with at most {max} bytes"))
}

/// Returns the schema of a body in chunks, which JSON cannot represent: only its media types.
pub(crate) fn streamed_body(accepted: &[&str]) -> Schema {
    bytes(accepted, "bytes up to the size limit of the route")
}

fn bytes(accepted: &[&str], limit: &str) -> Schema {
    let media_types = accepted.iter();
    let media_types: Value = media_types
        .map(|media_type| json!({ "contentMediaType": media_type }))
        .collect();
    let mut schema = json_schema!({ "anyOf": media_types });
    comment(&mut schema, limit);
    schema
}

/// Returns the schema of a text that its type parses; in 2020-12, `format` is only an annotation.
pub(crate) fn parsed(format: &str, pattern: Option<&str>) -> Schema {
    let mut schema = json_schema!({ "type": "string", "format": format });
    match pattern {
        Some(pattern) => {
            schema.insert("pattern".to_owned(), pattern.into());
        }
        None => comment(&mut schema, "checked by parsing"),
    }
    schema
}

/// Returns the schema of an integer, with the limits of its type if JSON can represent them.
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

/// Returns the schema of a finite number; JSON has no other numbers.
pub(crate) fn float(format: &str, max: f64, bounds: &Bounds) -> Schema {
    let mut schema = json_schema!({ "type": "number", "format": format });
    // the limits of the type's finite numbers
    if let (Some(min), Some(max)) = (Number::from_f64(-max), Number::from_f64(max)) {
        schema.insert("minimum".to_owned(), min.into());
        schema.insert("maximum".to_owned(), max.into());
    }
    bounds.bound_number(&mut schema);
    schema
}

pub(crate) fn array(items: Schema, bounds: &Bounds) -> Schema {
    let mut schema = array_of(items, bounds);
    bounds.bound_count(&mut schema, "Items", true);
    schema
}

/// Returns the schema of a collection in which duplicates become one item.
pub(crate) fn set(items: Schema, bounds: &Bounds) -> Schema {
    let mut schema = array_of(items, bounds);
    bounds.bound_count(&mut schema, "Items", false);
    schema
}

/// Returns the schema of an array with a fixed length.
pub(crate) fn tuple(items: Schema, length: usize, bounds: &Bounds) -> Schema {
    let mut schema = array_of(items, bounds);
    bounds.bound_count(&mut schema, "Items", true);
    schema.insert("minItems".to_owned(), length.into());
    schema.insert("maxItems".to_owned(), length.into());
    schema
}

fn array_of(mut items: Schema, bounds: &Bounds) -> Schema {
    bounds.items().annotate(&mut items);
    json_schema!({ "type": "array", "items": items })
}

/// How a map handles names of equal keys.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum EqualKeys {
    Rejected,
    Merged,
}

/// Returns the schema of an object whose names are keys.
pub(crate) fn map(
    generator: &SchemaGenerator,
    key: Schema,
    mut value: Schema,
    equal_keys: EqualKeys,
    bounds: &Bounds,
) -> Schema {
    bounds.items().annotate(&mut value);
    let (names, is_exact) = names(generator, key);
    let mut schema = json_schema!({
        "type": "object",
        "propertyNames": names,
        "additionalProperties": value,
    });
    bounds.bound_count(
        &mut schema,
        "Properties",
        is_exact || equal_keys == EqualKeys::Rejected,
    );
    if !is_exact && equal_keys == EqualKeys::Rejected {
        comment(&mut schema, "no two names are equal keys");
    }
    schema
}

/// Returns the schema of a key as a name, and whether different names are always different keys.
fn names(generator: &SchemaGenerator, key: Schema) -> (Schema, bool) {
    let resolved = resolve(generator, &key);
    let is_a = |kind: &str| match resolved.get("type") {
        Some(Value::String(single)) => single == kind,
        Some(Value::Array(several)) => several.iter().any(|other| other == kind),
        _ => false,
    };
    if is_a("string") {
        let inexact = ["format", "enum", "$comment"];
        let is_exact = inexact
            .iter()
            .all(|keyword| resolved.get(keyword).is_none());
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
        "names are keys in decimal digits, within the range of the key's type",
    );
    (names, false)
}

fn resolve(generator: &SchemaGenerator, schema: &Schema) -> Value {
    let mut value = schema.clone().to_value();
    // a newtype of a newtype is a chain of references
    while let Some(reference) = value.get("$ref").and_then(Value::as_str) {
        let name = reference.rsplit('/').next().unwrap_or_default();
        match generator.definitions().get(name) {
            Some(definition) => value = definition.clone(),
            None => break,
        }
    }
    value
}

/// Extends a schema to accept null.
pub(crate) fn nullable(mut schema: Schema) -> Schema {
    let is_plain = |schema: &Schema| {
        let mut others = ["enum", "const", "not", "$ref", "oneOf", "anyOf"].iter();
        others.all(|keyword| schema.get(*keyword).is_none())
    };
    let kind = schema
        .get("type")
        .and_then(Value::as_str)
        .map(str::to_owned);
    if is_plain(&schema)
        && let Some(Value::Array(kinds)) = schema.get_mut("type")
    {
        kinds.push("null".into());
        return schema;
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nullable_schema_accepts_null() {
        let with_null = |schema: Schema| json_schema!({ "anyOf": [schema, { "type": "null" }] });
        for (schema, expected) in [
            (
                json_schema!({ "type": "string" }),
                json_schema!({ "type": ["string", "null"] }),
            ),
            (
                json_schema!({ "type": ["number", "string"] }),
                json_schema!({ "type": ["number", "string", "null"] }),
            ),
            (json_schema!({}), json_schema!({})),
            (
                json_schema!({ "type": "null" }),
                json_schema!({ "type": "null" }),
            ),
        ] {
            assert_eq!(nullable(schema), expected);
        }
        for schema in [
            json_schema!({ "type": "string", "enum": ["a"] }),
            json_schema!({ "enum": ["a"] }),
            json_schema!({ "type": "string", "const": "a" }),
            json_schema!({ "$ref": "#/$defs/Sku" }),
            json_schema!({ "type": "object", "oneOf": [{}] }),
        ] {
            assert_eq!(nullable(schema.clone()), with_null(schema));
        }
    }
}
