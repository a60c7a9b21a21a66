//! `Valid<Cookies<T>>`: cookies by name.

use axum::http::HeaderMap;
use serde::de::DeserializeOwned;

use crate::cookies::pairs;
use crate::input::contract::check::check;
use crate::input::contract::{ContextFrom, Decoded, InputError, InputLocation, SecureInput};
use crate::input::decode::error::{DecodeError, ErrorKind, Segment};
use crate::input::decode::named_values::{self, DecodedFields, FoundFields};
use crate::input::extract::valid::{ExtractFromHead, Valid, valid_head, via_head};

/// Extracts the cookies that a struct names.
///
/// Use it in [`Valid`](crate::Valid). Other cookies are ignored, even malformed ones: any site of the
/// same domain can set them. A named cookie is rejected with 422 if it is a duplicate, because programs
/// disagree about which of the values counts, and with 400 if its value has characters that
/// [RFC 6265 §4.1.1] does not allow. Values are not unescaped. `Option<Valid<Cookies<T>>>` is `None`
/// if the request has none of the cookies.
///
/// # Security
///
/// Palisade never reads an access token from a cookie. An endpoint that trusts a cookie needs its own
/// protection against cross-site request forgery.
///
/// # Examples
///
/// ```
/// use palisade::input::Cookies;
/// use palisade::prelude::*;
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct Preferences {
///     #[garde(length(bytes, max = 35), ascii)]
///     locale: Option<String>,
/// }
///
/// #[public(reason = "greets")]
/// async fn greet(Valid(Cookies(preferences)): Valid<Cookies<Preferences>>) -> &'static str {
///     if preferences.locale.as_deref() == Some("mi") { "kia ora" } else { "hello" }
/// }
/// ```
///
/// [RFC 6265 §4.1.1]: https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cookies<T>(pub T);

/// Decodes all `Cookie` fields: HTTP/2 sends one field per cookie ([RFC 9113 §8.2.3]).
///
/// [RFC 9113 §8.2.3]: https://www.rfc-editor.org/rfc/rfc9113#section-8.2.3
fn decode<T: DeserializeOwned>(headers: &HeaderMap) -> DecodedFields<T> {
    named_values::decode(InputLocation::Cookie, |fields| find(headers, fields))
}

/// Finds the cookies in one pass, and keeps none of the others.
fn find<'a>(
    headers: &'a HeaderMap,
    fields: &'static [&'static str],
) -> Result<FoundFields<'a>, DecodeError> {
    let mut values = vec![CookieValue::Absent; fields.len()];
    for (name, value) in pairs(headers) {
        let names = fields.iter().zip(&mut values);
        for (_, found) in names.filter(|(field, _)| field.as_bytes() == name) {
            *found = match found {
                CookieValue::Absent => CookieValue::Single(value),
                _ => CookieValue::Duplicate,
            };
        }
    }
    let names = fields.iter().zip(values);
    let found = names.filter_map(|(name, value)| Some((*name, value.text()?)));
    found
        .map(|(name, value)| {
            let error = |kind| DecodeError::new(kind).within(Segment::Name(name));
            Ok((name, value.map_err(error)?))
        })
        .collect()
}

/// The value of a named cookie.
#[derive(Clone, Copy)]
enum CookieValue<'a> {
    Absent,
    Single(&'a [u8]),
    Duplicate,
}

impl<'a> CookieValue<'a> {
    /// Returns the value, or the kind of error; `None` if it is absent.
    fn text(self) -> Option<Result<&'a str, ErrorKind>> {
        let value = match self {
            Self::Absent => return None,
            Self::Single(value) => value,
            Self::Duplicate => return Some(Err(ErrorKind::Duplicate)),
        };
        Some(match str::from_utf8(value) {
            Ok(text) if is_cookie_value(value) => Ok(text),
            _ => Err(ErrorKind::Encoding),
        })
    }
}

/// Returns whether a value is a `cookie-value`; double quotes around it are part of the value.
fn is_cookie_value(value: &[u8]) -> bool {
    let quoted = value
        .strip_prefix(b"\"")
        .and_then(|rest| rest.strip_suffix(b"\""));
    let octets = quoted.unwrap_or(value);
    let is_octet = |byte: &u8| byte.is_ascii_graphic() && !b"\",;\\".contains(byte);
    octets.iter().all(is_octet)
}

valid_head!(Cookies: InputLocation::Cookie);

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use axum::http::header::COOKIE;
    use serde::Deserialize;

    use super::*;
    use crate::input::contract::{InputError, Violation};

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Preferences {
        size: u8,
        #[serde(default)]
        locale: Option<String>,
    }

    fn read(fields: &[&[u8]]) -> Result<Option<Preferences>, InputError> {
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(COOKIE, HeaderValue::from_bytes(field).unwrap());
        }
        let found = decode(&headers);
        if found.is_absent {
            Ok(None)
        } else {
            found.value.map(Some)
        }
    }

    #[test]
    fn named_cookies_are_decoded() {
        let preferences = |size, locale: Option<&str>| {
            let locale = locale.map(str::to_owned);
            Ok(Some(Preferences { size, locale }))
        };
        assert_eq!(
            read(&[b"a=b; size=7; =; x; \xff=\xff"]),
            preferences(7, None)
        );
        assert_eq!(
            read(&[b"size=7;locale=en=GB"]),
            preferences(7, Some("en=GB"))
        );
        assert_eq!(
            read(&[b"size=7", b"locale=\"mi\""]),
            preferences(7, Some("\"mi\""))
        );
        assert_eq!(read(&[b"SIZE=7"]), Ok(None));
        assert_eq!(read(&[]), Ok(None));
    }

    #[test]
    fn duplicate_missing_or_mismatched_cookie_is_rejected() {
        let type_mismatch = |name: &str, rule: &'static str, detail: &'static str| {
            Err(InputError::TypeMismatch(
                InputLocation::Cookie,
                Violation::new(name, rule, detail),
            ))
        };
        let duplicate = type_mismatch("size", "unique", "must appear only once");
        assert_eq!(read(&[b"size=7; size=7"]), duplicate);
        assert_eq!(read(&[b"size=7", b"size=7"]), duplicate);
        assert_eq!(
            read(&[b"size=x"]),
            type_mismatch("size", "type", "must be an integer")
        );
        assert_eq!(
            read(&[b"locale=x"]),
            type_mismatch("size", "required", "is missing")
        );
        for value in [
            &b"locale=a b"[..],
            b"locale=\"",
            b"locale=a,b",
            b"locale=\xc3\xa9",
            b"locale=a\\",
        ] {
            let violation = Violation::new(
                "locale",
                "encoding",
                "contains characters that are not allowed",
            );
            assert_eq!(
                read(&[value]),
                Err(InputError::Malformed(InputLocation::Cookie, violation))
            );
        }
    }
}
