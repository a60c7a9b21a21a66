//! A violated rule and the location of the value.

use std::borrow::Cow;

use serde_json::{Value, json};

/// The maximum number of violations in a response.
pub(crate) const MAX_VIOLATIONS: usize = 32;

/// A violated rule: an entry of a problem's `errors`.
///
/// Palisade's own violations never echo input. [PROBLEMS.md] lists the names of the rules.
///
/// [PROBLEMS.md]: https://github.com/palisade-rs/palisade/blob/main/runtime/PROBLEMS.md#errors
///
/// # Examples
///
/// ```
/// use palisade::input::Violation;
/// use palisade::prelude::*;
///
/// fn sold_out() -> Problem {
///     Problem::new(StatusCode::CONFLICT).error(Violation::new("/sku", "stock", "must be in stock"))
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    pointer: String,
    rule: Cow<'static, str>,
    detail: Cow<'static, str>,
}

impl Violation {
    /// Creates a violation of `rule` by the value at `pointer`, with a message for people.
    pub fn new(
        pointer: impl Into<String>,
        rule: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            pointer: pointer.into(),
            rule: rule.into(),
            detail: detail.into(),
        }
    }

    /// Creates the violation by a list or map with more than `max` items, as its rule reports it.
    pub(crate) fn too_many(pointer: impl Into<String>, max: usize) -> Self {
        let detail = format!("must have a length of at most {max}");
        Self::new(pointer, "length", detail)
    }

    /// Returns the location: a JSON Pointer (RFC 6901) into a body, or the name of a parameter.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Returns the name of the rule, for programs.
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// Returns the message, for people.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Replaces the message.
    #[must_use]
    pub fn with_detail(self, detail: impl Into<Cow<'static, str>>) -> Self {
        let detail = detail.into();
        Self { detail, ..self }
    }

    /// Replaces the location.
    pub(crate) fn at(self, pointer: impl Into<String>) -> Self {
        let pointer = pointer.into();
        Self { pointer, ..self }
    }

    /// Returns the name of the rule if it is a literal; a computed name might contain input.
    pub(crate) fn static_rule(&self) -> Option<&'static str> {
        match self.rule {
            Cow::Borrowed(rule) => Some(rule),
            Cow::Owned(_) => None,
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({ "pointer": self.pointer, "rule": self.rule, "detail": self.detail })
    }
}
