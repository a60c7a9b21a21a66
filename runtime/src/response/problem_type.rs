//! The problem types that Palisade returns.

/// A problem type: the `type` and `title` members of [RFC 9457 §3.1].
///
/// The constants are Palisade's problem types, which [PROBLEMS.md] documents.
///
/// [RFC 9457 §3.1]: https://www.rfc-editor.org/rfc/rfc9457#section-3.1
/// [PROBLEMS.md]: https://github.com/palisade-rs/palisade/blob/main/runtime/PROBLEMS.md
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProblemType {
    uri: &'static str,
    title: &'static str,
}

macro_rules! types {
    ($($(#[$doc:meta])* $name:ident = $anchor:literal, $title:literal;)*) => {
        impl ProblemType {
            $(
                $(#[$doc])*
                pub const $name: Self = Self::new(
                    concat!("https://github.com/palisade-rs/palisade/blob/main/runtime/PROBLEMS.md#", $anchor),
                    $title,
                );
            )*

            /// All problem types that Palisade returns.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
        }
    };
}

types! {
    /// 401: the endpoint requires an access token.
    MISSING_TOKEN = "missing-token", "Access token missing";
    /// 400: the request has several credentials, or a malformed one.
    MALFORMED_CREDENTIAL = "malformed-credential", "Malformed credential";
    /// 401: the access token is not valid.
    INVALID_TOKEN = "invalid-token", "Access token invalid";
    /// 401: the ticket is not valid for the request.
    INVALID_TICKET = "invalid-ticket", "Ticket invalid";
    /// 401: the endpoint requires a login.
    LOGIN_REQUIRED = "login-required", "Login required";
    /// 403: another origin has caused the request.
    CROSS_ORIGIN = "cross-origin", "Request of another origin";
    /// 403: the access token does not have the required scopes or roles.
    INSUFFICIENT_SCOPE = "insufficient-scope", "Insufficient permission";
    /// 503: access tokens cannot be validated at present.
    VERIFICATION_UNAVAILABLE = "verification-unavailable", "Verification unavailable";
    /// 503: the files of a form cannot be stored at present.
    STORAGE_UNAVAILABLE = "storage-unavailable", "Storage unavailable";
    /// 406: the client accepts no media type of the endpoint.
    NOT_ACCEPTABLE = "not-acceptable", "Not acceptable";
    /// 415: the `Content-Type` is not one that the endpoint accepts.
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type", "Unsupported media type";
    /// 415: the body has a content coding, such as compression.
    UNSUPPORTED_CONTENT_CODING = "unsupported-content-coding", "Unsupported content coding";
    /// 413: the body is larger than the limit.
    BODY_TOO_LARGE = "body-too-large", "Body too large";
    /// 408: the body did not arrive within the time limit.
    BODY_TIMEOUT = "body-timeout", "Body timeout";
    /// 503: the handler did not respond within its time limit.
    HANDLER_TIMEOUT = "handler-timeout", "Handler timeout";
    /// 503: the server has too many requests in flight.
    OVERLOADED = "overloaded", "Server overloaded";
    /// 414: the path and the query are longer than the limit.
    URI_TOO_LONG = "uri-too-long", "URI too long";
    /// 431: the request has more header fields than the limit.
    TOO_MANY_HEADERS = "too-many-headers", "Too many header fields";
    /// 400: the body ended early.
    INCOMPLETE_BODY = "incomplete-body", "Incomplete body";
    /// 400: the input cannot be decoded.
    MALFORMED_INPUT = "malformed-input", "Malformed input";
    /// 422: the input does not match the expected type.
    TYPE_MISMATCH = "type-mismatch", "Type mismatch";
    /// 422: the input breaks the rules of its type.
    INVALID_INPUT = "invalid-input", "Invalid input";
}

impl ProblemType {
    /// Creates a problem type from its URI and a short title.
    ///
    /// The URI should lead to the documentation of the problem type.
    pub const fn new(uri: &'static str, title: &'static str) -> Self {
        Self { uri, title }
    }

    /// Returns the URI, which is the `type` member.
    pub const fn uri(self) -> &'static str {
        self.uri
    }

    /// Returns the `title` member.
    pub const fn title(self) -> &'static str {
        self.title
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_type_is_documented_at_its_uri() {
        let document = include_str!("../../PROBLEMS.md");
        for problem_type in ProblemType::ALL {
            let (address, anchor) = problem_type.uri().split_once('#').unwrap();
            assert!(address.ends_with("/runtime/PROBLEMS.md"), "{address}");
            let section = document.split(&format!("\n## {anchor}\n\n")).nth(1);
            let first = section.and_then(|section| section.lines().next());
            let title = format!("\"{}\"", problem_type.title());
            assert!(first.is_some_and(|line| line.contains(&title)), "{anchor}");
        }
        assert_eq!(document.matches("\n## ").count(), ProblemType::ALL.len());
    }
}
