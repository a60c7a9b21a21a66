//! A value that satisfies a schema, without randomness.

use serde_json::{Map, Number, Value};

use crate::testing::attack::schema::pattern::Pattern;
use crate::testing::attack::schema::validate::{count_limit, is_type, resolve, satisfies};

/// The depth below which optional members and items are left out.
const MAX_DEPTH: usize = 6;

/// Texts of common formats.
const FORMATS: &[(&str, &str)] = &[
    ("uuid", "00000000-0000-4000-8000-000000000001"),
    ("date-time", "2030-01-15T12:00:00Z"),
    ("date", "2030-01-15"),
    ("time", "12:00:00"),
    ("email", "attack@example.com"),
    ("uri", "https://example.com/"),
    ("ipv4", "192.0.2.1"),
    ("ipv6", "2001:db8::1"),
    ("ip", "192.0.2.1"),
    ("socket-address", "192.0.2.1:443"),
    ("decimal", "1"),
];

/// Texts for a value whose format is unknown.
const SAMPLES: &[&str] = &[
    "a",
    "1",
    "attack",
    "2030-01-15",
    "12:00:00",
    "2030-01-15T12:00:00",
    "2030-01-15T12:00:00Z",
    "PT1H",
    "00000000-0000-4000-8000-000000000001",
    "[2001:db8::1]:443",
    "attack@example.com",
    "https://example.com/",
    "text/plain",
];

/// How many members a value has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::testing::attack) enum Members {
    /// The optional ones too.
    All,
    /// The required ones.
    Required,
}

/// Returns a value that satisfies the document's schema, if one is found.
pub(in crate::testing::attack) fn synthesize(document: &Value, members: Members) -> Option<Value> {
    let value = Synthesizer { document, members }.value(document, 0)?;
    satisfies(document, document, &value).then_some(value)
}

/// Returns a value that satisfies a schema in the document, of one of its types if it is named.
pub(super) fn synthesize_part(
    document: &Value,
    schema: &Value,
    type_name: Option<&str>,
    members: Members,
) -> Option<Value> {
    let synthesizer = Synthesizer { document, members };
    let value = synthesizer.value(schema, 0);
    let Some(name) = type_name else {
        return value;
    };
    let of_type = || synthesizer.of_type(name, resolve(document, schema), 0);
    let value = value
        .filter(|value| is_type(name, value))
        .or_else(of_type)?;
    satisfies(document, schema, &value).then_some(value)
}

/// Returns a map with an entry that satisfies a schema in the document.
pub(super) fn synthesize_entry(
    document: &Value,
    schema: &Value,
    members: Members,
) -> Option<Value> {
    let mut entries = Map::new();
    let min = count_limit(schema, "min", "Properties").unwrap_or(0);
    Synthesizer { document, members }.entries(schema, min.max(1), 0, &mut entries)?;
    Some(Value::Object(entries))
}

struct Synthesizer<'a> {
    document: &'a Value,
    members: Members,
}

impl<'a> Synthesizer<'a> {
    fn value(&self, schema: &'a Value, depth: usize) -> Option<Value> {
        let schema = resolve(self.document, schema);
        if depth > MAX_DEPTH * 2 {
            return None;
        }
        let value = self.candidate(schema, depth)?;
        satisfies(self.document, schema, &value).then_some(value)
    }

    fn candidate(&self, schema: &'a Value, depth: usize) -> Option<Value> {
        if let Some(only) = schema.get("const") {
            return Some(only.clone());
        }
        if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
            return choices.first().cloned();
        }
        for keyword in ["oneOf", "anyOf"] {
            // the exclusive members of an object are in its properties too
            if schema.get("properties").is_some() {
                break;
            }
            if let Some(choices) = schema.get(keyword).and_then(Value::as_array) {
                let mut choices = choices.iter();
                return choices.find_map(|choice| self.value(choice, depth + 1));
            }
        }
        let name = match schema.get("type") {
            Some(Value::String(name)) => name.as_str(),
            Some(Value::Array(names)) => names
                .iter()
                .filter_map(Value::as_str)
                .find(|name| *name != "null")?,
            _ => return Some(Value::from("a")),
        };
        self.of_type(name, schema, depth)
    }

    fn of_type(&self, name: &str, schema: &'a Value, depth: usize) -> Option<Value> {
        match name {
            "null" => Some(Value::Null),
            "boolean" => Some(Value::Bool(true)),
            "string" => text(schema).map(Value::from),
            "integer" | "number" => number(schema),
            "array" => self.array(schema, depth),
            "object" => self.object(schema, depth),
            _ => None,
        }
    }

    fn array(&self, schema: &'a Value, depth: usize) -> Option<Value> {
        if let Some(prefix) = schema.get("prefixItems").and_then(Value::as_array) {
            let items = prefix.iter().map(|item| self.value(item, depth + 1));
            return items.collect::<Option<Vec<_>>>().map(Value::from);
        }
        let min = count_limit(schema, "min", "Items").unwrap_or(0);
        let max = count_limit(schema, "max", "Items").unwrap_or(usize::MAX);
        let target = if self.members == Members::All && depth < MAX_DEPTH {
            min.max(1)
        } else {
            min
        };
        let count = target.min(max);
        if count == 0 {
            return Some(Value::Array(Vec::new()));
        }
        let Some(item) = schema
            .get("items")
            .and_then(|items| self.value(items, depth + 1))
        else {
            return (min == 0).then(|| Value::Array(Vec::new()));
        };
        Some(Value::Array(vec![item; count]))
    }

    fn object(&self, schema: &'a Value, depth: usize) -> Option<Value> {
        let mut members = Map::new();
        let empty = Map::new();
        let properties = schema.get("properties").and_then(Value::as_object);
        let required = required_members(schema);
        let excluded = excluded_members(schema);
        for (name, property) in properties.unwrap_or(&empty) {
            let is_required = required.contains(&name.as_str());
            let is_included = self.members == Members::All
                && depth < MAX_DEPTH
                && !excluded.contains(&name.as_str());
            if !is_required && !is_included {
                continue;
            }
            match self.value(property, depth + 1) {
                Some(value) => {
                    members.insert(name.clone(), value);
                }
                None if is_required => return None,
                None => {}
            }
        }
        if properties.is_none() {
            let min = count_limit(schema, "min", "Properties").unwrap_or(0);
            let has_values = schema.get("additionalProperties").is_some();
            let has_more = has_values && self.members == Members::All && depth < MAX_DEPTH;
            let count = if has_more { min.max(1) } else { min };
            self.entries(schema, count, depth, &mut members)?;
        }
        Some(Value::Object(members))
    }

    /// Adds `count` entries to a map.
    fn entries(
        &self,
        schema: &'a Value,
        count: usize,
        depth: usize,
        members: &mut Map<String, Value>,
    ) -> Option<()> {
        let Some(value) = schema.get("additionalProperties") else {
            return (count == 0).then_some(());
        };
        let names = schema.get("propertyNames");
        for at in 0..count {
            let name = match names.map(|names| resolve(self.document, names)) {
                None => format!("a{at}"),
                Some(names) => {
                    let length = count_limit(names, "min", "Length").unwrap_or(0);
                    let numbered = [format!("a{at}"), at.to_string(), format!("{at:0>length$}")];
                    let is_valid = |name: &String| {
                        satisfies(self.document, names, &Value::from(name.as_str()))
                    };
                    let numbered = numbered.into_iter().find(is_valid);
                    match numbered {
                        Some(name) => name,
                        None => self.value(names, depth + 1)?.as_str()?.to_owned(),
                    }
                }
            };
            let value = self.value(value, depth + 1)?;
            members.insert(name, value);
        }
        (members.len() >= count).then_some(())
    }
}

/// Returns the names of the required members, with the first of each group of exclusive ones.
fn required_members(schema: &Value) -> Vec<&str> {
    let mut names = names(schema.get("required"));
    for group in exclusive_groups(schema) {
        names.extend(group.first().copied());
    }
    names
}

/// Returns the members that exclude the chosen ones.
fn excluded_members(schema: &Value) -> Vec<&str> {
    let groups = exclusive_groups(schema).into_iter();
    groups.flat_map(|group| group.into_iter().skip(1)).collect()
}

/// Returns the members that exclude one.
pub(super) fn excluding_members<'a>(schema: &'a Value, name: &str) -> Vec<&'a str> {
    let groups = exclusive_groups(schema).into_iter();
    let groups = groups.filter(|group| group.contains(&name));
    groups.flatten().filter(|other| *other != name).collect()
}

/// Returns the names of each group of members of which exactly one is present.
fn exclusive_groups(schema: &Value) -> Vec<Vec<&str>> {
    let rules = schema.get("allOf").and_then(Value::as_array);
    let group = |rule: &'_ Value| -> Vec<String> {
        let choices = rule.get("oneOf").and_then(Value::as_array);
        let choices = choices.into_iter().flatten();
        let names = choices.flat_map(|choice| names(choice.get("required")));
        names.map(str::to_owned).collect()
    };
    let groups = rules.into_iter().flatten().map(group);
    let properties = schema.get("properties").and_then(Value::as_object);
    let known = |name: String| {
        properties
            .and_then(|all| all.get_key_value(&name))
            .map(|(name, _)| name.as_str())
    };
    groups
        .map(|group| group.into_iter().filter_map(known).collect())
        .collect()
}

fn names(list: Option<&Value>) -> Vec<&str> {
    let list = list.and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn text(schema: &Value) -> Option<String> {
    let min = count_limit(schema, "min", "Length").unwrap_or(0);
    let accepts = |text: &String| satisfies(schema, schema, &Value::from(text.as_str()));
    let format = schema.get("format").and_then(Value::as_str);
    let of_format = FORMATS.iter().find(|(name, _)| Some(*name) == format);
    let of_format = of_format
        .map(|(_, text)| (*text).to_owned())
        .filter(accepts);
    let of_pattern = || {
        let pattern = schema.get("pattern").and_then(Value::as_str)?;
        Pattern::parse(pattern)?.text(min.max(1))
    };
    let of_length = || Some("a".repeat(min.max(1)));
    let sample = || SAMPLES.iter().map(|text| (*text).to_owned()).find(accepts);
    of_format
        .or_else(|| of_pattern().filter(accepts))
        .or_else(|| of_length().filter(accepts))
        .or_else(sample)
        .or_else(|| Some(String::new()).filter(accepts))
}

fn number(schema: &Value) -> Option<Value> {
    let one = Value::from(1);
    if satisfies(schema, schema, &one) {
        return Some(one);
    }
    let ends = ["minimum", "maximum"]
        .into_iter()
        .filter_map(|end| schema.get(end).cloned());
    let inside = ["exclusiveMinimum", "exclusiveMaximum"]
        .into_iter()
        .zip([1.0, -1.0]);
    let inside = inside.filter_map(|(end, step)| {
        let limit = schema.get(end)?.as_f64()?;
        Number::from_f64(limit + step).map(Value::from)
    });
    let mut candidates = ends.chain(inside).chain([Value::from(0), Value::from(2)]);
    candidates.find(|candidate| satisfies(schema, schema, candidate))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn value_of_each_kind_of_schema_is_found() {
        for (schema, expected) in [
            (
                json!({"type": "string", "minLength": 3, "maxLength": 5}),
                json!("aaa"),
            ),
            (
                json!({"type": "string", "pattern": "^[A-Z]{2}[0-9]{3}$"}),
                json!("AA000"),
            ),
            (
                json!({"type": "integer", "minimum": 5, "maximum": 9}),
                json!(5),
            ),
            (json!({"type": "integer", "maximum": -5}), json!(-5)),
            (json!({"type": ["boolean", "null"]}), json!(true)),
            (json!({"enum": ["open", "shipped"]}), json!("open")),
            (
                json!({"type": "array", "items": {"type": "integer"}, "minItems": 2}),
                json!([1, 1]),
            ),
            (
                json!({"prefixItems": [{"type": "integer"}, {"type": "boolean"}], "type": "array"}),
                json!([1, true]),
            ),
            (
                json!({"oneOf": [{"const": "a"}, {"const": "b"}]}),
                json!("a"),
            ),
            (
                json!({"type": "string", "format": "uuid"}),
                json!("00000000-0000-4000-8000-000000000001"),
            ),
            (
                json!({"type": "object", "propertyNames": {"pattern": "^[0-9]+$"}, "additionalProperties": {"type": "boolean"}, "minProperties": 2}),
                json!({"0": true, "1": true}),
            ),
        ] {
            assert_eq!(
                synthesize(&schema, Members::All),
                Some(expected),
                "{schema}"
            );
        }
    }

    #[test]
    fn object_has_all_members_or_the_required_ones() {
        let schema = json!({
            "type": "object",
            "properties": { "a": {"$ref": "#/$defs/A"}, "b": {"type": "string"}, "c": {"type": "null"}, "d": {"type": "null"} },
            "required": ["a"],
            "allOf": [{"oneOf": [{"required": ["c"]}, {"required": ["d"]}]}],
            "$defs": { "A": {"type": "integer"} },
        });
        let all = json!({"a": 1, "b": "a", "c": null});
        assert_eq!(synthesize(&schema, Members::All), Some(all));
        let required = json!({"a": 1, "c": null});
        assert_eq!(synthesize(&schema, Members::Required), Some(required));
    }

    #[test]
    fn recursive_schema_ends() {
        let schema = json!({
            "type": "object",
            "properties": { "children": {"type": "array", "items": {"$ref": "#"}} },
        });
        assert!(synthesize(&schema, Members::All).is_some());
    }
}
