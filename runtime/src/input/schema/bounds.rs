//! The bounds that garde's rules set, as values for a schema.
//!
//! Their counterpart at compile time is [`Rules`](crate::input::__private::Rules), which knows that a
//! rule is written but not its limits.

use std::borrow::Cow;
use std::fmt::Display;

use schemars::Schema;
use serde_json::{Map, Number, Value, json};

use crate::input::schema::pattern::{escaped, portable};
use crate::json::ExactValue;

/// The maximum length of a character in UTF-8, in bytes.
const MAX_BYTES: usize = 4;

/// The maximum length of a character in UTF-16, in code units.
const MAX_UNITS: usize = 2;

/// The comment for rules that JSON Schema cannot express.
const FURTHER_RULES: &str = "further rules apply";

/// The bounds that the rules on a field, or on each of its items, set.
///
/// The derive creates it.
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    lengths: Vec<Length>,
    minimum: Option<Number>,
    maximum: Option<Number>,
    patterns: Vec<String>,
    is_ascii: bool,
    is_required: bool,
    format: Option<&'static str>,
    /// The rules that JSON Schema cannot express.
    comments: Vec<Cow<'static, str>>,
    items: Option<Box<Self>>,
}

/// The unit of a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Bytes of a text, or items of a collection.
    Simple,
    /// Bytes in UTF-8.
    Bytes,
    /// Unicode characters, the unit of JSON Schema.
    Chars,
    /// Code units in UTF-16.
    Utf16,
    /// Grapheme clusters, which readers perceive as characters.
    Graphemes,
}

#[derive(Clone, Copy, Debug)]
struct Length {
    measure: Measure,
    min: usize,
    max: Option<usize>,
}

/// The methods that the derive calls.
#[doc(hidden)]
impl Bounds {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn length(mut self, measure: Measure, min: Option<usize>, max: Option<usize>) -> Self {
        let min = min.unwrap_or(0);
        self.lengths.push(Length { measure, min, max });
        self
    }

    #[must_use]
    pub fn minimum(mut self, limit: &dyn Display) -> Self {
        self.minimum = number(limit);
        let is_expressed = self.minimum.is_some();
        self.comment_unless(is_expressed, || format!("at least {limit}").into())
    }

    #[must_use]
    pub fn maximum(mut self, limit: &dyn Display) -> Self {
        self.maximum = number(limit);
        let is_expressed = self.maximum.is_some();
        self.comment_unless(is_expressed, || format!("at most {limit}").into())
    }

    /// Adds a pattern in Rust's dialect if JSON Schema has an equivalent one.
    #[must_use]
    pub fn pattern(mut self, pattern: &str) -> Self {
        let portable = portable(pattern);
        let is_expressed = portable.is_some();
        self.patterns.extend(portable);
        self.comment_unless(is_expressed, || FURTHER_RULES.into())
    }

    #[must_use]
    pub fn prefix(mut self, text: &str) -> Self {
        self.patterns.push(format!("^{}", escaped(text)));
        self
    }

    #[must_use]
    pub fn suffix(mut self, text: &str) -> Self {
        self.patterns.push(format!("{}$", escaped(text)));
        self
    }

    #[must_use]
    pub fn contains(mut self, text: &str) -> Self {
        self.patterns.push(escaped(text));
        self
    }

    #[must_use]
    pub fn ascii(mut self) -> Self {
        self.is_ascii = true;
        self.patterns.push(r"^[\u0000-\u007F]*$".to_owned());
        self
    }

    #[must_use]
    pub fn alphanumeric(mut self) -> Self {
        self.patterns.push(r"^[\p{Alphabetic}\p{N}]*$".to_owned());
        self
    }

    #[must_use]
    pub fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    /// Sets the format of a text, which a schema only annotates.
    #[must_use]
    pub fn format(mut self, format: &'static str) -> Self {
        self.format = Some(format);
        self.beyond()
    }

    /// Notes that rules apply that JSON Schema cannot express.
    #[must_use]
    pub fn beyond(self) -> Self {
        self.comment_unless(false, || FURTHER_RULES.into())
    }

    #[must_use]
    pub fn inner(mut self, items: Self) -> Self {
        self.items = Some(Box::new(items));
        self
    }

    fn comment_unless(
        mut self,
        is_expressed: bool,
        text: impl FnOnce() -> Cow<'static, str>,
    ) -> Self {
        if !is_expressed {
            let text = text();
            if !self.comments.contains(&text) {
                self.comments.push(text);
            }
        }
        self
    }
}

/// Returns a limit as a JSON number, if JSON can represent it exactly.
fn number(limit: &dyn Display) -> Option<Number> {
    let text = limit.to_string();
    let is_integer = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-');
    if is_integer {
        let unsigned = text.parse::<u64>().map(Number::from);
        return unsigned
            .or_else(|_| text.parse::<i64>().map(Number::from))
            .ok();
    }
    let number = Number::from_f64(text.parse().ok()?)?;
    // a decimal number may have more digits than a double
    let [exact, written] =
        [text, number.to_string()].map(|text| ExactValue::parse(text.as_bytes()));
    (exact == written).then_some(number)
}

impl Bounds {
    /// Returns the bounds of each item.
    pub(crate) fn items(&self) -> Self {
        self.items.as_deref().cloned().unwrap_or_default()
    }

    /// Returns the bounds of the content of an `Option`, which garde treats like an item.
    pub(crate) fn inside(&self) -> &Self {
        self.items.as_deref().unwrap_or(self)
    }

    pub(crate) fn is_required(&self) -> bool {
        self.is_required
    }

    /// Adds the bounds of a text.
    pub(crate) fn bound_text(&self, schema: &mut Schema) {
        let (mut min, mut max) = (0, None);
        for length in &self.lengths {
            let (length_min, length_max) = length.in_characters(self.is_ascii);
            min = min.max(length_min);
            max = smaller(max, length_max);
            if !length.is_exact(self.is_ascii) {
                comment(schema, &length.description());
            }
        }
        insert(schema, "minLength", (min > 0).then_some(min));
        insert(schema, "maxLength", max);
        let mut patterns = self.patterns.iter().map(String::as_str);
        insert(schema, "pattern", patterns.next());
        let rest: Vec<Value> = patterns.map(|text| json!({ "pattern": text })).collect();
        insert(schema, "allOf", (!rest.is_empty()).then_some(rest));
    }

    /// Adds the bounds of the number of items or members: `maxItems` or `maxProperties`.
    ///
    /// If several of them may become one (in a set, or as names of equal keys), more than `min` of them
    /// may still be too few.
    pub(crate) fn bound_count(&self, schema: &mut Schema, of: &str, is_exact: bool) {
        let min = self.lengths.iter().map(|length| length.min).max();
        let max = self.lengths.iter().filter_map(|length| length.max).min();
        insert(schema, &format!("min{of}"), min.filter(|min| *min > 0));
        insert(schema, &format!("max{of}"), max);
        if !is_exact && min.is_some_and(|min| min > 1) {
            comment(schema, "duplicates count once in the minimum");
        }
    }

    /// Adds the bounds of a number.
    pub(crate) fn bound_number(&self, schema: &mut Schema) {
        insert(schema, "minimum", self.minimum.clone());
        insert(schema, "maximum", self.maximum.clone());
    }

    /// Adds the keywords that apply to every type.
    pub(crate) fn annotate(&self, schema: &mut Schema) {
        insert(schema, "format", self.format);
        if self.is_required {
            schema.insert("not".to_owned(), json!({ "type": "null" }));
        }
        for text in &self.comments {
            comment(schema, text);
        }
    }
}

impl Length {
    /// Converts to characters; the result accepts every text within the length.
    fn in_characters(self, is_ascii: bool) -> (usize, Option<usize>) {
        match self.measure {
            Measure::Chars => (self.min, self.max),
            Measure::Simple | Measure::Bytes if is_ascii => (self.min, self.max),
            Measure::Simple | Measure::Bytes => (self.min.div_ceil(MAX_BYTES), self.max),
            Measure::Utf16 => (self.min.div_ceil(MAX_UNITS), self.max),
            // a grapheme may have any number of characters
            Measure::Graphemes => (self.min, None),
        }
    }

    fn is_exact(self, is_ascii: bool) -> bool {
        match self.measure {
            Measure::Chars => true,
            Measure::Simple | Measure::Bytes => is_ascii || (self.min <= 1 && self.max.is_none()),
            Measure::Utf16 => self.min <= 1 && self.max.is_none(),
            Measure::Graphemes => false,
        }
    }

    fn description(self) -> String {
        let unit = match self.measure {
            Measure::Simple | Measure::Bytes => "bytes in UTF-8",
            Measure::Chars => "characters",
            Measure::Utf16 => "code units in UTF-16",
            Measure::Graphemes => "grapheme clusters",
        };
        match self.max {
            Some(max) => format!("between {} and {max} {unit}", self.min),
            None => format!("at least {} {unit}", self.min),
        }
    }
}

fn smaller(one: Option<usize>, other: Option<usize>) -> Option<usize> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

fn insert(schema: &mut Schema, keyword: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        schema.insert(keyword.to_owned(), value.into());
    }
}

/// Returns the schema of a value with rules of the whole, which JSON Schema cannot express.
#[must_use]
pub fn with_further_rules(mut schema: Schema) -> Schema {
    comment(&mut schema, FURTHER_RULES);
    schema
}

/// Adds a `$comment` about what the schema does not express.
pub(crate) fn comment(schema: &mut Schema, text: &str) {
    let map: &mut Map<String, Value> = schema.ensure_object();
    let text = match map.get("$comment").and_then(Value::as_str) {
        Some(previous) => format!("{previous}; {text}"),
        None => text.to_owned(),
    };
    map.insert("$comment".to_owned(), text.into());
}
