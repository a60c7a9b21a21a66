//! The schemas of enums.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use crate::input::schema::bounds::comment;
use crate::input::schema::document::definition;
use crate::input::schema::members::Described;
use crate::input::shape::Tagging;

/// The variants of an enum.
#[derive(Debug)]
pub struct Variants {
    tagging: Tagging,
    names: Vec<Value>,
    /// The names of unit variants of an externally tagged enum, which are texts.
    units: Vec<Value>,
    accepts_other_names: bool,
    forms: Vec<Value>,
}

impl Variants {
    /// Creates an enum without variants.
    #[must_use]
    pub fn new(tagging: Tagging) -> Self {
        Self {
            tagging,
            names: Vec::new(),
            units: Vec::new(),
            accepts_other_names: false,
            forms: Vec::new(),
        }
    }

    /// Adds a variant with any of these names.
    #[must_use]
    pub fn variant(
        mut self,
        names: &[&str],
        content: Option<Described>,
        generator: &SchemaGenerator,
    ) -> Self {
        let tags: Vec<Value> = names.iter().map(|name| Value::from(*name)).collect();
        match (self.tagging, content) {
            (Tagging::External, None) => self.units.extend(tags.iter().cloned()),
            (Tagging::External, Some(content)) => {
                let content = content.schema.to_value();
                let form = |name| external(name, &content);
                self.forms.extend(names.iter().map(form));
            }
            (Tagging::Internal(tag), content) => {
                let content = content.map(|content| content.schema);
                self.forms.push(internal(generator, tag, &tags, content));
            }
            (Tagging::Adjacent(tag, member), content) => {
                let tags = json!({ "type": "string", "enum": tags });
                self.forms.push(adjacent(tag, &tags, member, content));
            }
        }
        self.names.extend(tags);
        self
    }

    /// Adds the variant for all other names (`#[serde(other)]`).
    #[must_use]
    pub fn others(mut self) -> Self {
        self.accepts_other_names = true;
        self
    }

    /// Returns the schema of the enum.
    #[must_use]
    pub fn schema(mut self) -> Schema {
        let others = json!({ "type": "string", "not": { "enum": self.names } });
        match self.tagging {
            Tagging::External if self.accepts_other_names => {
                // this variant has every name that no other variant has
                let declared: Vec<_> = self
                    .names
                    .iter()
                    .filter(|name| !self.units.contains(name))
                    .collect();
                let units = if declared.is_empty() {
                    json!({ "type": "string" })
                } else {
                    json!({ "type": "string", "not": { "enum": declared } })
                };
                self.forms.insert(0, units);
            }
            Tagging::External if !self.units.is_empty() => {
                let units = json!({ "type": "string", "enum": self.units });
                self.forms.insert(0, units);
            }
            Tagging::Adjacent(tag, member) if self.accepts_other_names => {
                self.forms.push(adjacent(tag, &others, member, None));
            }
            _ => {}
        }
        match self.forms.as_slice() {
            // no variant can be deserialized
            [] => false.into(),
            [Value::Object(only)] => only.clone().into(),
            forms => json_schema!({ "oneOf": forms }),
        }
    }
}

fn external(name: &&str, content: &Value) -> Value {
    json!({
        "type": "object",
        "properties": { *name: content },
        "required": [name],
        "additionalProperties": false,
    })
}

fn adjacent(tag: &str, tags: &Value, member: &str, content: Option<Described>) -> Value {
    let mut required = vec![tag];
    let content = match content {
        Some(content) => {
            if !content.may_be_absent {
                required.push(member);
            }
            content.schema.to_value()
        }
        None => json!({ "type": "null" }),
    };
    json!({
        "type": "object",
        "properties": { tag: tags, member: content },
        "required": required,
        "additionalProperties": false,
    })
}

/// Returns the schema of an internally tagged variant: the members of its content, and the tag.
fn internal(
    generator: &SchemaGenerator,
    tag: &str,
    tags: &[Value],
    content: Option<Schema>,
) -> Value {
    let tags = json!({ "type": "string", "enum": tags });
    let members = content.and_then(|content| members(generator, content));
    let Some(mut object) = members else {
        let mut schema = json_schema!({
            "type": "object",
            "properties": { tag: tags },
            "required": [tag],
        });
        comment(&mut schema, "only the tag is described");
        return schema.to_value();
    };
    let mut insert = |keyword: &str, add: &dyn Fn(&mut Value)| {
        let missing = if keyword == "required" {
            json!([])
        } else {
            json!({})
        };
        add(object.entry(keyword.to_owned()).or_insert(missing));
    };
    insert("properties", &|properties| {
        if let Some(properties) = properties.as_object_mut() {
            properties.insert(tag.to_owned(), tags.clone());
        }
    });
    insert("required", &|required| {
        if let Some(required) = required.as_array_mut() {
            required.insert(0, tag.into());
        }
    });
    Value::Object(object)
}

/// Returns the schema of an object with declared members, with its reference resolved.
fn members(generator: &SchemaGenerator, schema: Schema) -> Option<Map<String, Value>> {
    let schema = schema.to_value();
    let reference = schema.get("$ref").and_then(Value::as_str);
    let object = match reference {
        Some(reference) => {
            let (_, target) = definition(generator.definitions(), reference)?;
            target.as_object()?.clone()
        }
        None => schema.as_object()?.clone(),
    };
    let is_closed = object.get("additionalProperties") == Some(&Value::Bool(false));
    (is_closed && object.contains_key("properties")).then_some(object)
}
