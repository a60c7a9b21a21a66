//! A JSON Schema in the form that a lock file has: without names and descriptions, and in a fixed order.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// A schema, with the definitions that it refers to.
///
/// A reference is `{"$ref": 1}`, the position of its definition from 1: the names of types do not matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LockedSchema {
    pub(super) root: Value,
    pub(super) definitions: Vec<Value>,
}

/// Keywords that do not affect which input is accepted.
const ANNOTATIONS: &[&str] = &[
    "$defs",
    "$schema",
    "default",
    "deprecated",
    "description",
    "examples",
    "title",
];

/// The comment for a value without rules, which is no rule.
const NOT_DESCRIBED: &str = "not described";

impl LockedSchema {
    /// Converts a standalone schema.
    pub(super) fn of(schema: &Value) -> Self {
        let mut canonical = Canonical {
            source: schema.get("$defs").and_then(Value::as_object),
            positions: BTreeMap::new(),
            definitions: Vec::new(),
        };
        let root = canonical.convert(schema);
        let definitions = canonical.definitions.into_iter();
        Self {
            root,
            definitions: definitions.map(Option::unwrap_or_default).collect(),
        }
    }

    /// Returns the definition that a schema refers to.
    pub(super) fn definition(&self, schema: &Value) -> Option<&Value> {
        let position = usize::try_from(schema.get("$ref")?.as_u64()?).ok()?;
        self.definitions.get(position.checked_sub(1)?)
    }
}

struct Canonical<'a> {
    source: Option<&'a Map<String, Value>>,
    positions: BTreeMap<String, usize>,
    /// `None` while a definition is being converted.
    definitions: Vec<Option<Value>>,
}

impl Canonical<'_> {
    fn convert(&mut self, schema: &Value) -> Value {
        let Value::Object(keywords) = schema else {
            return schema.clone();
        };
        let mut sorted: Vec<_> = keywords.iter().collect();
        sorted.sort_by_key(|(keyword, _)| *keyword);
        let mut converted = Map::new();
        for (keyword, value) in sorted {
            if ANNOTATIONS.contains(&&**keyword) {
                continue;
            }
            let (keyword, value) = match keyword.as_str() {
                "$ref" => (keyword.as_str(), self.reference(value)),
                // the width of a number: its bounds say the same
                "format" if is_numeric(keywords) => continue,
                "$comment" if value.as_str() == Some(NOT_DESCRIBED) => continue,
                "const" => ("enum", Value::Array(vec![value.clone()])),
                "properties" | "patternProperties" => (keyword.as_str(), self.members(value)),
                "enum" | "required" | "type" => (keyword.as_str(), sorted_set(value)),
                _ => (keyword.as_str(), self.subschemas(value)),
            };
            converted.insert(keyword.to_owned(), value);
        }
        Value::Object(converted)
    }

    /// Converts the value of a keyword if it is a schema or a list of schemas.
    fn subschemas(&mut self, value: &Value) -> Value {
        match value {
            Value::Object(_) => self.convert(value),
            Value::Array(items) => items.iter().map(|item| self.subschemas(item)).collect(),
            other => other.clone(),
        }
    }

    fn members(&mut self, members: &Value) -> Value {
        let Value::Object(members) = members else {
            return members.clone();
        };
        let mut sorted: Vec<_> = members.iter().collect();
        sorted.sort_by_key(|(name, _)| *name);
        let converted = sorted.into_iter();
        Value::Object(
            converted
                .map(|(name, schema)| (name.clone(), self.convert(schema)))
                .collect(),
        )
    }

    fn reference(&mut self, target: &Value) -> Value {
        let name = target
            .as_str()
            .and_then(|target| target.strip_prefix("#/$defs/"));
        let definition = name.and_then(|name| Some((name, self.source?.get(name)?)));
        let Some((name, definition)) = definition else {
            return target.clone();
        };
        if let Some(position) = self.positions.get(name) {
            return Value::from(*position);
        }
        self.definitions.push(None);
        let position = self.definitions.len();
        self.positions.insert(name.to_owned(), position);
        let converted = self.convert(definition);
        if let Some(slot) = self.definitions.get_mut(position - 1) {
            *slot = Some(converted);
        }
        Value::from(position)
    }
}

fn is_numeric(keywords: &Map<String, Value>) -> bool {
    let is_number = |name: &Value| matches!(name.as_str(), Some("integer" | "number" | "null"));
    match keywords.get("type") {
        Some(Value::Array(names)) => names.iter().all(is_number),
        Some(name) => is_number(name),
        None => false,
    }
}

/// Sorts a list whose order does not matter, and removes duplicates; one type is a list of one.
fn sorted_set(value: &Value) -> Value {
    let mut items = match value {
        Value::Array(items) => items.clone(),
        one => vec![one.clone()],
    };
    items.sort_by_key(ToString::to_string);
    items.dedup();
    Value::Array(items)
}
