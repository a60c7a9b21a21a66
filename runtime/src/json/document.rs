//! Reads whole JSON texts.

use serde::de::DeserializeSeed;
use serde_json::Value;

use crate::json::ignored::Ignored;
use crate::json::value::ValueSeed;

/// Parses a whole JSON text into a [`Value`].
///
/// # Errors
///
/// Returns an error for malformed JSON, a duplicate member, more than 32 levels, or trailing data.
pub(crate) fn parse(json: &[u8]) -> Result<Value, serde_json::Error> {
    read(json, ValueSeed::document())
}

/// Returns whether a whole JSON text would be [parsed](parse).
pub(crate) fn is_well_formed(json: &[u8]) -> bool {
    read(json, Ignored::document()).is_ok()
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the verdict of both readers, which must agree.
    fn is_strict(json: &[u8]) -> bool {
        let is_well_formed = is_well_formed(json);
        assert_eq!(parse(json).is_ok(), is_well_formed);
        is_well_formed
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
