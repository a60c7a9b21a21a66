//! The parameters of a query or form (`application/x-www-form-urlencoded`), decoded strictly.
//!
//! Duplicate names are rejected: proxies, filters and frameworks disagree about which of the values
//! counts (HTTP parameter pollution). Lists are therefore not supported.

use std::borrow::Cow;
use std::collections::HashSet;

use percent_encoding::percent_decode;
use serde::Deserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value};

use crate::input::contract::{InputError, InputLocation, Violation};
use crate::input::decode::error::{DecodeError, ErrorKind, declared};
use crate::input::decode::text::TextDeserializer;
use crate::input::shape::Shape;

/// Decodes the parameters into a struct.
///
/// Parameters are unescaped one at a time, as the type requests them, so a type that rejects a
/// parameter never causes work for the ones after it. The text alone decides whether it is malformed:
/// after an error, all of it is checked.
///
/// A map gets as many parameters as `shape` allows. If there are more, the violation is returned with
/// the value, which must not be used.
///
/// # Errors
///
/// Returns [`InputError::Malformed`] if the text is malformed or has more than `max` parameters,
/// [`InputError::TypeMismatch`] if it does not match the type.
pub(crate) fn decode<T: DeserializeOwned>(
    text: &[u8],
    location: InputLocation,
    max: usize,
    shape: &'static Shape,
) -> Result<(T, Vec<Violation>), InputError> {
    let mut pairs = Pairs::new(text, max);
    let mut excess = Vec::new();
    let decoded = T::deserialize(ParametersDeserializer {
        pairs: &mut pairs,
        max_items: shape.max_items().unwrap_or(usize::MAX),
        excess: &mut excess,
    });
    let unchecked = if decoded.is_ok() {
        pairs
    } else {
        Pairs::new(text, max)
    };
    unchecked.check().map_err(|(rule, detail)| {
        InputError::Malformed(location, Violation::new("", rule, detail))
    })?;
    match decoded {
        Ok(value) => Ok((value, excess)),
        Err(error) => Err(InputError::TypeMismatch(
            location,
            error.parameter_violation(),
        )),
    }
}

/// Decodes a type without a shape.
#[cfg(test)]
pub(crate) fn decode_without_shape<T: DeserializeOwned>(
    text: &[u8],
    location: InputLocation,
    max: usize,
) -> Result<T, InputError> {
    decode(text, location, max, &Shape::Fields(&[])).map(|(value, _)| value)
}

/// Returns the declared names in a text as members of an object, which is all that a violation's
/// pointer needs.
pub(crate) fn raw_names(text: &[u8], max: usize, shape: &'static Shape) -> Option<Value> {
    let mut members = Map::new();
    for pair in Pairs::new(text, max) {
        let (name, _) = pair.ok()?;
        let name = unescape(name).ok()?;
        if shape.member(&name).is_some() {
            members.insert(name.into_owned(), Value::Null);
        }
    }
    Some(Value::Object(members))
}

/// The name of the violated rule, and the message.
type Malformed = (&'static str, Cow<'static, str>);

/// The names and values of the parameters, not unescaped, up to a limit.
#[derive(Clone)]
struct Pairs<'a> {
    /// The rest of the text; `None` after its last parameter.
    rest: Option<&'a [u8]>,
    /// The number of parameters so far.
    count: usize,
    max: usize,
}

impl<'a> Pairs<'a> {
    fn new(text: &'a [u8], max: usize) -> Self {
        Self {
            rest: Some(text),
            count: 0,
            max,
        }
    }

    /// Checks the encoding of the remaining parameters, and their number.
    fn check(self) -> Result<(), Malformed> {
        let mut buffer = Vec::new();
        for pair in self {
            let (name, value) = pair?;
            for text in [name, value] {
                buffer.clear();
                unescape_into(&mut buffer, text)?;
            }
        }
        Ok(())
    }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = Result<(&'a [u8], &'a [u8]), Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let pair = loop {
            let (pair, rest) = split_once(self.rest?, b'&');
            self.rest = rest;
            if !pair.is_empty() {
                break pair;
            }
        };
        if self.count == self.max {
            let detail = format!("must have at most {} parameters", self.max);
            return Some(Err(("parameters", detail.into())));
        }
        self.count += 1;
        let (name, value) = split_once(pair, b'=');
        Some(Ok((name, value.unwrap_or_default())))
    }
}

/// Splits a text at the first `separator`, if it has one.
fn split_once(text: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    let end = memchr::memchr(separator, text);
    match end.and_then(|end| text.split_at_checked(end)) {
        Some((before, rest)) => (before, rest.get(1..)),
        None => (text, None),
    }
}

/// Decodes `+` and `%XX`; rejects a `%` without two hexadecimal digits after it.
fn unescape(text: &[u8]) -> Result<Cow<'_, str>, Malformed> {
    if memchr::memchr2(b'%', b'+', text).is_none() {
        return str::from_utf8(text).map(Cow::Borrowed).map_err(not_utf8);
    }
    let mut bytes = Vec::with_capacity(text.len());
    unescape_into(&mut bytes, text)?;
    String::from_utf8(bytes).map(Cow::Owned).map_err(not_utf8)
}

/// Appends the unescaped text to an empty buffer.
fn unescape_into(buffer: &mut Vec<u8>, text: &[u8]) -> Result<(), Malformed> {
    let mut after_percent = text.split(|byte| *byte == b'%').skip(1);
    if !after_percent.all(|rest| {
        rest.get(..2)
            .is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
    }) {
        return Err(("encoding", "has a malformed percent-encoding".into()));
    }
    buffer.reserve(text.len());
    for (index, words) in text.split(|byte| *byte == b'+').enumerate() {
        if index > 0 {
            buffer.push(b' ');
        }
        buffer.extend(percent_decode(words));
    }
    str::from_utf8(buffer).map(|_| ()).map_err(not_utf8)
}

fn not_utf8<E>(_: E) -> Malformed {
    ("encoding", "is not valid UTF-8".into())
}

/// Decodes the parameters as the members of a struct.
struct ParametersDeserializer<'p, 'a> {
    pairs: &'p mut Pairs<'a>,
    /// The number of parameters that the type allows.
    max_items: usize,
    excess: &'p mut Vec<Violation>,
}

impl ParametersDeserializer<'_, '_> {
    fn visit<'de, V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_map(Parameters {
            fields,
            input: self,
            seen: HashSet::new(),
            current: None,
        })
    }
}

/// Presents the parameters to serde, each unescaped when it is requested.
struct Parameters<'p, 'a> {
    fields: &'static [&'static str],
    input: ParametersDeserializer<'p, 'a>,
    /// The names that the type has accepted; a type that rejects unknown names limits them.
    seen: HashSet<Cow<'a, str>>,
    current: Option<(Cow<'a, str>, &'a [u8])>,
}

impl<'de> MapAccess<'de> for Parameters<'_, '_> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, DecodeError> {
        let max_items = self.input.max_items;
        let pairs = &mut *self.input.pairs;
        if self.seen.len() == max_items && pairs.clone().next().is_some() {
            self.input.excess.push(Violation::too_many("", max_items));
            return Ok(None);
        }
        let Some(pair) = pairs.next() else {
            return Ok(None);
        };
        let (name, value) = pair.map_err(malformed)?;
        let name = unescape(name).map_err(malformed)?;
        if self.seen.contains(&name) {
            return Err(match declared(self.fields, &name) {
                Some(segment) => DecodeError::new(ErrorKind::Duplicate).within(segment),
                None => DecodeError::new(ErrorKind::DuplicateUndeclared),
            });
        }
        let key = seed
            .deserialize(TextDeserializer(&name))
            .map_err(DecodeError::into_unknown)?;
        self.seen.insert(name.clone());
        self.current = Some((name, value));
        Ok(Some(key))
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<T::Value, DecodeError> {
        let Some((name, value)) = self.current.take() else {
            return Err(DecodeError::new(ErrorKind::Format));
        };
        let value = unescape(value).map_err(malformed)?;
        seed.deserialize(TextDeserializer(&value))
            .map_err(|error| error.within_member(self.fields, &name))
    }
}

/// Ends decoding; the check of the whole text then reports the reason.
fn malformed(_: Malformed) -> DecodeError {
    DecodeError::new(ErrorKind::Encoding)
}

impl<'de> Deserializer<'de> for ParametersDeserializer<'_, '_> {
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
mod tests;
