//! The schemas of structs and tuples.

use schemars::{Schema, json_schema};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// The description of a field.
#[derive(Debug)]
pub struct Described {
    pub(crate) schema: Schema,
    /// Whether serde accepts an object without the field.
    pub(crate) may_be_absent: bool,
}

impl Described {
    /// Describes a field that is always present.
    #[doc(hidden)]
    #[must_use]
    pub fn present(schema: Schema) -> Self {
        Self {
            schema,
            may_be_absent: false,
        }
    }

    /// Describes a field whose rules are waived with a reason.
    #[doc(hidden)]
    #[must_use]
    pub fn unknown() -> Self {
        Self {
            schema: unknown(),
            may_be_absent: true,
        }
    }

    /// Returns the schema of the field.
    #[doc(hidden)]
    #[must_use]
    pub fn into_schema(self) -> Schema {
        self.schema
    }
}

/// Returns the schema of a type without a description.
pub(crate) fn unknown() -> Schema {
    json_schema!({ "$comment": "not described" })
}

/// The members of an object without other members.
#[derive(Debug, Default)]
pub struct Members {
    properties: Map<String, Value>,
    required: Vec<Value>,
    aliased: Vec<Value>,
}

impl Members {
    /// Creates an object without members.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a member with exactly one of these names.
    #[must_use]
    pub fn member(mut self, names: &[&str], has_default: bool, described: Described) -> Self {
        let is_optional = has_default || described.may_be_absent;
        let schema = described.schema.to_value();
        for name in names {
            self.properties.insert((*name).to_owned(), schema.clone());
        }
        match names {
            [name] if !is_optional => self.required.push(Value::from(*name)),
            [_] => {}
            names => self.aliased.push(one_of(names, is_optional)),
        }
        self
    }

    /// Returns the schema of the object.
    #[must_use]
    pub fn object(self) -> Schema {
        let mut schema = json_schema!({
            "type": "object",
            "properties": self.properties,
            "additionalProperties": false,
        });
        if !self.required.is_empty() {
            schema.insert("required".to_owned(), self.required.into());
        }
        if !self.aliased.is_empty() {
            schema.insert("allOf".to_owned(), self.aliased.into());
        }
        schema
    }
}

/// Returns the schema of an object with exactly one of these members, or at most one.
pub(super) fn one_of(names: &[impl Serialize], is_optional: bool) -> Value {
    let mut each: Vec<Value> = names
        .iter()
        .map(|name| json!({ "required": [name] }))
        .collect();
    if is_optional {
        each.push(json!({ "not": { "anyOf": each } }));
    }
    json!({ "oneOf": each })
}

/// The elements of an array, in order, without other elements.
#[derive(Debug, Default)]
pub struct Elements {
    items: Vec<Value>,
    required_length: usize,
}

impl Elements {
    /// Creates an array without elements.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an element; trailing elements with a default are optional.
    #[must_use]
    pub fn element(mut self, has_default: bool, described: Described) -> Self {
        self.items.push(described.schema.to_value());
        if !has_default {
            self.required_length = self.items.len();
        }
        self
    }

    /// Returns the schema of the array.
    #[must_use]
    pub fn array(self) -> Schema {
        json_schema!({
            "type": "array",
            "minItems": self.required_length,
            "maxItems": self.items.len(),
            "prefixItems": self.items,
            "items": false,
        })
    }
}
