//! A bare `Path` of scalars: axum finds the segments, and ours is the decoder.
//!
//! Where they fit, nothing is copied. Where they do not, they are read once more, for the answer
//! that `Valid<Path<…>>` would give.

use std::fmt;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use serde::de::{DeserializeOwned, DeserializeSeed, Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::input::InputError;
use crate::input::fault::Fault;
use crate::input::path::Parameters;
use crate::input::text::Text;

/// Decodes all parameters of the matched route: one scalar, or a tuple of them.
pub(crate) async fn scalars<T>(parts: &mut Parts) -> Result<Path<T>, InputError>
where
    T: DeserializeOwned + Send,
{
    match Path::<Exact<T>>::from_request_parts(parts, &()).await {
        Ok(Path(Exact(value))) => Ok(Path(value)),
        Err(_) => Err(fault::<T>(parts).await),
    }
}

#[cold]
async fn fault<T: DeserializeOwned>(parts: &mut Parts) -> InputError {
    match Parameters::of(parts).await {
        Ok(Some(parameters)) => match parameters.decode::<T>() {
            Err(error) => error,
            Ok(_) => InputError::HandlerMismatch,
        },
        Ok(None) => InputError::HandlerMismatch,
        Err(error) => error,
    }
}

/// A value whose decoder asks axum's for text only.
struct Exact<T>(T);

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
