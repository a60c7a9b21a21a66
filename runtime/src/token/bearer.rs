//! The credential in the `Authorization` header ([RFC 6750 §2.1]).
//!
//! [RFC 6750 §2.1]: https://www.rfc-editor.org/rfc/rfc6750#section-2.1

/// The longest credential that is looked at, in bytes.
pub const MAX_TOKEN_LEN: usize = 8 * 1024;

const SCHEME: &[u8] = b"bearer";

/// What the `Authorization` headers of one request hold.
#[derive(Debug, PartialEq, Eq)]
pub enum Credential<'a> {
    /// Nothing, or one credential of another scheme.
    Absent,
    /// Several headers, or one without a token.
    Malformed,
    /// A bearer credential above [`MAX_TOKEN_LEN`].
    TooLong,
    /// One bearer token; only its length is known.
    Bearer(&'a [u8]),
}

impl<'a> Credential<'a> {
    /// Reads the values of all `Authorization` headers of a request.
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
        let scheme_end = header
            .iter()
            .position(|byte| *byte == b' ')
            .unwrap_or(header.len());
        let (scheme, rest) = header.split_at(scheme_end);
        if !scheme.eq_ignore_ascii_case(SCHEME) {
            return Self::Absent;
        }
        let spaces = rest.iter().take_while(|byte| **byte == b' ').count();
        let (_, token) = rest.split_at(spaces);
        match token.len() {
            0 => Self::Malformed,
            1..=MAX_TOKEN_LEN => Self::Bearer(token),
            _ => Self::TooLong,
        }
    }
}

/// `b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`
pub(super) fn is_b64token(token: &[u8]) -> bool {
    let end = token
        .iter()
        .rposition(|byte| *byte != b'=')
        .map_or(0, |last| last + 1);
    let (body, _padding) = token.split_at(end);
    !body.is_empty()
        && body.iter().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<'a>(headers: &'a [&'a str]) -> Credential<'a> {
        Credential::read(headers.iter().map(|header| header.as_bytes()))
    }

    #[test]
    fn the_scheme_is_case_insensitive() {
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
    fn another_scheme_is_no_credential() {
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
    fn more_than_one_header_is_malformed() {
        assert_eq!(
            read(&["Bearer a.b.c", "Bearer a.b.c"]),
            Credential::Malformed
        );
        assert_eq!(read(&["Basic dTpw", "Bearer a.b.c"]), Credential::Malformed);
    }

    #[test]
    fn a_credential_has_a_token() {
        for header in ["Bearer", "Bearer ", "bearer   "] {
            assert_eq!(read(&[header]), Credential::Malformed, "{header:?}");
        }
    }

    #[test]
    fn the_token_stays_inside_its_alphabet() {
        for token in [
            "", "=", "==", "a b", "a,b", "\"a\"", "a=b", "a\u{e9}", "a\t", "\ta",
        ] {
            assert!(!is_b64token(token.as_bytes()), "{token:?}");
        }
        for token in ["a", "a.b.c", "a+/~==", "-_"] {
            assert!(is_b64token(token.as_bytes()), "{token:?}");
        }
    }

    #[test]
    fn the_length_is_capped_before_anything_is_read() {
        let longest = format!("Bearer {}", "a".repeat(MAX_TOKEN_LEN));
        assert!(matches!(read(&[&longest]), Credential::Bearer(_)));
        let longer = format!("Bearer {}", "a".repeat(MAX_TOKEN_LEN + 1));
        assert_eq!(read(&[&longer]), Credential::TooLong);
        let shorter = format!("Bearer {}", "a".repeat(MAX_TOKEN_LEN - 1));
        assert!(matches!(read(&[&shorter]), Credential::Bearer(_)));
    }
}
