//! The `WWW-Authenticate` header: a Bearer challenge ([RFC 6750 §3], [RFC 9728 §5.1]), or that of a session.
//!
//! It is built from configuration and declarations only, never from the request.
//!
//! [RFC 6750 §3]: https://www.rfc-editor.org/rfc/rfc6750#section-3
//! [RFC 9728 §5.1]: https://www.rfc-editor.org/rfc/rfc9728#section-5.1

use axum::http::HeaderValue;

use crate::claims::Scope;
use crate::text::is_nqschar;

/// A builder of one challenge, which always has a `realm`.
pub(crate) struct Challenge {
    text: String,
}

impl Challenge {
    /// Creates a challenge with the protection space only.
    pub(crate) fn new(realm: &str) -> Self {
        Self::of_scheme("Bearer", realm)
    }

    /// Creates a challenge for a handler that requires the cookie of a session.
    #[cfg(feature = "relying-party")]
    pub(crate) fn of_cookie(realm: &str) -> Self {
        Self::of_scheme("Cookie", realm)
    }

    fn of_scheme(scheme: &str, realm: &str) -> Self {
        let mut challenge = Self {
            text: scheme.to_owned(),
        };
        challenge.parameter(" ", "realm", realm);
        challenge
    }

    /// Adds the `error` code.
    pub(crate) fn error(mut self, code: &str) -> Self {
        self.parameter(", ", "error", code);
        self
    }

    /// Adds the required `scope`, unless no scope of the list can be requested for an API.
    pub(crate) fn scope(mut self, scopes: &[Scope]) -> Self {
        let scopes = scopes.iter().filter(|scope| scope.is_of_api());
        let scopes: Vec<&str> = scopes.map(|scope| scope.as_str()).collect();
        if !scopes.is_empty() {
            self.parameter(", ", "scope", &scopes.join(" "));
        }
        self
    }

    /// Adds the URL of the API's metadata, `resource_metadata`.
    pub(crate) fn resource_metadata(mut self, url: &str) -> Self {
        self.parameter(", ", "resource_metadata", url);
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
            .scope(&[Scope::new("a"), Scope::new("b")])
            .resource_metadata("https://a.example/.well-known/oauth-protected-resource")
            .into_value();
        assert_eq!(
            value,
            "Bearer realm=\"orders\", error=\"insufficient_scope\", scope=\"a b\", \
             resource_metadata=\"https://a.example/.well-known/oauth-protected-resource\""
        );
    }

    /// `OpenID` Connect Core §11: the scope requests a refresh token of the issuer.
    #[test]
    fn offline_access_is_never_requested() {
        let (read, offline) = (Scope::new("read"), Scope::new("offline_access"));
        for (scopes, expected) in [
            (&[offline, read][..], "Bearer realm=\"a\", scope=\"read\""),
            (&[offline], "Bearer realm=\"a\""),
            (&[], "Bearer realm=\"a\""),
        ] {
            assert_eq!(Challenge::new("a").scope(scopes).into_value(), expected);
        }
    }

    #[test]
    fn realm_cannot_end_the_quoted_string_or_the_header() {
        let value = Challenge::new("a\", evil=\"b\\\r\nSet-Cookie: c\u{e9}").into_value();
        assert_eq!(value, "Bearer realm=\"a, evil=bSet-Cookie: c\"");
    }
}
