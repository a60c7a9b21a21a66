//! Named values as the fields of a struct: parameters, headers, cookies, parts.

use serde::Deserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;

use crate::input::contract::{InputError, InputLocation};
use crate::input::decode::error::{DecodeError, ErrorKind};
use crate::input::decode::text::TextDeserializer;

/// Presents named values to serde as the members of a struct.
pub(crate) struct NamedValues<'a, I, D> {
    fields: &'static [&'static str],
    rest: I,
    current: Option<(&'a str, D)>,
}

impl<'a, D, I: Iterator<Item = (&'a str, D)>> NamedValues<'a, I, D> {
    pub(crate) fn new(fields: &'static [&'static str], values: I) -> Self {
        Self {
            fields,
            rest: values,
            current: None,
        }
    }
}

impl<'de, 'a, D, I> MapAccess<'de> for NamedValues<'a, I, D>
where
    D: Deserializer<'de, Error = DecodeError>,
    I: Iterator<Item = (&'a str, D)>,
{
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, DecodeError> {
        self.current = self.rest.next();
        match &self.current {
            Some((name, _)) => seed
                .deserialize(TextDeserializer(name))
                .map(Some)
                .map_err(DecodeError::into_unknown),
            None => Ok(None),
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<T::Value, DecodeError> {
        let Some((name, value)) = self.current.take() else {
            return Err(DecodeError::new(ErrorKind::Format));
        };
        seed.deserialize(value)
            .map_err(|error| error.within_member(self.fields, name))
    }
}

/// A struct decoded from the values that its fields name.
pub(crate) struct DecodedFields<T> {
    pub(crate) value: Result<T, InputError>,
    /// Whether the request has none of the named values.
    pub(crate) is_absent: bool,
    /// The names of the fields that the request has.
    names: Vec<&'static str>,
}

impl<T> DecodedFields<T> {
    /// Returns the value, and the names in the request as members of an object.
    ///
    /// # Errors
    ///
    /// Returns the error of the decoder.
    pub(crate) fn with_names(self) -> Result<(T, Value), InputError> {
        let names = self.names.into_iter();
        let members = names.map(|name| (name.to_owned(), Value::Null));
        Ok((self.value?, Value::Object(members.collect())))
    }
}

/// The value of each field that the request has, in the order of the fields.
pub(crate) type FoundFields<'a> = Vec<(&'static str, &'a str)>;

/// Decodes a struct from the values that its fields name; `find` looks them up.
///
/// Other values are ignored: a proxy adds headers, and other applications of a site set cookies.
pub(crate) fn decode<'a, T, F>(location: InputLocation, find: F) -> DecodedFields<T>
where
    T: DeserializeOwned,
    F: FnOnce(&'static [&'static str]) -> Result<FoundFields<'a>, DecodeError>,
{
    let (mut is_absent, mut names) = (false, Vec::new());
    let decoded = T::deserialize(FieldsDeserializer {
        find,
        is_absent: &mut is_absent,
        names: &mut names,
    });
    let value = decoded.map_err(|error| match error.kind() {
        ErrorKind::Length => InputError::HandlerMismatch,
        ErrorKind::Encoding => InputError::Malformed(location, error.parameter_violation()),
        _ => InputError::TypeMismatch(location, error.parameter_violation()),
    });
    DecodedFields {
        value,
        is_absent,
        names,
    }
}

struct FieldsDeserializer<'n, F> {
    find: F,
    is_absent: &'n mut bool,
    names: &'n mut Vec<&'static str>,
}

impl<'de, 'a, F> Deserializer<'de> for FieldsDeserializer<'_, F>
where
    F: FnOnce(&'static [&'static str]) -> Result<FoundFields<'a>, DecodeError>,
{
    type Error = DecodeError;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let found = (self.find)(fields)?;
        *self.is_absent = found.is_empty();
        self.names.extend(found.iter().map(|(name, _)| *name));
        let found = found.into_iter();
        let found = found.map(|(name, value)| (name, TextDeserializer(value)));
        visitor.visit_map(NamedValues::new(fields, found))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    /// Rejects a type without named fields, which is a bug of the API.
    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, DecodeError> {
        Err(DecodeError::new(ErrorKind::Length))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        option unit unit_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
