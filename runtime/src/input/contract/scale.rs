//! `scale`: a rule for the digits of a decimal number after its point.

use garde::error::Error;
use rust_decimal::Decimal;

/// Returns a custom rule that limits the digits after the point of a `rust_decimal::Decimal`.
///
/// The digits count as the client writes them, without an exponent: with `scale(2)`, `12.5`, `12.50` and `1.25e1` are
/// accepted, and `12.500` is not. Write `range` beside it for the smallest and largest number.
///
/// # Examples
///
/// ```
/// use palisade::input::scale;
/// use palisade::prelude::*;
/// use rust_decimal::Decimal;
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct Payment {
///     #[garde(range(min = Decimal::ONE, max = Decimal::ONE_THOUSAND), custom(scale(2)))]
///     amount: Decimal,
///     #[garde(inner(custom(scale(4))))]
///     tax_rate: Option<Decimal>,
/// }
/// ```
pub fn scale<C>(max: u32) -> impl FnOnce(&Decimal, &C) -> garde::Result {
    move |value, _| {
        if value.scale() <= max {
            return Ok(());
        }
        let digits = if max == 1 { "digit" } else { "digits" };
        Err(Error::new(match max {
            0 => "must have no digits after the point".to_owned(),
            _ => format!("must have at most {max} {digits} after the point"),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_after_the_point_are_limited() {
        let message = |max: u32, text: &str| {
            let value: Decimal = text.parse().unwrap();
            let checked = scale(max)(&value, &());
            checked.err().map(|error| error.to_string())
        };
        for (max, text) in [(2, "1.25"), (2, "1.2"), (2, "-1"), (0, "100"), (28, "0.1")] {
            assert_eq!(message(max, text), None, "{text}");
        }
        for (max, text, expected) in [
            (2, "1.255", "must have at most 2 digits after the point"),
            (2, "1.250", "must have at most 2 digits after the point"),
            (1, "0.00", "must have at most 1 digit after the point"),
            (0, "1.0", "must have no digits after the point"),
        ] {
            assert_eq!(message(max, text).as_deref(), Some(expected));
        }
    }
}
