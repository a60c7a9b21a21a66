//! Values that have names: parameters, headers, cookies.

use serde::Deserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use crate::input::contract::{InputError, InputLocation};
use crate::input::decode::error::{Fault, What};
use crate::input::decode::text::Text;

/// Values by name, as the members of a struct with these fields.
pub(crate) struct Named<'a, I, D> {
    fields: &'static [&'static str],
    rest: I,
    current: Option<(&'a str, D)>,
}

impl<'a, D, I: Iterator<Item = (&'a str, D)>> Named<'a, I, D> {
    pub(crate) fn new(fields: &'static [&'static str], pairs: I) -> Self {
        Self {
            fields,
            rest: pairs,
            current: None,
        }
    }
}

impl<'de, 'a, D, I> MapAccess<'de> for Named<'a, I, D>
where
    D: Deserializer<'de, Error = Fault>,
    I: Iterator<Item = (&'a str, D)>,
{
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        self.current = self.rest.next();
        match &self.current {
            Some((name, _)) => seed
                .deserialize(Text(name))
                .map(Some)
                .map_err(Fault::of_name),
            None => Ok(None),
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Fault> {
        let Some((name, value)) = self.current.take() else {
            return Err(Fault::new(What::Form));
        };
        seed.deserialize(value)
            .map_err(|fault| fault.below(self.fields, name))
    }
}

/// A struct made of the values that its members' names find.
pub(crate) struct Found<T> {
    pub(crate) value: Result<T, InputError>,
    /// Whether the names find nothing at all.
    pub(crate) nothing: bool,
}

/// Decodes a struct from the values that its members' names find.
///
/// What else is there is somebody else's: a header of a proxy, a cookie of another site's.
pub(crate) fn decode<'a, T, F>(part: InputLocation, find: F) -> Found<T>
where
    T: DeserializeOwned,
    F: Fn(&'static str) -> Result<Option<&'a str>, Fault>,
{
    let mut nothing = false;
    let decoded = T::deserialize(ByName {
        find,
        nothing: &mut nothing,
    });
    let value = decoded.map_err(|fault| match fault.what() {
        What::Length => InputError::HandlerMismatch,
        What::Text => InputError::Malformed(part, fault.in_parameters()),
        _ => InputError::TypeMismatch(part, fault.in_parameters()),
    });
    Found { value, nothing }
}

struct ByName<'n, F> {
    find: F,
    nothing: &'n mut bool,
}

impl<'de, 'a, F> Deserializer<'de> for ByName<'_, F>
where
    F: Fn(&'static str) -> Result<Option<&'a str>, Fault>,
{
    type Error = Fault;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let mut found = Vec::new();
        for name in fields {
            if let Some(value) = (self.find)(name)? {
                found.push((*name, value));
            }
        }
        *self.nothing = found.is_empty();
        let found = found.into_iter();
        visitor.visit_map(Named::new(
            fields,
            found.map(|(name, value)| (name, Text(value))),
        ))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    /// Anything else has no names: a fault of the API.
    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Fault> {
        Err(Fault::new(What::Length))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        option unit unit_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
