//! Valid values with a part that a given value lacks: an optional member, an item, an entry, another alternative.
//!
//! A bound can be broken only in a value that has the part. The caller sends the variation first: if the API refuses it, a
//! refusal of the value with a broken bound says nothing.

use serde_json::{Map, Value};

use crate::testing::attack::schema::position::{Position, alternatives, chosen, replaced};
use crate::testing::attack::schema::synthesis::{
    Members, excluding_members, synthesize_entry, synthesize_part,
};
use crate::testing::attack::schema::validate::{count_limit, is_type, satisfies};

/// A part that a given value lacks, and whole values that have it.
#[derive(Clone, Debug)]
pub(in crate::testing::attack) struct Variation<'a> {
    /// The part in words, such as `/note` or `an item of /lines`.
    pub(in crate::testing::attack) name: String,
    pub(in crate::testing::attack) position: Position<'a>,
    /// Whole values with the part, the best first; none if no value of the part is found.
    pub(in crate::testing::attack) candidates: Vec<Value>,
}

/// The differences that are variations.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// A part that the value lacks and that has bounds.
    Bounds,
    /// Also another choice without bounds: `null`, `true`, or the name of a variant.
    Choices,
}

/// Returns a variation for each part below a position that the value lacks.
///
/// `stated` are further whole values, which come before those that follow from the schema. Parts inside a part that the value
/// lacks are found when the variation itself is the value.
pub(in crate::testing::attack) fn variations<'a>(
    document: &'a Value,
    position: &Position<'a>,
    whole: &Value,
    stated: &[Value],
) -> Vec<Variation<'a>> {
    find(document, position, whole, stated, Extent::Bounds)
}

/// Returns the variations, and one for each other choice that has no bounds: `null`, a boolean, the name of a variant.
///
/// The part that makes the difference is the one of the first of the `stated` values that has it.
pub(super) fn variations_with_choices<'a>(
    document: &'a Value,
    position: &Position<'a>,
    whole: &Value,
    stated: &[Value],
) -> Vec<Variation<'a>> {
    find(document, position, whole, stated, Extent::Choices)
}

fn find<'a>(
    document: &'a Value,
    position: &Position<'a>,
    whole: &Value,
    stated: &[Value],
    extent: Extent,
) -> Vec<Variation<'a>> {
    let mut finder = Finder {
        document,
        whole,
        stated,
        extent,
        found: Vec::new(),
    };
    if let Some(value) = whole.pointer(&position.pointer) {
        finder.visit(position, value);
    }
    finder.found
}

struct Finder<'f, 'a> {
    document: &'a Value,
    whole: &'f Value,
    stated: &'f [Value],
    extent: Extent,
    found: Vec<Variation<'a>>,
}

impl<'f, 'a> Finder<'f, 'a> {
    fn visit(&mut self, position: &Position<'a>, value: &Value) {
        let is_repeated = position.is_repeated(self.document);
        if !is_repeated && !position.is_chosen {
            self.choices(position, value);
            if self.extent == Extent::Choices {
                self.scalars(position, value);
            }
        }
        let choice = chosen(self.document, position.schema, value);
        let position = position.with_choice(self.document, choice);
        match value {
            Value::Array(items) => self.array(&position, items, is_repeated),
            Value::Object(members) => self.object(&position, members, is_repeated),
            _ => {}
        }
    }

    /// Adds a variation for each alternative that the value does not satisfy, and for each other type.
    fn choices(&mut self, position: &Position<'a>, value: &Value) {
        let document = self.document;
        let all = alternatives(document, position.schema);
        for (at, schema) in all.iter().copied().enumerate() {
            for name in types(schema) {
                let fits = |value: &Value| {
                    satisfies(document, schema, value)
                        && name.is_none_or(|name| is_type(name, value))
                };
                let has_only_one = matches!(name, Some("null" | "boolean"));
                let has_no_bounds = has_only_one || schema.get("const").is_some();
                if fits(value) || (has_no_bounds && self.extent == Extent::Bounds) {
                    continue;
                }
                let position = position.with_choice(document, schema);
                let name_of_choice = format!("alternative {} of {}", at + 1, position.label());
                let parts = both(|members| synthesize_part(document, schema, name, members));
                let wholes = parts
                    .into_iter()
                    .filter_map(|part| replaced(self.whole, &position.pointer, Some(part)));
                let wholes: Vec<Value> = wholes.collect();
                self.add(name_of_choice, position, &fits, wholes);
            }
        }
    }

    /// Adds a variation for each other boolean, and for each other value of a list of values.
    fn scalars(&mut self, position: &Position<'a>, value: &Value) {
        let document = self.document;
        for schema in alternatives(document, position.schema) {
            let listed = schema.get("enum").and_then(Value::as_array);
            let is_boolean = types(schema).contains(&Some("boolean"));
            let booleans = is_boolean.then(|| vec![Value::Bool(true), Value::Bool(false)]);
            for other in listed.cloned().or(booleans).into_iter().flatten() {
                if other == *value {
                    continue;
                }
                let name = format!("{other} as {}", position.label());
                let whole = replaced(self.whole, &position.pointer, Some(other.clone()));
                let position = position.with_choice(document, schema);
                let fits = |value: &Value| *value == other;
                self.add(name, position, &fits, Vec::from_iter(whole));
            }
        }
    }

    fn array(&mut self, position: &Position<'a>, items: &[Value], is_repeated: bool) {
        let schema = position.schema;
        let prefix = schema.get("prefixItems").and_then(Value::as_array);
        if items.is_empty() && prefix.is_none() {
            let may_have_one = count_limit(schema, "max", "Items") != Some(0);
            if let Some(item) = schema.get("items").filter(|_| may_have_one && !is_repeated) {
                let document = self.document;
                let part = |members| {
                    let item = synthesize_part(document, item, None, members)?;
                    Some(Value::Array(vec![item]))
                };
                let is_filled =
                    |value: &Value| value.as_array().is_some_and(|items| !items.is_empty());
                self.fill("an item", position, &is_filled, both(part));
            }
            return;
        }
        for (at, item) in items.iter().enumerate() {
            let of_prefix = prefix.and_then(|prefix| prefix.get(at));
            let is_first = at == 0;
            if let Some(schema) = of_prefix.or_else(|| schema.get("items").filter(|_| is_first)) {
                let position = position.below(self.document, &at.to_string(), schema);
                self.visit(&position, item);
            }
        }
    }

    fn object(&mut self, position: &Position<'a>, members: &Map<String, Value>, is_repeated: bool) {
        let schema = position.schema;
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
            self.entries(position, members, is_repeated);
            return;
        };
        for (name, property) in properties {
            let below = position.below(self.document, name, property);
            match members.get(name) {
                Some(value) => self.visit(&below, value),
                None if !is_repeated => self.member(position, below, name, members),
                None => {}
            }
        }
    }

    /// Adds a variation with a member, without those that exclude it.
    fn member(
        &mut self,
        parent: &Position<'a>,
        position: Position<'a>,
        name: &str,
        members: &Map<String, Value>,
    ) {
        let (document, schema) = (self.document, position.schema);
        let excluding = excluding_members(parent.schema, name);
        let wholes = both(|kind| synthesize_part(document, schema, None, kind));
        let wholes = wholes.into_iter().filter_map(|value| {
            let mut members = members.clone();
            members.retain(|other, _| !excluding.contains(&other.as_str()));
            members.insert(name.to_owned(), value);
            replaced(self.whole, &parent.pointer, Some(Value::Object(members)))
        });
        let wholes: Vec<Value> = wholes.collect();
        let fits = |value: &Value| satisfies(document, schema, value);
        self.add(position.pointer.clone(), position, &fits, wholes);
    }

    fn entries(
        &mut self,
        position: &Position<'a>,
        members: &Map<String, Value>,
        is_repeated: bool,
    ) {
        let schema = position.schema;
        let values = schema.get("additionalProperties");
        let Some(values) = values.filter(|values| values.is_object()) else {
            return;
        };
        if let Some((name, value)) = members.iter().next() {
            self.visit(&position.below(self.document, name, values), value);
            return;
        }
        if count_limit(schema, "max", "Properties") != Some(0) && !is_repeated {
            let document = self.document;
            let part = |members| synthesize_entry(document, schema, members);
            let is_filled =
                |value: &Value| value.as_object().is_some_and(|members| !members.is_empty());
            self.fill("an entry", position, &is_filled, both(part));
        }
    }

    /// Adds a variation with an item or entry in an empty list or map.
    fn fill(
        &mut self,
        kind: &str,
        position: &Position<'a>,
        is_filled: &dyn Fn(&Value) -> bool,
        parts: Vec<Value>,
    ) {
        let (document, schema) = (self.document, position.schema);
        let fits = |value: &Value| is_filled(value) && satisfies(document, schema, value);
        let wholes = parts
            .into_iter()
            .filter_map(|part| replaced(self.whole, &position.pointer, Some(part)));
        let wholes: Vec<Value> = wholes.collect();
        let name = format!("{kind} of {}", position.label());
        self.add(name, position.clone(), &fits, wholes);
    }

    fn add(
        &mut self,
        name: String,
        position: Position<'a>,
        fits: &dyn Fn(&Value) -> bool,
        wholes: Vec<Value>,
    ) {
        let document = self.document;
        let part = |whole: &'f Value| whole.pointer(&position.pointer).filter(|part| fits(part));
        let mut candidates: Vec<Value> = match self.extent {
            Extent::Bounds => {
                let stated = self.stated.iter().filter(|whole| part(whole).is_some());
                stated.cloned().chain(wholes).collect()
            }
            // the rest of a stated value is another difference
            Extent::Choices => match self.stated.iter().find_map(part) {
                None => wholes,
                Some(part) => {
                    let wholes = wholes.iter();
                    let stated = |whole| replaced(whole, &position.pointer, Some(part.clone()));
                    wholes.filter_map(stated).collect()
                }
            },
        };
        candidates.retain(|whole| satisfies(document, document, whole));
        candidates.dedup();
        self.found.push(Variation {
            name,
            position,
            candidates,
        });
    }
}

/// Returns the part with all members, and the one with the required ones.
fn both(part: impl Fn(Members) -> Option<Value>) -> Vec<Value> {
    let kinds = [Members::All, Members::Required].into_iter();
    kinds.filter_map(part).collect()
}

/// Returns the types that a schema names; `None` if it names none.
fn types(schema: &Value) -> Vec<Option<&str>> {
    match schema.get("type") {
        Some(Value::Array(names)) => names.iter().map(Value::as_str).collect(),
        other => vec![other.and_then(Value::as_str)],
    }
}

#[cfg(test)]
mod tests;
