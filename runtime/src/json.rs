//! Strict JSON for keys, metadata and tokens: no duplicate members, bounded depth, no trailing data.
//!
//! Parsers differ in which of two duplicate members they use, and an attacker can exploit the
//! difference ([RFC 7515 §4], [§10.12]). Here a duplicate at any depth is an error.
//!
//! [RFC 7515 §4]: https://www.rfc-editor.org/rfc/rfc7515#section-4
//! [§10.12]: https://www.rfc-editor.org/rfc/rfc7515#section-10.12

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// The maximum number of levels of nested arrays and objects, including the outermost.
const MAX_DEPTH: u8 = 32;

/// The maximum number of members that are compared pairwise, which is faster than sorting a few.
const MAX_PAIRWISE: usize = 16;

/// Parses a whole JSON text into a [`Value`].
///
/// # Errors
///
/// Returns an error for malformed JSON, a duplicate member, more than 32 levels, or trailing data.
pub(crate) fn parse(json: &[u8]) -> Result<Value, serde_json::Error> {
    read(json, Ignored::document())?;
    serde_json::from_slice(json)
}

/// Reads a whole JSON text with `seed`; trailing data is an error.
pub(crate) fn read<'de, S: DeserializeSeed<'de>>(
    json: &'de [u8],
    seed: S,
) -> Result<S::Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let value = seed.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

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
        let member = self.nested()?;
        let mut names = MemberNames::default();
        while let Some(name) = map.next_key_seed(StringSeed)? {
            names.add(name);
            map.next_value_seed(member)?;
        }
        names.check_unique()
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

/// Reads a string, borrowed unless it has an escape.
pub(crate) struct StringSeed;

impl<'de> DeserializeSeed<'de> for StringSeed {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for StringSeed {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// The member names of one object, checked for duplicates at its end.
#[derive(Default)]
pub(crate) struct MemberNames<'de> {
    seen: Vec<Cow<'de, str>>,
}

impl<'de> MemberNames<'de> {
    pub(crate) fn add(&mut self, name: Cow<'de, str>) {
        if self.seen.capacity() == 0 {
            self.seen.reserve(MAX_PAIRWISE);
        }
        self.seen.push(name);
    }

    /// Returns an error if a name occurs twice.
    ///
    /// Up to 16 names are compared pairwise. More are sorted, because the sender chooses their
    /// number, and comparing them pairwise would take quadratic time.
    pub(crate) fn check_unique<E: de::Error>(mut self) -> Result<(), E> {
        let has_duplicate = if self.seen.len() <= MAX_PAIRWISE {
            let earlier = |at: usize| self.seen.iter().take(at);
            let mut names = self.seen.iter().enumerate();
            names.any(|(at, name)| earlier(at).any(|other| other == name))
        } else {
            self.seen.sort_unstable();
            self.seen.array_windows().any(|[one, next]| one == next)
        };
        if has_duplicate {
            return Err(E::custom("duplicate member"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_strict(json: &[u8]) -> bool {
        read(json, Ignored::document()).is_ok()
    }

    #[test]
    fn values_of_every_type_are_accepted() {
        assert!(is_strict(
            br#"{"a":null,"b":[true,-1,1,1.5,"x"],"c":{"a":{}},"":"\u0000"}"#
        ));
    }

    #[test]
    fn duplicate_member_at_any_depth_and_spelling_is_rejected() {
        for json in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"b":2,"a":3}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"x":{"a":1,"a":2}}"#,
            r#"[[{"x":[{"a":1,"a":2}]}]]"#,
        ] {
            assert!(!is_strict(json.as_bytes()), "{json}");
        }
        assert!(is_strict(br#"{"a":{"a":1},"A":2}"#));
    }

    /// Both ways of comparing names find a duplicate at any position.
    #[test]
    fn duplicate_member_among_few_and_many_is_rejected() {
        for members in [2, 15, 16, 17, 18, 40] {
            let object = |repeated: usize, of: usize| {
                let names: Vec<_> = (0..members)
                    .map(|at| if at == repeated { of } else { at })
                    .map(|name| format!(r#""m{name}":0"#))
                    .collect();
                format!("{{{}}}", names.join(","))
            };
            assert!(is_strict(object(0, 0).as_bytes()), "{members}");
            for (repeated, of) in [
                (0, members - 1),
                (members - 1, 0),
                (members - 1, members - 2),
            ] {
                let json = object(repeated, of);
                assert!(!is_strict(json.as_bytes()), "{json}");
            }
        }
    }

    #[test]
    fn trailing_data_is_rejected() {
        for json in ["{}x", "{}{}", "{},", "\u{feff}{}", "{}\0", ""] {
            assert!(!is_strict(json.as_bytes()), "{json:?}");
        }
    }

    #[test]
    fn invalid_utf8_is_rejected() {
        assert!(!is_strict(b"\"\xff\""));
        assert!(!is_strict(b"\"\xc0\x80\""));
        assert!(!is_strict(br#""\ud800""#));
    }

    #[test]
    fn malformed_and_overflowing_numbers_are_rejected() {
        for json in ["1e999", "NaN", "Infinity", "01", "+1", "0x1"] {
            assert!(!is_strict(json.as_bytes()), "{json}");
        }
    }

    #[test]
    fn nesting_above_32_levels_is_rejected() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(is_strict(nested(31).as_bytes()));
        assert!(is_strict(nested(32).as_bytes()));
        assert!(!is_strict(nested(33).as_bytes()));
        let objects =
            |levels: usize| format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels));
        assert!(is_strict(objects(32).as_bytes()));
        assert!(!is_strict(objects(33).as_bytes()));
    }
}
