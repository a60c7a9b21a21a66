//! The limits that an attribute sets on a request.

use proc_macro2::Span;
use syn::LitStr;

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
        ("TiB", 1 << 40),
    ],
    max: (1 << 40, "1 TiB"),
    zero: "rejects every body",
    example: "64 KiB",
};

const BODY_TIMEOUT: Measure = Measure {
    option: "body_timeout",
    noun: "body timeout",
    units: &[("ms", 1), ("s", 1_000), ("min", 60_000), ("h", 3_600_000)],
    max: (86_400_000, "24 h"),
    zero: "rejects every body",
    example: "10 s",
};

const BODY_IDLE_TIMEOUT: Measure = Measure {
    option: "body_idle_timeout",
    noun: "body idle timeout",
    units: &[("ms", 1), ("s", 1_000), ("min", 60_000)],
    max: (3_600_000, "60 min"),
    zero: "rejects every body",
    example: "10 s",
};

const TIMEOUT: Measure = Measure {
    option: "timeout",
    noun: "timeout",
    units: BODY_IDLE_TIMEOUT.units,
    max: BODY_IDLE_TIMEOUT.max,
    zero: "cancels every handler that waits",
    example: "10 s",
};

/// The maximum size of a body that is in memory as a whole.
const MAX_WHOLE_BODY: u64 = 1 << 30;

/// The maximum time for such a body, in milliseconds.
const MAX_WHOLE_BODY_TIMEOUT: u64 = 3_600_000;

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
    pub(crate) body_limit: Option<u64>,
    /// In milliseconds.
    pub(crate) body_timeout: Option<u64>,
    /// In milliseconds.
    pub(crate) body_idle_timeout: Option<u64>,
    /// In milliseconds.
    pub(crate) timeout: Option<u64>,
    pub(crate) header_limit: Option<usize>,
    pub(crate) parameter_limit: Option<usize>,
    pub(crate) part_limit: Option<usize>,
    /// The values that only a handler with a body in chunks may have.
    pub(crate) of_streams: Vec<Span>,
}

impl Limits {
    /// Checks every limit; returns `None` if one is wrong.
    pub(super) fn check(raw: RawLimits, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut of_streams = Vec::new();
        let mut measure = |measure: &Measure, text: &LitStr, max_whole: u64| {
            let quantity = measure.check(text, diagnostics)?;
            if quantity > max_whole {
                of_streams.push(text.span());
            }
            Some(quantity)
        };
        let body_limit = raw
            .body_limit
            .checked(|text| measure(&BODY_LIMIT, &text, MAX_WHOLE_BODY));
        let body_timeout = raw
            .body_timeout
            .checked(|text| measure(&BODY_TIMEOUT, &text, MAX_WHOLE_BODY_TIMEOUT));
        let body_idle_timeout = raw
            .body_idle_timeout
            .checked(|text| BODY_IDLE_TIMEOUT.check(&text, diagnostics));
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
            body_idle_timeout: body_idle_timeout.ok()?,
            timeout: timeout.ok()?,
            header_limit: header_limit.ok()?,
            parameter_limit: parameter_limit.ok()?,
            part_limit: part_limit.ok()?,
            of_streams,
        })
    }
}

/// Converts a checked count, which fits into `usize` on every target that axum supports.
fn size(quantity: u64) -> Option<usize> {
    usize::try_from(quantity).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(measure: &Measure, text: &str) -> Option<u64> {
        let mut diagnostics = Diagnostics::default();
        let text = LitStr::new(text, Span::call_site());
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
            ("1025 MiB", 1025 << 20),
            ("1 TiB", 1 << 40),
        ] {
            assert_eq!(read(text), Some(bytes), "{text}");
        }
        for text in [
            "64 kib",
            "64 KB",
            "2 TiB",
            "1025 GiB",
            "1099511627777 B",
            "0 KiB",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn body_timeout_is_between_a_millisecond_and_a_day() {
        let read = |text| read(&BODY_TIMEOUT, text);
        for (text, millis) in [
            ("1 ms", 1),
            ("10 s", 10_000),
            ("10s", 10_000),
            ("2min", 120_000),
            ("2 min", 120_000),
            ("60 min", 3_600_000),
            ("3600 s", 3_600_000),
            ("1 h", 3_600_000),
            ("61 min", 3_660_000),
            ("24 h", 86_400_000),
        ] {
            assert_eq!(read(text), Some(millis), "{text}");
        }
        for text in [
            "0 s",
            "25 h",
            "1441 min",
            "86401 s",
            "86400001 ms",
            "1 d",
            "10 sec",
            "1 us",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn timeouts_are_between_a_millisecond_and_an_hour() {
        for measure in [&BODY_IDLE_TIMEOUT, &TIMEOUT] {
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

    #[test]
    fn limit_above_that_of_whole_bodies_is_of_streams() {
        let of_streams = |body_limit: &str, body_timeout: &str| {
            let mut diagnostics = Diagnostics::default();
            let mut raw = RawLimits::new();
            let span = Span::call_site();
            let text = |text| LitStr::new(text, span);
            raw.body_limit
                .fill(span, text(body_limit), &mut diagnostics);
            raw.body_timeout
                .fill(span, text(body_timeout), &mut diagnostics);
            let limits = Limits::check(raw, &mut diagnostics).unwrap();
            assert!(diagnostics.into_messages().is_empty());
            limits.of_streams.len()
        };
        assert_eq!(of_streams("1073741823 B", "3599999 ms"), 0);
        assert_eq!(of_streams("1 GiB", "1 h"), 0);
        assert_eq!(of_streams("1073741825 B", "60 min"), 1);
        assert_eq!(of_streams("1 GiB", "3600001 ms"), 1);
        assert_eq!(of_streams("1 TiB", "24 h"), 2);
    }
}
