//! Enums: one of several forms, told apart by a name.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use crate::input::schema::bounds::comment;
use crate::input::schema::members::Described;
use crate::input::shape::Tagging;

/// The variants of an enum.
#[derive(Debug)]
pub struct Variants {
    tagging: Tagging,
    names: Vec<Value>,
    /// The names of variants that hold nothing, where a text is such a variant.
    plain: Vec<Value>,
    takes_others: bool,
    forms: Vec<Value>,
}

impl Variants {
    /// No variant.
    #[must_use]
    pub fn new(tagging: Tagging) -> Self {
        Self {
            tagging,
            names: Vec::new(),
            plain: Vec::new(),
            takes_others: false,
            forms: Vec::new(),
        }
    }

    /// Adds a variant that has any of these names.
    #[must_use]
    pub fn variant(
        mut self,
        names: &[&str],
        content: Option<Described>,
        generator: &SchemaGenerator,
    ) -> Self {
        let tags: Vec<Value> = names.iter().map(|name| Value::from(*name)).collect();
        match (self.tagging, content) {
            (Tagging::External, None) => self.plain.extend(tags.iter().cloned()),
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

    /// Adds the variant that stands for every name that is not known.
    #[must_use]
    pub fn others(mut self) -> Self {
        self.takes_others = true;
        self
    }

    /// The choice.
    #[must_use]
    pub fn schema(mut self) -> Schema {
        let others = json!({ "type": "string", "not": { "enum": self.names } });
        match self.tagging {
            Tagging::External if self.takes_others => {
                // whatever name is no other variant's is this one's
                let known: Vec<_> = self
                    .names
                    .iter()
                    .filter(|name| !self.plain.contains(name))
                    .collect();
                let plain = if known.is_empty() {
                    json!({ "type": "string" })
                } else {
                    json!({ "type": "string", "not": { "enum": known } })
                };
                self.forms.insert(0, plain);
            }
            Tagging::External if !self.plain.is_empty() => {
                let plain = json!({ "type": "string", "enum": self.plain });
                self.forms.insert(0, plain);
            }
            Tagging::Adjacent(tag, member) if self.takes_others => {
                self.forms.push(adjacent(tag, &others, member, None));
            }
            _ => {}
        }
        match self.forms.as_slice() {
            // no variant is read
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

/// The content's own members, and the tag beside them.
fn internal(
    generator: &SchemaGenerator,
    tag: &str,
    tags: &[Value],
    content: Option<Schema>,
) -> Value {
    let tags = json!({ "type": "string", "enum": tags });
    let written = content.and_then(|content| members(generator, content));
    let Some(mut object) = written else {
        let mut schema = json_schema!({
            "type": "object",
            "properties": { tag: tags },
            "required": [tag],
        });
        comment(&mut schema, "not described beyond its tag");
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

/// The schema of an object whose members are known, written out where it is referred to.
fn members(generator: &SchemaGenerator, schema: Schema) -> Option<Map<String, Value>> {
    let schema = schema.to_value();
    let referred = schema.get("$ref").and_then(Value::as_str);
    let object = match referred {
        Some(reference) => {
            let (_, name) = reference.rsplit_once('/')?;
            generator.definitions().get(name)?.as_object()?.clone()
        }
        None => schema.as_object()?.clone(),
    };
    let is_closed = object.get("additionalProperties") == Some(&Value::Bool(false));
    (is_closed && object.contains_key("properties")).then_some(object)
}
