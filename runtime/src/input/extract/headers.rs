//! `Valid<Headers<T>>`: header fields by name.

use axum::http::HeaderMap;
use serde::de::DeserializeOwned;

use crate::input::contract::check::check;
use crate::input::contract::{ContextFrom, Decoded, InputError, InputLocation, SecureInput};
use crate::input::decode::error::{DecodeError, ErrorKind, Segment};
use crate::input::decode::named_values::{self, DecodedFields, FoundFields};
use crate::input::extract::valid::{ExtractFromHead, Valid, valid_head, via_head};

/// Extracts the header fields that a struct names.
///
/// Use it in [`Valid`](crate::Valid). Names are lower case: write
/// `#[serde(rename_all = "kebab-case")]`. Other header fields are ignored. A duplicate field is rejected
/// with 422, and a value with anything but visible ASCII, spaces and tabs with 400
/// ([RFC 9110 §5.5]).
/// `Option<Valid<Headers<T>>>` is `None` if the request has none of the fields.
///
/// # Examples
///
/// ```
/// use palisade::input::Headers;
/// use palisade::prelude::*;
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields, rename_all = "kebab-case")]
/// struct Tracing {
///     #[garde(length(bytes, max = 64), ascii)]
///     x_request_id: Option<String>,
/// }
///
/// #[secured(scopes = "orders:read")]
/// async fn list(Valid(Headers(tracing)): Valid<Headers<Tracing>>) -> String {
///     tracing.x_request_id.unwrap_or_default()
/// }
/// ```
///
/// [RFC 9110 §5.5]: https://www.rfc-editor.org/rfc/rfc9110#section-5.5
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Headers<T>(pub T);

fn decode<T: DeserializeOwned>(headers: &HeaderMap) -> DecodedFields<T> {
    named_values::decode(InputLocation::Header, |fields| {
        let mut found = FoundFields::new();
        for name in fields {
            if let Some(value) = find(headers, name)? {
                found.push((name, value));
            }
        }
        Ok(found)
    })
}

fn find<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, DecodeError> {
    let mut values = headers.get_all(name).iter();
    let error = |kind| DecodeError::new(kind).within(Segment::Name(name));
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(error(ErrorKind::Duplicate));
    }
    value
        .to_str()
        .map(Some)
        .map_err(|_| error(ErrorKind::Encoding))
}

valid_head!(Headers: InputLocation::Header);

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};
    use serde::Deserialize;

    use super::*;
    use crate::input::contract::{InputError, Violation};

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields, rename_all = "kebab-case")]
    struct Paging {
        x_page: u8,
        #[serde(default)]
        x_name: Option<String>,
    }

    fn read(fields: &[(&'static str, &'static [u8])]) -> Result<Option<Paging>, InputError> {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            let value = HeaderValue::from_bytes(value).unwrap();
            headers.append(HeaderName::from_static(name), value);
        }
        let found = decode(&headers);
        if found.is_absent {
            Ok(None)
        } else {
            found.value.map(Some)
        }
    }

    #[test]
    fn named_fields_are_decoded() {
        let page = |x_page, x_name: Option<&str>| {
            let x_name = x_name.map(str::to_owned);
            Ok(Some(Paging { x_page, x_name }))
        };
        assert_eq!(read(&[("x-page", b"7"), ("host", b"a")]), page(7, None));
        assert_eq!(
            read(&[("x-page", b"7"), ("x-name", b"a b")]),
            page(7, Some("a b"))
        );
        assert_eq!(read(&[("host", b"a")]), Ok(None));
    }

    #[test]
    fn duplicate_missing_or_mismatched_field_is_rejected() {
        let type_mismatch = |name: &str, rule: &'static str, detail: &'static str| {
            Err(InputError::TypeMismatch(
                InputLocation::Header,
                Violation::new(name, rule, detail),
            ))
        };
        assert_eq!(
            read(&[("x-page", b"7"), ("x-page", b"7")]),
            type_mismatch("x-page", "unique", "must appear only once")
        );
        assert_eq!(
            read(&[("x-page", b"+7")]),
            type_mismatch("x-page", "type", "must be an integer")
        );
        assert_eq!(
            read(&[("x-name", b"a")]),
            type_mismatch("x-page", "required", "is missing")
        );
        for bytes in [&b"\xff"[..], b"\xc3\xa9"] {
            let violation = Violation::new(
                "x-name",
                "encoding",
                "contains characters that are not allowed",
            );
            let name: &'static [u8] = bytes.to_vec().leak();
            assert_eq!(
                read(&[("x-page", b"7"), ("x-name", name)]),
                Err(InputError::Malformed(InputLocation::Header, violation))
            );
        }
    }

    #[test]
    fn type_without_fields_is_handler_mismatch() {
        let found = decode::<Vec<u8>>(&HeaderMap::new());
        assert_eq!(found.value, Err(InputError::HandlerMismatch));
    }
}
