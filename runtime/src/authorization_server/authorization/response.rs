//! The redirect to the client.

use std::fmt;

use axum::Extension;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY};
use http::{HeaderValue, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::authorization_server::error::ErrorCode;
use crate::authorization_server::redirect_uri::RedirectUri;
use crate::response::ProtocolResponse;

/// All characters but the unreserved ones of RFC 3986 §2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The redirect to a client's redirect URI, with a code or an error, `state` and `iss` ([RFC 9207]).
///
/// As a response, it has the status 303, so that a form is never sent on, and is not stored by caches.
///
/// [RFC 9207]: https://www.rfc-editor.org/rfc/rfc9207
#[derive(Clone)]
pub struct AuthorizationRedirect {
    location: String,
}

impl AuthorizationRedirect {
    pub(in crate::authorization_server) fn with_code(
        redirect_uri: &str,
        code: &str,
        state: Option<&str>,
        issuer: &str,
    ) -> Self {
        let parameters = [
            ("code", Some(code)),
            ("state", state),
            ("iss", Some(issuer)),
        ];
        Self::new(redirect_uri, &parameters)
    }

    pub(in crate::authorization_server) fn with_error(
        redirect_uri: &str,
        code: ErrorCode,
        description: Option<&str>,
        state: Option<&str>,
        issuer: &str,
    ) -> Self {
        let parameters = [
            ("error", Some(code.as_str())),
            ("error_description", description),
            ("state", state),
            ("iss", Some(issuer)),
        ];
        Self::new(redirect_uri, &parameters)
    }

    fn new(redirect_uri: &str, parameters: &[(&str, Option<&str>)]) -> Self {
        let parameters = parameters.iter();
        let present = parameters.filter_map(|(name, value)| Some((name, (*value)?)));
        let encoded: Vec<_> = present
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, RESERVED)))
            .collect();
        Self {
            location: RedirectUri::with_parameters(redirect_uri, &encoded.join("&")),
        }
    }

    /// Returns the URL to which the browser is redirected; a code in it is a secret.
    pub fn location(&self) -> &str {
        &self.location
    }
}

impl IntoResponse for AuthorizationRedirect {
    fn into_response(self) -> Response {
        let Ok(location) = HeaderValue::try_from(self.location) else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let fields = [
            (LOCATION, location),
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        ];
        (StatusCode::SEE_OTHER, Extension(ProtocolResponse), fields).into_response()
    }
}

/// Omits the query, which may have a code.
impl fmt::Debug for AuthorizationRedirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.location.split('?').next().unwrap_or_default();
        f.debug_tuple("AuthorizationRedirect")
            .field(&address)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_encoded_within_their_parameter() {
        let redirect = AuthorizationRedirect::with_code(
            "https://app.example/cb?x=1",
            "code",
            Some("a&b=c#d\r\n é"),
            "https://login.example",
        );
        assert_eq!(
            redirect.location(),
            "https://app.example/cb?x=1&code=code&state=a%26b%3Dc%23d%0D%0A%20%C3%A9\
             &iss=https%3A%2F%2Flogin.example"
        );
    }

    #[test]
    fn redirect_is_303_and_not_stored() {
        let redirect = AuthorizationRedirect::with_error(
            "https://app.example/cb",
            ErrorCode::AccessDenied,
            None,
            None,
            "https://login.example",
        );
        let response = redirect.into_response();
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        assert_eq!(
            response.headers()[LOCATION],
            "https://app.example/cb?error=access_denied&iss=https%3A%2F%2Flogin.example"
        );
    }

    #[test]
    fn debug_output_has_no_code() {
        let redirect =
            AuthorizationRedirect::with_code("https://app.example/cb", "secret", None, "iss");
        assert!(!format!("{redirect:?}").contains("secret"));
    }
}
