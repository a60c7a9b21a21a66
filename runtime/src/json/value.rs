//! Builds a [`Value`] strictly.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

use crate::json::ignored::Ignored;
use crate::json::member_names::duplicate;
use crate::json::number::{MapStart, is_reserved};
use crate::json::string::StringSeed;

/// Builds a value of any type.
#[derive(Clone, Copy)]
pub(super) struct ValueSeed {
    level: Ignored,
}

impl ValueSeed {
    /// Builds the value of a whole text.
    pub(super) const fn document() -> Self {
        Self {
            level: Ignored::document(),
        }
    }

    fn nested<E: de::Error>(self) -> Result<Self, E> {
        let level = self.level.nested()?;
        Ok(Self { level })
    }
}

impl<'de> DeserializeSeed<'de> for ValueSeed {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).map(Value::Number);
        number.ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let element = self.nested()?;
        let mut elements = Vec::new();
        while let Some(value) = seq.next_element_seed(element)? {
            elements.push(value);
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut next = match MapStart::read(&mut map)? {
            MapStart::Number(number) => return self.visit_f64(number),
            MapStart::Object(first) => first,
        };
        let member = self.nested()?;
        let mut members = Map::new();
        while let Some(name) = next {
            if is_reserved(&name) {
                return Err(de::Error::custom("reserved member name"));
            }
            match members.entry(name) {
                Entry::Vacant(entry) => entry.insert(map.next_value_seed(member)?),
                Entry::Occupied(entry) => return Err(duplicate(entry.key())),
            };
            next = map.next_key_seed(StringSeed)?;
        }
        Ok(Value::Object(members))
    }
}
