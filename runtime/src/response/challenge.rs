//! The `WWW-Authenticate` header of a Bearer challenge ([RFC 6750 §3]).
//!
//! It is built from configuration and declarations only, never from the request.
//!
//! [RFC 6750 §3]: https://www.rfc-editor.org/rfc/rfc6750#section-3

use axum::http::HeaderValue;

use crate::text::is_nqschar;

/// A builder of one Bearer challenge, which always has a `realm`.
pub(crate) struct Challenge {
    text: String,
}

impl Challenge {
    /// Creates a challenge with the protection space only.
    pub(crate) fn new(realm: &str) -> Self {
        let mut challenge = Self {
            text: "Bearer".to_owned(),
        };
        challenge.parameter(" ", "realm", realm);
        challenge
    }

    /// Adds the `error` code.
    pub(crate) fn error(mut self, code: &str) -> Self {
        self.parameter(", ", "error", code);
        self
    }

    /// Adds the required `scope`: scope tokens separated by one space.
    pub(crate) fn scope(mut self, scopes: &str) -> Self {
        self.parameter(", ", "scope", scopes);
        self
    }

    /// Returns the header value. Every character in it is valid in a header.
    pub(crate) fn into_value(self) -> HeaderValue {
        HeaderValue::try_from(self.text).unwrap_or(HeaderValue::from_static("Bearer realm=\"api\""))
    }

    /// Writes `name="value"` without the characters that RFC 6750 §3 does not allow in a value.
    fn parameter(&mut self, separator: &str, name: &str, value: &str) {
        self.text.push_str(separator);
        self.text.push_str(name);
        self.text.push_str("=\"");
        let is_allowed = |c: &char| u8::try_from(*c).is_ok_and(is_nqschar);
        self.text.extend(value.chars().filter(is_allowed));
        self.text.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenge_has_each_parameter_once_in_order() {
        let value = Challenge::new("orders")
            .error("insufficient_scope")
            .scope("a b")
            .into_value();
        assert_eq!(
            value,
            "Bearer realm=\"orders\", error=\"insufficient_scope\", scope=\"a b\""
        );
    }

    #[test]
    fn realm_cannot_end_the_quoted_string_or_the_header() {
        let value = Challenge::new("a\", evil=\"b\\\r\nSet-Cookie: c\u{e9}").into_value();
        assert_eq!(value, "Bearer realm=\"a, evil=bSet-Cookie: c\"");
    }
}
