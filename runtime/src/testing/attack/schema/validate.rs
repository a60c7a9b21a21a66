//! The validation of a value against a schema of an input type.

use std::cmp::Ordering;

use serde_json::Value;

use crate::testing::attack::schema::pattern::Pattern;

/// The maximum depth of schemas and values.
const MAX_DEPTH: usize = 64;

/// Returns the schema that a reference names, through several references.
pub(super) fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let mut schema = schema;
    for _ in 0..MAX_DEPTH {
        let reference = schema.get("$ref").and_then(Value::as_str);
        let target = reference
            .and_then(|reference| reference.strip_prefix('#'))
            .and_then(|pointer| document.pointer(pointer));
        match target {
            Some(target) => schema = target,
            None => break,
        }
    }
    schema
}

/// Returns whether a whole value satisfies the document.
pub(in crate::testing::attack) fn is_valid(document: &Value, value: &Value) -> bool {
    satisfies(document, document, value)
}

/// Returns whether a value satisfies a schema.
///
/// A keyword that input types do not use, and a pattern with an unknown construct, accept every value: a mutation that only
/// breaks such a keyword is not sent.
pub(super) fn satisfies(document: &Value, schema: &Value, value: &Value) -> bool {
    Validator { document }.accepts(schema, value, 0)
}

struct Validator<'a> {
    document: &'a Value,
}

impl Validator<'_> {
    fn accepts(&self, schema: &Value, value: &Value, depth: usize) -> bool {
        let schema = resolve(self.document, schema);
        if depth > MAX_DEPTH {
            return true;
        }
        match schema {
            Value::Bool(accepts) => *accepts,
            Value::Object(_) => {
                self.applicators(schema, value, depth)
                    && accepts_type(schema, value)
                    && accepts_choice(schema, value)
                    && accepts_scalar(schema, value)
                    && self.array(schema, value, depth)
                    && self.object(schema, value, depth)
            }
            _ => true,
        }
    }

    fn applicators(&self, schema: &Value, value: &Value, depth: usize) -> bool {
        let list = |keyword: &str| schema.get(keyword).and_then(Value::as_array);
        let accepted = |schemas: &[Value]| {
            let schemas = schemas.iter();
            schemas
                .filter(|schema| self.accepts(schema, value, depth + 1))
                .count()
        };
        list("allOf").is_none_or(|all| accepted(all) == all.len())
            && list("anyOf").is_none_or(|any| accepted(any) > 0)
            && list("oneOf").is_none_or(|one| accepted(one) == 1)
            && schema
                .get("not")
                .is_none_or(|not| !self.accepts(not, value, depth + 1))
    }

    fn array(&self, schema: &Value, value: &Value, depth: usize) -> bool {
        let Some(items) = value.as_array() else {
            return true;
        };
        let prefix = schema.get("prefixItems").and_then(Value::as_array);
        let prefix: &[Value] = prefix.map_or(&[], Vec::as_slice);
        let rest = schema.get("items");
        let is_valid = items.iter().enumerate().all(|(at, item)| {
            let schema = prefix.get(at).or(rest);
            schema.is_none_or(|schema| self.accepts(schema, item, depth + 1))
        });
        is_valid && accepts_count(schema, "Items", items.len())
    }

    fn object(&self, schema: &Value, value: &Value, depth: usize) -> bool {
        let Some(members) = value.as_object() else {
            return true;
        };
        let mut required = schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let is_present =
            |name: &Value| name.as_str().is_some_and(|name| members.contains_key(name));
        let properties = schema.get("properties");
        let names = schema.get("propertyNames");
        let is_valid = members.iter().all(|(name, member)| {
            let property = properties.and_then(|properties| properties.get(name));
            let schema = property.or_else(|| schema.get("additionalProperties"));
            schema.is_none_or(|schema| self.accepts(schema, member, depth + 1))
                && names
                    .is_none_or(|names| self.accepts(names, &Value::from(name.as_str()), depth + 1))
        });
        required.all(is_present) && is_valid && accepts_count(schema, "Properties", members.len())
    }
}

fn accepts_type(schema: &Value, value: &Value) -> bool {
    let accepts = |name: &Value| name.as_str().is_none_or(|name| is_type(name, value));
    match schema.get("type") {
        Some(Value::Array(names)) => names.iter().any(accepts),
        Some(name) => accepts(name),
        None => true,
    }
}

/// Returns whether a value has a type of JSON Schema.
pub(super) fn is_type(name: &str, value: &Value) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "number" => value.is_number(),
        "integer" => {
            value.is_i64()
                || value.is_u64()
                || value.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        _ => true,
    }
}

fn accepts_choice(schema: &Value, value: &Value) -> bool {
    let choices = schema.get("enum").and_then(Value::as_array);
    choices.is_none_or(|choices| choices.contains(value))
        && schema.get("const").is_none_or(|only| only == value)
}

fn accepts_scalar(schema: &Value, value: &Value) -> bool {
    if let Some(text) = value.as_str() {
        let pattern = schema.get("pattern").and_then(Value::as_str);
        let matches = pattern
            .and_then(Pattern::parse)
            .is_none_or(|pattern| pattern.matches(text));
        return matches && accepts_count(schema, "Length", text.chars().count());
    }
    let Some(number) = value.as_f64() else {
        return true;
    };
    let exact = value
        .as_i64()
        .map(i128::from)
        .or(value.as_u64().map(i128::from));
    let limit = |keyword: &str| schema.get(keyword);
    let compare = |limit: &Value| {
        let whole = limit
            .as_i64()
            .map(i128::from)
            .or(limit.as_u64().map(i128::from));
        match (exact, whole) {
            (Some(number), Some(limit)) => Some(number.cmp(&limit)),
            _ => number.partial_cmp(&limit.as_f64()?),
        }
    };
    limit("minimum")
        .and_then(compare)
        .is_none_or(Ordering::is_ge)
        && limit("maximum")
            .and_then(compare)
            .is_none_or(Ordering::is_le)
        && limit("exclusiveMinimum")
            .and_then(compare)
            .is_none_or(Ordering::is_gt)
        && limit("exclusiveMaximum")
            .and_then(compare)
            .is_none_or(Ordering::is_lt)
}

fn accepts_count(schema: &Value, of: &str, count: usize) -> bool {
    let limit = |end: &str| count_limit(schema, end, of);
    limit("min").is_none_or(|min| count >= min) && limit("max").is_none_or(|max| count <= max)
}

/// Returns a limit of a count, such as `maxLength`.
pub(super) fn count_limit(schema: &Value, end: &str, of: &str) -> Option<usize> {
    let limit = schema.get(format!("{end}{of}"))?.as_u64()?;
    Some(usize::try_from(limit).unwrap_or(usize::MAX))
}
