//! The boundary between the parts of a form, declared in its `Content-Type`.

use axum::http::HeaderMap;

use crate::input::contract::InputError;
use crate::input::decode::media_type;
use crate::input::decode::parameters::ParameterValue;

/// The delimiter line: a line break, two hyphens, and the boundary of 1 to 70 characters
/// ([RFC 2046 §5.1.1]).
///
/// [RFC 2046 §5.1.1]: https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Boundary(Vec<u8>);

/// The maximum number of characters.
const MAX_LENGTH: usize = 70;

impl Boundary {
    /// Reads the boundary from the only `Content-Type`.
    ///
    /// The only other parameter that is accepted is `charset=utf-8`.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, InputError> {
        let content_type = media_type::single_content_type(headers);
        let boundary = content_type
            .and_then(Self::parse)
            .ok_or(InputError::MediaType(&[media_type::MULTIPART]))?;
        media_type::require_no_coding(headers)?;
        Ok(boundary)
    }

    /// Returns the line break, the hyphens, and the boundary.
    pub(super) fn delimiter(&self) -> &[u8] {
        &self.0
    }

    /// Returns the delimiter without the line break, as it appears at the start of a body.
    pub(super) fn opening(&self) -> &[u8] {
        self.0.strip_prefix(b"\r\n").unwrap_or(&self.0)
    }

    fn parse(content_type: &str) -> Option<Self> {
        let (mut boundary, mut charset) = (None, None);
        for parameter in media_type::parameters_of(content_type, media_type::MULTIPART)? {
            let parameter = parameter.ok()?;
            let previous = if parameter.name.eq_ignore_ascii_case("boundary") {
                boundary.replace(parameter.value)
            } else if media_type::is_utf8(parameter) {
                charset.replace(parameter.value)
            } else {
                return None;
            };
            if previous.is_some() {
                return None;
            }
        }
        Self::from_parameter(boundary?)
    }

    /// Rejects a backslash in a quoted value: other parsers keep it.
    fn from_parameter(value: ParameterValue<'_>) -> Option<Self> {
        let (text, is_allowed): (_, fn(u8) -> bool) = match value {
            ParameterValue::Quoted(text) => (text, is_boundary_character),
            ParameterValue::Token(text) => (text, is_unquoted_boundary_character),
        };
        let is_valid = (1..=MAX_LENGTH).contains(&text.len())
            && !text.ends_with(' ')
            && text.bytes().all(is_allowed);
        is_valid.then(|| Self([b"\r\n--", text.as_bytes()].concat()))
    }
}

/// Returns whether a byte is in `bchars` of RFC 2046.
fn is_boundary_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&byte)
}

/// Returns whether a byte is in `bchars` and may be part of a token ([RFC 9110 §5.6.2]).
///
/// [RFC 9110 §5.6.2]: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
fn is_unquoted_boundary_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"'+_-.".contains(&byte)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};

    use super::*;

    fn read(content_types: &[&str]) -> Result<String, InputError> {
        let mut headers = HeaderMap::new();
        for value in content_types {
            headers.append(CONTENT_TYPE, HeaderValue::from_str(value).unwrap());
        }
        Boundary::of(&headers).map(|found| String::from_utf8(found.0).unwrap())
    }

    fn rejected() -> Result<String, InputError> {
        Err(InputError::MediaType(&[media_type::MULTIPART]))
    }

    #[test]
    fn boundary_other_than_token_or_quoted_string_is_rejected() {
        for (value, boundary) in [
            ("multipart/form-data; boundary=x", "x"),
            ("multipart/form-data; boundary=x; charset=UTF-8", "x"),
            ("multipart/form-data;charset=\"utf-8\";boundary=x", "x"),
            (
                "Multipart/Form-Data ;Boundary=----WebKit_1.2'3+4",
                "----WebKit_1.2'3+4",
            ),
            ("multipart/form-data; boundary=x;", "x"),
            ("multipart/form-data;;\tboundary=\"x\" ; ;", "x"),
            (
                "multipart/form-data; boundary=\"==1 (2),/:?\"",
                "==1 (2),/:?",
            ),
        ] {
            assert_eq!(read(&[value]), Ok(format!("\r\n--{boundary}")), "{value}");
        }
        for value in [
            "",
            "multipart/form-data",
            "multipart/form-data;",
            "multipart/form-data; boundary",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=\"\"",
            "multipart/form-data; boundary=\"x",
            "multipart/form-data; boundary=x\"",
            "multipart/form-data; boundary=\"x \"",
            "multipart/form-data; boundary=\"x\\\"y\"",
            "multipart/form-data; boundary=a b",
            "multipart/form-data; boundary=a=b",
            "multipart/form-data; boundary=x; boundary=y",
            "multipart/form-data; boundary=x; charset=iso-8859-1",
            "multipart/form-data; charset=utf-8; boundary=x; charset=utf-8",
            "multipart/form-data; charset=utf-8",
            "multipart/form-data; boundary=\"x;charset=utf-8\"",
            "multipart/form-data; boundary=x y",
            "multipart/form-data; boundary=\"x\\y\"",
            "multipart/form-data; limit=x",
            "multipart/mixed; boundary=x",
            "multipart/form-data, boundary=x",
        ] {
            assert_eq!(read(&[value]), rejected(), "{value}");
        }
    }

    #[test]
    fn boundary_over_70_characters_is_rejected() {
        let content_type = |length| format!("multipart/form-data; boundary={}", "x".repeat(length));
        for (length, is_valid) in [(0, false), (1, true), (69, true), (70, true), (71, false)] {
            assert_eq!(read(&[&content_type(length)]).is_ok(), is_valid, "{length}");
        }
    }

    #[test]
    fn duplicate_content_type_and_content_coding_are_rejected() {
        let content_type = "multipart/form-data; boundary=x";
        assert_eq!(read(&[content_type, content_type]), rejected());
        assert_eq!(read(&[]), rejected());
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        assert_eq!(Boundary::of(&headers), Err(InputError::ContentCoding));
    }
}
