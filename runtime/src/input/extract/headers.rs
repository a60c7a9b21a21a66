//! `Valid<Headers<T>>`: header fields by name.

use axum::http::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::input::contract::check::check;
use crate::input::contract::{ContextFrom, InputError, InputLocation, SecureInput};
use crate::input::decode::by_name::{self, Found};
use crate::input::decode::error::{Fault, Segment, What};
use crate::input::extract::valid::{Valid, valid_head};

/// The header fields that a struct names, in [`Valid`](crate::Valid).
///
/// A member's name on the wire is a field's name in lower case: write
/// `#[serde(rename_all = "kebab-case")]`. Other fields are left alone. A field that is there twice
/// is refused with 422, a value with anything but visible ASCII, spaces and tabs with 400
/// ([RFC 9110 §5.5]). `Option<Valid<Headers<T>>>` is absent where none of the fields is there.
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

pub(crate) fn decode<T: DeserializeOwned>(headers: &HeaderMap) -> Found<T> {
    by_name::decode(InputLocation::Header, |name| find(headers, name))
}

/// The names, as the members of an object.
pub(crate) fn sent(headers: &HeaderMap) -> Value {
    let names = headers.keys().map(|name| name.as_str().to_owned());
    Value::Object(names.map(|name| (name, Value::Null)).collect())
}

fn find<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, Fault> {
    let mut values = headers.get_all(name).iter();
    let fault = |what| Fault::new(what).within(Segment::Name(name));
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(fault(What::Twice));
    }
    value.to_str().map(Some).map_err(|_| fault(What::Text))
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
        if found.nothing {
            Ok(None)
        } else {
            found.value.map(Some)
        }
    }

    #[test]
    fn a_struct_takes_the_fields_that_it_names() {
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
    fn a_field_is_there_once_and_is_text_that_fits() {
        let unfit = |name: &str, rule: &'static str, detail: &'static str| {
            Err(InputError::TypeMismatch(
                InputLocation::Header,
                Violation::new(name, rule, detail),
            ))
        };
        assert_eq!(
            read(&[("x-page", b"7"), ("x-page", b"7")]),
            unfit("x-page", "unique", "is there twice")
        );
        assert_eq!(
            read(&[("x-page", b"+7")]),
            unfit("x-page", "type", "must be a whole number")
        );
        assert_eq!(
            read(&[("x-name", b"a")]),
            unfit("x-page", "required", "is missing")
        );
        for bytes in [&b"\xff"[..], b"\xc3\xa9"] {
            let violation = Violation::new(
                "x-name",
                "encoding",
                "has characters that may not stand here",
            );
            let name: &'static [u8] = bytes.to_vec().leak();
            assert_eq!(
                read(&[("x-page", b"7"), ("x-name", name)]),
                Err(InputError::Malformed(InputLocation::Header, violation))
            );
        }
    }

    #[test]
    fn what_has_no_names_is_the_apis_fault() {
        let found = decode::<Vec<u8>>(&HeaderMap::new());
        assert_eq!(found.value, Err(InputError::HandlerMismatch));
    }
}
