//! The deserializer between `serde_json` and a type.
//!
//! [`StrictDeserializer`] passes the type's requests to `serde_json`, and [`StrictVisitor`] the
//! values back to the type. Both add the location to errors, which [`DecodeState`] carries through
//! `serde_json`.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer;
use serde::de::{
    DeserializeSeed, EnumAccess, Error, IgnoredAny, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use crate::input::decode::error::{DecodeError, ErrorKind, Expected, Segment, declared};
use crate::input::decode::foreign;
use crate::input::decode::json::containers::{StrictItems, StrictMembers, take_error};
use crate::input::decode::json::decode_state::{DecodeState, Requested};
use crate::input::decode::json::guide::Guide;
use crate::input::decode::json::ignored::Ignored;
use crate::input::decode::text::TextDeserializer;
use crate::json::{MapStart, StringSeed, is_reserved};

/// Decodes with `inner`, whose own error it leaves in `source`.
pub(super) struct StrictDeserializer<'s, D, E> {
    pub(super) inner: D,
    pub(super) source: &'s mut Option<E>,
    pub(super) state: &'s DecodeState<'s>,
    pub(super) guide: &'s Guide<'s>,
}

/// Runs `decode` with a strict deserializer around `inner`, and stores its error for the way out.
fn strictly<'de, D: Deserializer<'de>, T>(
    inner: D,
    state: &DecodeState<'_>,
    guide: &Guide<'_>,
    decode: impl FnOnce(StrictDeserializer<'_, D, D::Error>) -> Result<T, DecodeError>,
) -> Result<T, D::Error> {
    let mut source = None;
    let outcome = decode(StrictDeserializer {
        inner,
        source: &mut source,
        state,
        guide,
    });
    outcome.map_err(|error| state.store_error(error, source))
}

/// Forwards requests to the decoder.
///
/// `own` marks the requests that the `Deserialize` of a type of another crate makes. The modules of these crates for
/// `#[serde(with = …)]` request integers for the same types. `rust_decimal` requests a float with two of its features.
macro_rules! forward {
    ($($(#[$own:ident])? $method:ident($($name:ident: $ty:ty),*) as $inner:ident, $requested:expr, $expected:expr;)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($name: $ty,)* visitor: V) -> Result<V::Value, DecodeError> {
            let Self { inner, source, state, guide } = self;
            state.begin_value($requested);
            $(forward!(@$own inner visitor source state guide);)?
            let visitor = StrictVisitor { visitor, requested: $requested, state, guide };
            forward!(@call inner $inner visitor $method $($name)*)
                .map_err(|error| take_error(source, state, error).expected_if($expected))
        }
    )*};
    (@own $inner:ident $visitor:ident $source:ident $state:ident $guide:ident) => {
        if let Some(foreign) = foreign::of::<V::Value>() {
            return foreign.read($inner, $visitor, $guide.is_tagged(), |error| take_error($source, $state, error));
        }
    };
    // an argument is passed on only to the same method
    (@call $d:ident same $visitor:ident $method:ident $($name:ident)*) => {
        $d.$method($($name,)* $visitor)
    };
    (@call $d:ident any $visitor:ident $method:ident $($name:ident)*) => {
        $d.deserialize_any($visitor)
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for StrictDeserializer<'_, D, D::Error> {
    type Error = DecodeError;

    forward! {
        #[own] deserialize_any() as same, Requested::Anything, Some(Expected::Anything);
        deserialize_bool() as same, Requested::Other, Some(Expected::Boolean);
        deserialize_u8() as same, Requested::Other, Some(Expected::Integer);
        deserialize_u16() as same, Requested::Other, Some(Expected::Integer);
        deserialize_u32() as same, Requested::Other, Some(Expected::Integer);
        deserialize_u64() as same, Requested::Other, Some(Expected::Integer);
        deserialize_u128() as same, Requested::WideInteger, Some(Expected::Integer);
        deserialize_i8() as same, Requested::Other, Some(Expected::Integer);
        deserialize_i16() as same, Requested::Other, Some(Expected::Integer);
        deserialize_i32() as same, Requested::Other, Some(Expected::Integer);
        deserialize_i64() as same, Requested::Other, Some(Expected::Integer);
        deserialize_i128() as same, Requested::WideInteger, Some(Expected::Integer);
        deserialize_f32() as same, Requested::Other, Some(Expected::Number);
        #[own] deserialize_f64() as same, Requested::Other, Some(Expected::Number);
        deserialize_char() as same, Requested::Other, Some(Expected::Char);
        #[own] deserialize_str() as same, Requested::Other, Some(Expected::String);
        #[own] deserialize_string() as same, Requested::Other, Some(Expected::String);
        deserialize_identifier() as same, Requested::Other, Some(Expected::String);
        // serde_json accepts lone surrogates in bytes
        deserialize_bytes() as any, Requested::Other, Some(Expected::String);
        deserialize_byte_buf() as any, Requested::Other, Some(Expected::String);
        deserialize_option() as same, Requested::Other, None;
        deserialize_unit() as same, Requested::Other, Some(Expected::Null);
        deserialize_unit_struct(name: &'static str) as same, Requested::Other, Some(Expected::Null);
        deserialize_seq() as same, Requested::Other, Some(Expected::Array);
        #[own] deserialize_tuple(len: usize) as same, Requested::Other, Some(Expected::Array);
        deserialize_tuple_struct(name: &'static str, len: usize) as same,
            Requested::Other, Some(Expected::Array);
        deserialize_map() as same, Requested::Other, Some(Expected::Object);
        deserialize_struct(name: &'static str, fields: &'static [&'static str]) as same,
            Requested::Struct(fields), Some(Expected::Object);
        deserialize_enum(name: &'static str, variants: &'static [&'static str]) as same,
            Requested::Enum(variants), Some(Expected::Variant);
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let (source, state, guide) = (self.source, self.state, self.guide);
        let requested = Requested::Other;
        state.begin_value(requested);
        let outcome = if is_reserved(name) {
            // `RawValue`: text that serde_json does not decode
            state.skip_text();
            self.inner.deserialize_newtype_struct(name, visitor)
        } else {
            let visitor = StrictVisitor {
                visitor,
                requested,
                state,
                guide,
            };
            self.inner.deserialize_newtype_struct(name, visitor)
        };
        outcome.map_err(|error| take_error(source, state, error))
    }

    /// An ignored value is read as strictly as others.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        let (source, state) = (self.source, self.state);
        state.begin_value(Requested::Other);
        let ignored = self.inner.deserialize_any(Ignored(state));
        ignored.map_err(|error| take_error(source, state, error))?;
        visitor.visit_unit()
    }
}

/// Decodes an item or a member's value strictly.
struct StrictSeed<'s, T> {
    seed: T,
    state: &'s DecodeState<'s>,
    guide: &'s Guide<'s>,
}

impl<'de, T: DeserializeSeed<'de>> DeserializeSeed<'de> for StrictSeed<'_, T> {
    type Value = T::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<T::Value, D::Error> {
        strictly(inner, self.state, self.guide, |strict| {
            self.seed.deserialize(strict)
        })
    }
}

/// Passes values from `serde_json` to `visitor`.
struct StrictVisitor<'s, V> {
    visitor: V,
    requested: Requested,
    state: &'s DecodeState<'s>,
    guide: &'s Guide<'s>,
}

macro_rules! scalars {
    ($($method:ident($($name:ident: $ty:ty)?);)*) => {$(
        fn $method<E: Error>(self, $($name: $ty)?) -> Result<V::Value, E> {
            let state = self.state;
            state.count_buffered_scalar(self.requested);
            self.visitor
                .$method::<DecodeError>($($name)?)
                .map_err(|error| state.store_error(error, None))
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for StrictVisitor<'_, V> {
    type Value = V::Value;

    scalars! {
        visit_bool(v: bool); visit_char(v: char);
        visit_i8(v: i8); visit_i16(v: i16); visit_i32(v: i32); visit_i64(v: i64);
        visit_i128(v: i128);
        visit_u8(v: u8); visit_u16(v: u16); visit_u32(v: u32); visit_u64(v: u64);
        visit_u128(v: u128);
        visit_f32(v: f32); visit_f64(v: f64);
        visit_str(v: &str); visit_borrowed_str(v: &'de str); visit_string(v: String);
        visit_bytes(v: &[u8]); visit_borrowed_bytes(v: &'de [u8]); visit_byte_buf(v: Vec<u8>);
        visit_unit();
    }

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        // a unit, as in serde's own buffer: serde's derive presents an absent member as none, and `Patch`
        // distinguishes the two
        let outcome = self.visitor.visit_unit();
        outcome.map_err(|error| self.state.store_error(error, None))
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        strictly(inner, self.state, self.guide, |strict| {
            self.visitor.visit_some(strict)
        })
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        strictly(inner, self.state, self.guide, |strict| {
            self.visitor.visit_newtype_struct(strict)
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut inner: A) -> Result<V::Value, A::Error> {
        let (mut source, state) = (None, self.state);
        let children = match state.enter_array(size_of::<V::Value>(), self.requested, self.guide) {
            Ok(children) => children,
            Err(error) => return Err(state.store_error(error, None)),
        };
        let outcome = self.visitor.visit_seq(StrictItems {
            inner: &mut inner,
            children,
            index: 0,
            source: &mut source,
            state,
        });
        state.leave();
        let value = outcome.map_err(|error| state.store_error(error, source))?;
        match inner.next_element::<IgnoredAny>()? {
            None => Ok(value),
            // serde_json would report the remaining items as a syntax error
            Some(_) => Err(state.store_error(DecodeError::new(ErrorKind::Length), None)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut inner: A) -> Result<V::Value, A::Error> {
        let (mut source, state) = (None, self.state);
        let first = match state.read_start(&mut inner)? {
            MapStart::Number(number) => return self.visit_f64(number),
            MapStart::Object(first) => first,
        };
        let children = match state.enter_object(size_of::<V::Value>(), self.requested, self.guide) {
            Ok(children) => children,
            Err(error) => return Err(state.store_error(error, None)),
        };
        let start = state.names.open();
        let outcome = self.visitor.visit_map(StrictMembers {
            inner,
            requested: self.requested,
            children,
            count: 0,
            is_at_start: true,
            first,
            name: Cow::Borrowed(""),
            start,
            source: &mut source,
            state,
        });
        // a type may have stopped before the end
        state.names.forget(start);
        state.leave();
        outcome.map_err(|error| state.store_error(error, source))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let (mut source, state) = (None, self.state);
        let outcome = self.visitor.visit_enum(StrictEnum {
            inner,
            requested: self.requested,
            source: &mut source,
            state,
            guide: self.guide,
        });
        outcome.map_err(|error| state.store_error(error, source))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for StrictItems<'_, A, A::Error> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DecodeError> {
        if !self.begin_item(size_of::<T::Value>())? {
            return Ok(None);
        }
        let (state, guide) = (self.state, &self.children.item(self.index));
        match self
            .inner
            .next_element_seed(StrictSeed { seed, state, guide })
        {
            Ok(Some(item)) => self.end_item().map(|()| Some(item)),
            Ok(None) => Ok(None),
            Err(error) => Err(self.located(error)),
        }
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for StrictMembers<'_, 'de, A, A::Error> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, DecodeError> {
        if !self.begin_member()? {
            return Ok(None);
        }
        let name = seed.deserialize(TextDeserializer(&self.name));
        let name = name.map_err(DecodeError::into_unknown)?;
        self.require_declared().map(|()| Some(name))
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<T::Value, DecodeError> {
        let index = self.count.wrapping_sub(1);
        let (state, guide) = (self.state, &self.children.member(&self.name, index));
        match self.requested {
            Requested::Struct(_) => state.begin_field(size_of::<T::Value>()),
            _ => state.count_item(size_of::<T::Value>())?,
        }
        let value = self
            .inner
            .next_value_seed(StrictSeed { seed, state, guide });
        value.map_err(|error| self.located(error))
    }
}

/// An enum: the name of a variant, or an object with the name as its only member.
struct StrictEnum<'s, A, E> {
    inner: A,
    requested: Requested,
    source: &'s mut Option<E>,
    state: &'s DecodeState<'s>,
    guide: &'s Guide<'s>,
}

impl<'s, 'de, A: EnumAccess<'de>> EnumAccess<'de> for StrictEnum<'s, A, A::Error> {
    type Error = DecodeError;
    type Variant = StrictVariant<'s, A::Variant, A::Error>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Self::Variant), DecodeError> {
        let (name, inner) = match self.inner.variant_seed(StringSeed) {
            Ok(read) => read,
            Err(error) => return Err(take_error(self.source, self.state, error)),
        };
        let value = seed.deserialize(TextDeserializer(&name))?;
        let segment = match self.requested {
            Requested::Enum(variants) => declared(variants, &name),
            _ => None,
        };
        let variant = StrictVariant {
            inner,
            segment,
            source: self.source,
            state: self.state,
            guide: self.guide.content(&name),
        };
        Ok((value, variant))
    }
}

/// The content of a variant, one level deeper than its name.
struct StrictVariant<'s, A, E> {
    inner: A,
    segment: Option<Segment>,
    source: &'s mut Option<E>,
    state: &'s DecodeState<'s>,
    guide: Guide<'static>,
}

impl<A, E> StrictVariant<'_, A, E> {
    fn read<T>(self, read: impl FnOnce(A) -> Result<T, E>) -> Result<T, DecodeError> {
        let (source, state) = (self.source, self.state);
        let (inner, segment) = (self.inner, self.segment);
        let outcome =
            state.nested(|| read(inner).map_err(|error| take_error(source, state, error)));
        outcome.map_err(|error| match segment {
            Some(segment) => error.within(segment),
            None => error,
        })
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for StrictVariant<'_, A, A::Error> {
    type Error = DecodeError;

    fn unit_variant(self) -> Result<(), DecodeError> {
        let read = self.inner.unit_variant();
        read.map_err(|error| take_error(self.source, self.state, error))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<T::Value, DecodeError> {
        let (state, guide) = (self.state, &{ self.guide });
        self.read(|inner| inner.newtype_variant_seed(StrictSeed { seed, state, guide }))
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let (state, guide, requested) = (self.state, &{ self.guide }, Requested::Other);
        let visitor = StrictVisitor {
            visitor,
            requested,
            state,
            guide,
        };
        self.read(|inner| inner.tuple_variant(len, visitor))
            .map_err(|error| error.expected(Expected::Array))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        let (state, guide, requested) = (self.state, &{ self.guide }, Requested::Struct(fields));
        let visitor = StrictVisitor {
            visitor,
            requested,
            state,
            guide,
        };
        self.read(|inner| inner.struct_variant(fields, visitor))
            .map_err(|error| error.expected(Expected::Object))
    }
}
