//! `body_limit = "64 KiB"`: a number of bytes.

use syn::LitStr;

use crate::diagnostics::Diagnostics;

const MAX: usize = 1 << 30;
const UNITS: [(&str, usize); 4] = [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", MAX)];

/// Reads a limit between one byte and one gibibyte.
pub(super) fn check(text: &LitStr, diagnostics: &mut Diagnostics) -> Option<usize> {
    let limit = bytes(&text.value());
    if limit.is_none() {
        diagnostics.error(
            text.span(),
            "this is no body limit",
            "write a whole number and a unit, between `\"1 B\"` and `\"1 GiB\"`: `body_limit = \"64 KiB\"`",
        );
    }
    limit
}

fn bytes(text: &str) -> Option<usize> {
    let (number, unit) = text.split_once(' ')?;
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (_, size) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let bytes = number.parse::<usize>().ok()?.checked_mul(*size)?;
    (1..=MAX).contains(&bytes).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_binary_and_spelled_exactly() {
        assert_eq!(bytes("1 B"), Some(1));
        assert_eq!(bytes("64 KiB"), Some(65_536));
        assert_eq!(bytes("2 MiB"), Some(2_097_152));
        assert_eq!(bytes("1 GiB"), Some(MAX));
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "64",
            "64KiB",
            "64  KiB",
            "64 kib",
            "64 KB",
            "0 B",
            "0 KiB",
            "2 GiB",
            "1025 MiB",
            "-1 B",
            "+1 B",
            "1.5 MiB",
            "99999999999999999999 B",
            " 1 B",
            "1 B ",
        ] {
            assert_eq!(bytes(text), None, "{text:?}");
        }
    }
}
