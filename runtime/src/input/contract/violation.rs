//! One thing that is wrong with an input, and where.

use std::borrow::Cow;

use serde_json::{Value, json};

/// One entry of a problem's `errors`: what is wrong, where, and by which rule.
///
/// Palisade's own never quote the input. The rules' names are in [PROBLEMS.md].
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
///     Problem::new(StatusCode::CONFLICT).error(Violation::new("/sku", "stock", "is sold out"))
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    pointer: String,
    rule: Cow<'static, str>,
    detail: Cow<'static, str>,
}

impl Violation {
    /// Says which rule is broken at `pointer`, and in words what is wrong there.
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

    /// Where: a JSON Pointer (RFC 6901) into a body, or a parameter's name.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Which rule is broken, for programs.
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// What is wrong, for people.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The same, in other words.
    #[must_use]
    pub fn with_detail(self, detail: impl Into<Cow<'static, str>>) -> Self {
        let detail = detail.into();
        Self { detail, ..self }
    }

    /// The same, elsewhere.
    pub(crate) fn at(self, pointer: impl Into<String>) -> Self {
        let pointer = pointer.into();
        Self { pointer, ..self }
    }

    /// The rule's name where it stands in somebody's code; one that was put together might
    /// hold input.
    pub(crate) fn written_rule(&self) -> Option<&'static str> {
        match self.rule {
            Cow::Borrowed(rule) => Some(rule),
            Cow::Owned(_) => None,
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({ "pointer": self.pointer, "rule": self.rule, "detail": self.detail })
    }
}
