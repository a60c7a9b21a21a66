//! The parameters of a path, decoded strictly.
//!
//! [`PathDeserializer`] decodes the parameters that an extractor has collected, for a struct by name
//! and for other types in order. [`StrictScalars`] decodes scalars during axum's own pass over the
//! path and copies nothing.

use std::fmt;

use serde::de::{DeserializeSeed, Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::input::decode::error::{DecodeError, ErrorKind, Segment, declared};
use crate::input::decode::foreign;
use crate::input::decode::named_values::NamedValues;
use crate::input::decode::text::TextDeserializer;

/// Decodes the names and values of all path parameters.
pub(crate) struct PathDeserializer<'a>(pub(crate) &'a [(&'a str, &'a str)]);

impl<'a> PathDeserializer<'a> {
    fn only(self) -> Result<TextDeserializer<'a>, DecodeError> {
        match self.0 {
            [(_, value)] => Ok(TextDeserializer(value)),
            _ => Err(DecodeError::new(ErrorKind::Length)),
        }
    }

    fn in_order<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_seq(ValuesInOrder {
            values: self.0,
            index: 0,
        })
    }
}

struct ValuesInOrder<'a> {
    values: &'a [(&'a str, &'a str)],
    index: usize,
}

impl<'de> SeqAccess<'de> for ValuesInOrder<'_> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DecodeError> {
        let Some((_, value)) = self.values.get(self.index) else {
            return Ok(None);
        };
        let item = seed
            .deserialize(TextDeserializer(value))
            .map_err(|error| error.within(Segment::Index(self.index)))?;
        self.index += 1;
        Ok(Some(item))
    }
}

macro_rules! only_value {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            self.only()?.$method(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for PathDeserializer<'_> {
    type Error = DecodeError;

    only_value! {
        deserialize_any deserialize_bool deserialize_char deserialize_str deserialize_string
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_f32 deserialize_f64 deserialize_bytes deserialize_byte_buf
        deserialize_option deserialize_unit deserialize_identifier deserialize_ignored_any
        deserialize_map
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let parameters = self.0.iter().copied();
        let parameters = parameters.filter(|(name, _)| declared(fields, name).is_some());
        let parameters = parameters.map(|(name, value)| (name, TextDeserializer(value)));
        visitor.visit_map(NamedValues::new(fields, parameters))
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if foreign::of::<V::Value>().is_some() {
            self.only()?.deserialize_tuple(len, visitor)
        } else if len == self.0.len() {
            self.in_order(visitor)
        } else {
            Err(DecodeError::new(ErrorKind::Length))
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.in_order(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.only()?.deserialize_unit_struct(name, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.only()?.deserialize_enum(name, variants, visitor)
    }
}

/// A scalar, or a tuple of scalars, that axum's deserializer passes on as text.
pub(crate) struct StrictScalars<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for StrictScalars<T> {
    fn deserialize<D: Deserializer<'de>>(segments: D) -> Result<Self, D::Error> {
        T::deserialize(SegmentDeserializer(segments)).map(Self)
    }
}

/// Decodes an element of a tuple like [`StrictScalars`].
struct SegmentSeed<T>(T);

impl<'de, T: DeserializeSeed<'de>> DeserializeSeed<'de> for SegmentSeed<T> {
    type Value = T::Value;

    fn deserialize<D: Deserializer<'de>>(self, segment: D) -> Result<T::Value, D::Error> {
        self.0.deserialize(SegmentDeserializer(segment))
    }
}

/// Requests the text of each scalar from axum's deserializer and decodes it strictly.
struct SegmentDeserializer<D>(D);

macro_rules! scalars {
    ($($method:ident($($name:ident: $ty:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($name: $ty,)* visitor: V) -> Result<V::Value, D::Error> {
            self.0.deserialize_str(SegmentVisitor {
                visitor,
                decode: |text: TextDeserializer<'_>, visitor| text.$method($($name,)* visitor),
            })
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for SegmentDeserializer<D> {
    type Error = D::Error;

    scalars! {
        deserialize_any() deserialize_bool() deserialize_char() deserialize_str() deserialize_string()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128()
        deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_i128()
        deserialize_f32() deserialize_f64() deserialize_bytes() deserialize_byte_buf()
        deserialize_option() deserialize_unit() deserialize_identifier() deserialize_ignored_any()
        deserialize_seq() deserialize_map()
        deserialize_unit_struct(name: &'static str)
        deserialize_newtype_struct(name: &'static str)
        deserialize_tuple_struct(name: &'static str, len: usize)
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        if foreign::of::<V::Value>().is_some() {
            return self.0.deserialize_str(SegmentVisitor {
                visitor,
                decode: |text: TextDeserializer<'_>, visitor| text.deserialize_tuple(len, visitor),
            });
        }
        self.0.deserialize_tuple(len, TupleVisitor(visitor))
    }
}

/// Receives the text of one segment and decodes it.
struct SegmentVisitor<V, F> {
    visitor: V,
    decode: F,
}

impl<'de, V, F> Visitor<'de> for SegmentVisitor<V, F>
where
    V: Visitor<'de>,
    F: FnOnce(TextDeserializer<'_>, V) -> Result<V::Value, DecodeError>,
{
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<V::Value, E> {
        (self.decode)(TextDeserializer(text), self.visitor).map_err(E::custom)
    }
}

/// Decodes each element of a tuple strictly.
struct TupleVisitor<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for TupleVisitor<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(TupleElements(elements))
    }
}

struct TupleElements<A>(A);

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for TupleElements<A> {
    type Error = A::Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, A::Error> {
        self.0.next_element_seed(SegmentSeed(seed))
    }
}
