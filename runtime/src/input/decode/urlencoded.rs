//! The parameters of a query or form (`application/x-www-form-urlencoded`), decoded strictly.
//!
//! `pairs` splits and unescapes the text, and `values` has the values under one name. A name may be
//! repeated only if its field is a list: proxies, filters and frameworks disagree about which of several
//! values counts (HTTP parameter pollution).

mod pairs;
mod values;

use std::borrow::Cow;
use std::collections::HashSet;
use std::slice;

use serde::Deserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value};

use self::pairs::{Pairs, malformed, unescape};
use self::values::{ParameterValues, Repetition};
use crate::input::contract::{InputError, InputLocation, Violation};
use crate::input::decode::error::{DecodeError, ErrorKind, declared};
use crate::input::decode::foreign;
use crate::input::decode::form_values::ValuesDeserializer;
use crate::input::decode::text::TextDeserializer;
use crate::input::shape::position::declared_name;
use crate::input::shape::{Field, Shape};

/// Decodes the parameters into a struct.
///
/// Parameters are unescaped one at a time, as the type requests them, so a type that rejects a
/// parameter never causes work for the ones after it. The text alone decides whether it is malformed:
/// after an error, all of it is checked.
///
/// A list and a map get as many parameters as `shape` allows. If there are more, the violation is returned
/// with the value, which must not be used. A list without a parameter is empty.
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
        shape,
        is_html: matches!(location, InputLocation::Form),
        excess: &mut excess,
    });
    // the values beyond the limit of a list were not unescaped
    let unchecked = if decoded.is_ok() && excess.is_empty() {
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

/// Decodes the parameters as the members of a struct.
struct ParametersDeserializer<'p, 'a> {
    pairs: &'p mut Pairs<'a>,
    shape: &'static Shape,
    is_html: bool,
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
            max_items: self.shape.max_items().unwrap_or(usize::MAX),
            rest: self.shape.members().iter(),
            input: self,
            seen: HashSet::new(),
            lists: Vec::new(),
            current: None,
        })
    }
}

/// A name and an escaped value.
type Pair<'a> = (Cow<'a, str>, &'a [u8]);

/// Presents the parameters to serde, each unescaped when it is requested.
struct Parameters<'p, 'a> {
    fields: &'static [&'static str],
    input: ParametersDeserializer<'p, 'a>,
    /// The number of parameters that a map allows.
    max_items: usize,
    /// The names that the type has accepted; a type that rejects unknown names limits them.
    seen: HashSet<Cow<'a, str>>,
    /// The names whose values were read as the items of a list.
    lists: Vec<&'static str>,
    /// The name and the value that serde requests next; a list without a parameter has no value.
    current: Option<(Cow<'a, str>, Option<&'a [u8]>)>,
    /// The fields that may be empty lists.
    rest: slice::Iter<'static, Field>,
}

impl<'a> Parameters<'_, 'a> {
    /// Returns the next parameter, but not those of a list that was read.
    fn next_pair(&mut self) -> Result<Option<Pair<'a>>, DecodeError> {
        for pair in self.input.pairs.by_ref() {
            let (name, value) = pair.map_err(malformed)?;
            let name = unescape(name).map_err(malformed)?;
            if !self.seen.contains(&name) {
                return Ok(Some((name, value)));
            }
            if !self.lists.contains(&&*name) {
                return Err(match declared(self.fields, &name) {
                    Some(segment) => DecodeError::new(ErrorKind::Duplicate).within(segment),
                    None => DecodeError::new(ErrorKind::DuplicateUndeclared),
                });
            }
        }
        Ok(None)
    }

    /// Returns the name of the next list that has no parameter.
    fn next_empty_list(&mut self) -> Option<&'static str> {
        let (fields, seen) = (self.fields, &self.seen);
        let is_empty = |field: &&'static Field| {
            let mut names = field.names.iter();
            field.is_list() && !field.has_default && !names.any(|name| seen.contains(*name))
        };
        let empty = self.rest.by_ref().filter(is_empty);
        let mut names = empty.filter_map(|field| field.names.first().copied());
        names.find(|name| fields.contains(name))
    }
}

impl<'de> MapAccess<'de> for Parameters<'_, '_> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, DecodeError> {
        let is_full = self.seen.len() == self.max_items;
        if is_full && self.input.pairs.clone().next().is_some() {
            let excess = Violation::too_many("", self.max_items);
            self.input.excess.push(excess);
            return Ok(None);
        }
        let (name, value) = match self.next_pair()? {
            Some((name, value)) => (name, Some(value)),
            None => match self.next_empty_list() {
                Some(name) => (Cow::Borrowed(name), None),
                None => return Ok(None),
            },
        };
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
        let member = self.input.shape.member(&name);
        let repetition = Repetition::new(self.input.pairs.clone(), &name, member);
        let values = ParameterValues {
            first: value,
            is_html: self.input.is_html,
            repetition: member
                .filter(|member| member.may_repeat())
                .map(|_| &repetition),
        };
        let decoded = seed
            .deserialize(ValuesDeserializer(values))
            .map_err(|error| error.within_member(self.fields, &name))?;
        if let Some(member) = member.filter(|_| repetition.is_read()) {
            let name = declared_name(member.names, &name);
            self.lists.push(name);
            if let Some(max) = repetition.exceeded() {
                self.input.excess.push(Violation::too_many(name, max));
            }
        }
        Ok(decoded)
    }
}

impl<'de> Deserializer<'de> for ParametersDeserializer<'_, '_> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        foreign::require_direct(self.shape)?;
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
