//! The kinds of problem that Palisade answers.

/// A kind of problem: the `type` and `title` of RFC 9457 §3.1.
///
/// Palisade's own are constants here; [PROBLEMS.md] says what each means.
///
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

            /// Every kind of Palisade's own.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
        }
    };
}

types! {
    /// 401: the endpoint needs an access token.
    MISSING_TOKEN = "missing-token", "Access token missing";
    /// 400: two credentials, or a malformed one.
    MALFORMED_CREDENTIAL = "malformed-credential", "Malformed credential";
    /// 401: the access token is refused.
    INVALID_TOKEN = "invalid-token", "Access token invalid";
    /// 403: the access token does not hold the scopes or roles that are needed.
    INSUFFICIENT_SCOPE = "insufficient-scope", "Insufficient permission";
    /// 503: access tokens cannot be verified at present.
    VERIFICATION_UNAVAILABLE = "verification-unavailable", "Verification unavailable";
    /// 415: the body is not labelled as what the endpoint takes.
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type", "Unsupported media type";
    /// 415: the body is compressed.
    UNSUPPORTED_CONTENT_CODING = "unsupported-content-coding", "Unsupported content coding";
    /// 413: the body has too many bytes.
    BODY_TOO_LARGE = "body-too-large", "Body too large";
    /// 408: the body took too long.
    BODY_TIMEOUT = "body-timeout", "Body timeout";
    /// 431: the request has too many header fields.
    TOO_MANY_HEADERS = "too-many-headers", "Too many header fields";
    /// 400: the body ended before it was complete.
    INCOMPLETE_BODY = "incomplete-body", "Incomplete body";
    /// 400: the input cannot be decoded.
    MALFORMED_INPUT = "malformed-input", "Malformed input";
    /// 422: the input is not of the type that is expected.
    TYPE_MISMATCH = "type-mismatch", "Type mismatch";
    /// 422: the input breaks rules of its type.
    INVALID_INPUT = "invalid-input", "Invalid input";
}

impl ProblemType {
    /// A kind of your own: a URI, which should lead to its documentation, and a short title.
    pub const fn new(uri: &'static str, title: &'static str) -> Self {
        Self { uri, title }
    }

    /// The `type`.
    pub const fn uri(self) -> &'static str {
        self.uri
    }

    /// The `title`.
    pub const fn title(self) -> &'static str {
        self.title
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_documented_where_its_uri_leads() {
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
