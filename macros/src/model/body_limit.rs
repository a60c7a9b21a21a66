//! `body_limit = "64 KiB"`: a number, a space, a unit.

use syn::LitStr;

use crate::diagnostics::Diagnostics;

/// The largest limit, in bytes: 1 GiB.
const CEILING: u64 = 1 << 30;

const UNITS: [(&str, u64); 4] = [
    ("B", 1),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// Reads the number of bytes.
pub(crate) fn check(text: &LitStr, diagnostics: &mut Diagnostics) -> Option<u64> {
    let value = text.value();
    let Some(bytes) = bytes(&value) else {
        diagnostics.error(
            text.span(),
            format_args!("`{value}` is no size"),
            "write a whole number, a space and `B`, `KiB`, `MiB` or `GiB`: `body_limit = \"64 KiB\"`",
        );
        return None;
    };
    if bytes == 0 {
        diagnostics.error(
            text.span(),
            "a limit of 0 refuses every body",
            "leave out `body_limit`: a handler whose arguments take no body reads none",
        );
        return None;
    }
    if bytes > CEILING {
        diagnostics.error(
            text.span(),
            format_args!("`{value}` is more than 1 GiB"),
            "write what one request may cost in memory, `body_limit = \"1 MiB\"`; 1 GiB at most",
        );
        return None;
    }
    Some(bytes)
}

fn bytes(text: &str) -> Option<u64> {
    let (number, unit) = text.split_once(' ')?;
    let (_, factor) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if !digits {
        return None;
    }
    // too many digits are as much over the ceiling as anything else
    let number = number.parse::<u64>().unwrap_or(u64::MAX);
    Some(number.saturating_mul(factor))
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    fn checked(text: &str) -> Result<u64, Vec<String>> {
        let mut diagnostics = Diagnostics::default();
        let bytes = check(&LitStr::new(text, Span::call_site()), &mut diagnostics);
        let messages = diagnostics.into_messages();
        bytes.ok_or(messages)
    }

    #[test]
    fn sizes_are_read_in_binary_units() {
        assert_eq!(checked("512 B"), Ok(512));
        assert_eq!(checked("64 KiB"), Ok(64 * 1024));
        assert_eq!(checked("1 MiB"), Ok(1024 * 1024));
        assert_eq!(checked("1 B"), Ok(1));
    }

    #[test]
    fn the_ceiling_is_one_gibibyte() {
        assert_eq!(checked("1 GiB"), Ok(CEILING));
        assert_eq!(checked("1073741824 B"), Ok(CEILING));
        for over in [
            "1073741825 B",
            "2 GiB",
            "99999999999999999999999 B",
            "18446744073709551615 GiB",
        ] {
            assert_eq!(
                checked(over),
                Err(vec![format!("`{over}` is more than 1 GiB")])
            );
        }
    }

    #[test]
    fn zero_is_refused() {
        assert_eq!(
            checked("0 KiB"),
            Err(vec!["a limit of 0 refuses every body".to_owned()])
        );
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for bad in [
            "", " ", "64", "64KiB", "64 KB", "64 kib", "-1 B", "+1 B", "1.5 MiB", "64  KiB",
            " 64 KiB", "64 KiB ", "KiB", " B",
        ] {
            assert_eq!(checked(bad), Err(vec![format!("`{bad}` is no size")]));
        }
    }
}
