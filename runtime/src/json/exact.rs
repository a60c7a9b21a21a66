//! Values whose numbers keep their text, for texts that are changed and written again.
//!
//! A [`serde_json::Value`] rounds a number that is no 64-bit integer to a double.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use crate::json::document::is_well_formed;

/// The members of an object.
pub(crate) type ExactObject = BTreeMap<String, ExactValue>;

/// A value whose numbers have the text of the document.
///
/// `Display` writes it as JSON.
#[derive(Clone, Debug)]
pub(crate) enum ExactValue {
    Null,
    Bool(bool),
    Number(Box<str>),
    String(String),
    Array(Vec<Self>),
    Object(ExactObject),
}

impl ExactValue {
    /// Parses a whole JSON text that is [well-formed](is_well_formed).
    pub(crate) fn parse(json: &[u8]) -> Option<Self> {
        if !is_well_formed(json) {
            return None;
        }
        let rest = str::from_utf8(json).ok()?;
        Reader { rest }.value()
    }

    /// Returns the text of a string.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

/// Two numbers are equal if their decimal values are: `1`, `1.0` and `10e-1` are.
impl PartialEq for ExactValue {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(one), Self::Bool(other)) => one == other,
            (Self::Number(one), Self::Number(other)) => {
                one == other
                    || matches!((decimal(one), decimal(other)), (Some(one), Some(other)) if one == other)
            }
            (Self::String(one), Self::String(other)) => one == other,
            (Self::Array(one), Self::Array(other)) => one == other,
            (Self::Object(one), Self::Object(other)) => one == other,
            _ => false,
        }
    }
}

impl fmt::Display for ExactValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(text) => f.write_str(text),
            Self::String(text) => write_string(f, text),
            Self::Array(elements) => {
                f.write_char('[')?;
                for (at, element) in elements.iter().enumerate() {
                    let separator = if at > 0 { "," } else { "" };
                    write!(f, "{separator}{element}")?;
                }
                f.write_char(']')
            }
            Self::Object(members) => {
                f.write_char('{')?;
                for (at, (name, value)) in members.iter().enumerate() {
                    if at > 0 {
                        f.write_char(',')?;
                    }
                    write_string(f, name)?;
                    write!(f, ":{value}")?;
                }
                f.write_char('}')
            }
        }
    }
}

fn write_string(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str(&serde_json::to_string(text).map_err(|_| fmt::Error)?)
}

/// Returns the sign, the digits without zeros at either end, and the exponent of a number.
///
/// Returns `None` if the exponent is too large to be computed.
fn decimal(number: &str) -> Option<(bool, String, i64)> {
    let (is_negative, number) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number),
    };
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return Some((false, String::new(), 0));
    }
    let shift = i64::try_from(digits.len() - significant.len()).ok()?;
    let exponent = exponent
        .parse::<i64>()
        .ok()?
        .checked_sub(i64::try_from(fraction.len()).ok()?)?
        .checked_add(shift)?;
    let digits = significant.trim_start_matches('0').to_owned();
    Some((is_negative, digits, exponent))
}

/// Reads a text that is known to be well-formed.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn value(&mut self) -> Option<ExactValue> {
        self.skip_whitespace();
        match self.rest.chars().next()? {
            '{' => self.object().map(ExactValue::Object),
            '[' => self.array().map(ExactValue::Array),
            '"' => self.string().map(ExactValue::String),
            _ => self.scalar(),
        }
    }

    fn object(&mut self) -> Option<ExactObject> {
        let mut members = ExactObject::new();
        self.skip('{');
        while !self.skip('}') {
            let name = self.string()?;
            self.skip(':');
            members.insert(name, self.value()?);
            self.skip(',');
        }
        Some(members)
    }

    fn array(&mut self) -> Option<Vec<ExactValue>> {
        let mut elements = Vec::new();
        self.skip('[');
        while !self.skip(']') {
            elements.push(self.value()?);
            self.skip(',');
        }
        Some(elements)
    }

    fn string(&mut self) -> Option<String> {
        self.skip_whitespace();
        let mut is_escaped = false;
        let mut inside = self.rest.char_indices().skip(1);
        let (end, _) = inside.find(|(_, character)| {
            let is_end = *character == '"' && !is_escaped;
            is_escaped = *character == '\\' && !is_escaped;
            is_end
        })?;
        serde_json::from_str(self.take(end + 1)?).ok()
    }

    fn scalar(&mut self) -> Option<ExactValue> {
        let is_end = |character| matches!(character, ',' | ']' | '}' | ' ' | '\t' | '\n' | '\r');
        let end = self.rest.find(is_end).unwrap_or(self.rest.len());
        Some(match self.take(end)? {
            "" => return None,
            "null" => ExactValue::Null,
            "true" => ExactValue::Bool(true),
            "false" => ExactValue::Bool(false),
            number => ExactValue::Number(number.into()),
        })
    }

    fn take(&mut self, len: usize) -> Option<&'a str> {
        let (text, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(text)
    }

    /// Skips whitespace, and the token if it is next; returns whether it is.
    fn skip(&mut self, token: char) -> bool {
        self.skip_whitespace();
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn skip_whitespace(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn parse(json: &str) -> ExactValue {
        ExactValue::parse(json.as_bytes()).unwrap()
    }

    #[test]
    fn text_of_a_number_is_kept() {
        for number in [
            "0",
            "-0",
            "1.0",
            "1e2",
            "1E+2",
            "18446744073709551615",
            "18446744073709551616",
            "-340282366920938463463374607431768211455",
            "0.1000000000000000055511151231257827",
            "123456789012345678901234567890.10",
        ] {
            assert_eq!(parse(number).to_string(), number);
            let json = format!(r#"{{"a":[{number},{{"b":{number}}}],"c":{number}}}"#);
            assert_eq!(parse(&json).to_string(), json);
            let spaced = format!("[\n\t{number} ,\r {number}\n]");
            assert_eq!(parse(&spaced).to_string(), format!("[{number},{number}]"));
        }
    }

    #[test]
    fn written_value_has_the_same_meaning() {
        for json in [
            "null",
            " [ ] ",
            "{}",
            r#"{"a":{},"b":[],"":[[]]}"#,
            r#"["\"","\\","\\\"","a\\","\u0000\n\u2028","\ud83d\ude00","]},:"]"#,
            r#"{"\"":true,"a\\":false,"}":null,"ü":"\/"}"#,
            r#"[true,false,null,[1,[2,[3]]],{"a":{"b":{"c":"d"}}}]"#,
        ] {
            let written = parse(json).to_string();
            let [expected, found] = [json, &written].map(|json| json.parse::<Value>().unwrap());
            assert_eq!(found, expected, "{written}");
        }
    }

    #[test]
    fn malformed_text_is_rejected() {
        for json in [
            "",
            "[",
            "{",
            "\"",
            "[1",
            "[1,]",
            "{\"a\"}",
            "{\"a\":1,\"a\":2}",
            "[1] 2",
            "01",
            "1e999",
            "nul",
            "[\"\\x\"]",
            "\u{feff}1",
        ] {
            assert_eq!(ExactValue::parse(json.as_bytes()), None, "{json}");
        }
        assert_eq!(ExactValue::parse(b"\"\xff\""), None);
    }

    #[test]
    fn numbers_are_equal_if_their_decimal_values_are() {
        for same in [
            &["1", "1.0", "1e0", "10e-1", "0.1E+1", "1.000"][..],
            &["0", "-0", "0.0", "0e7", "-0.00E-5"],
            &["1200", "12e2", "1.2e3", "1200.00"],
            &["-0.05", "-5e-2", "-0.0500"],
            &["18446744073709551616", "18446744073709551616.0"],
        ] {
            for (one, other) in same
                .iter()
                .flat_map(|one| same.iter().map(move |other| (one, other)))
            {
                assert_eq!(parse(one), parse(other));
            }
        }
        for (one, other) in [
            ("1", "-1"),
            ("1", "10"),
            ("1", "0.1"),
            ("101", "11"),
            ("18446744073709551616", "18446744073709551617"),
            ("0.1", "0.1000000000000000055511151231257827"),
            ("1e-400", "0"),
            ("1e-99999999999999999999", "2e-99999999999999999999"),
            ("0.1e-9223372036854775808", "1e-9223372036854775809"),
        ] {
            assert_ne!(parse(one), parse(other), "{one} {other}");
            assert_ne!(parse(other), parse(one), "{one} {other}");
        }
    }

    #[test]
    fn values_of_different_types_differ() {
        let values = ["null", "false", "0", "\"0\"", "\"\"", "[]", "{}"];
        for (one, first) in values.iter().enumerate() {
            for (other, second) in values.iter().enumerate() {
                assert_eq!(parse(first) == parse(second), one == other);
            }
        }
    }
}
