//! The visitor that serde_json sees: the type's own, watched.

use std::fmt;

use serde::Deserializer;
use serde::de::{EnumAccess, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::input::fault::{Fault, What};
use crate::input::json::access::{Items, Members, Variants};
use crate::input::json::strict::{Asked, Strict, Watch};

/// Hands on to `visitor` what serde_json found, and its faults outward.
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
