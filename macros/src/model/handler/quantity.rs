//! Quantities: a number with a unit in a text, and a plain number.

use syn::{LitInt, LitStr};

use crate::diagnostics::Diagnostics;

/// A kind of quantity with a unit, such as `"64 KiB"`.
pub(super) struct Measure {
    /// The option that it is the value of.
    pub(super) option: &'static str,
    /// Its name in a sentence.
    pub(super) noun: &'static str,
    /// Each unit, in multiples of the smallest.
    pub(super) units: &'static [(&'static str, u64)],
    /// The maximum, in the smallest unit and as text.
    pub(super) max: (u64, &'static str),
    /// The effect of zero.
    pub(super) zero: &'static str,
    /// A valid value.
    pub(super) example: &'static str,
}

/// A kind of quantity without a unit, at least 1.
pub(super) struct Count {
    pub(super) option: &'static str,
    /// The maximum.
    pub(super) max: u64,
    /// A valid value.
    pub(super) example: u64,
}

/// The error in the text of a quantity.
#[derive(Debug, PartialEq, Eq)]
enum QuantityError {
    Number,
    NoUnit,
    Unit(String),
    Space,
    Zero,
    TooLarge,
}

impl Measure {
    /// Checks a text, and returns the quantity in the smallest unit.
    pub(super) fn check(&self, text: &LitStr, diagnostics: &mut Diagnostics) -> Option<u64> {
        let error = match self.read(&text.value()) {
            Ok(quantity) => return Some(quantity),
            Err(error) => error,
        };
        let (noun, max) = (self.noun, self.max.1);
        let message = match error {
            QuantityError::Number => format!("a {noun} starts with a whole number"),
            QuantityError::NoUnit => format!("missing unit in this {noun}"),
            QuantityError::Unit(unit) => format!("unknown unit `{unit}` of a {noun}"),
            QuantityError::Space => format!("a {noun} has at most one space, before its unit"),
            QuantityError::Zero => format!("a {noun} of zero {}", self.zero),
            QuantityError::TooLarge => format!("a {noun} is at most \"{max}\""),
        };
        let units: Vec<_> = self
            .units
            .iter()
            .map(|(unit, _)| format!("`{unit}`"))
            .collect();
        diagnostics.error(
            text.span(),
            message,
            format_args!(
                "write a whole number and a unit, up to \"{max}\": `{} = \"{}\"`; the units are {}",
                self.option,
                self.example,
                units.join(", ")
            ),
        );
        None
    }

    fn read(&self, text: &str) -> Result<u64, QuantityError> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let Some((number, rest)) = text.split_at_checked(digits) else {
            return Err(QuantityError::Number);
        };
        if number.is_empty() || rest.starts_with(['.', ',', '_']) {
            return Err(QuantityError::Number);
        }
        let unit = rest.trim();
        if unit.is_empty() {
            return Err(QuantityError::NoUnit);
        }
        let Some((_, size)) = self.units.iter().find(|(name, _)| *name == unit) else {
            return Err(QuantityError::Unit(unit.to_owned()));
        };
        if rest.strip_prefix(' ').unwrap_or(rest) != unit {
            return Err(QuantityError::Space);
        }
        // a number that does not fit into u64 is above every maximum
        let quantity = number
            .parse::<u64>()
            .unwrap_or(u64::MAX)
            .saturating_mul(*size);
        match quantity {
            0 => Err(QuantityError::Zero),
            _ if quantity > self.max.0 => Err(QuantityError::TooLarge),
            _ => Ok(quantity),
        }
    }
}

impl Count {
    /// Checks a number.
    pub(super) fn check(&self, number: &LitInt, diagnostics: &mut Diagnostics) -> Option<u64> {
        let Self {
            option,
            max,
            example,
        } = self;
        let message = if number.suffix().is_empty() {
            match number.base10_parse::<u64>() {
                Ok(0) => format!("`{option}` must be at least 1"),
                Err(_) if number.base10_digits().starts_with('-') => {
                    format!("`{option}` must be at least 1")
                }
                Ok(count) if count <= *max => return Some(count),
                _ => format!("`{option}` must be at most {max}"),
            }
        } else {
            format!("`{option}` requires a number without a suffix")
        };
        diagnostics.error(
            number.span(),
            message,
            format_args!("write a whole number from 1 to {max}: `{option} = {example}`"),
        );
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEASURE: Measure = Measure {
        option: "wait",
        noun: "wait",
        units: &[("s", 1), ("min", 60)],
        max: (120, "2 min"),
        zero: "ends at once",
        example: "10 s",
    };
    const COUNT: Count = Count {
        option: "limit",
        max: 10,
        example: 5,
    };

    #[test]
    fn number_and_unit_are_a_quantity() {
        for (text, quantity) in [
            ("1 s", 1),
            ("120 s", 120),
            ("2 min", 120),
            ("007 s", 7),
            ("1s", 1),
            ("2min", 120),
        ] {
            assert_eq!(MEASURE.read(text), Ok(quantity), "{text}");
        }
    }

    #[test]
    fn malformed_quantity_names_its_error() {
        let unit = |unit: &str| QuantityError::Unit(unit.to_owned());
        for (text, error) in [
            ("", QuantityError::Number),
            ("s", QuantityError::Number),
            (" 1 s", QuantityError::Number),
            ("-1 s", QuantityError::Number),
            ("+1 s", QuantityError::Number),
            ("1.5 min", QuantityError::Number),
            ("1_0 s", QuantityError::Number),
            ("1", QuantityError::NoUnit),
            ("1 ", QuantityError::NoUnit),
            ("1\u{a0}s", QuantityError::Space),
            ("1\ts", QuantityError::Space),
            ("1s ", QuantityError::Space),
            ("1 S", unit("S")),
            ("1  s", QuantityError::Space),
            ("1 s ", QuantityError::Space),
            ("1 h", unit("h")),
            ("0 s", QuantityError::Zero),
            ("00 min", QuantityError::Zero),
            ("121 s", QuantityError::TooLarge),
            ("3 min", QuantityError::TooLarge),
            ("99999999999999999999 s", QuantityError::TooLarge),
            ("9999999999999999999 min", QuantityError::TooLarge),
        ] {
            assert_eq!(MEASURE.read(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn count_outside_its_bounds_is_an_error() {
        let check = |text: &str| {
            let mut diagnostics = Diagnostics::default();
            let count = COUNT.check(&syn::parse_str(text).unwrap(), &mut diagnostics);
            (count, diagnostics.into_messages())
        };
        for (text, count) in [("1", 1), ("10", 10), ("1_0", 10), ("0xa", 10)] {
            assert_eq!(check(text), (Some(count), Vec::new()), "{text}");
        }
        for (text, message) in [
            ("0", "`limit` must be at least 1"),
            ("-5", "`limit` must be at least 1"),
            ("11", "`limit` must be at most 10"),
            ("99999999999999999999", "`limit` must be at most 10"),
            ("5u8", "`limit` requires a number without a suffix"),
        ] {
            assert_eq!(check(text), (None, vec![message.to_owned()]), "{text}");
        }
    }
}
