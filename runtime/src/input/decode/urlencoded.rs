//! The parameters of a query or form (`application/x-www-form-urlencoded`), decoded strictly.
//!
//! Duplicate names are rejected: proxies, filters and frameworks disagree about which of the values
//! counts (HTTP parameter pollution). Lists are therefore not supported.

use std::borrow::Cow;
use std::collections::HashSet;

use percent_encoding::percent_decode;
use serde::Deserializer;
use serde::de::{DeserializeOwned, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;

use crate::input::contract::{InputError, InputLocation, Violation};
use crate::input::decode::error::{DecodeError, ErrorKind, declared};
use crate::input::decode::named_values::NamedValues;
use crate::input::decode::text::TextDeserializer;

/// Decodes the parameters into a struct.
///
/// # Errors
///
/// Returns [`InputError::Malformed`] if the text is malformed or has more than `max` parameters,
/// [`InputError::TypeMismatch`] if it does not match the type.
pub(crate) fn decode<T: DeserializeOwned>(
    text: &[u8],
    location: InputLocation,
    max: usize,
) -> Result<T, InputError> {
    let pairs = split(text, max).map_err(|(rule, detail)| {
        InputError::Malformed(location, Violation::new("", rule, detail))
    })?;
    T::deserialize(ParametersDeserializer(&pairs))
        .map_err(|error| InputError::TypeMismatch(location, error.parameter_violation()))
}

/// Returns the names as members of an object, which is all that a violation's pointer needs.
pub(crate) fn raw_names(text: &[u8]) -> Option<Value> {
    let pairs = split(text, usize::MAX).ok()?;
    let members = pairs
        .into_iter()
        .map(|(name, _)| (name.into_owned(), Value::Null));
    Some(Value::Object(members.collect()))
}

type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// The name of the violated rule, and the message.
type Malformed = (&'static str, Cow<'static, str>);

fn split(text: &[u8], max: usize) -> Result<Vec<Pair<'_>>, Malformed> {
    let mut pairs = Vec::new();
    for pair in text
        .split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
    {
        if pairs.len() == max {
            return Err((
                "parameters",
                format!("must have at most {max} parameters").into(),
            ));
        }
        let equals = pair.iter().position(|byte| *byte == b'=');
        let (name, value) = match equals.and_then(|at| pair.split_at_checked(at)) {
            Some((name, rest)) => (name, rest.get(1..).unwrap_or_default()),
            None => (pair, &[][..]),
        };
        pairs.push((unescape(name)?, unescape(value)?));
    }
    Ok(pairs)
}

/// Decodes `+` and `%XX`; rejects a `%` without two hexadecimal digits after it.
fn unescape(text: &[u8]) -> Result<Cow<'_, str>, Malformed> {
    let mut after_percent = text.split(|byte| *byte == b'%').skip(1);
    if !after_percent.all(|rest| {
        rest.get(..2)
            .is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
    }) {
        return Err(("encoding", "has a malformed percent-encoding".into()));
    }
    let decoded = if text.contains(&b'+') {
        let spaced: Vec<u8> = text
            .iter()
            .map(|byte| if *byte == b'+' { b' ' } else { *byte })
            .collect();
        percent_decode(&spaced)
            .decode_utf8()
            .map(|text| Cow::Owned(text.into_owned()))
    } else {
        percent_decode(text).decode_utf8()
    };
    decoded.map_err(|_| ("encoding", "is not valid UTF-8".into()))
}

/// Decodes the parameters as the members of a struct.
struct ParametersDeserializer<'a>(&'a [Pair<'a>]);

impl ParametersDeserializer<'_> {
    fn visit<'de, V: Visitor<'de>>(
        &self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let mut seen = HashSet::new();
        for (name, _) in self.0 {
            if !seen.insert(name) {
                return Err(match declared(fields, name) {
                    Some(segment) => DecodeError::new(ErrorKind::Duplicate).within(segment),
                    None => DecodeError::new(ErrorKind::DuplicateUndeclared),
                });
            }
        }
        let pairs = self.0.iter();
        let pairs = pairs.map(|(name, value)| (name.as_ref(), TextDeserializer(value)));
        visitor.visit_map(NamedValues::new(fields, pairs))
    }
}

impl<'de> Deserializer<'de> for ParametersDeserializer<'_> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.visit(&[], visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.visit(fields, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        option unit unit_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Page {
        #[serde(default, rename = "perPage")]
        count: Option<u8>,
        #[serde(default)]
        share: Option<f64>,
        #[serde(default)]
        name: Option<String>,
        #[serde(default)]
        tags: Option<Vec<String>>,
    }

    #[derive(Debug, Deserialize)]
    struct Required {
        #[serde(rename = "perPage")]
        _count: u8,
    }

    fn read(text: &[u8]) -> Result<Page, (u16, String, String)> {
        decode(text, InputLocation::Query, 256).map_err(|error| {
            let (status, violation) = match error {
                InputError::Malformed(InputLocation::Query, violation) => (400, violation),
                InputError::TypeMismatch(InputLocation::Query, violation) => (422, violation),
                other => panic!("{other:?}"),
            };
            (
                status,
                violation.pointer().to_owned(),
                violation.detail().to_owned(),
            )
        })
    }

    fn error<T>(status: u16, name: &str, detail: &str) -> Result<T, (u16, String, String)> {
        Err((status, name.into(), detail.into()))
    }

    #[test]
    fn escaped_names_and_values_are_decoded() {
        let named = |name: &str| Page {
            name: Some(name.into()),
            ..Page::default()
        };
        for (text, name) in [
            ("name=a+b", "a b"),
            ("name=a%20b", "a b"),
            ("name=%2B%26%3d", "+&="),
            ("n%61me=%C3%A9", "\u{e9}"),
            ("name=a=b=", "a=b="),
            ("&name=x&", "x"),
            ("name=", ""),
            ("name", ""),
        ] {
            assert_eq!(read(text.as_bytes()), Ok(named(name)), "{text}");
        }
        assert_eq!(read(b""), Ok(Page::default()));
    }

    #[test]
    fn malformed_escape_or_utf8_is_malformed() {
        let escape = "has a malformed percent-encoding";
        for text in [
            "name=%",
            "name=%2",
            "name=%zz",
            "%=1",
            "name=%%41",
            "name=a+%4",
        ] {
            assert_eq!(read(text.as_bytes()), error(400, "", escape), "{text}");
        }
        for text in [&b"name=%ff"[..], b"name=\xff", b"%c3=1", b"name=+%ff"] {
            assert_eq!(read(text), error(400, "", "is not valid UTF-8"), "{text:?}");
        }
    }

    #[test]
    fn duplicate_name_is_type_mismatch_even_for_list() {
        let duplicate = "must appear only once";
        assert_eq!(
            read(b"perPage=1&perPage=1"),
            error(422, "perPage", duplicate)
        );
        assert_eq!(read(b"tags=a&tags=b"), error(422, "tags", duplicate));
        assert_eq!(read(b"name=a&n%61me=b"), error(422, "name", duplicate));
        assert_eq!(
            read(b"tags=a"),
            error(422, "tags", "must be a single value")
        );
        assert_eq!(
            read(b"hunter2=1&hunter2=1"),
            error(422, "", "has a duplicate parameter")
        );
    }

    #[test]
    fn unknown_name_or_wrong_type_is_reported_by_name() {
        assert_eq!(
            read(b"hunter2=1"),
            error(422, "", "has an unknown parameter")
        );
        assert_eq!(
            read(b"perPage=hunter2"),
            error(422, "perPage", "must be an integer")
        );
        assert_eq!(
            read(b"perPage="),
            error(422, "perPage", "must be an integer")
        );
        assert_eq!(
            read(b"perPage=256"),
            error(422, "perPage", "is out of range")
        );
        assert_eq!(read(b"share=NaN"), error(422, "share", "must be a number"));
        assert_eq!(
            decode::<Required>(b"", InputLocation::Query, 256).unwrap_err(),
            InputError::TypeMismatch(
                InputLocation::Query,
                Violation::new("perPage", "required", "is missing")
            )
        );
    }

    #[test]
    fn parameters_over_limit_are_rejected() {
        for max in [1, 256, 10_000] {
            let pairs = |count: usize| {
                let text = vec!["a=1"; count].join("&");
                split(text.as_bytes(), max).map(|pairs| pairs.len())
            };
            assert_eq!(pairs(max - 1), Ok(max - 1));
            assert_eq!(pairs(max), Ok(max));
            let detail = format!("must have at most {max} parameters");
            assert_eq!(pairs(max + 1), Err(("parameters", detail.into())));
        }
    }
}
