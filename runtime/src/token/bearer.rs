//! The credential in the `Authorization` header ([RFC 6750 §2.1]).
//!
//! [RFC 6750 §2.1]: https://www.rfc-editor.org/rfc/rfc6750#section-2.1

use crate::text::is_b64token_byte;

/// The maximum length of a token in bytes, unless the server or a profile sets another.
pub const DEFAULT_TOKEN_LIMIT: usize = 8 * 1024;

/// The maximum length of a token in bytes that a server can set.
pub const MAX_TOKEN_LIMIT: usize = 64 * 1024;

const SCHEME: &[u8] = b"bearer";

/// The credential in the `Authorization` headers of a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Credential<'a> {
    /// There is no header, or its scheme is not `Bearer`.
    Absent,
    /// There are several headers, or a bearer credential without a token.
    Malformed,
    /// There is one bearer token, of any length; nothing in it is checked.
    Bearer(&'a [u8]),
}

impl<'a> Credential<'a> {
    /// Reads the credential from the values of all `Authorization` headers.
    pub fn read(mut headers: impl Iterator<Item = &'a [u8]>) -> Self {
        let (header, another) = (headers.next(), headers.next());
        let Some(header) = header else {
            return Self::Absent;
        };
        if another.is_some() {
            return Self::Malformed;
        }
        Self::read_one(header)
    }

    fn read_one(header: &'a [u8]) -> Self {
        let Some((scheme, rest)) = header.split_at_checked(SCHEME.len()) else {
            return Self::Absent;
        };
        // the scheme ends with the header, or at a space
        let ends = rest.first().is_none_or(|byte| *byte == b' ');
        // most clients write it like this
        let is_bearer = scheme == b"Bearer" || scheme.eq_ignore_ascii_case(SCHEME);
        if !ends || !is_bearer {
            return Self::Absent;
        }
        let spaces = rest.iter().take_while(|byte| **byte == b' ').count();
        let (_, token) = rest.split_at(spaces);
        if token.is_empty() {
            return Self::Malformed;
        }
        Self::Bearer(token)
    }
}

/// Returns whether a token matches the grammar of RFC 6750 §2.1:
/// `b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`
pub(super) fn is_b64token(token: &[u8]) -> bool {
    let end = token
        .iter()
        .rposition(|byte| *byte != b'=')
        .map_or(0, |last| last + 1);
    let (body, _padding) = token.split_at(end);
    !body.is_empty() && body.iter().copied().all(is_b64token_byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<'a>(headers: &'a [&'a str]) -> Credential<'a> {
        Credential::read(headers.iter().map(|header| header.as_bytes()))
    }

    #[test]
    fn scheme_in_any_case_is_accepted() {
        for header in [
            "Bearer a.b.c",
            "bearer a.b.c",
            "BEARER a.b.c",
            "Bearer  a.b.c",
        ] {
            assert_eq!(read(&[header]), Credential::Bearer(b"a.b.c"), "{header}");
        }
    }

    #[test]
    fn other_scheme_is_absent() {
        for header in [
            "Basic dTpw",
            "Bear a.b.c",
            "DPoP a.b.c",
            "",
            "Bearerx a",
            "a.b.c",
        ] {
            assert_eq!(read(&[header]), Credential::Absent, "{header}");
        }
        assert_eq!(read(&[]), Credential::Absent);
    }

    #[test]
    fn several_headers_are_malformed() {
        assert_eq!(
            read(&["Bearer a.b.c", "Bearer a.b.c"]),
            Credential::Malformed
        );
        assert_eq!(read(&["Basic dTpw", "Bearer a.b.c"]), Credential::Malformed);
    }

    #[test]
    fn credential_without_token_is_malformed() {
        for header in ["Bearer", "Bearer ", "bearer   "] {
            assert_eq!(read(&[header]), Credential::Malformed, "{header:?}");
        }
    }

    #[test]
    fn token_outside_the_grammar_is_rejected() {
        for token in [
            "", "=", "==", "a b", "a,b", "\"a\"", "a=b", "a\u{e9}", "a\t", "\ta",
        ] {
            assert!(!is_b64token(token.as_bytes()), "{token:?}");
        }
        for token in ["a", "a.b.c", "a+/~==", "-_"] {
            assert!(is_b64token(token.as_bytes()), "{token:?}");
        }
    }
}
