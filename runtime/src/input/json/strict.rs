//! The deserializer that a type sees: serde_json's, with its own faults.

use std::cell::Cell;

use serde::Deserializer;
use serde::de::{Error, Visitor};

use crate::input::fault::{Fault, Wanted, What};
use crate::input::json::visitor::Watched;

/// The most arrays and objects within each other.
pub(crate) const MAX_DEPTH: usize = 32;

/// What all the layers of one decoding share.
#[derive(Default)]
pub(crate) struct Watch {
    depth: Cell<usize>,
    fault: Cell<Option<Fault>>,
}

impl Watch {
    /// Sends a fault outward through serde_json, whose own error goes with it.
    pub(crate) fn carry<E: Error>(&self, fault: Fault, beneath: Option<E>) -> E {
        self.fault.set(Some(fault));
        beneath.unwrap_or_else(|| E::custom(""))
    }

    /// Takes the fault that came with an error; none came if serde_json found it.
    pub(crate) fn receive(&self) -> Fault {
        self.fault
            .take()
            .unwrap_or_else(|| Fault::new(What::Unread))
    }

    /// Runs what reads one array or object, one level deeper.
    pub(crate) fn deeper<T>(&self, read: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
        let depth = self.depth.get();
        if depth >= MAX_DEPTH {
            return Err(Fault::new(What::Deep));
        }
        self.depth.set(depth + 1);
        let outcome = read();
        self.depth.set(depth);
        outcome
    }
}

/// How what is decoded was asked for; decides what else it may look like.
#[derive(Clone, Copy)]
pub(crate) enum Asked {
    /// As a struct with these members: an array is refused.
    Struct(&'static [&'static str]),
    /// As an enum with these variants.
    Enum(&'static [&'static str]),
    /// As anything else: an object's members have names that only the client knows.
    Other,
}

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
        deserialize_any() as same, Asked::Other, Some(Wanted::Anything);
        deserialize_bool() as same, Asked::Other, Some(Wanted::Boolean);
        deserialize_u8() as same, Asked::Other, Some(Wanted::Whole);
        deserialize_u16() as same, Asked::Other, Some(Wanted::Whole);
        deserialize_u32() as same, Asked::Other, Some(Wanted::Whole);
        deserialize_u64() as same, Asked::Other, Some(Wanted::Whole);
        deserialize_u128() as same, Asked::Other, Some(Wanted::Whole);
        deserialize_i8() as same, Asked::Other, Some(Wanted::Whole);
        deserialize_i16() as same, Asked::Other, Some(Wanted::Whole);
        deserialize_i32() as same, Asked::Other, Some(Wanted::Whole);
        deserialize_i64() as same, Asked::Other, Some(Wanted::Whole);
        deserialize_i128() as same, Asked::Other, Some(Wanted::Whole);
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
