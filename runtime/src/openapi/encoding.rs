//! The encoding of the members of a form ([OpenAPI 3.1.1 §4.8.15]).
//!
//! [OpenAPI 3.1.1 §4.8.15]: https://spec.openapis.org/oas/v3.1.1.html#encoding-object

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::openapi::objects::Encoding;
use crate::openapi::schemas::Definitions;

/// The media type of a form without files.
const URLENCODED: &str = "application/x-www-form-urlencoded";

/// The media type of a form with files.
const MULTIPART: &str = "multipart/form-data";

/// The keywords whose schemas apply to the same value.
const ALTERNATIVES: [&str; 3] = ["allOf", "anyOf", "oneOf"];

/// The types whose default encoding in a form is text.
const WRITTEN_AS_TEXT: [&str; 4] = ["boolean", "integer", "number", "string"];

/// Returns the encoding of each form member that does not have the default; none for other bodies.
pub(super) fn encodings(media_type: &str, form: &Definitions) -> BTreeMap<String, Encoding> {
    if ![MULTIPART, URLENCODED].contains(&media_type) {
        return BTreeMap::new();
    }
    let form = Form { definitions: form };
    let mut encodings = BTreeMap::new();
    let root = &form.definitions.root;
    form.each_object(root, &ALTERNATIVES, &mut |object| {
        let members = object.get("properties").and_then(Value::as_object);
        for (name, member) in members.into_iter().flatten() {
            let encoding = match media_type {
                MULTIPART => form.part(member),
                _ => form.parameter(member),
            };
            if let Some(encoding) = encoding {
                encodings.insert(name.clone(), encoding);
            }
        }
    });
    encodings
}

/// A form with the definitions to which its members refer.
struct Form<'a> {
    definitions: &'a Definitions,
}

impl Form<'_> {
    /// Returns the encoding of a part: the media types of a file, or text.
    fn part(&self, member: &Value) -> Option<Encoding> {
        let mut media_types = Vec::new();
        let mut is_text = false;
        // a list is several parts
        let keywords = ["allOf", "anyOf", "oneOf", "items"];
        self.each_object(member, &keywords, &mut |schema| {
            let media_type = schema.get("contentMediaType").and_then(Value::as_str);
            if let Some(media_type) = media_type
                && !media_types.iter().any(|known| known == media_type)
            {
                media_types.push(media_type.to_owned());
            }
            let kind = schema.get("type").and_then(Value::as_str);
            is_text |= kind.is_some_and(|kind| WRITTEN_AS_TEXT.contains(&kind));
        });
        let content_type = match (media_types.is_empty(), is_text) {
            (true, true) => return None,
            // without a type, the default is `application/octet-stream`
            (true, false) => "text/plain".to_owned(),
            (false, _) => media_types.join(", "),
        };
        Some(Encoding {
            content_type: Some(content_type),
            ..Encoding::default()
        })
    }

    /// Returns the encoding of a parameter: a list repeats its name.
    fn parameter(&self, member: &Value) -> Option<Encoding> {
        let mut is_list = false;
        self.each_object(member, &ALTERNATIVES, &mut |schema| {
            is_list |= schema.contains_key("items");
        });
        is_list.then(|| Encoding {
            style: Some("form"),
            explode: Some(true),
            ..Encoding::default()
        })
    }

    /// Calls a function for a schema, for the schemas in its `keywords`, and for the targets of references.
    fn each_object(
        &self,
        schema: &Value,
        keywords: &[&str],
        each: &mut impl FnMut(&Map<String, Value>),
    ) {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut open = vec![schema];
        while let Some(schema) = open.pop() {
            let Some(object) = schema.as_object() else {
                continue;
            };
            each(object);
            if let Some(target) = object.get("$ref").and_then(Value::as_str)
                && let Some((name, definition)) = self.definitions.find(target)
                && seen.insert(name)
            {
                open.push(definition);
            }
            // the last schema is visited next
            for value in keywords.iter().filter_map(|keyword| object.get(*keyword)) {
                match value {
                    Value::Array(schemas) => open.extend(schemas.iter().rev()),
                    schema => open.push(schema),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use schemars::Schema;
    use serde_json::json;

    use super::*;

    fn of(media_type: &str, members: &Value) -> Value {
        let root = json!({ "$ref": "#/$defs/Form" });
        let by_name = json!({
            "Form": { "type": "object", "properties": members },
            "Text": { "type": "string" },
            "Png": { "anyOf": [{ "contentMediaType": "image/png" }] },
            "Tree": { "anyOf": [{ "$ref": "#/$defs/Tree" }, { "type": "null" }] },
            "Trees": { "type": "array", "items": { "$ref": "#/$defs/Trees" } },
        });
        let Value::Object(by_name) = by_name else {
            panic!("not an object")
        };
        let form = Definitions::new(Schema::try_from(root).unwrap(), by_name);
        json!(encodings(media_type, &form))
    }

    #[test]
    fn file_of_a_form_has_its_media_types() {
        let png = json!({ "anyOf": [{ "contentMediaType": "image/png" }] });
        let two =
            json!({ "anyOf": [{ "contentMediaType": "a/b" }, { "contentMediaType": "c/d" }] });
        for (member, expected) in [
            (png.clone(), Some("image/png")),
            (two.clone(), Some("a/b, c/d")),
            (json!({ "$ref": "#/$defs/Png" }), Some("image/png")),
            (
                json!({ "anyOf": [png, { "type": "null" }] }),
                Some("image/png"),
            ),
            (json!({ "type": "array", "items": two }), Some("a/b, c/d")),
            (json!({ "type": "string" }), None),
            (json!({ "$ref": "#/$defs/Text" }), None),
            (
                json!({ "type": "array", "items": { "type": "integer" } }),
                None,
            ),
            (json!({ "enum": ["a", "b"] }), Some("text/plain")),
            (json!({ "type": ["string", "null"] }), Some("text/plain")),
            (json!({ "$ref": "#/$defs/Tree" }), Some("text/plain")),
            (json!({ "$ref": "#/$defs/Trees" }), Some("text/plain")),
        ] {
            let expected = match expected {
                Some(media_types) => json!({ "member": { "contentType": media_types } }),
                None => json!({}),
            };
            let found = of(MULTIPART, &json!({ "member": member }));
            assert_eq!(found, expected, "{member}");
        }
    }

    #[test]
    fn list_of_a_form_is_a_repeated_name() {
        let list = json!({ "type": "array", "items": { "type": "string" } });
        for (member, is_list) in [
            (list.clone(), true),
            (json!({ "anyOf": [list.clone(), { "type": "null" }] }), true),
            (json!({ "type": "string" }), false),
            (json!({ "$ref": "#/$defs/Text" }), false),
        ] {
            let repeated = json!({ "member": { "style": "form", "explode": true } });
            let expected = if is_list { repeated } else { json!({}) };
            let found = of(URLENCODED, &json!({ "member": member }));
            assert_eq!(found, expected, "{member}");
        }
        for other in ["application/json", "text/plain"] {
            assert_eq!(of(other, &json!({ "member": list })), json!({}));
        }
    }
}
