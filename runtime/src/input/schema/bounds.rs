//! The bounds that garde's rules set, as values.
//!
//! Their counterpart among the types is [`Rules`](crate::input::__private::Rules), which says that a
//! bound is there and not what it is.

use std::fmt::Display;

use schemars::Schema;
use serde_json::{Map, Number, Value, json};

use crate::input::schema::pattern::{escaped, portable};

/// The most bytes of a character in UTF-8.
const BYTES: usize = 4;

/// The most code units of a character in UTF-16.
const UNITS: usize = 2;

/// What rules no schema can say are told with.
const BEYOND: &str = "further rules apply";

/// What the rules on a field, or on each of its items, let through.
///
/// The derive writes it; a [`Bounded`](crate::input::Bounded) of one's own hands it on to the type that it
/// stands for.
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    lengths: Vec<Length>,
    minimum: Option<Number>,
    maximum: Option<Number>,
    patterns: Vec<String>,
    is_ascii: bool,
    is_required: bool,
    format: Option<&'static str>,
    comment: Option<&'static str>,
    items: Option<Box<Self>>,
}

/// What a length counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Bytes of a text, items of a collection.
    Simple,
    /// Bytes in UTF-8.
    Bytes,
    /// Unicode characters, as JSON Schema counts.
    Chars,
    /// Code units in UTF-16.
    Utf16,
    /// What a reader takes for one character.
    Graphemes,
}

#[derive(Clone, Copy, Debug)]
struct Length {
    measure: Measure,
    min: usize,
    max: Option<usize>,
}

/// What the derive writes.
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
        let limit = number(limit);
        let is_told = limit.is_some();
        self.minimum = limit;
        self.told(is_told)
    }

    #[must_use]
    pub fn maximum(mut self, limit: &dyn Display) -> Self {
        let limit = number(limit);
        let is_told = limit.is_some();
        self.maximum = limit;
        self.told(is_told)
    }

    /// A pattern in Rust's dialect, where JSON Schema's has the same.
    #[must_use]
    pub fn pattern(mut self, pattern: &str) -> Self {
        let portable = portable(pattern);
        let is_told = portable.is_some();
        self.patterns.extend(portable);
        self.told(is_told)
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

    /// A format of text, and that it is checked by other means than a schema's.
    #[must_use]
    pub fn format(mut self, format: &'static str) -> Self {
        self.format = Some(format);
        self.beyond()
    }

    /// There are rules that no schema can say.
    #[must_use]
    pub fn beyond(self) -> Self {
        self.told(false)
    }

    #[must_use]
    pub fn inner(mut self, items: Self) -> Self {
        self.items = Some(Box::new(items));
        self
    }

    fn told(mut self, is_told: bool) -> Self {
        if !is_told {
            self.comment = Some(BEYOND);
        }
        self
    }
}

/// A limit as JSON's number; none where that would be another one.
fn number(limit: &dyn Display) -> Option<Number> {
    let text = limit.to_string();
    let is_whole = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-');
    if is_whole {
        let unsigned = text.parse::<u64>().map(Number::from);
        return unsigned
            .or_else(|_| text.parse::<i64>().map(Number::from))
            .ok();
    }
    Number::from_f64(text.parse().ok()?)
}

impl Bounds {
    /// The bounds of each item; none where nobody wrote any.
    pub(crate) fn items(&self) -> Self {
        self.items.as_deref().cloned().unwrap_or_default()
    }

    /// The bounds that reach what is in an `Option`: garde's `inner` steps into it.
    pub(crate) fn inside(&self) -> &Self {
        self.items.as_deref().unwrap_or(self)
    }

    pub(crate) fn is_required(&self) -> bool {
        self.is_required
    }

    /// Bounds a text.
    pub(crate) fn bound_text(&self, schema: &mut Schema) {
        let (mut min, mut max) = (0, None);
        for length in &self.lengths {
            let (least, most) = length.in_characters(self.is_ascii);
            min = min.max(least);
            max = tighter(max, most);
            if !length.is_exact(self.is_ascii) {
                comment(schema, &length.told());
            }
        }
        insert(schema, "minLength", (min > 0).then_some(min));
        insert(schema, "maxLength", max);
        let mut patterns = self.patterns.iter().map(String::as_str);
        insert(schema, "pattern", patterns.next());
        let rest: Vec<Value> = patterns.map(|text| json!({ "pattern": text })).collect();
        insert(schema, "allOf", (!rest.is_empty()).then_some(rest));
    }

    /// Bounds how many items or members there are: `minItems`, or `minProperties`.
    ///
    /// Where several may become one (a set's, or names that mean the same key), their number
    /// bounds nothing from above.
    pub(crate) fn bound_count(&self, schema: &mut Schema, of: &str, is_exact: bool) {
        let min = self.lengths.iter().map(|length| length.min).max();
        let max = self.lengths.iter().filter_map(|length| length.max).min();
        insert(schema, &format!("min{of}"), min.filter(|min| *min > 0));
        if is_exact {
            insert(schema, &format!("max{of}"), max);
        } else if !self.lengths.is_empty() {
            comment(schema, "what is there twice counts once");
        }
    }

    /// Bounds a number.
    pub(crate) fn bound_number(&self, schema: &mut Schema) {
        insert(schema, "minimum", self.minimum.clone());
        insert(schema, "maximum", self.maximum.clone());
    }

    /// Says what holds whatever the type is.
    pub(crate) fn annotate(&self, schema: &mut Schema) {
        insert(schema, "format", self.format);
        if self.is_required {
            schema.insert("not".to_owned(), json!({ "type": "null" }));
        }
        if let Some(text) = self.comment {
            comment(schema, text);
        }
    }
}

impl Length {
    /// The bounds in characters that a text within these has.
    fn in_characters(self, is_ascii: bool) -> (usize, Option<usize>) {
        match self.measure {
            Measure::Chars => (self.min, self.max),
            Measure::Simple | Measure::Bytes if is_ascii => (self.min, self.max),
            Measure::Simple | Measure::Bytes => (self.min.div_ceil(BYTES), self.max),
            Measure::Utf16 => (self.min.div_ceil(UNITS), self.max),
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

    fn told(self) -> String {
        let unit = match self.measure {
            Measure::Simple | Measure::Bytes => "bytes in UTF-8",
            Measure::Chars => "characters",
            Measure::Utf16 => "code units in UTF-16",
            Measure::Graphemes => "grapheme clusters",
        };
        match self.max {
            Some(max) => format!("{} to {max} {unit}", self.min),
            None => format!("at least {} {unit}", self.min),
        }
    }
}

fn tighter(one: Option<usize>, other: Option<usize>) -> Option<usize> {
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

/// Says in `$comment` what the schema does not.
pub(crate) fn comment(schema: &mut Schema, text: &str) {
    let map: &mut Map<String, Value> = schema.ensure_object();
    let text = match map.get("$comment").and_then(Value::as_str) {
        Some(before) => format!("{before}; {text}"),
        None => text.to_owned(),
    };
    map.insert("$comment".to_owned(), text.into());
}
