//! Reads a value strictly and discards it.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};

use crate::input::decode::error::{DecodeError, ErrorKind, Segment};
use crate::input::decode::json::decode_state::DecodeState;
use crate::json::{MapStart, StringSeed, is_reserved};

/// Reads a value of any type, as strictly as a typed one, and builds nothing.
#[derive(Clone, Copy)]
pub(super) struct Ignored<'s, 't>(pub(super) &'s DecodeState<'t>);

impl<'de> DeserializeSeed<'de> for Ignored<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<(), D::Error> {
        inner.deserialize_any(self)
    }
}

macro_rules! scalars {
    ($($method:ident($($ty:ty)?);)*) => {$(
        fn $method<E>(self, $(_: $ty)?) -> Result<(), E> {
            Ok(())
        }
    )*};
}

impl<'de> Visitor<'de> for Ignored<'_, '_> {
    type Value = ();

    scalars! {
        visit_bool(bool); visit_i64(i64); visit_u64(u64); visit_f64(f64); visit_str(&str); visit_unit();
    }

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let state = self.0;
        state
            .enter()
            .map_err(|error| state.store_error(error, None))?;
        let mut index = 0;
        loop {
            match items.next_element_seed(self) {
                Ok(Some(())) => index += 1,
                Ok(None) => break,
                Err(error) => {
                    let located = state.take_error().within(Segment::Index(index));
                    return Err(state.store_error(located, Some(error)));
                }
            }
        }
        state.leave();
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let state = self.0;
        let mut next = match state.read_start(&mut members)? {
            MapStart::Number(_) => return Ok(()),
            MapStart::Object(first) => first,
        };
        state
            .enter()
            .map_err(|error| state.store_error(error, None))?;
        let duplicate = || DecodeError::new(ErrorKind::DuplicateUndeclared);
        let start = state.names.open();
        while let Some(name) = next {
            if is_reserved(&name) {
                return Err(state.store_error(DecodeError::new(ErrorKind::Syntax), None));
            }
            if state.names.add(start, &name).is_err() {
                return Err(state.store_error(duplicate(), None));
            }
            if let Err(error) = members.next_value_seed(self) {
                // the client chose the name
                let located = state.take_error().within_member(&[], &name);
                return Err(state.store_error(located, Some(error)));
            }
            next = members.next_key_seed(StringSeed)?;
        }
        if state.names.check(start).is_err() {
            return Err(state.store_error(duplicate(), None));
        }
        state.names.forget(start);
        state.leave();
        Ok(())
    }
}
