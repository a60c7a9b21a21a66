//! The media type and content coding of a body: `Content-Type` and `Content-Encoding`.

use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};

use crate::input::contract::InputError;
use crate::input::decode::parameters::{Parameter, Parameters};

#[cfg(test)]
pub(crate) const JSON: &str = "application/json";
pub(crate) const MERGE_PATCH: &str = "application/merge-patch+json";
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
pub(crate) const MULTIPART: &str = "multipart/form-data";
pub(crate) const TEXT: &str = "text/plain";

/// The content coding that means no coding.
pub(crate) const IDENTITY: &str = "identity";

/// The character sets whose ASCII text is the same in UTF-8.
const ASCII_COMPATIBLE: &[&str] = &["us-ascii", "iso-8859-1"];

/// Requires exactly one `Content-Type`, which must be one of `accepted`, and no content coding.
///
/// The only parameter that is accepted is `charset=utf-8`.
///
/// The media type is never guessed from the content: a body that a proxy or filter inspected as text
/// must not be decoded as JSON here
/// ([RFC 9110 §8.3](https://www.rfc-editor.org/rfc/rfc9110#section-8.3)).
///
/// # Errors
///
/// Returns [`InputError::MediaType`] or [`InputError::ContentCoding`].
pub(crate) fn require(
    headers: &HeaderMap,
    accepted: &'static [&'static str],
) -> Result<(), InputError> {
    require_one(headers, accepted).map(|_| ())
}

/// Requires the same as [`require`], and returns the media type.
pub(crate) fn require_one(
    headers: &HeaderMap,
    accepted: &'static [&'static str],
) -> Result<&'static str, InputError> {
    let content_type = single_content_type(headers).unwrap_or_default();
    let media_type = find(content_type, accepted)?;
    require_no_coding(headers).map(|()| media_type)
}

/// Returns the media type of this list that a `Content-Type` is.
pub(crate) fn find(
    content_type: &str,
    accepted: &'static [&'static str],
) -> Result<&'static str, InputError> {
    let mut types = accepted.iter().copied();
    let found = types.find(|expected| matches(content_type, expected));
    found.ok_or(InputError::MediaType(accepted))
}

/// Returns the `Content-Type` if there is exactly one.
pub(crate) fn single_content_type(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let value = values.next()?;
    match values.next() {
        Some(_) => None,
        None => value.to_str().ok(),
    }
}

/// Requires a body without a content coding such as compression.
pub(crate) fn require_no_coding(headers: &HeaderMap) -> Result<(), InputError> {
    let is_identity = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .all(|coding| coding.as_bytes().eq_ignore_ascii_case(IDENTITY.as_bytes()));
    if is_identity {
        Ok(())
    } else {
        Err(InputError::ContentCoding)
    }
}

/// Returns whether a `Content-Type` is this media type, with no parameter except `charset=utf-8`.
pub(crate) fn matches(content_type: &str, expected: &str) -> bool {
    parameters_of(content_type, expected)
        .and_then(|parameters| parameters.single().ok())
        .is_some_and(|charset| charset.is_none_or(is_utf8))
}

/// Returns whether a `Content-Type` is plain text in a charset that contains ASCII.
///
/// ASCII text is the same in each of these charsets and in UTF-8.
pub(crate) fn is_ascii_compatible_text(content_type: &str) -> bool {
    let charset = parameters_of(content_type, TEXT)
        .and_then(|parameters| parameters.single().ok())
        .flatten();
    charset.is_some_and(|charset| {
        let mut names = ASCII_COMPATIBLE.iter();
        names.any(|name| is_charset(charset, name))
    })
}

/// Returns the parameters of a `Content-Type`, if it is this media type.
pub(crate) fn parameters_of<'a>(content_type: &'a str, expected: &str) -> Option<Parameters<'a>> {
    let (essence, parameters) = Parameters::split(content_type);
    essence.eq_ignore_ascii_case(expected).then_some(parameters)
}

/// Returns whether a parameter is `charset=utf-8`.
pub(crate) fn is_utf8(parameter: Parameter<'_>) -> bool {
    is_charset(parameter, "utf-8")
}

fn is_charset(parameter: Parameter<'_>, charset: &str) -> bool {
    parameter.name.eq_ignore_ascii_case("charset") && parameter.value.equals_ignoring_case(charset)
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
        require(&headers, &[JSON])
    }

    #[test]
    fn parameter_other_than_utf8_charset_is_rejected() {
        for value in [
            "application/json",
            "Application/JSON",
            "application/json; charset=utf-8",
            "application/json;charset=\"UTF-8\"",
            "application/json ; Charset=Utf-8",
            "application/json;",
            "application/json; ",
            "application/json;charset=utf-8;",
            "application/json; ;charset=utf-8",
            "application/json;;\t;charset=\"utf\\-8\" ; ;",
            "\tAPPLICATION/json\t;",
        ] {
            assert_eq!(required(&[(CONTENT_TYPE, value)]), Ok(()), "{value}");
        }
        for value in [
            "",
            ";",
            ";application/json",
            "application/json;charset=utf-8 charset=utf-8",
            "application/json;charset=utf-8;charset=utf-8",
            "application/json;charset =utf-8",
            "application/json;charset=\"utf-8",
            "application/json;charset=\"utf-8\";x",
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
                required(&[(CONTENT_TYPE, value)]),
                Err(InputError::MediaType(&[JSON])),
                "{value}"
            );
        }
    }

    #[test]
    fn missing_or_duplicate_content_type_is_rejected() {
        assert_eq!(required(&[]), Err(InputError::MediaType(&[JSON])));
        assert_eq!(
            required(&[(CONTENT_TYPE, JSON), (CONTENT_TYPE, JSON)]),
            Err(InputError::MediaType(&[JSON]))
        );
    }

    #[test]
    fn content_coding_other_than_identity_is_rejected() {
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
