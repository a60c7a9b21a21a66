//! The notation of a part of the request, which decides which values the part can have.

use std::borrow::Cow;

use serde_json::Value;

/// How the values of a part of the request are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::testing::attack) enum Encoding {
    /// JSON, which has types.
    Json,
    /// Text in any characters: a query, a text.
    Text,
    /// Text in any characters, which is absent if it is empty and may be null: a form.
    Form,
    /// Text without spaces and control characters: header fields and cookies.
    Visible,
    /// A segment of a path, which is never empty.
    Segment,
}

impl Encoding {
    /// Returns whether a request can have the value.
    pub(super) fn can_write(self, value: &Value) -> bool {
        match (self, value) {
            (encoding, Value::Null) => encoding == Self::Json,
            (Self::Visible, Value::String(text)) => text.bytes().all(|byte| {
                !byte.is_ascii() || byte.is_ascii_graphic() && !b";,\"\\".contains(&byte)
            }),
            (Self::Segment, Value::String(text)) => !matches!(text.as_str(), "" | "." | ".."),
            (Self::Visible | Self::Segment, Value::Object(members)) => {
                members.values().all(|member| self.can_write(member))
            }
            _ => true,
        }
    }

    /// Returns the value that the API reads: without the members that the request does not name, and without the empty
    /// ones of a form that may be null.
    pub(super) fn read(
        self,
        written: &Value,
        may_be_null: impl Fn(&str) -> bool,
    ) -> Cow<'_, Value> {
        let Value::Object(members) = written else {
            return Cow::Borrowed(written);
        };
        let is_absent = |name: &str, value: &Value| match (self, value) {
            (Self::Text | Self::Form, Value::Array(items)) => items.is_empty(),
            (Self::Form, Value::String(text)) => text.is_empty() && may_be_null(name),
            _ => false,
        };
        if !members.iter().any(|(name, value)| is_absent(name, value)) {
            return Cow::Borrowed(written);
        }
        let mut present = members.clone();
        present.retain(|name, value| !is_absent(name, value));
        Cow::Owned(Value::Object(present))
    }
}
