//! The notation of a decimal number: that of a JSON number, without loss.

use std::borrow::Cow;

/// A decimal number as `rust_decimal` represents it: `coefficient` divided by 10 to the power of `scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DecimalNumber {
    is_negative: bool,
    coefficient: u128,
    scale: usize,
}

/// The maximum number of digits before an exponent; so many decimal digits have more than 96 bits.
const MAX_DIGITS: usize = 29;

/// The maximum number of digits of an exponent; `e+028` is how some clients write it.
const MAX_EXPONENT: usize = 3;

/// The maximum number of digits after the point.
const MAX_SCALE: usize = 28;

/// The largest coefficient.
const MAX_COEFFICIENT: u128 = (1 << 96) - 1;

impl DecimalNumber {
    /// Reads a text. Returns `None` for a number that has another notation in JSON
    /// ([RFC 8259 §6](https://www.rfc-editor.org/rfc/rfc8259#section-6)), for `-0`, and for one that would be
    /// rounded.
    ///
    /// The digits are counted before anything is computed.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (is_negative, number) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match number.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, read_exponent(exponent)?),
            None => (number, 0),
        };
        let (coefficient, fraction) = read_mantissa(mantissa)?;
        let scale = i32::try_from(fraction).ok()?.checked_sub(exponent)?;
        // a number without a fraction may end with zeros that are not written
        let zeros = scale.min(0).unsigned_abs();
        let coefficient = coefficient.checked_mul(10_u128.checked_pow(zeros)?)?;
        let scale = usize::try_from(scale.max(0)).ok()?;
        let is_exact = coefficient <= MAX_COEFFICIENT && scale <= MAX_SCALE;
        let is_negative_zero = is_negative && coefficient == 0;
        (is_exact && !is_negative_zero).then_some(Self {
            is_negative,
            coefficient,
            scale,
        })
    }

    /// Returns the number without an exponent; `text` is the text that it was read from.
    pub(crate) fn plain(self, text: &str) -> Cow<'_, str> {
        if !text.contains(['e', 'E']) {
            return Cow::Borrowed(text);
        }
        let sign = if self.is_negative { "-" } else { "" };
        let digits = format!("{:0>1$}", self.coefficient, self.scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - self.scale);
        let point = if fraction.is_empty() { "" } else { "." };
        Cow::Owned(format!("{sign}{whole}{point}{fraction}"))
    }
}

/// Reads the digits of a number without sign and exponent; returns their value and the number of those
/// after the point.
fn read_mantissa(mantissa: &str) -> Option<(u128, usize)> {
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (mantissa, ""),
    };
    let has_other_zeros = whole.len() > 1 && whole.starts_with('0');
    if whole.is_empty() || has_other_zeros || whole.len() + fraction.len() > MAX_DIGITS {
        return None;
    }
    let mut digits = whole.bytes().chain(fraction.bytes());
    let coefficient = digits.try_fold(0_u128, |value, byte| {
        let digit = byte.is_ascii_digit().then(|| u128::from(byte - b'0'))?;
        Some(value * 10 + digit)
    })?;
    Some((coefficient, fraction.len()))
}

fn read_exponent(exponent: &str) -> Option<i32> {
    let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let is_short = (1..=MAX_EXPONENT).contains(&digits.len());
    if !is_short || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    exponent.parse().ok()
}
