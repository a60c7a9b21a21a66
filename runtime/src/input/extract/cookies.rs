//! `Valid<Cookies<T>>`: cookies by name.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::input::contract::check::check;
use crate::input::contract::{ContextFrom, Decoded, InputError, InputLocation, SecureInput};
use crate::input::decode::error::{DecodeError, ErrorKind, Segment};
use crate::input::decode::named_values::{self, DecodedFields};
use crate::input::extract::valid::{Valid, valid_head};

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
    let pairs = pairs(headers);
    named_values::decode(InputLocation::Cookie, |name| find(&pairs, name))
}

/// Returns the names as members of an object.
fn raw_names(headers: &HeaderMap) -> Value {
    let names = pairs(headers)
        .into_iter()
        .map(|(name, _)| String::from_utf8_lossy(name));
    Value::Object(names.map(|name| (name.into_owned(), Value::Null)).collect())
}

fn pairs(headers: &HeaderMap) -> Vec<(&[u8], &[u8])> {
    let fields = headers.get_all(COOKIE).iter();
    let pairs = fields.flat_map(|field| field.as_bytes().split(|byte| *byte == b';'));
    pairs.filter_map(pair).collect()
}

fn pair(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.trim_ascii();
    let equals = text.iter().position(|byte| *byte == b'=')?;
    let (name, value) = text.split_at_checked(equals)?;
    Some((name, value.get(1..)?))
}

fn find<'a>(
    pairs: &[(&'a [u8], &'a [u8])],
    name: &'static str,
) -> Result<Option<&'a str>, DecodeError> {
    let mut named = pairs.iter().filter(|(other, _)| *other == name.as_bytes());
    let error = |kind| DecodeError::new(kind).within(Segment::Name(name));
    let Some((_, value)) = named.next() else {
        return Ok(None);
    };
    if named.next().is_some() {
        return Err(error(ErrorKind::Duplicate));
    }
    match str::from_utf8(value) {
        Ok(value) if is_cookie_value(value.as_bytes()) => Ok(Some(value)),
        _ => Err(error(ErrorKind::Encoding)),
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
