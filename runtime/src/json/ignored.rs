//! Checks values that Palisade does not use.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::json::member_names::MemberNames;
use crate::json::number::MapStart;
use crate::json::string::StringSeed;

/// The maximum number of levels of nested arrays and objects, including the outermost.
const MAX_DEPTH: u8 = 32;

/// Checks a value of any type for duplicates and depth, and discards it.
#[derive(Clone, Copy)]
pub(crate) struct Ignored {
    depth_left: u8,
}

impl Ignored {
    /// Checks a whole text.
    pub(crate) const fn document() -> Self {
        Self {
            depth_left: MAX_DEPTH,
        }
    }

    /// Checks the value of a member of the outermost object.
    pub(crate) const fn member() -> Self {
        Self {
            depth_left: MAX_DEPTH - 1,
        }
    }

    /// Checks a value one level deeper.
    pub(crate) fn nested<E: de::Error>(self) -> Result<Self, E> {
        let depth_left = self
            .depth_left
            .checked_sub(1)
            .ok_or_else(|| E::custom("nested too deeply"))?;
        Ok(Self { depth_left })
    }
}

impl<'de> DeserializeSeed<'de> for Ignored {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Ignored {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let element = self.nested()?;
        while seq.next_element_seed(element)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut next = match MapStart::read(&mut map)? {
            MapStart::Number(_) => return Ok(()),
            MapStart::Object(first) => first,
        };
        let member = self.nested()?;
        let mut names = MemberNames::default();
        while let Some(name) = next {
            names.add(name);
            map.next_value_seed(member)?;
            next = map.next_key_seed(StringSeed)?;
        }
        names.check()
    }
}

/// Checks a value like [`Ignored`], and returns whether it is neither `null` nor an empty string.
pub(crate) struct Presence(Ignored);

impl Presence {
    /// Checks the value of a member of the outermost object.
    pub(crate) const fn member() -> Self {
        Self(Ignored::member())
    }
}

impl<'de> DeserializeSeed<'de> for Presence {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Presence {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_bool<E>(self, _: bool) -> Result<bool, E> {
        Ok(true)
    }

    fn visit_u64<E>(self, _: u64) -> Result<bool, E> {
        Ok(true)
    }

    fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
        Ok(true)
    }

    fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
        Ok(true)
    }

    fn visit_str<E>(self, text: &str) -> Result<bool, E> {
        Ok(!text.is_empty())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<bool, A::Error> {
        self.0.visit_seq(seq)?;
        Ok(true)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<bool, A::Error> {
        self.0.visit_map(map)?;
        Ok(true)
    }
}

/// Checks an object for duplicates and depth, and discards it.
pub(crate) struct IgnoredObject(Ignored);

impl IgnoredObject {
    /// Checks the value of a member of the outermost object.
    pub(crate) const fn member() -> Self {
        Self(Ignored::member())
    }
}

impl<'de> DeserializeSeed<'de> for IgnoredObject {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self.0)
    }
}

/// Checks that a value is an array of strings, and discards it.
pub(crate) struct IgnoredStrings;

impl<'de> DeserializeSeed<'de> for IgnoredStrings {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for IgnoredStrings {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of strings")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(StringSeed)?.is_some() {}
        Ok(())
    }
}
