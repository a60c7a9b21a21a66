//! A bare `Path` of scalars: axum finds the segments, and ours is the decoder.
//!
//! Where they fit, nothing is copied. Where they do not, they are read once more, for the answer
//! that `Valid<Path<…>>` would give.

use std::fmt;

use serde::de::{DeserializeSeed, Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::input::decode::by_name::Named;
use crate::input::decode::error::{Fault, Segment, What, declared};
use crate::input::decode::text::Text;

/// All parameters, as whatever is made of them.
pub(crate) struct All<'a>(pub(crate) &'a [(&'a str, &'a str)]);

impl<'a> All<'a> {
    fn only(self) -> Result<Text<'a>, Fault> {
        match self.0 {
            [(_, value)] => Ok(Text(value)),
            _ => Err(Fault::new(What::Length)),
        }
    }

    fn in_order<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_seq(InOrder {
            values: self.0,
            index: 0,
        })
    }
}

struct InOrder<'a> {
    values: &'a [(&'a str, &'a str)],
    index: usize,
}

impl<'de> SeqAccess<'de> for InOrder<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let Some((_, value)) = self.values.get(self.index) else {
            return Ok(None);
        };
        let item = seed
            .deserialize(Text(value))
            .map_err(|fault| fault.within(Segment::Index(self.index)))?;
        self.index += 1;
        Ok(Some(item))
    }
}

macro_rules! one {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.only()?.$method(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for All<'_> {
    type Error = Fault;

    one! {
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
    ) -> Result<V::Value, Fault> {
        let wanted = self.0.iter().copied();
        let wanted = wanted.filter(|(name, _)| declared(fields, name).is_some());
        let wanted = wanted.map(|(name, value)| (name, Text(value)));
        visitor.visit_map(Named::new(fields, wanted))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Fault> {
        if len == self.0.len() {
            self.in_order(visitor)
        } else {
            Err(Fault::new(What::Length))
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.in_order(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.only()?.deserialize_unit_struct(name, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.only()?.deserialize_enum(name, variants, visitor)
    }
}

/// A value whose decoder asks axum's for text only.
pub(crate) struct Exact<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Exact<T> {
    fn deserialize<D: Deserializer<'de>>(segments: D) -> Result<Self, D::Error> {
        T::deserialize(Segments(segments)).map(Self)
    }
}

/// The same of a tuple's part.
struct ExactSeed<T>(T);

impl<'de, T: DeserializeSeed<'de>> DeserializeSeed<'de> for ExactSeed<T> {
    type Value = T::Value;

    fn deserialize<D: Deserializer<'de>>(self, segment: D) -> Result<T::Value, D::Error> {
        self.0.deserialize(Segments(segment))
    }
}

/// Hands each scalar's text to our decoder.
struct Segments<D>(D);

macro_rules! as_text {
    ($($method:ident($($name:ident: $ty:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($name: $ty,)* visitor: V) -> Result<V::Value, D::Error> {
            self.0.deserialize_str(Read {
                visitor,
                read: |text: Text<'_>, visitor| text.$method($($name,)* visitor),
            })
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Segments<D> {
    type Error = D::Error;

    as_text! {
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
        self.0.deserialize_tuple(len, Each(visitor))
    }
}

/// Reads the one text that comes.
struct Read<V, F> {
    visitor: V,
    read: F,
}

impl<'de, V, F> Visitor<'de> for Read<V, F>
where
    V: Visitor<'de>,
    F: FnOnce(Text<'_>, V) -> Result<V::Value, Fault>,
{
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<V::Value, E> {
        (self.read)(Text(text), self.visitor).map_err(E::custom)
    }
}

/// Reads each part of a tuple.
struct Each<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for Each<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, parts: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(EachPart(parts))
    }
}

struct EachPart<A>(A);

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for EachPart<A> {
    type Error = A::Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, A::Error> {
        self.0.next_element_seed(ExactSeed(seed))
    }
}
