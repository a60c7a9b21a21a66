//! How a body is labelled: `Content-Type` and `Content-Encoding`.

use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};

use crate::input::contract::InputError;

pub(crate) const JSON: &str = "application/json";
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

pub(crate) const MULTIPART: &str = "multipart/form-data";
pub(crate) const TEXT: &str = "text/plain";
pub(crate) const OCTETS: &str = "application/octet-stream";

/// The content coding that changes nothing.
pub(crate) const IDENTITY: &str = "identity";

/// Whether the body is labelled at all.
pub(crate) fn is_labelled(headers: &HeaderMap) -> bool {
    headers.contains_key(CONTENT_TYPE)
}

/// Requires exactly one label, `expected` with at most `charset=utf-8`, and no coding.
///
/// Another media type is never guessed at: what a proxy or filter took for text must
/// not be an order here ([RFC 9110 §8.3](https://www.rfc-editor.org/rfc/rfc9110#section-8.3)).
pub(crate) fn require(headers: &HeaderMap, expected: &'static str) -> Result<(), InputError> {
    if !only_label(headers).is_some_and(|label| fits(label, expected)) {
        return Err(InputError::MediaType(expected));
    }
    require_uncoded(headers)
}

/// The body's label, where it has one and no second.
pub(crate) fn only_label(headers: &HeaderMap) -> Option<&str> {
    let mut labels = headers.get_all(CONTENT_TYPE).iter();
    let label = labels.next()?;
    match labels.next() {
        Some(_) => None,
        None => label.to_str().ok(),
    }
}

/// Requires that the body is what it stands for, and not compressed.
pub(crate) fn require_uncoded(headers: &HeaderMap) -> Result<(), InputError> {
    let plain = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .all(|coding| coding.as_bytes().eq_ignore_ascii_case(IDENTITY.as_bytes()));
    if plain {
        Ok(())
    } else {
        Err(InputError::ContentCoding)
    }
}

/// Whether a label is this media type, with at most `charset=utf-8`.
pub(crate) fn fits(label: &str, expected: &str) -> bool {
    match label.split_once(';') {
        None => label.trim().eq_ignore_ascii_case(expected),
        Some((essence, parameter)) => {
            essence.trim().eq_ignore_ascii_case(expected) && is_utf8(parameter.trim())
        }
    }
}

/// Whether a label is that of plain text, whatever ASCII it may be: what has no other characters
/// reads the same in each of these charsets.
pub(crate) fn is_text_of_ascii(label: &str) -> bool {
    label.split_once(';').is_some_and(|(essence, parameter)| {
        essence.trim().eq_ignore_ascii_case(TEXT)
            && ["us-ascii", "iso-8859-1"]
                .iter()
                .any(|charset| is_charset(parameter.trim(), charset))
    })
}

/// Whether a parameter is `charset=utf-8`.
pub(crate) fn is_utf8(parameter: &str) -> bool {
    is_charset(parameter, "utf-8")
}

fn is_charset(parameter: &str, charset: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else {
        return false;
    };
    let unquoted = value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'))
        .unwrap_or(value);
    name.eq_ignore_ascii_case("charset") && unquoted.eq_ignore_ascii_case(charset)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn required(fields: &[(HeaderName, &'static str)]) -> Result<(), InputError> {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(name, HeaderValue::from_static(value));
        }
        require(&headers, JSON)
    }

    #[test]
    fn json_may_say_that_it_is_utf8_and_nothing_else() {
        for label in [
            "application/json",
            "Application/JSON",
            "application/json; charset=utf-8",
            "application/json;charset=\"UTF-8\"",
            "application/json ; Charset=Utf-8",
        ] {
            assert_eq!(required(&[(CONTENT_TYPE, label)]), Ok(()), "{label}");
        }
        for label in [
            "",
            "application/json;",
            "application/json; charset=utf-16",
            "application/json; charset=utf8",
            "application/json; charset=utf-8; charset=utf-7",
            "application/json; version=1",
            "application/json; charset",
            "application/jsonp",
            "application/problem+json",
            "text/json",
            "application/json, text/plain",
        ] {
            assert_eq!(
                required(&[(CONTENT_TYPE, label)]),
                Err(InputError::MediaType(JSON)),
                "{label}"
            );
        }
    }

    #[test]
    fn one_label_is_required_and_two_are_none() {
        assert_eq!(required(&[]), Err(InputError::MediaType(JSON)));
        assert_eq!(
            required(&[(CONTENT_TYPE, JSON), (CONTENT_TYPE, JSON)]),
            Err(InputError::MediaType(JSON))
        );
    }

    #[test]
    fn a_coded_body_is_not_read() {
        let coded = |coding| required(&[(CONTENT_TYPE, JSON), (CONTENT_ENCODING, coding)]);
        assert_eq!(coded("Identity"), Ok(()));
        for coding in ["gzip", "identity, gzip", "", "br"] {
            assert_eq!(coded(coding), Err(InputError::ContentCoding), "{coding}");
        }
        assert_eq!(
            required(&[
                (CONTENT_TYPE, JSON),
                (CONTENT_ENCODING, "identity"),
                (CONTENT_ENCODING, "gzip"),
            ]),
            Err(InputError::ContentCoding)
        );
    }
}
