//! The deserializer that a type sees, and the visitor that `serde_json` sees.
//!
//! `serde_json`'s text goes through [`Watched`] to the type, the type's wishes through
//! [`Strict`] to `serde_json`; both keep what the other need not know.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, EnumAccess, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::input::decode::error::{Fault, Wanted, What};
use crate::input::decode::json::access::{Items, Members, Variants};
use crate::input::decode::json::decode_state::{Asked, Strictness, Watch};

/// Decodes with `inner`, keeping its last error in `beneath` beside our own.
pub(crate) struct Strict<'s, D, E> {
    pub(crate) inner: D,
    pub(crate) beneath: &'s mut Option<E>,
    pub(crate) watch: &'s Watch,
}

impl<E> Strict<'_, (), E> {
    /// Gives an error of the decoder beneath the place and wish that belong to it.
    fn receive(beneath: &mut Option<E>, watch: &Watch, error: E, wanted: Option<Wanted>) -> Fault {
        *beneath = Some(error);
        let fault = watch.receive();
        match wanted {
            Some(wanted) => fault.wanted(wanted),
            None => fault,
        }
    }
}

macro_rules! forward {
    ($($method:ident($($name:ident: $ty:ty),*) as $inner:ident, $asked:expr, $wanted:expr;)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($name: $ty,)* visitor: V) -> Result<V::Value, Fault> {
            let Self { inner, beneath, watch } = self;
            watch.begin($asked);
            let visitor = Watched { visitor, asked: $asked, watch };
            forward!(@call inner $inner visitor $method $($name)*)
                .map_err(|error| Strict::receive(beneath, watch, error, $wanted))
        }
    )*};
    // an argument is passed on only to the method of the same kind
    (@call $d:ident same $visitor:ident $method:ident $($name:ident)*) => {
        $d.$method($($name,)* $visitor)
    };
    (@call $d:ident any $visitor:ident $method:ident $($name:ident)*) => {
        $d.deserialize_any($visitor)
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Strict<'_, D, D::Error> {
    type Error = Fault;

    forward! {
        deserialize_any() as same, Asked::Anything, Some(Wanted::Anything);
        deserialize_bool() as same, Asked::Other, Some(Wanted::Boolean);
        deserialize_u8() as same, Asked::Other, Some(Wanted::Whole);
        deserialize_u16() as same, Asked::Other, Some(Wanted::Whole);
        deserialize_u32() as same, Asked::Other, Some(Wanted::Whole);
        deserialize_u64() as same, Asked::Other, Some(Wanted::Whole);
        deserialize_u128() as same, Asked::Wide, Some(Wanted::Whole);
        deserialize_i8() as same, Asked::Other, Some(Wanted::Whole);
        deserialize_i16() as same, Asked::Other, Some(Wanted::Whole);
        deserialize_i32() as same, Asked::Other, Some(Wanted::Whole);
        deserialize_i64() as same, Asked::Other, Some(Wanted::Whole);
        deserialize_i128() as same, Asked::Wide, Some(Wanted::Whole);
        deserialize_f32() as same, Asked::Other, Some(Wanted::Number);
        deserialize_f64() as same, Asked::Other, Some(Wanted::Number);
        deserialize_char() as same, Asked::Other, Some(Wanted::Character);
        deserialize_str() as same, Asked::Other, Some(Wanted::Text);
        deserialize_string() as same, Asked::Other, Some(Wanted::Text);
        deserialize_identifier() as same, Asked::Other, Some(Wanted::Text);
        // serde_json would let lone surrogates through in bytes
        deserialize_bytes() as any, Asked::Other, Some(Wanted::Text);
        deserialize_byte_buf() as any, Asked::Other, Some(Wanted::Text);
        deserialize_option() as same, Asked::Other, None;
        deserialize_unit() as same, Asked::Other, Some(Wanted::Null);
        deserialize_unit_struct(name: &'static str) as same, Asked::Other, Some(Wanted::Null);
        deserialize_newtype_struct(name: &'static str) as same, Asked::Other, None;
        deserialize_seq() as same, Asked::Other, Some(Wanted::Array);
        deserialize_tuple(len: usize) as same, Asked::Other, Some(Wanted::Array);
        deserialize_tuple_struct(name: &'static str, len: usize) as same, Asked::Other, Some(Wanted::Array);
        deserialize_map() as same, Asked::Other, Some(Wanted::Object);
        deserialize_struct(name: &'static str, fields: &'static [&'static str]) as same,
            Asked::Struct(fields), Some(Wanted::Object);
        deserialize_enum(name: &'static str, variants: &'static [&'static str]) as same,
            Asked::Enum(variants), Some(Wanted::Choice);
        // what is thrown away is read as strictly as what is kept
        deserialize_ignored_any() as any, Asked::Other, Some(Wanted::Anything);
    }
}

/// Hands on to `visitor` what `serde_json` found, and its faults outward.
pub(crate) struct Watched<'s, V> {
    pub(crate) visitor: V,
    pub(crate) asked: Asked,
    pub(crate) watch: &'s Watch,
}

macro_rules! scalars {
    ($($method:ident($($name:ident: $ty:ty)?);)*) => {$(
        fn $method<E: Error>(self, $($name: $ty)?) -> Result<V::Value, E> {
            let watch = self.watch;
            self.visitor
                .$method::<Fault>($($name)?)
                .map_err(|fault| watch.carry(fault, None))
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Watched<'_, V> {
    type Value = V::Value;

    scalars! {
        visit_bool(v: bool);
        visit_i8(v: i8);
        visit_i16(v: i16);
        visit_i32(v: i32);
        visit_i64(v: i64);
        visit_i128(v: i128);
        visit_u8(v: u8);
        visit_u16(v: u16);
        visit_u32(v: u32);
        visit_u64(v: u64);
        visit_u128(v: u128);
        visit_f32(v: f32);
        visit_f64(v: f64);
        visit_char(v: char);
        visit_str(v: &str);
        visit_borrowed_str(v: &'de str);
        visit_string(v: String);
        visit_bytes(v: &[u8]);
        visit_borrowed_bytes(v: &'de [u8]);
        visit_byte_buf(v: Vec<u8>);
        visit_none();
        visit_unit();
    }

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        let (mut beneath, watch) = (None, self.watch);
        let strict = Strict {
            inner,
            beneath: &mut beneath,
            watch,
        };
        let outcome = self.visitor.visit_some(strict);
        outcome.map_err(|fault| watch.carry(fault, beneath))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        let (mut beneath, watch) = (None, self.watch);
        let strict = Strict {
            inner,
            beneath: &mut beneath,
            watch,
        };
        let outcome = self.visitor.visit_newtype_struct(strict);
        outcome.map_err(|fault| watch.carry(fault, beneath))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<V::Value, A::Error> {
        let (mut beneath, watch) = (None, self.watch);
        if let Asked::Struct(_) = self.asked {
            return Err(watch.carry(Fault::new(What::Type), None));
        }
        watch.keep_back(self.asked, false);
        let outcome = watch.deeper(|| {
            self.visitor
                .visit_seq(Items::new(&mut seq, &mut beneath, watch))
        });
        let value = outcome.map_err(|fault| watch.carry(fault, beneath))?;
        match seq.next_element::<IgnoredAny>()? {
            None => Ok(value),
            // serde_json would call the items that are left a fault of syntax
            Some(_) => Err(watch.carry(Fault::new(What::Length), None)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let (mut beneath, watch) = (None, self.watch);
        watch.keep_back(self.asked, true);
        let outcome = watch.deeper(|| {
            self.visitor
                .visit_map(Members::new(map, self.asked, &mut beneath, watch))
        });
        outcome.map_err(|fault| watch.carry(fault, beneath))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let (mut beneath, watch) = (None, self.watch);
        let variants = Variants {
            inner,
            asked: self.asked,
            beneath: &mut beneath,
            watch,
        };
        let outcome = self.visitor.visit_enum(variants);
        outcome.map_err(|fault| watch.carry(fault, beneath))
    }
}

/// Decodes an item or a member's value strictly too.
struct Seed<'s, T> {
    seed: T,
    watch: &'s Watch,
}

impl<'de, T: DeserializeSeed<'de>> DeserializeSeed<'de> for Seed<'_, T> {
    type Value = T::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<T::Value, D::Error> {
        let mut beneath = None;
        let strict = Strict {
            inner,
            beneath: &mut beneath,
            watch: self.watch,
        };
        let outcome = self.seed.deserialize(strict);
        outcome.map_err(|fault| self.watch.carry(fault, beneath))
    }
}

impl Strictness for Watch {
    fn seed<'de, T: DeserializeSeed<'de>>(
        &self,
        seed: T,
    ) -> impl DeserializeSeed<'de, Value = T::Value> {
        Seed { seed, watch: self }
    }

    fn visitor<'de, V: Visitor<'de>>(
        &self,
        visitor: V,
        asked: Asked,
    ) -> impl Visitor<'de, Value = V::Value> {
        Watched {
            visitor,
            asked,
            watch: self,
        }
    }
}
