//! What separates the parts of a form, as its `Content-Type` says.

use axum::http::HeaderMap;

use crate::input::contract::InputError;
use crate::input::decode::media_type;

/// A line end, two hyphens, and the boundary's 1 to 70 characters ([RFC 2046 §5.1.1]).
///
/// [RFC 2046 §5.1.1]: https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Boundary(Vec<u8>);

/// The most characters of a boundary.
const MAX_LENGTH: usize = 70;

impl Boundary {
    /// Requires the one label of a form with parts: a boundary, and at most `charset=utf-8`.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, InputError> {
        let label = media_type::only_label(headers);
        let boundary = label
            .and_then(Self::in_label)
            .ok_or(InputError::MediaType(media_type::MULTIPART))?;
        media_type::require_uncoded(headers)?;
        Ok(boundary)
    }

    /// The line end before it, its hyphens, and itself.
    pub(super) fn delimiter(&self) -> &[u8] {
        &self.0
    }

    /// The same at the body's very beginning, where no line ends.
    pub(super) fn opening(&self) -> &[u8] {
        self.0.strip_prefix(b"\r\n").unwrap_or(&self.0)
    }

    fn in_label(label: &str) -> Option<Self> {
        let (essence, parameters) = label.split_once(';')?;
        if !essence.trim().eq_ignore_ascii_case(media_type::MULTIPART) {
            return None;
        }
        let (mut boundary, mut charset) = (None, None);
        for parameter in parameters.split(';').map(str::trim) {
            let (name, value) = parameter.split_once('=')?;
            let earlier = if name.eq_ignore_ascii_case("boundary") {
                boundary.replace(value)
            } else if media_type::is_utf8(parameter) {
                charset.replace(value)
            } else {
                return None;
            };
            if earlier.is_some() {
                return None;
            }
        }
        Self::spelled(boundary?)
    }

    fn spelled(value: &str) -> Option<Self> {
        let quoted = value
            .strip_prefix('"')
            .and_then(|value| value.strip_suffix('"'));
        let (text, is_legal): (_, fn(u8) -> bool) = match quoted {
            Some(quoted) => (quoted, is_legal),
            None => (value, is_legal_unquoted),
        };
        let fits = (1..=MAX_LENGTH).contains(&text.len())
            && !text.ends_with(' ')
            && text.bytes().all(is_legal);
        fits.then(|| Self([b"\r\n--", text.as_bytes()].concat()))
    }
}

/// `bchars` of RFC 2046.
fn is_legal(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&byte)
}

/// Those of them that a token may have ([RFC 9110 §5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2)).
fn is_legal_unquoted(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"'+_-.".contains(&byte)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};

    use super::*;

    fn read(labels: &[&str]) -> Result<String, InputError> {
        let mut headers = HeaderMap::new();
        for label in labels {
            headers.append(CONTENT_TYPE, HeaderValue::from_str(label).unwrap());
        }
        Boundary::of(&headers).map(|found| String::from_utf8(found.0).unwrap())
    }

    fn refused() -> Result<String, InputError> {
        Err(InputError::MediaType(media_type::MULTIPART))
    }

    #[test]
    fn a_boundary_is_a_token_or_quoted() {
        for (label, boundary) in [
            ("multipart/form-data; boundary=x", "x"),
            ("multipart/form-data; boundary=x; charset=UTF-8", "x"),
            ("multipart/form-data;charset=\"utf-8\";boundary=x", "x"),
            (
                "Multipart/Form-Data ;Boundary=----WebKit_1.2'3+4",
                "----WebKit_1.2'3+4",
            ),
            (
                "multipart/form-data; boundary=\"==1 (2),/:?\"",
                "==1 (2),/:?",
            ),
        ] {
            assert_eq!(read(&[label]), Ok(format!("\r\n--{boundary}")), "{label}");
        }
        for label in [
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
            "multipart/form-data; boundary=x;",
            "multipart/form-data; limit=x",
            "multipart/mixed; boundary=x",
            "multipart/form-data, boundary=x",
        ] {
            assert_eq!(read(&[label]), refused(), "{label}");
        }
    }

    #[test]
    fn a_boundary_has_1_to_70_characters() {
        let label = |length| format!("multipart/form-data; boundary={}", "x".repeat(length));
        for (length, fits) in [(0, false), (1, true), (69, true), (70, true), (71, false)] {
            assert_eq!(read(&[&label(length)]).is_ok(), fits, "{length}");
        }
    }

    #[test]
    fn two_labels_are_none_and_a_coded_form_is_not_read() {
        let label = "multipart/form-data; boundary=x";
        assert_eq!(read(&[label, label]), refused());
        assert_eq!(read(&[]), refused());
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(label));
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        assert_eq!(Boundary::of(&headers), Err(InputError::ContentCoding));
    }
}
