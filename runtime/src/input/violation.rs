//! One thing that is wrong with an input, and where.

use std::borrow::Cow;

use serde_json::{Value, json};

/// One entry of a problem's `errors`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    pointer: String,
    detail: Cow<'static, str>,
}

impl Violation {
    /// Says what is wrong at `pointer`; never quotes the input.
    pub fn new(pointer: impl Into<String>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            pointer: pointer.into(),
            detail: detail.into(),
        }
    }

    /// Where: a JSON Pointer (RFC 6901) into a body, or a parameter's name.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What is wrong there.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({ "pointer": self.pointer, "detail": self.detail })
    }
}
