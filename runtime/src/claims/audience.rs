//! The `aud` claim: one string or an array of strings ([RFC 7519 §4.1.3]).
//!
//! [RFC 7519 §4.1.3]: https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};

/// The audience of a token, with at least one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience {
    values: Vec<String>,
}

impl Audience {
    /// Returns whether `audience` is one of the values, compared code point by code point.
    pub fn contains(&self, audience: &str) -> bool {
        self.values.iter().any(|value| value == audience)
    }

    /// Returns the values in the order of the token.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(String::as_str)
    }
}

impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AudienceVisitor)
    }
}

struct AudienceVisitor;

impl<'de> Visitor<'de> for AudienceVisitor {
    type Value = Audience;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or an array of strings")
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Audience, E> {
        if value.is_empty() {
            return Err(E::custom("an empty audience"));
        }
        Ok(Audience {
            values: vec![value.to_owned()],
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Audience, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = seq.next_element::<String>()? {
            if value.is_empty() {
                return Err(de::Error::custom("an empty audience"));
            }
            values.push(value);
        }
        if values.is_empty() {
            return Err(de::Error::custom("an audience without values"));
        }
        Ok(Audience { values })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Option<Audience> {
        serde_json::from_str(json).ok()
    }

    #[test]
    fn string_or_array_of_strings_is_an_audience() {
        assert!(parse("\"a\"").unwrap().contains("a"));
        let both = parse("[\"a\", \"b\"]").unwrap();
        assert!(both.contains("a") && both.contains("b") && !both.contains("c"));
        assert_eq!(both.iter().collect::<Vec<_>>(), ["a", "b"]);
    }

    /// CVE-2020-26160.
    #[test]
    fn any_other_json_value_is_rejected() {
        for json in [
            "\"\"",
            "[]",
            "[\"\"]",
            "[\"a\", 1]",
            "[[\"a\"]]",
            "{}",
            "{\"a\":1}",
            "null",
            "1",
            "true",
        ] {
            assert_eq!(parse(json), None, "{json}");
        }
    }

    #[test]
    fn similar_audience_is_not_contained() {
        let audience = parse("\"https://api.example\"").unwrap();
        for other in [
            "https://api.example/",
            "https://API.example",
            "https://api.exampl",
            "api.example",
            "",
        ] {
            assert!(!audience.contains(other), "{other}");
        }
    }
}
