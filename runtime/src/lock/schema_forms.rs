//! The forms that a value may have: the alternatives of a schema, by name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::lock::schema::LockedSchema;

/// The maximum number of references and alternatives around a schema.
const MAX_DEPTH: usize = 64;

/// Returns the forms that a value may have, with references resolved; `None` if a reference has no definition.
pub(super) fn branches(
    schemas: &LockedSchema,
    schema: &Value,
    depth: usize,
) -> Option<Vec<Map<String, Value>>> {
    let keywords = match schema {
        Value::Bool(true) => Map::new(),
        Value::Bool(false) => return Some(Vec::new()),
        Value::Object(keywords) => keywords.clone(),
        _ => return None,
    };
    if depth > MAX_DEPTH {
        return None;
    }
    if keywords.contains_key("$ref") {
        let definition = schemas.definition(schema)?;
        // keywords beside the reference restrict it further; the generator adds none that the definition has
        let siblings: Vec<_> = keywords
            .into_iter()
            .filter(|(keyword, _)| keyword != "$ref")
            .collect();
        if siblings.is_empty() {
            return branches(schemas, definition, depth + 1);
        }
        let mut merged = definition.as_object()?.clone();
        for (keyword, value) in siblings {
            if merged.get(&keyword).is_some_and(|other| *other != value) {
                return None;
            }
            merged.insert(keyword, value);
        }
        return branches(schemas, &Value::Object(merged), depth + 1);
    }
    if let (1, Some(Value::Array(forms))) = (
        keywords.len(),
        keywords.get("oneOf").or(keywords.get("anyOf")),
    ) {
        let mut all = Vec::new();
        for form in forms {
            all.extend(branches(schemas, form, depth + 1)?);
        }
        return Some(all);
    }
    Some(vec![keywords])
}

/// Returns the forms by the name that distinguishes them; `None` if two have the same one.
pub(super) fn by_name(
    forms: &[Map<String, Value>],
) -> Option<BTreeMap<String, &Map<String, Value>>> {
    let mut named = BTreeMap::new();
    for form in forms {
        if named.insert(form_name(form), form).is_some() {
            return None;
        }
    }
    Some(named)
}

/// Returns the tag of a variant, its only member, or its type.
fn form_name(form: &Map<String, Value>) -> String {
    let required = form.get("required").map(names).unwrap_or_default();
    let members = form.get("properties").and_then(Value::as_object);
    if let Some(members) = members {
        for name in &required {
            let tags = members.get(name).and_then(|member| member.get("enum"));
            if let Some(Value::String(tag)) = tags.and_then(|tags| tags.get(0)) {
                return format!("{name}: {tag}");
            }
        }
        if let (Some(name), 1) = (required.first(), members.len()) {
            return name.clone();
        }
    }
    let types = form.get("type").map(names).unwrap_or_default();
    types.into_iter().collect::<Vec<_>>().join(" or ")
}

/// Returns the texts of a list; other values in JSON.
pub(super) fn names(list: &Value) -> BTreeSet<String> {
    let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
    let name = |item: &Value| {
        item.as_str()
            .map_or_else(|| item.to_string(), str::to_owned)
    };
    items.iter().map(name).collect()
}

/// Returns the rule of a field with several names in words, if the schema is that of such a rule.
pub(super) fn alias_rule(schema: &Value) -> Option<String> {
    let keywords = schema.as_object().filter(|keywords| keywords.len() == 1)?;
    let forms = keywords.get("oneOf")?.as_array()?;
    let (last, others) = forms.split_last()?;
    let absent = last.get("not").and_then(|not| not.get("anyOf"));
    let (count, forms) = match absent {
        Some(Value::Array(all)) if all == others => ("at most", others),
        _ => ("exactly", forms.as_slice()),
    };
    let names = forms
        .iter()
        .map(only_required)
        .collect::<Option<Vec<_>>>()?;
    let (last, others) = names
        .split_last()
        .filter(|(_, others)| !others.is_empty())?;
    Some(format!("{count} one of {} and {last}", others.join(", ")))
}

/// Returns the name of a member in code, if the schema only requires it.
fn only_required(schema: &Value) -> Option<String> {
    let keywords = schema.as_object().filter(|keywords| keywords.len() == 1)?;
    match keywords.get("required")?.as_array()?.as_slice() {
        [Value::String(name)] => Some(format!("`{name}`")),
        _ => None,
    }
}
