//! `NumericDate`: seconds since the epoch, possibly with a fraction ([RFC 7519 §2]).
//!
//! [RFC 7519 §2]: https://www.rfc-editor.org/rfc/rfc7519#section-2

use std::fmt;
use std::time::Duration;

use serde::de::{self, Deserialize, Deserializer, Visitor};

/// An instant as tokens carry it, kept to the millisecond.
///
/// Deserialised from a JSON number only. Strings, negative numbers and instants
/// past the year 9999 are errors, never "absent".
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NumericDate {
    millis: u64,
}

impl NumericDate {
    /// The last instant that can be represented, in the year 9999.
    pub const MAX: Self = Self {
        millis: 253_402_300_799_999,
    };

    /// The instant `seconds` after the epoch, at most [`MAX`](Self::MAX).
    pub const fn from_secs(seconds: u64) -> Self {
        Self::from_millis(seconds.saturating_mul(1_000))
    }

    /// The instant `millis` milliseconds after the epoch, at most [`MAX`](Self::MAX).
    pub const fn from_millis(millis: u64) -> Self {
        if millis > Self::MAX.millis {
            Self::MAX
        } else {
            Self { millis }
        }
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn as_secs(self) -> u64 {
        self.millis / 1_000
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> u64 {
        self.millis
    }

    /// How long after `earlier` this is; zero when it is not after it.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.millis.saturating_sub(earlier.millis))
    }

    /// This instant moved later by `by`, at most [`MAX`](Self::MAX).
    #[must_use]
    pub fn saturating_add(self, by: Duration) -> Self {
        let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        Self::from_millis(self.millis.saturating_add(by))
    }

    /// This instant moved earlier by `by`, at least the epoch.
    #[must_use]
    pub fn saturating_sub(self, by: Duration) -> Self {
        let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        Self::from_millis(self.millis.saturating_sub(by))
    }
}

impl fmt::Debug for NumericDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "NumericDate({}.{:03})",
            self.millis / 1_000,
            self.millis % 1_000
        )
    }
}

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_f64(NumericDateVisitor)
    }
}

struct NumericDateVisitor;

impl Visitor<'_> for NumericDateVisitor {
    type Value = NumericDate;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("seconds since the epoch, up to the year 9999")
    }

    fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<NumericDate, E> {
        if seconds > NumericDate::MAX.as_secs() {
            return Err(E::custom("an instant past the year 9999"));
        }
        Ok(NumericDate::from_secs(seconds))
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range was checked above"
    )]
    #[expect(clippy::cast_sign_loss, reason = "the range was checked above")]
    #[expect(clippy::cast_precision_loss, reason = "MAX is below 2^53")]
    fn visit_f64<E: de::Error>(self, seconds: f64) -> Result<NumericDate, E> {
        let millis = seconds * 1_000.0;
        if !(0.0..=NumericDate::MAX.millis as f64).contains(&millis) {
            return Err(E::custom("an instant before 1970 or past the year 9999"));
        }
        Ok(NumericDate::from_millis(millis as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Option<NumericDate> {
        serde_json::from_str(json).ok()
    }

    #[test]
    fn reads_numbers_with_and_without_a_fraction() {
        assert_eq!(
            parse("1700000000"),
            Some(NumericDate::from_secs(1_700_000_000))
        );
        assert_eq!(
            parse("1700000000.25"),
            Some(NumericDate::from_millis(1_700_000_000_250))
        );
        assert_eq!(parse("0"), Some(NumericDate::from_secs(0)));
        assert_eq!(parse("1.7e9"), Some(NumericDate::from_secs(1_700_000_000)));
    }

    /// CVE-2026-44459, CVE-2026-25537: a wrong type is refused, never absent.
    #[test]
    fn refuses_every_other_json_value() {
        for json in [
            "\"1700000000\"",
            "null",
            "true",
            "[]",
            "[1]",
            "{}",
            "-1",
            "-0.5",
            "1e999",
            "253402300800",
            "18446744073709551616",
            "NaN",
            "",
        ] {
            assert_eq!(parse(json), None, "{json}");
        }
    }

    #[test]
    fn the_last_second_of_9999_is_the_limit() {
        assert!(parse("253402300799").is_some());
        assert!(parse("253402300800").is_none());
    }

    #[test]
    fn arithmetic_saturates() {
        assert_eq!(
            NumericDate::MAX.saturating_add(Duration::MAX),
            NumericDate::MAX
        );
        assert_eq!(
            NumericDate::from_secs(5).since(NumericDate::from_secs(9)),
            Duration::ZERO
        );
        assert_eq!(NumericDate::from_secs(u64::MAX), NumericDate::MAX);
    }
}
