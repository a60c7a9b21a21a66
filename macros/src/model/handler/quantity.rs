//! Quantities: a number with its unit in a text, or a number alone.

use syn::{LitInt, LitStr};

use crate::diagnostics::Diagnostics;

/// A kind of quantity that is written as `"64 KiB"`.
pub(super) struct Measure {
    /// The word whose value it is.
    pub(super) word: &'static str,
    /// What it is called in a sentence.
    pub(super) noun: &'static str,
    /// Each unit, with how many of the smallest it holds.
    pub(super) units: &'static [(&'static str, u64)],
    /// The most, in the smallest unit, and as it is written.
    pub(super) most: (u64, &'static str),
    /// A value that compiles.
    pub(super) example: &'static str,
}

/// A quantity that is written as a number.
pub(super) struct Count {
    pub(super) word: &'static str,
    /// The most; at least one is demanded of each.
    pub(super) most: u64,
    /// A value that compiles.
    pub(super) example: u64,
}

/// What is wrong with a text.
#[derive(Debug, PartialEq, Eq)]
enum Fault {
    Number,
    NoUnit,
    Unit(String),
    Space,
    Zero,
    TooMuch,
}

impl Measure {
    /// Reads a text, in the smallest unit.
    pub(super) fn check(&self, text: &LitStr, diagnostics: &mut Diagnostics) -> Option<u64> {
        let fault = match self.read(&text.value()) {
            Ok(quantity) => return Some(quantity),
            Err(fault) => fault,
        };
        let (noun, most) = (self.noun, self.most.1);
        let wrong = match fault {
            Fault::Number => format!("this {noun} does not begin with a whole number"),
            Fault::NoUnit => format!("this {noun} has no unit"),
            Fault::Unit(unit) => format!("`{unit}` is no unit of a {noun}"),
            Fault::Space => format!("a {noun} has one space, before its unit"),
            Fault::Zero => format!("a {noun} of zero lets nothing in"),
            Fault::TooMuch => format!("this {noun} is above \"{most}\""),
        };
        let units: Vec<_> = self
            .units
            .iter()
            .map(|(unit, _)| format!("`{unit}`"))
            .collect();
        diagnostics.error(
            text.span(),
            wrong,
            format_args!(
                "write a whole number, one space and a unit, up to \"{most}\": `{} = \"{}\"`; the units are {}",
                self.word,
                self.example,
                units.join(", ")
            ),
        );
        None
    }

    fn read(&self, text: &str) -> Result<u64, Fault> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let Some((number, rest)) = text.split_at_checked(digits) else {
            return Err(Fault::Number);
        };
        if number.is_empty() || rest.starts_with(['.', ',', '_']) {
            return Err(Fault::Number);
        }
        let unit = rest.trim();
        if unit.is_empty() {
            return Err(Fault::NoUnit);
        }
        let Some((_, size)) = self.units.iter().find(|(name, _)| *name == unit) else {
            return Err(Fault::Unit(unit.to_owned()));
        };
        if rest.strip_prefix(' ') != Some(unit) {
            return Err(Fault::Space);
        }
        // what does not fit into the type is above every limit
        let quantity = number
            .parse::<u64>()
            .unwrap_or(u64::MAX)
            .saturating_mul(*size);
        match quantity {
            0 => Err(Fault::Zero),
            _ if quantity > self.most.0 => Err(Fault::TooMuch),
            _ => Ok(quantity),
        }
    }
}

impl Count {
    /// Reads a number.
    pub(super) fn check(&self, number: &LitInt, diagnostics: &mut Diagnostics) -> Option<u64> {
        let Self {
            word,
            most,
            example,
        } = self;
        let wrong = if number.suffix().is_empty() {
            match number.base10_parse::<u64>() {
                Ok(0) => format!("a `{word}` of zero lets nothing in"),
                Err(_) if number.base10_digits().starts_with('-') => {
                    format!("a `{word}` below zero is none")
                }
                Ok(count) if count <= *most => return Some(count),
                _ => format!("this `{word}` is above {most}"),
            }
        } else {
            format!("`{word}` takes a number without a suffix")
        };
        diagnostics.error(
            number.span(),
            wrong,
            format_args!("write a whole number from 1 to {most}: `{word} = {example}`"),
        );
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEASURE: Measure = Measure {
        word: "wait",
        noun: "wait",
        units: &[("s", 1), ("min", 60)],
        most: (120, "2 min"),
        example: "10 s",
    };
    const COUNT: Count = Count {
        word: "limit",
        most: 10,
        example: 5,
    };

    #[test]
    fn a_number_one_space_and_a_unit_are_a_quantity() {
        for (text, quantity) in [("1 s", 1), ("120 s", 120), ("2 min", 120), ("007 s", 7)] {
            assert_eq!(MEASURE.read(text), Ok(quantity), "{text}");
        }
    }

    #[test]
    fn every_other_text_is_refused_for_its_own_fault() {
        let unit = |unit: &str| Fault::Unit(unit.to_owned());
        for (text, fault) in [
            ("", Fault::Number),
            ("s", Fault::Number),
            (" 1 s", Fault::Number),
            ("-1 s", Fault::Number),
            ("+1 s", Fault::Number),
            ("1.5 min", Fault::Number),
            ("1_0 s", Fault::Number),
            ("1", Fault::NoUnit),
            ("1 ", Fault::NoUnit),
            ("1s", Fault::Space),
            ("1 S", unit("S")),
            ("1  s", Fault::Space),
            ("1 s ", Fault::Space),
            ("1 h", unit("h")),
            ("0 s", Fault::Zero),
            ("00 min", Fault::Zero),
            ("121 s", Fault::TooMuch),
            ("3 min", Fault::TooMuch),
            ("99999999999999999999 s", Fault::TooMuch),
            ("9999999999999999999 min", Fault::TooMuch),
        ] {
            assert_eq!(MEASURE.read(text), Err(fault), "{text:?}");
        }
    }

    #[test]
    fn a_number_alone_is_a_count_within_its_bounds() {
        let check = |text: &str| {
            let mut diagnostics = Diagnostics::default();
            let count = COUNT.check(&syn::parse_str(text).unwrap(), &mut diagnostics);
            (count, diagnostics.into_messages())
        };
        for (text, count) in [("1", 1), ("10", 10), ("1_0", 10), ("0xa", 10)] {
            assert_eq!(check(text), (Some(count), Vec::new()), "{text}");
        }
        for (text, wrong) in [
            ("0", "a `limit` of zero lets nothing in"),
            ("-5", "a `limit` below zero is none"),
            ("11", "this `limit` is above 10"),
            ("99999999999999999999", "this `limit` is above 10"),
            ("5u8", "`limit` takes a number without a suffix"),
        ] {
            assert_eq!(check(text), (None, vec![wrong.to_owned()]), "{text}");
        }
    }
}
