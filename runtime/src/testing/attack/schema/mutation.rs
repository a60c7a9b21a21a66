//! Values that break one bound of a schema, made from a value that satisfies it.

use std::borrow::Cow;

use serde_json::{Map, Number, Value};

use crate::testing::attack::schema::encoding::Encoding;
use crate::testing::attack::schema::position::{Position, chosen, escaped, replaced};
use crate::testing::attack::schema::validate::{count_limit, satisfies};

/// The largest text or count that a mutation makes.
const MAX_SIZE: usize = 4 * 1024 * 1024;

/// The largest number of items of a list that a mutation makes.
const MAX_ITEMS: usize = 100_000;

/// The name of a member that no input type has.
const UNKNOWN: &str = "palisade_attack";

/// A value that breaks one bound.
#[derive(Clone, Debug)]
pub(in crate::testing::attack) struct Mutation {
    pub(in crate::testing::attack) kind: MutationKind,
    /// The position and the mistake, such as `/quantity is 101, at most 100`.
    pub(in crate::testing::attack) description: String,
    /// The whole value.
    pub(in crate::testing::attack) value: Value,
}

/// The class of a mutation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::testing::attack) enum MutationKind {
    UnknownMember,
    Bound,
}

/// Returns values that break one bound each at or below a position, and the bounds that none of them breaks.
///
/// `whole` satisfies the document. No returned value does. The bounds of parts that `whole` lacks are those of its
/// variations.
pub(in crate::testing::attack) fn mutations(
    document: &Value,
    position: &Position<'_>,
    whole: &Value,
    encoding: Encoding,
) -> (Vec<Mutation>, Vec<String>) {
    let mut mutator = Mutator {
        document,
        whole,
        encoding,
        mutations: Vec::new(),
        unbroken: Vec::new(),
    };
    if let Some(value) = whole.pointer(&position.pointer) {
        mutator.at(position.schema, value, &position.pointer);
    }
    (mutator.mutations, mutator.unbroken)
}

struct Mutator<'a> {
    document: &'a Value,
    whole: &'a Value,
    encoding: Encoding,
    mutations: Vec<Mutation>,
    unbroken: Vec<String>,
}

impl<'a> Mutator<'a> {
    /// Adds the mutations of the value at a pointer.
    fn at(&mut self, schema: &'a Value, value: &Value, pointer: &str) {
        let schema = chosen(self.document, schema, value);
        self.types(schema, value, pointer);
        self.choices(schema, pointer);
        match value {
            Value::String(text) => self.text(schema, text, pointer),
            Value::Number(_) => self.number(schema, pointer),
            Value::Array(items) => self.array(schema, items, pointer),
            Value::Object(members) => self.object(schema, members, pointer),
            Value::Bool(_) | Value::Null => {}
        }
    }

    /// Adds a mutation, if the document rejects it and the request can have it.
    fn add(&mut self, pointer: &str, mistake: &str, value: Value) -> bool {
        self.add_kind(MutationKind::Bound, pointer, mistake, Some(value))
    }

    fn add_kind(
        &mut self,
        kind: MutationKind,
        pointer: &str,
        mistake: &str,
        value: Option<Value>,
    ) -> bool {
        if !value
            .as_ref()
            .is_none_or(|value| self.encoding.can_write(value))
        {
            return false;
        }
        let Some(whole) = replaced(self.whole, pointer, value) else {
            return false;
        };
        if satisfies(self.document, self.document, &self.as_read(&whole)) {
            return false;
        }
        let position = if pointer.is_empty() {
            "the value"
        } else {
            pointer
        };
        self.mutations.push(Mutation {
            kind,
            description: format!("{position} {mistake}"),
            value: whole,
        });
        true
    }

    /// Returns the value as the API reads it.
    fn as_read<'w>(&self, whole: &'w Value) -> Cow<'w, Value> {
        // the alternative of the value from which `whole` is made
        let schema = chosen(self.document, self.document, self.whole);
        self.encoding.read(whole, |name| {
            let property = schema.get("properties").and_then(|all| all.get(name));
            property.is_some_and(|schema| satisfies(self.document, schema, &Value::Null))
        })
    }

    /// Returns whether the API reads a request with this value as one without the member.
    fn is_read_as_absent(&self, pointer: &str, value: &Value) -> bool {
        let whole = replaced(self.whole, pointer, Some(value.clone()));
        whole.is_some_and(|whole| self.as_read(&whole).pointer(pointer).is_none())
    }

    fn types(&mut self, schema: &Value, value: &Value, pointer: &str) {
        let has_type = schema.get("type").is_some() || schema.get("enum").is_some();
        if !has_type {
            return;
        }
        if self.encoding == Encoding::Json {
            self.add(pointer, "is null", Value::Null);
            let other = if value.is_string() {
                Value::from(7)
            } else {
                Value::from("seven")
            };
            self.add(pointer, "has another type", other);
            if value.is_object() || value.is_array() {
                let other = if value.is_object() {
                    Value::Array(Vec::new())
                } else {
                    Value::Object(Map::new())
                };
                self.add(pointer, "has another type", other);
            }
        } else if value.is_number() || value.is_boolean() {
            self.add(pointer, "is no number", Value::from("seven"));
        }
    }

    fn choices(&mut self, schema: &Value, pointer: &str) {
        let choices = schema.get("enum").and_then(Value::as_array);
        let only = schema.get("const").into_iter();
        let Some(first) = choices
            .into_iter()
            .flatten()
            .chain(only)
            .find_map(Value::as_str)
        else {
            return;
        };
        self.add(
            pointer,
            "is not an allowed value",
            Value::from("palisade-attack"),
        );
        let changed = if first.chars().any(char::is_lowercase) {
            first.to_uppercase()
        } else {
            first.to_lowercase()
        };
        self.add(
            pointer,
            "has an allowed value in another case",
            Value::from(changed),
        );
    }

    fn text(&mut self, schema: &Value, text: &str, pointer: &str) {
        if let Some(max) = count_limit(schema, "max", "Length") {
            let length = text.chars().count();
            let last = text.chars().last().filter(char::is_ascii_alphanumeric);
            let filler: String = std::iter::repeat_n(
                last.unwrap_or('a'),
                max.saturating_add(1).min(MAX_SIZE).saturating_sub(length),
            )
            .collect();
            let mistake = format!("has {} characters, at most {max}", max.saturating_add(1));
            if max >= MAX_SIZE
                || !self.add(pointer, &mistake, Value::from(format!("{text}{filler}")))
            {
                self.unbroken
                    .push(format!("{pointer}: at most {max} characters"));
            }
        }
        if let Some(min) = count_limit(schema, "min", "Length").filter(|min| *min > 0) {
            let shorter: String = text.chars().take(min - 1).collect();
            let mistake = format!("has {} characters, at least {min}", min - 1);
            let shorter = Value::from(shorter);
            let is_expressible =
                self.encoding != Encoding::Segment && !self.is_read_as_absent(pointer, &shorter);
            if !self.add(pointer, &mistake, shorter) && is_expressible {
                self.unbroken
                    .push(format!("{pointer}: at least {min} characters"));
            }
        }
        if schema.get("pattern").is_some() || schema.get("format").is_some() {
            let mut broken = 0;
            for (mistake, value) in breakers(text) {
                // two that differ in kind
                if broken < 3 && self.add(pointer, mistake, Value::from(value)) {
                    broken += 1;
                }
            }
            if broken == 0 && schema.get("pattern").is_some() {
                self.unbroken.push(format!("{pointer}: its pattern"));
            }
        }
    }

    fn number(&mut self, schema: &Value, pointer: &str) {
        for (limit, step, word) in [
            ("minimum", -1, "at least"),
            ("exclusiveMinimum", 0, "more than"),
            ("maximum", 1, "at most"),
            ("exclusiveMaximum", 0, "less than"),
        ] {
            let Some(limit) = schema.get(limit) else {
                continue;
            };
            let Some(beyond) = stepped(limit, step) else {
                // beyond what JSON numbers represent
                continue;
            };
            let mistake = format!("is {beyond}, {word} {limit}");
            if !self.add(pointer, &mistake, beyond) {
                self.unbroken.push(format!("{pointer}: {word} {limit}"));
            }
        }
        let is_integer = |name: &Value| name == "integer";
        let has_fraction = Number::from_f64(1.5).map(Value::from);
        let name = schema.get("type");
        let integer = name.is_some_and(is_integer)
            || name
                .and_then(Value::as_array)
                .is_some_and(|names| names.iter().any(is_integer));
        if let Some(fraction) = has_fraction.filter(|_| integer) {
            self.add(pointer, "has a fraction", fraction);
        }
    }

    fn array(&mut self, schema: &'a Value, items: &[Value], pointer: &str) {
        // the pattern of a route has a fixed number of parameters
        if self.encoding == Encoding::Segment {
            if pointer.is_empty() {
                self.items(schema, items, pointer);
            }
            return;
        }
        self.counts(schema, items, pointer);
        self.items(schema, items, pointer);
    }

    fn counts(&mut self, schema: &Value, items: &[Value], pointer: &str) {
        // a variation has an item
        let is_left = items.is_empty() && schema.get("items").is_some();
        if let Some(max) = count_limit(schema, "max", "Items").filter(|max| *max == 0 || !is_left) {
            let item = items.first().cloned();
            let mistake = format!("has {} items, at most {max}", max.saturating_add(1));
            let added = max < MAX_ITEMS
                && item.is_some_and(|item| {
                    let longer: Vec<Value> = items
                        .iter()
                        .cloned()
                        .chain(std::iter::repeat_n(item, max + 1 - items.len().min(max)))
                        .collect();
                    self.add(pointer, &mistake, Value::from(longer))
                });
            if !added {
                self.unbroken
                    .push(format!("{pointer}: at most {max} items"));
            }
        }
        if let Some(min) = count_limit(schema, "min", "Items").filter(|min| *min > 0) {
            let fewer: Vec<Value> = items.iter().take(min - 1).cloned().collect();
            self.add(
                pointer,
                &format!("has {} items, at least {min}", min - 1),
                Value::from(fewer),
            );
        }
    }

    fn items(&mut self, schema: &'a Value, items: &[Value], pointer: &str) {
        let prefix = schema.get("prefixItems").and_then(Value::as_array);
        for (at, item) in items.iter().enumerate() {
            let of_prefix = prefix.and_then(|prefix| prefix.get(at));
            let is_first = at == 0;
            let Some(schema) = of_prefix.or_else(|| schema.get("items").filter(|_| is_first))
            else {
                continue;
            };
            self.at(schema, item, &format!("{pointer}/{at}"));
        }
    }

    fn object(&mut self, schema: &'a Value, members: &Map<String, Value>, pointer: &str) {
        let is_closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
        if is_closed {
            let unknown = format!("{pointer}/{UNKNOWN}");
            self.add_kind(
                MutationKind::UnknownMember,
                &unknown,
                "is an unknown member",
                Some(Value::from("a")),
            );
        }
        let required = schema.get("required").and_then(Value::as_array);
        let properties = schema.get("properties").and_then(Value::as_object);
        if self.encoding != Encoding::Segment {
            for name in required.into_iter().flatten().filter_map(Value::as_str) {
                let member = format!("{pointer}/{}", escaped(name));
                self.add_kind(MutationKind::Bound, &member, "is missing", None);
            }
        }
        for (name, value) in members {
            if let Some(schema) = properties.and_then(|properties| properties.get(name)) {
                self.at(schema, value, &format!("{pointer}/{}", escaped(name)));
            }
        }
        if properties.is_none() {
            self.entries(schema, members, pointer);
        }
    }

    fn entries(&mut self, schema: &'a Value, members: &Map<String, Value>, pointer: &str) {
        if let (Some((name, value)), Some(schema)) =
            (members.iter().next(), schema.get("additionalProperties"))
        {
            self.at(schema, value, &format!("{pointer}/{}", escaped(name)));
        }
        // a variation has an entry
        let is_left = members.is_empty() && schema.get("additionalProperties").is_some();
        let max = count_limit(schema, "max", "Properties");
        let Some(max) = max.filter(|max| *max == 0 || !is_left) else {
            return;
        };
        let mistake = format!("has {} entries, at most {max}", max.saturating_add(1));
        let value = members.values().next().cloned();
        let names = |at: usize| [format!("a{at}"), at.to_string(), format!("{at:03}")];
        let accepted = |name: &String| {
            schema
                .get("propertyNames")
                .is_none_or(|names| satisfies(self.document, names, &Value::from(name.as_str())))
        };
        let mut more = members.clone();
        if let Some(value) = value.filter(|_| max < MAX_ITEMS) {
            for at in 0..=max {
                if more.len() <= max
                    && let Some(name) = names(at).into_iter().find(accepted)
                {
                    more.insert(name, value.clone());
                }
            }
        }
        if more.len() <= max || !self.add(pointer, &mistake, Value::Object(more)) {
            self.unbroken
                .push(format!("{pointer}: at most {max} entries"));
        }
    }
}

/// Returns changes of a text that patterns and formats usually reject.
fn breakers(text: &str) -> [(&'static str, String); 8] {
    [
        ("has a space in front", format!(" {text}")),
        ("ends with a line break", format!("{text}\n")),
        ("ends with NUL", format!("{text}\0")),
        ("contains `<`", format!("{text}<script>")),
        ("ends with an exclamation mark", format!("{text}!")),
        ("ends with a dash", format!("{text}-")),
        ("ends with a letter beyond ASCII", format!("{text}\u{e9}")),
        ("is another text", "zz".to_owned()),
    ]
}

/// Returns a limit with a step beyond it, if JSON can represent it.
fn stepped(limit: &Value, step: i128) -> Option<Value> {
    let whole = limit
        .as_i64()
        .map(i128::from)
        .or(limit.as_u64().map(i128::from));
    if let Some(whole) = whole {
        let beyond = whole + step;
        let signed = i64::try_from(beyond).map(Value::from);
        return signed
            .or_else(|_| u64::try_from(beyond).map(Value::from))
            .ok();
    }
    let limit = limit.as_f64()?;
    let beyond = if step == 0 {
        limit
    } else {
        limit + f64::from(i32::try_from(step).ok()?)
    };
    // near the largest number, one more makes no difference
    Number::from_f64(beyond)
        .filter(|_| step == 0 || beyond > limit || beyond < limit)
        .map(Value::from)
}

#[cfg(test)]
mod tests;
