//! Objects whose members have names, and arrays whose elements have places.

use schemars::{Schema, json_schema};
use serde_json::{Map, Value, json};

/// What is known of a field.
#[derive(Debug)]
pub struct Described {
    pub(crate) schema: Schema,
    /// Whether serde takes an object that lacks it.
    pub(crate) may_be_absent: bool,
}

impl Described {
    /// A field that is always there.
    #[doc(hidden)]
    #[must_use]
    pub fn present(schema: Schema) -> Self {
        Self {
            schema,
            may_be_absent: false,
        }
    }

    /// A field that nothing is proved of, because of a reason.
    #[doc(hidden)]
    #[must_use]
    pub fn unknown() -> Self {
        Self {
            schema: unknown(),
            may_be_absent: true,
        }
    }

    /// What it looks like.
    #[doc(hidden)]
    #[must_use]
    pub fn into_schema(self) -> Schema {
        self.schema
    }
}

/// What a type looks like that nobody described.
pub(crate) fn unknown() -> Schema {
    json_schema!({ "$comment": "not described" })
}

/// The members of an object, and no others.
#[derive(Debug, Default)]
pub struct Members {
    properties: Map<String, Value>,
    required: Vec<Value>,
    aliased: Vec<Value>,
}

impl Members {
    /// No member.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a member that may have any of these names, but one of them only.
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

    /// The object.
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

/// That exactly one of these is there, or at most one.
fn one_of(names: &[&str], is_optional: bool) -> Value {
    let mut each: Vec<Value> = names
        .iter()
        .map(|name| json!({ "required": [name] }))
        .collect();
    if is_optional {
        each.push(json!({ "not": { "anyOf": each } }));
    }
    json!({ "oneOf": each })
}

/// The elements of an array, in their order, and no others.
#[derive(Debug, Default)]
pub struct Elements {
    items: Vec<Value>,
    needed: usize,
}

impl Elements {
    /// No element.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an element; one that has a default may be missing at the end.
    #[must_use]
    pub fn element(mut self, has_default: bool, described: Described) -> Self {
        self.items.push(described.schema.to_value());
        if !has_default {
            self.needed = self.items.len();
        }
        self
    }

    /// The array.
    #[must_use]
    pub fn array(self) -> Schema {
        json_schema!({
            "type": "array",
            "minItems": self.needed,
            "maxItems": self.items.len(),
            "prefixItems": self.items,
            "items": false,
        })
    }
}
