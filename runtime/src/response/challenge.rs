//! The `WWW-Authenticate` header of a Bearer challenge ([RFC 6750 §3]).
//!
//! Written from configuration and declarations only; nothing of the request goes in.
//!
//! [RFC 6750 §3]: https://www.rfc-editor.org/rfc/rfc6750#section-3

use axum::http::HeaderValue;

use crate::text::is_nqschar;

/// One Bearer challenge in the making; `realm` is always there.
pub(crate) struct Challenge {
    text: String,
}

impl Challenge {
    /// A challenge that only names the protection space.
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

    /// Adds the `scope` that is needed: scope tokens separated by one space.
    pub(crate) fn scope(mut self, scopes: &str) -> Self {
        self.parameter(", ", "scope", scopes);
        self
    }

    /// The header's value; every character left in it can stand in a header.
    pub(crate) fn into_value(self) -> HeaderValue {
        HeaderValue::try_from(self.text).unwrap_or(HeaderValue::from_static("Bearer realm=\"api\""))
    }

    /// Writes `name="value"`, leaving out what RFC 6750 §3 does not allow in a value.
    fn parameter(&mut self, separator: &str, name: &str, value: &str) {
        self.text.push_str(separator);
        self.text.push_str(name);
        self.text.push_str("=\"");
        let may_stand = |c: &char| u8::try_from(*c).is_ok_and(is_nqschar);
        self.text.extend(value.chars().filter(may_stand));
        self.text.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_stand_once_and_in_order() {
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
    fn nothing_can_end_the_quoted_string_or_the_header() {
        let value = Challenge::new("a\", evil=\"b\\\r\nSet-Cookie: c\u{e9}").into_value();
        assert_eq!(value, "Bearer realm=\"a, evil=bSet-Cookie: c\"");
    }
}
