//! The limits that an attribute sets on a request.

use crate::diagnostics::Diagnostics;
use crate::model::handler::quantity::{Count, Measure};
use crate::parse::RawLimits;

const BODY_LIMIT: Measure = Measure {
    option: "body_limit",
    noun: "body limit",
    units: &[
        ("B", 1),
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
    ],
    max: (1 << 30, "1 GiB"),
    zero: "rejects every body",
    example: "64 KiB",
};

const BODY_TIMEOUT: Measure = Measure {
    option: "body_timeout",
    noun: "body timeout",
    units: &[("ms", 1), ("s", 1_000), ("min", 60_000)],
    max: (3_600_000, "60 min"),
    zero: "rejects every body",
    example: "10 s",
};

const TIMEOUT: Measure = Measure {
    option: "timeout",
    noun: "timeout",
    units: BODY_TIMEOUT.units,
    max: BODY_TIMEOUT.max,
    zero: "cancels every handler that waits",
    example: "10 s",
};

const HEADER_LIMIT: Count = Count {
    option: "header_limit",
    max: 1_000,
    example: 100,
};

const PARAMETER_LIMIT: Count = Count {
    option: "parameter_limit",
    max: 10_000,
    example: 256,
};

const PART_LIMIT: Count = Count {
    option: "part_limit",
    max: 1_000,
    example: 100,
};

/// The limits that the attribute sets; the runtime has defaults for the others.
pub(crate) struct Limits {
    /// In bytes.
    pub(crate) body_limit: Option<usize>,
    /// In milliseconds.
    pub(crate) body_timeout: Option<u64>,
    /// In milliseconds.
    pub(crate) timeout: Option<u64>,
    pub(crate) header_limit: Option<usize>,
    pub(crate) parameter_limit: Option<usize>,
    pub(crate) part_limit: Option<usize>,
}

impl Limits {
    /// Checks every limit; returns `None` if one is wrong.
    pub(super) fn check(raw: RawLimits, diagnostics: &mut Diagnostics) -> Option<Self> {
        let body_limit = raw
            .body_limit
            .checked(|text| BODY_LIMIT.check(&text, diagnostics).and_then(size));
        let body_timeout = raw
            .body_timeout
            .checked(|text| BODY_TIMEOUT.check(&text, diagnostics));
        let timeout = raw
            .timeout
            .checked(|text| TIMEOUT.check(&text, diagnostics));
        let header_limit = raw
            .header_limit
            .checked(|number| HEADER_LIMIT.check(&number, diagnostics).and_then(size));
        let parameter_limit = raw
            .parameter_limit
            .checked(|number| PARAMETER_LIMIT.check(&number, diagnostics).and_then(size));
        let part_limit = raw
            .part_limit
            .checked(|number| PART_LIMIT.check(&number, diagnostics).and_then(size));
        Some(Self {
            body_limit: body_limit.ok()?,
            body_timeout: body_timeout.ok()?,
            timeout: timeout.ok()?,
            header_limit: header_limit.ok()?,
            parameter_limit: parameter_limit.ok()?,
            part_limit: part_limit.ok()?,
        })
    }
}

/// Converts a checked limit; 1 GiB fits into `usize` on every target that axum supports.
fn size(quantity: u64) -> Option<usize> {
    usize::try_from(quantity).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(measure: &Measure, text: &str) -> Option<u64> {
        let mut diagnostics = Diagnostics::default();
        let text = syn::LitStr::new(text, proc_macro2::Span::call_site());
        let quantity = measure.check(&text, &mut diagnostics);
        assert_eq!(diagnostics.into_messages().is_empty(), quantity.is_some());
        quantity
    }

    #[test]
    fn body_limit_requires_exact_binary_units() {
        let read = |text| read(&BODY_LIMIT, text);
        for (text, bytes) in [
            ("1 B", 1),
            ("64 KiB", 65_536),
            ("64KiB", 65_536),
            ("2 MiB", 2_097_152),
            ("1 GiB", 1 << 30),
        ] {
            assert_eq!(read(text), Some(bytes), "{text}");
        }
        for text in [
            "64 kib",
            "64 KB",
            "2 GiB",
            "1025 MiB",
            "1073741825 B",
            "0 KiB",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn timeouts_are_between_a_millisecond_and_an_hour() {
        for measure in [&BODY_TIMEOUT, &TIMEOUT] {
            check_timeout(measure);
        }
    }

    fn check_timeout(measure: &Measure) {
        let read = |text| read(measure, text);
        for (text, millis) in [
            ("1 ms", 1),
            ("10 s", 10_000),
            ("10s", 10_000),
            ("2min", 120_000),
            ("2 min", 120_000),
            ("60 min", 3_600_000),
            ("3600 s", 3_600_000),
        ] {
            assert_eq!(read(text), Some(millis), "{text}");
        }
        for text in [
            "0 s",
            "61 min",
            "3601 s",
            "3600001 ms",
            "1 h",
            "10 sec",
            "1 us",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
