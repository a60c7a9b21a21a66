//! Strict JSON: no duplicate member at any depth, a bounded depth, nothing behind the end.
//!
//! Two parsers that disagree on a duplicate member disagree on who is calling
//! ([RFC 7515 §4], [§10.12]); here it is an error.
//!
//! [RFC 7515 §4]: https://www.rfc-editor.org/rfc/rfc7515#section-4
//! [§10.12]: https://www.rfc-editor.org/rfc/rfc7515#section-10.12

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// How deep arrays and objects may nest, the outermost included.
const MAX_DEPTH: u8 = 32;

/// Reads one whole text; bytes behind the value are an error.
pub(crate) fn read<'de, S: DeserializeSeed<'de>>(
    json: &'de [u8],
    seed: S,
) -> Result<S::Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let value = seed.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Reads and drops a value of any kind that is strict all the way down.
#[derive(Clone, Copy)]
pub(crate) struct AnyValue {
    depth_left: u8,
}

impl AnyValue {
    /// A value that is the whole text.
    pub(crate) const fn document() -> Self {
        Self {
            depth_left: MAX_DEPTH,
        }
    }

    /// The value of a member of the outermost object.
    pub(crate) const fn member() -> Self {
        Self {
            depth_left: MAX_DEPTH - 1,
        }
    }

    /// A value one level further down.
    pub(crate) fn inside<E: de::Error>(self) -> Result<Self, E> {
        let depth_left = self
            .depth_left
            .checked_sub(1)
            .ok_or_else(|| E::custom("nested too deeply"))?;
        Ok(Self { depth_left })
    }
}

impl<'de> DeserializeSeed<'de> for AnyValue {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnyValue {
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
        let element = self.inside()?;
        while seq.next_element_seed(element)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let member = self.inside()?;
        let mut names = Names::default();
        while let Some(name) = map.next_key_seed(Text)? {
            names.add(name);
            map.next_value_seed(member)?;
        }
        names.are_unique()
    }
}

/// Reads and drops an object that is strict all the way down.
pub(crate) struct AnyObject(AnyValue);

impl AnyObject {
    /// The value of a member of the outermost object.
    pub(crate) const fn member() -> Self {
        Self(AnyValue::member())
    }
}

impl<'de> DeserializeSeed<'de> for AnyObject {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self.0)
    }
}

/// Reads and drops an array of strings.
pub(crate) struct Texts;

impl<'de> DeserializeSeed<'de> for Texts {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Texts {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of strings")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Text)?.is_some() {}
        Ok(())
    }
}

/// Reads a string, borrowed where it holds no escape.
pub(crate) struct Text;

impl<'de> DeserializeSeed<'de> for Text {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Text {
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

/// The names of one object's members.
#[derive(Default)]
pub(crate) struct Names<'de> {
    seen: Vec<Cow<'de, str>>,
}

impl<'de> Names<'de> {
    pub(crate) fn add(&mut self, name: Cow<'de, str>) {
        if self.seen.capacity() == 0 {
            self.seen.reserve(FEW);
        }
        self.seen.push(name);
    }

    /// A few are compared each with each; more are sorted, for their number is the sender's choice.
    pub(crate) fn are_unique<E: de::Error>(mut self) -> Result<(), E> {
        let has_duplicate = if self.seen.len() <= FEW {
            let earlier = |at: usize| self.seen.iter().take(at);
            let mut names = self.seen.iter().enumerate();
            names.any(|(at, name)| earlier(at).any(|other| other == name))
        } else {
            self.seen.sort_unstable();
            self.seen.array_windows().any(|[one, next]| one == next)
        };
        if has_duplicate {
            return Err(E::custom("a duplicate member"));
        }
        Ok(())
    }
}

/// How many members an object usually has at most.
const FEW: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn is_strict(json: &[u8]) -> bool {
        read(json, AnyValue::document()).is_ok()
    }

    #[test]
    fn every_kind_of_value_is_read() {
        assert!(is_strict(
            br#"{"a":null,"b":[true,-1,1,1.5,"x"],"c":{"a":{}},"":"\u0000"}"#
        ));
    }

    #[test]
    fn a_duplicate_member_is_refused_at_any_depth_and_in_any_spelling() {
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

    /// However many members there are, and wherever the two stand.
    #[test]
    fn a_duplicate_is_found_among_few_and_among_many() {
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
    fn what_stands_behind_the_value_is_refused() {
        for json in ["{}x", "{}{}", "{},", "\u{feff}{}", "{}\0", ""] {
            assert!(!is_strict(json.as_bytes()), "{json:?}");
        }
    }

    #[test]
    fn only_utf8_is_read() {
        assert!(!is_strict(b"\"\xff\""));
        assert!(!is_strict(b"\"\xc0\x80\""));
        assert!(!is_strict(br#""\ud800""#));
    }

    #[test]
    fn numbers_outside_every_type_are_refused() {
        for json in ["1e999", "NaN", "Infinity", "01", "+1", "0x1"] {
            assert!(!is_strict(json.as_bytes()), "{json}");
        }
    }

    #[test]
    fn thirty_two_levels_are_the_limit() {
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
