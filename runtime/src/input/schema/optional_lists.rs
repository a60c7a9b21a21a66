//! Lists of a query or form, which are empty if the request has no parameter of their name.

use std::collections::BTreeSet;

use schemars::Schema;
use serde_json::{Map, Value};

use crate::input::schema::bounds::comment;
use crate::input::schema::document::definition;
use crate::input::schema::members::one_of;

/// Returns the schema of a query or form, in which no list is required that may be empty.
///
/// The definitions stay the same, because a JSON body, which requires each list, can have the same type. If a list of the
/// definition that the schema refers to is no longer required, the schema has the keywords of that definition instead.
pub(crate) fn with_optional_lists(schema: Schema, definitions: &Map<String, Value>) -> Schema {
    changed(schema.as_value(), definitions, &mut BTreeSet::new()).unwrap_or(schema)
}

/// Returns the schema with its optional lists; `None` if it requires none of them.
fn changed<'a>(
    schema: &Value,
    definitions: &'a Map<String, Value>,
    entered: &mut BTreeSet<&'a str>,
) -> Option<Schema> {
    let keywords = schema.as_object()?;
    let Some(reference) = keywords.get("$ref").and_then(Value::as_str) else {
        return with_optional_members(keywords, definitions);
    };
    let (name, target) = definition(definitions, reference)?;
    // a definition that refers to itself requires nothing
    if !entered.insert(name) {
        return None;
    }
    let mut inlined = changed(target, definitions, entered)?;
    inlined.insert("title".to_owned(), name.as_str().into());
    if let Some(text) = keywords.get("$comment").and_then(Value::as_str) {
        comment(&mut inlined, text);
    }
    Some(inlined)
}

/// Returns an object with its optional lists; `None` if it requires none of them.
fn with_optional_members(
    object: &Map<String, Value>,
    definitions: &Map<String, Value>,
) -> Option<Schema> {
    let properties = object.get("properties")?.as_object()?;
    let is_optional = |name: &Value| {
        let property = name.as_str().and_then(|name| properties.get(name));
        property.is_some_and(|property| may_be_empty(property, definitions))
    };
    let mut object = object.clone();
    let mut has_changed = false;
    if let Some(Value::Array(required)) = object.get_mut("required") {
        let before = required.len();
        required.retain(|name| !is_optional(name));
        has_changed = required.len() != before;
        if required.is_empty() {
            object.remove("required");
        }
    }
    let groups = object.get_mut("allOf").and_then(Value::as_array_mut);
    for group in groups.into_iter().flatten() {
        let Some(names) = aliases(group) else {
            continue;
        };
        if names.iter().all(is_optional) {
            *group = one_of(&names, true);
            has_changed = true;
        }
    }
    has_changed.then(|| object.into())
}

/// Returns the names of a member with aliases, one of which is required.
fn aliases(group: &Value) -> Option<Vec<Value>> {
    let choices = group.get("oneOf")?.as_array()?;
    let name = |choice: &Value| match choice.get("required")?.as_array()?.as_slice() {
        [name] => Some(name.clone()),
        _ => None,
    };
    choices.iter().map(name).collect()
}

/// Returns whether a schema is that of a list that may be empty.
fn may_be_empty(schema: &Value, definitions: &Map<String, Value>) -> bool {
    let mut entered = BTreeSet::new();
    let mut is_list = false;
    let mut next = Some(schema);
    while let Some(schema) = next {
        let min = schema.get("minItems").and_then(Value::as_u64);
        if min.is_some_and(|min| min > 0) {
            return false;
        }
        is_list |= schema.get("type").is_some_and(|name| name == "array");
        let reference = schema.get("$ref").and_then(Value::as_str);
        let target = reference.and_then(|reference| definition(definitions, reference));
        // a definition that refers to itself adds nothing
        let target = target.filter(|(name, _)| entered.insert(*name));
        next = target.map(|(_, target)| target);
    }
    is_list
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn to(name: &str) -> Value {
        json!({ "$ref": format!("#/$defs/{name}") })
    }

    fn object(properties: &Value, required: &[&str]) -> Value {
        json!({ "type": "object", "properties": properties, "required": required })
    }

    /// The schema, with these definitions and a few lists.
    fn optional(schema: Value, mut definitions: Value) -> Value {
        let lists = json!({
            "List": { "type": "array" },
            "Alias": to("List"),
            "A%/~ü": { "type": "array" },
            "Limited": { "type": "array", "minItems": 1 },
            "Loop": to("Loop"),
            "ListLoop": { "$ref": "#/$defs/ListLoop", "type": "array" },
        });
        let definitions = definitions.as_object_mut().unwrap();
        definitions.extend(lists.as_object().unwrap().clone());
        with_optional_lists(schema.try_into().unwrap(), definitions).to_value()
    }

    #[test]
    fn list_that_may_be_empty_is_optional_through_every_reference() {
        let limited_alias = json!({ "$ref": "#/$defs/Alias", "minItems": 1 });
        for (property, is_optional) in [
            (json!({ "type": "array" }), true),
            (json!({ "type": "array", "minItems": 0 }), true),
            (to("List"), true),
            (to("Alias"), true),
            (to("A%25~1~0%C3%BC"), true),
            (to("ListLoop"), true),
            (json!({ "type": "array", "minItems": 1 }), false),
            (limited_alias, false),
            (to("Limited"), false),
            (to("Loop"), false),
            (to("Missing"), false),
            (json!({ "type": "string" }), false),
            (json!(true), false),
        ] {
            let properties = json!({ "a": property, "b": {} });
            let schema = object(&properties, &["a", "b"]);
            let expected = if is_optional { &["b"][..] } else { &["a", "b"] };
            let expected = object(&properties, expected);
            assert_eq!(optional(schema, json!({})), expected);
        }
    }

    #[test]
    fn object_that_requires_lists_only_requires_nothing() {
        let properties = json!({ "a": to("List"), "b": to("List") });
        let schema = object(&properties, &["a", "b"]);
        let expected = json!({ "type": "object", "properties": properties });
        assert_eq!(optional(schema, json!({})), expected);
    }

    #[test]
    fn list_with_aliases_may_have_none_of_its_names() {
        let group = |names: &[&str], is_optional| one_of(names, is_optional);
        let of = |item: Value, groups: &[Value]| {
            let properties = json!({ "a": item, "b": item, "c": item, "d": item });
            json!({ "properties": properties, "allOf": groups })
        };
        let groups = [group(&["a", "b"], false), group(&["c", "d"], true)];
        let expected = [group(&["a", "b"], true), group(&["c", "d"], true)];
        let list = json!({ "type": "array" });
        let schema = of(list.clone(), &groups);
        assert_eq!(optional(schema, json!({})), of(list, &expected));
        // another type stays required
        let text = of(json!({ "type": "string" }), &groups);
        assert_eq!(optional(text.clone(), json!({})), text);
    }

    #[test]
    fn definition_with_such_a_list_is_inlined_and_others_are_not() {
        let with_list = object(&json!({ "a": to("List") }), &["a"]);
        let without_list = object(&json!({ "a": {} }), &["a"]);
        let definitions = json!({
            "Filters": with_list,
            "Alias of Filters": { "$ref": "#/$defs/Filters", "$comment": "inner" },
            "Text": without_list,
        });
        let mut root = to("Alias%20of%20Filters");
        root["$comment"] = json!("outer");
        let expected = json!({
            "title": "Alias of Filters",
            "$comment": "inner; outer",
            "type": "object",
            "properties": { "a": to("List") },
        });
        assert_eq!(optional(root, definitions.clone()), expected);
        for name in ["Text", "Loop", "Missing"] {
            assert_eq!(optional(to(name), definitions.clone()), to(name));
        }
    }
}
