//! Numbers that do not depend on the features of `serde_json`.
//!
//! With its feature `arbitrary_precision`, `serde_json` presents a number that is no 64-bit integer as
//! a map with one member of a private name, when the type of the value is not known. It then accepts
//! numbers that no double can represent, and reads an object with that member as a number.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, Unexpected, Visitor};

use crate::json::string::StringSeed;

/// The prefix of the names by which `serde_json` recognizes its own types.
const RESERVED: &str = "$serde_json::private::";

/// The name of the member that contains a number.
const NUMBER: &str = "$serde_json::private::Number";

/// Returns whether `serde_json` uses this member name to mark its own types.
///
/// Its meaning depends on features, and no client and no issuer has a use for it: an object with such a
/// name is malformed.
pub(crate) fn is_reserved(name: &str) -> bool {
    name.starts_with(RESERVED)
}

/// The start of a value that `serde_json` presents as a map.
pub(crate) enum MapStart<'de> {
    /// The value is a number, which a double represents unless it is infinite.
    Number(f64),
    /// The value is an object, with the name of its first member if it has any.
    Object(Option<Cow<'de, str>>),
}

impl<'de> MapStart<'de> {
    /// Reads the start of a map.
    ///
    /// # Errors
    ///
    /// Returns an error for an object that imitates a number, and for a number that no double can
    /// represent.
    pub(crate) fn read<A: MapAccess<'de>>(map: &mut A) -> Result<Self, A::Error> {
        match Self::read_any(map)? {
            Self::Number(number) if number.is_infinite() => {
                Err(de::Error::custom("number out of range"))
            }
            start => Ok(start),
        }
    }

    /// Reads the start of a map, and returns an infinite number for one that no double can represent.
    ///
    /// # Errors
    ///
    /// Returns an error for an object that imitates a number.
    pub(crate) fn read_any<A: MapAccess<'de>>(map: &mut A) -> Result<Self, A::Error> {
        match map.next_key_seed(StringSeed)? {
            Some(name) if name == NUMBER => map.next_value_seed(NumberText).map(Self::Number),
            first => Ok(Self::Object(first)),
        }
    }
}

/// Reads the text of a number.
///
/// It requests an integer: `serde_json` answers with text only for its own map, and with an error for
/// the string of an object that imitates it.
struct NumberText;

impl<'de> DeserializeSeed<'de> for NumberText {
    type Value = f64;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<f64, D::Error> {
        deserializer.deserialize_u64(self)
    }
}

impl Visitor<'_> for NumberText {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<f64, E> {
        let invalid = |_| E::invalid_value(Unexpected::Other("text"), &self);
        text.parse().map_err(invalid)
    }
}

#[cfg(test)]
pub(crate) mod tests;
