//! Bounds of values: which one is wider, and a value between the two.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::{Map, Number, Value};

/// A keyword that limits a value from one side.
pub(super) struct Bound {
    pub(super) keyword: &'static str,
    is_maximum: bool,
    /// The value that the bound is about, as in `a text of 65 characters`.
    before: &'static str,
    after: &'static str,
}

/// Every keyword with a number.
pub(super) const BOUNDS: [Bound; 8] = [
    Bound::new("maxItems", true, "a list of ", " items"),
    Bound::new("maxLength", true, "a text of ", " characters"),
    Bound::new("maxProperties", true, "an object of ", " members"),
    Bound::new("maximum", true, "", ""),
    Bound::new("minItems", false, "a list of ", " items"),
    Bound::new("minLength", false, "a text of ", " characters"),
    Bound::new("minProperties", false, "an object of ", " members"),
    Bound::new("minimum", false, "", ""),
];

impl Bound {
    const fn new(
        keyword: &'static str,
        is_maximum: bool,
        before: &'static str,
        after: &'static str,
    ) -> Self {
        Self {
            keyword,
            is_maximum,
            before,
            after,
        }
    }

    /// Returns whether the newer bound is wider, and a sentence; `None` if the bounds are equal.
    pub(super) fn compare(
        &self,
        old: &Map<String, Value>,
        new: &Map<String, Value>,
    ) -> Option<(bool, String)> {
        let number = |schema: &Map<String, Value>| match schema.get(self.keyword) {
            Some(Value::Number(number)) => Some(number.clone()),
            _ => None,
        };
        let (old, new) = (number(old), number(new));
        let is_wider = match (&old, &new) {
            (None, None) => return None,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some(old), Some(new)) => match compare(new, old) {
                Some(Ordering::Equal) => return None,
                Some(order) => (order == Ordering::Greater) == self.is_maximum,
                None => true,
            },
        };
        let narrower = if is_wider { &old } else { &new };
        let effect = if is_wider { "now" } else { "no longer" };
        let witness = narrower
            .as_ref()
            .map_or_else(String::new, |limit| self.beyond(limit));
        let text = |limit: Option<Number>| {
            limit.map_or_else(|| "absent".to_owned(), |limit| limit.to_string())
        };
        Some((
            is_wider,
            format!(
                "{witness} is {effect} accepted (`{}` was {}, is {})",
                self.keyword,
                text(old),
                text(new)
            ),
        ))
    }

    /// Returns the first value beyond a limit.
    fn beyond(&self, limit: &Number) -> String {
        let step = if self.is_maximum { 1 } else { -1 };
        match integer(limit) {
            Some(limit) => format!("{}{}{}", self.before, limit + step, self.after),
            None if self.is_maximum => format!("a number above {limit}"),
            None => format!("a number below {limit}"),
        }
    }
}

fn integer(number: &Number) -> Option<i128> {
    let unsigned = number.as_u64().map(i128::from);
    unsigned.or_else(|| number.as_i64().map(i128::from))
}

fn compare(one: &Number, other: &Number) -> Option<Ordering> {
    match (integer(one), integer(other)) {
        (Some(one), Some(other)) => Some(one.cmp(&other)),
        _ => one.as_f64()?.partial_cmp(&other.as_f64()?),
    }
}

/// A bound that JSON Schema cannot express, and a comment states: `between 1 and 64 bytes in UTF-8`.
struct StatedBound<'a> {
    min: f64,
    max: f64,
    unit: &'a str,
}

impl<'a> StatedBound<'a> {
    fn parse(comment: &'a str) -> Option<Self> {
        let split = |text: &'a str| text.split_once(' ').unwrap_or((text, ""));
        if let Some(rest) = comment.strip_prefix("between ") {
            let (min, rest) = rest.split_once(" and ")?;
            let (max, unit) = split(rest);
            return Self::new(min, max, unit);
        }
        if let Some(rest) = comment.strip_prefix("at least ") {
            let (min, unit) = split(rest);
            return Self::new(min, "inf", unit);
        }
        let (max, unit) = split(comment.strip_prefix("at most ")?);
        Self::new("-inf", max, unit)
    }

    /// Numbers with more digits than a `f64` has are no bounds here: their order would be lost.
    fn new(min: &str, max: &str, unit: &'a str) -> Option<Self> {
        let is_exact = |text: &str| text.bytes().filter(u8::is_ascii_digit).count() <= 15;
        if !is_exact(min) || !is_exact(max) {
            return None;
        }
        Some(Self {
            min: min.parse().ok()?,
            max: max.parse().ok()?,
            unit,
        })
    }
}

/// Removes the stated bounds that have a counterpart in the other version; returns the differences.
pub(super) fn take_stated_bounds(
    old: &mut BTreeSet<String>,
    new: &mut BTreeSet<String>,
) -> Vec<(bool, String)> {
    let mut changes = Vec::new();
    for old_text in old.difference(new).cloned().collect::<Vec<_>>() {
        let Some(old_bound) = StatedBound::parse(&old_text) else {
            continue;
        };
        let counterpart = new.difference(old).find_map(|new_text| {
            let bound = StatedBound::parse(new_text)?;
            let is_wider = bound.min < old_bound.min || bound.max > old_bound.max;
            (bound.unit == old_bound.unit).then(|| (new_text.clone(), is_wider))
        });
        if let Some((new_text, is_wider)) = counterpart {
            let effect = if is_wider { "now" } else { "no longer" };
            changes.push((
                is_wider,
                format!("a value outside the {} bound is {effect} accepted (it was `{old_text}`, is `{new_text}`)", if is_wider { "former" } else { "new" }),
            ));
            old.remove(&old_text);
            new.remove(&new_text);
        }
    }
    changes
}
