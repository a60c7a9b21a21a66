//! Names and values of a query or form, strictly decoded.
//!
//! A name that is there twice is refused: which one counts differs between proxies,
//! filters and frameworks (HTTP parameter pollution). So there are no lists here.

use std::borrow::Cow;
use std::collections::HashSet;

use percent_encoding::percent_decode;
use serde::Deserializer;
use serde::de::{DeserializeOwned, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;

use crate::input::contract::{InputError, InputLocation, Violation};
use crate::input::decode::by_name::Named;
use crate::input::decode::error::{Fault, What, declared};
use crate::input::decode::text::Text;

/// Decodes `application/x-www-form-urlencoded` text: 400 where it is malformed or has more
/// than `most` pairs, 422 where it does not fit the type.
pub(crate) fn decode<T: DeserializeOwned>(
    text: &[u8],
    part: InputLocation,
    most: usize,
) -> Result<T, InputError> {
    let pairs = split(text, most)
        .map_err(|(rule, detail)| InputError::Malformed(part, Violation::new("", rule, detail)))?;
    T::deserialize(Parameters(&pairs))
        .map_err(|fault| InputError::TypeMismatch(part, fault.in_parameters()))
}

/// The names, as the members of an object; a rule that is broken looks for no more.
pub(crate) fn sent(text: &[u8]) -> Option<Value> {
    let pairs = split(text, usize::MAX).ok()?;
    let members = pairs
        .into_iter()
        .map(|(name, _)| (name.into_owned(), Value::Null));
    Some(Value::Object(members.collect()))
}

type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// A rule and what is wrong by it.
type Malformed = (&'static str, Cow<'static, str>);

fn split(text: &[u8], most: usize) -> Result<Vec<Pair<'_>>, Malformed> {
    let mut pairs = Vec::new();
    for pair in text
        .split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
    {
        if pairs.len() == most {
            return Err((
                "parameters",
                format!("has more than {most} parameters").into(),
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

/// Undoes `+` and `%XX`; anything else that begins with `%` is an error, not itself.
fn unescape(text: &[u8]) -> Result<Cow<'_, str>, Malformed> {
    let mut after_percent = text.split(|byte| *byte == b'%').skip(1);
    if !after_percent.all(|rest| {
        rest.get(..2)
            .is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
    }) {
        return Err(("encoding", "has a malformed percent escape".into()));
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
    decoded.map_err(|_| ("encoding", "is not UTF-8".into()))
}

/// The pairs, as the struct that is made of them.
struct Parameters<'a>(&'a [Pair<'a>]);

impl Parameters<'_> {
    fn read<'de, V: Visitor<'de>>(
        &self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let mut seen = HashSet::new();
        for (name, _) in self.0 {
            if !seen.insert(name) {
                return Err(match declared(fields, name) {
                    Some(segment) => Fault::new(What::Twice).within(segment),
                    None => Fault::new(What::Repeats),
                });
            }
        }
        let pairs = self.0.iter();
        let pairs = pairs.map(|(name, value)| (name.as_ref(), Text(value)));
        visitor.visit_map(Named::new(fields, pairs))
    }
}

impl<'de> Deserializer<'de> for Parameters<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.read(&[], visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.read(fields, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
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
    struct Needs {
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

    fn fault<T>(status: u16, name: &str, detail: &str) -> Result<T, (u16, String, String)> {
        Err((status, name.into(), detail.into()))
    }

    #[test]
    fn names_and_values_are_unescaped() {
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
    fn malformed_escapes_and_text_are_400() {
        let escape = "has a malformed percent escape";
        for text in [
            "name=%",
            "name=%2",
            "name=%zz",
            "%=1",
            "name=%%41",
            "name=a+%4",
        ] {
            assert_eq!(read(text.as_bytes()), fault(400, "", escape), "{text}");
        }
        for text in [&b"name=%ff"[..], b"name=\xff", b"%c3=1", b"name=+%ff"] {
            assert_eq!(read(text), fault(400, "", "is not UTF-8"), "{text:?}");
        }
    }

    #[test]
    fn a_repeated_name_is_422_even_for_a_list() {
        let twice = "is there twice";
        assert_eq!(read(b"perPage=1&perPage=1"), fault(422, "perPage", twice));
        assert_eq!(read(b"tags=a&tags=b"), fault(422, "tags", twice));
        assert_eq!(read(b"name=a&n%61me=b"), fault(422, "name", twice));
        assert_eq!(
            read(b"tags=a"),
            fault(422, "tags", "cannot be given here: only one value can")
        );
        assert_eq!(
            read(b"hunter2=1&hunter2=1"),
            fault(422, "", "has a parameter twice")
        );
    }

    #[test]
    fn what_is_not_known_or_does_not_fit_is_422_by_name() {
        assert_eq!(
            read(b"hunter2=1"),
            fault(422, "", "has a parameter that is not known here")
        );
        assert_eq!(
            read(b"perPage=hunter2"),
            fault(422, "perPage", "must be a whole number")
        );
        assert_eq!(
            read(b"perPage="),
            fault(422, "perPage", "must be a whole number")
        );
        assert_eq!(
            read(b"perPage=256"),
            fault(422, "perPage", "is a number out of range")
        );
        assert_eq!(read(b"share=NaN"), fault(422, "share", "must be a number"));
        assert_eq!(
            decode::<Needs>(b"", InputLocation::Query, 256).unwrap_err(),
            InputError::TypeMismatch(
                InputLocation::Query,
                Violation::new("perPage", "required", "is missing")
            )
        );
    }

    #[test]
    fn no_more_pairs_are_looked_at_than_may_be() {
        for most in [1, 256, 10_000] {
            let pairs = |count: usize| {
                let text = vec!["a=1"; count].join("&");
                split(text.as_bytes(), most).map(|pairs| pairs.len())
            };
            assert_eq!(pairs(most - 1), Ok(most - 1));
            assert_eq!(pairs(most), Ok(most));
            let detail = format!("has more than {most} parameters");
            assert_eq!(pairs(most + 1), Err(("parameters", detail.into())));
        }
    }
}
