//! Checked input as parameters and bodies.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::input::InputLocation;
use crate::openapi::encoding::encodings;
use crate::openapi::objects::{Content, Encoding, MediaType, Parameter, RequestBody};
use crate::openapi::schemas::{Definitions, Schemas};
use crate::openapi::template::{PathTemplate, TemplateParameter};
use crate::policy::Limits;
use crate::routing::{InputDescription, Route};

/// Keywords of an object whose members are independent parameters.
const OF_INDEPENDENT_MEMBERS: [&str; 7] = [
    "$comment",
    "additionalProperties",
    "description",
    "properties",
    "required",
    "title",
    "type",
];

/// Header parameters that OpenAPI ignores, because other objects describe them.
const DESCRIBED_ELSEWHERE: [&str; 3] = ["accept", "authorization", "content-type"];

/// The input of an operation.
#[derive(Debug, Default)]
pub(super) struct Input {
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Option<RequestBody>,
    /// Rules that no schema expresses.
    pub(super) comments: Vec<String>,
}

/// Returns the input of a route.
pub(super) fn input(route: &Route, template: &PathTemplate, schemas: &mut Schemas) -> Input {
    let mut input = Input::default();
    for description in route.inputs() {
        let mut definitions = definitions(&description);
        match description.location() {
            InputLocation::Body => {
                input.add_body(&description, route.limits(), &definitions, schemas);
            }
            InputLocation::Form => {
                definitions.change_members(without_null);
                input.add_body(&description, route.limits(), &definitions, schemas);
            }
            InputLocation::Path => {
                let values = definitions.with_inlined_root();
                input.add_path(template, &values, schemas);
            }
            InputLocation::Query => {
                let members = definitions.with_inlined_root();
                input.add_query(&members, description.is_optional(), schemas);
            }
            InputLocation::Header => {
                let members = definitions.with_inlined_root();
                input.add_members("header", &members, description.is_optional(), schemas);
            }
            InputLocation::Cookie => {
                let members = definitions.with_inlined_root();
                input.add_members("cookie", &members, description.is_optional(), schemas);
            }
        }
    }
    input.complete_path(template);
    input.parameters.retain(|parameter| {
        let name = parameter.name.to_ascii_lowercase();
        parameter.location != "header" || !DESCRIBED_ELSEWHERE.contains(&&*name)
    });
    input
}

/// Returns the schema of an input; without one, it may be anything.
fn definitions(input: &InputDescription) -> Definitions {
    let settings = SchemaSettings::draft2020_12();
    let (root, by_name) = Definitions::generate(settings, |generator| input.schema_in(generator));
    Definitions::new(root.unwrap_or_default(), by_name)
}

impl Input {
    fn add_body(
        &mut self,
        input: &InputDescription,
        limits: Limits,
        definitions: &Definitions,
        schemas: &mut Schemas,
    ) {
        let schema = schemas.lift_root(definitions);
        let media_types = match input.media_types() {
            // an extractor of the API decides
            [] => &["*/*"],
            media_types => media_types,
        };
        let content: Content = media_types
            .iter()
            .map(|media_type| {
                let content = MediaType {
                    schema: Some(schema.clone()),
                    encoding: encodings(media_type, definitions),
                };
                ((*media_type).to_owned(), content)
            })
            .collect();
        self.body = Some(RequestBody {
            description: Some(format!(
                "At most {} bytes, which arrive within {} s.",
                limits.body_limit,
                limits.body_timeout.as_secs_f64()
            )),
            content,
            required: !input.is_optional(),
        });
    }

    /// Adds the parameters of the path: one value, several in order, or members by name.
    fn add_path(&mut self, template: &PathTemplate, values: &Definitions, schemas: &mut Schemas) {
        let root = values.root.as_object();
        let keyword = |keyword| root.and_then(|root: &Map<String, Value>| root.get(keyword));
        let by_name = keyword("properties").and_then(Value::as_object);
        let in_order = keyword("prefixItems").and_then(Value::as_array);
        for (index, parameter) in template.parameters().iter().enumerate() {
            let schema = match (by_name, in_order) {
                (Some(members), _) => members.get(&parameter.name),
                (None, Some(items)) => items.get(index),
                (None, None) => keyword("items")
                    .or_else(|| keyword("additionalProperties"))
                    .or(Some(&values.root)),
            };
            if let Some(schema) = schema {
                let schema = schemas.lift(schema.clone(), values);
                self.add(of_path(parameter, schema));
            }
        }
    }

    /// Adds a parameter for each member, or one for all of them if they depend on each other.
    fn add_query(&mut self, members: &Definitions, is_optional: bool, schemas: &mut Schemas) {
        let root = members.root.as_object();
        let is_independent = root.is_some_and(|root| {
            let mut keywords = root.keys();
            root.contains_key("properties")
                && root.get("additionalProperties") == Some(&Value::Bool(false))
                && keywords.all(|keyword| OF_INDEPENDENT_MEMBERS.contains(&&**keyword))
        });
        if is_independent {
            self.add_members("query", members, is_optional, schemas);
            return;
        }
        let schema = schemas.lift_root(members);
        self.add(Parameter {
            name: "query".to_owned(),
            location: "query",
            description: Some("Each member of the object is a parameter.".to_owned()),
            required: !is_optional && members.requires_member(),
            style: Some("form"),
            explode: Some(true),
            schema,
        });
    }

    fn add_members(
        &mut self,
        location: &'static str,
        members: &Definitions,
        is_optional: bool,
        schemas: &mut Schemas,
    ) {
        let Some(root) = members.root.as_object() else {
            return;
        };
        if let Some(comment) = root.get("$comment").and_then(Value::as_str) {
            let rules = format!("Rules of the {location} as a whole: {comment}.");
            self.comments.push(rules);
        }
        let required = root.get("required").and_then(Value::as_array);
        let properties = root.get("properties").and_then(Value::as_object);
        for (name, schema) in properties.into_iter().flatten() {
            let is_required = required.is_some_and(|names| names.iter().any(|other| other == name));
            let schema = if location == "header" {
                of_header(schema.clone())
            } else {
                schema.clone()
            };
            let schema = schemas.lift(schema, members);
            self.add(Parameter {
                name: name.clone(),
                location,
                description: None,
                required: is_required && !is_optional,
                style: None,
                explode: None,
                schema,
            });
        }
    }

    /// Adds a parameter; if another argument reads it too, both schemas hold.
    fn add(&mut self, mut parameter: Parameter) {
        // a text is never null
        if parameter.explode.is_none() {
            parameter.schema = without_null(parameter.schema);
        }
        let mut known = self.parameters.iter_mut();
        let same = known
            .find(|known| known.location == parameter.location && known.name == parameter.name);
        match same {
            Some(known) if known.schema != parameter.schema => {
                known.required |= parameter.required;
                let first = std::mem::take(&mut known.schema);
                known.schema = json!({ "allOf": [first, parameter.schema] });
            }
            Some(known) => known.required |= parameter.required,
            None => self.parameters.push(parameter),
        }
    }

    /// Adds the parameters of the path that no argument reads.
    fn complete_path(&mut self, template: &PathTemplate) {
        for parameter in template.parameters() {
            let is_known = self
                .parameters
                .iter()
                .any(|known| known.location == "path" && known.name == parameter.name);
            if !is_known {
                self.add(of_path(parameter, json!({ "type": "string" })));
            }
        }
    }
}

/// Returns the schema of a header field's text, which a typed header may decode to an object or a list.
fn of_header(schema: Value) -> Value {
    let is_composite = |name: &Value| name == "object" || name == "array";
    let is_decoded = match schema.get("type") {
        Some(Value::Array(types)) => types.iter().any(is_composite),
        Some(name) => is_composite(name),
        None => false,
    };
    if is_decoded {
        json!({ "type": "string" })
    } else {
        schema
    }
}

/// Returns the schema without the alternative `null` of an `Option`, which neither a parameter nor a form can express.
fn without_null(mut schema: Value) -> Value {
    let Some(keywords) = schema.as_object_mut() else {
        return schema;
    };
    if let Some(Value::Array(types)) = keywords.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            keywords.insert("type".to_owned(), only);
        }
    }
    let is_alone = keywords.len() == 1;
    if let Some(Value::Array(alternatives)) = keywords.get_mut("anyOf") {
        let null = json!({ "type": "null" });
        alternatives.retain(|alternative| *alternative != null);
        if let [only] = alternatives.as_slice()
            && is_alone
        {
            return only.clone();
        }
    }
    schema
}

fn of_path(parameter: &TemplateParameter, schema: Value) -> Parameter {
    let rest = "The rest of the path. OpenAPI has no parameters with slashes, so that clients encode them as `%2F`.";
    Parameter {
        name: parameter.name.clone(),
        location: "path",
        description: parameter.is_rest.then(|| rest.to_owned()),
        required: true,
        style: None,
        explode: None,
        schema,
    }
}

/// Returns the media types and schemas of two bodies, of which the request has one.
pub(super) fn either(first: Content, other: Content) -> Content {
    let mut merged: BTreeMap<String, MediaType> = first;
    for (media_type, content) in other {
        match merged.get_mut(&media_type) {
            Some(known) if *known != content => {
                let schemas = [known.schema.take(), content.schema];
                known.schema = match schemas {
                    [Some(one), Some(two)] => Some(any_of(one, two)),
                    _ => None,
                };
                for (member, encoding) in content.encoding {
                    add_encoding(&mut known.encoding, member, encoding);
                }
            }
            Some(_) => {}
            None => {
                merged.insert(media_type, content);
            }
        }
    }
    merged
}

/// Adds the encoding of a member; if both forms have the member, either media type is allowed.
fn add_encoding(known: &mut BTreeMap<String, Encoding>, member: String, other: Encoding) {
    let Some(known) = known.get_mut(&member) else {
        known.insert(member, other);
        return;
    };
    match (&mut known.content_type, other.content_type) {
        (Some(known), Some(other)) => {
            for media_type in other.split(", ") {
                if !known.split(", ").any(|known| known == media_type) {
                    known.push_str(", ");
                    known.push_str(media_type);
                }
            }
        }
        (known @ None, other) => *known = other,
        (Some(_), None) => {}
    }
}

/// Returns a schema of what one of two schemas accepts.
pub(super) fn any_of(one: Value, two: Value) -> Value {
    if one == two {
        return one;
    }
    let mut list = match one {
        Value::Object(mut one) if one.len() == 1 && one.contains_key("anyOf") => {
            match one.remove("anyOf") {
                Some(Value::Array(list)) => list,
                _ => Vec::new(),
            }
        }
        one => vec![one],
    };
    if !list.contains(&two) {
        list.push(two);
    }
    json!({ "anyOf": list })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the name and the style of each parameter of a query with this schema.
    fn of_query(schema: Value) -> Vec<(String, Option<&'static str>)> {
        let root = schemars::Schema::try_from(schema).unwrap();
        let members = Definitions::new(root, Map::new());
        let mut input = Input::default();
        input.add_query(&members, false, &mut Schemas::new([]));
        let parameters = input.parameters.into_iter();
        parameters
            .map(|parameter| (parameter.name, parameter.style))
            .collect()
    }

    #[test]
    fn query_with_other_members_is_one_parameter() {
        let closed = json!({ "properties": { "a": {}, "b": {} }, "additionalProperties": false });
        assert_eq!(
            of_query(closed.clone()),
            [("a".to_owned(), None), ("b".to_owned(), None)]
        );
        let whole = [("query".to_owned(), Some("form"))];
        for (keyword, value) in [
            ("additionalProperties", json!(true)),
            ("additionalProperties", json!({ "type": "string" })),
            ("maxProperties", json!(1)),
        ] {
            let mut schema = closed.clone();
            schema[keyword] = value;
            assert_eq!(of_query(schema.clone()), whole, "{schema}");
        }
        assert_eq!(of_query(json!({ "additionalProperties": false })), whole);
    }

    #[test]
    fn alternatives_have_each_schema_once() {
        let [a, b, c] = ["a", "b", "c"].map(|name| json!({ "const": name }));
        let two = any_of(a.clone(), b.clone());
        assert_eq!(two, json!({ "anyOf": [a, b] }));
        assert_eq!(any_of(a.clone(), a.clone()), a);
        assert_eq!(any_of(two.clone(), b.clone()), two);
        assert_eq!(any_of(two, c.clone()), json!({ "anyOf": [a, b, c] }));
    }
}
