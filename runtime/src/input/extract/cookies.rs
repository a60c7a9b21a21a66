//! `Valid<Cookies<T>>`: cookies by name.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::input::contract::check::check;
use crate::input::contract::{ContextFrom, InputError, InputLocation, SecureInput};
use crate::input::decode::by_name::{self, Found};
use crate::input::decode::error::{Fault, Segment, What};
use crate::input::extract::valid::{Valid, valid_head};

/// The cookies that a struct names, in [`Valid`](crate::Valid).
///
/// Cookies that it does not name are left alone, whatever they look like: any site of the same
/// domain can set them. One that it names is refused with 422 where it is there twice, as which
/// of them counts differs between programs, and with 400 where its value has other characters
/// than [RFC 6265 §4.1.1] lets it have. Nothing is unescaped.
/// `Option<Valid<Cookies<T>>>` is absent where none of them is there.
///
/// # Security
///
/// Palisade takes no access token from a cookie. An endpoint that acts on a cookie has to be
/// protected from cross-site requests by itself.
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

/// HTTP/2 sends one field for each cookie ([RFC 9113 §8.2.3]), so all fields count.
///
/// [RFC 9113 §8.2.3]: https://www.rfc-editor.org/rfc/rfc9113#section-8.2.3
pub(crate) fn decode<T: DeserializeOwned>(headers: &HeaderMap) -> Found<T> {
    let pairs = pairs(headers);
    by_name::decode(InputLocation::Cookie, |name| find(&pairs, name))
}

/// The names, as the members of an object.
pub(crate) fn sent(headers: &HeaderMap) -> Value {
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

fn find<'a>(pairs: &[(&'a [u8], &'a [u8])], name: &'static str) -> Result<Option<&'a str>, Fault> {
    let mut named = pairs.iter().filter(|(own, _)| *own == name.as_bytes());
    let fault = |what| Fault::new(what).within(Segment::Name(name));
    let Some((_, value)) = named.next() else {
        return Ok(None);
    };
    if named.next().is_some() {
        return Err(fault(What::Twice));
    }
    match str::from_utf8(value) {
        Ok(value) if is_cookie_value(value.as_bytes()) => Ok(Some(value)),
        _ => Err(fault(What::Text)),
    }
}

/// `cookie-value`, whose double quotes are part of it where it has any.
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
        if found.nothing {
            Ok(None)
        } else {
            found.value.map(Some)
        }
    }

    #[test]
    fn a_struct_takes_the_cookies_that_it_names() {
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
    fn a_cookie_is_there_once_and_has_a_value_that_fits() {
        let unfit = |name: &str, rule: &'static str, detail: &'static str| {
            Err(InputError::TypeMismatch(
                InputLocation::Cookie,
                Violation::new(name, rule, detail),
            ))
        };
        let twice = unfit("size", "unique", "is there twice");
        assert_eq!(read(&[b"size=7; size=7"]), twice);
        assert_eq!(read(&[b"size=7", b"size=7"]), twice);
        assert_eq!(
            read(&[b"size=x"]),
            unfit("size", "type", "must be a whole number")
        );
        assert_eq!(
            read(&[b"locale=x"]),
            unfit("size", "required", "is missing")
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
                "has characters that may not stand here",
            );
            assert_eq!(
                read(&[value]),
                Err(InputError::Malformed(InputLocation::Cookie, violation))
            );
        }
    }
}
