//! `NumericDate`: seconds since the epoch, with an optional fraction ([RFC 7519 §2]).
//!
//! [RFC 7519 §2]: https://www.rfc-editor.org/rfc/rfc7519#section-2

use std::fmt;
use std::time::Duration;

use serde::de::{self, Deserialize, Deserializer, Visitor};

/// A date in a token, with millisecond precision.
///
/// It is deserialized from a JSON number only. Strings, negative numbers and dates after the year
/// 9999 are errors; a claim with such a value is never treated as absent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NumericDate {
    millis: u64,
}

impl NumericDate {
    /// The latest date, the last millisecond of the year 9999.
    pub const MAX: Self = Self {
        millis: 253_402_300_799_999,
    };

    /// Creates a date from seconds since the epoch, at most [`MAX`](Self::MAX).
    pub const fn from_secs(seconds: u64) -> Self {
        Self::from_millis(seconds.saturating_mul(1_000))
    }

    /// Creates a date from milliseconds since the epoch, at most [`MAX`](Self::MAX).
    pub const fn from_millis(millis: u64) -> Self {
        if millis > Self::MAX.millis {
            Self::MAX
        } else {
            Self { millis }
        }
    }

    /// Returns the whole seconds since the epoch, rounded down.
    pub const fn as_secs(self) -> u64 {
        self.millis / 1_000
    }

    /// Returns the milliseconds since the epoch.
    pub const fn as_millis(self) -> u64 {
        self.millis
    }

    /// Returns the time since `earlier`, or zero if this date is not later.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.millis.saturating_sub(earlier.millis))
    }

    /// Adds a duration; the result is at most [`MAX`](Self::MAX).
    #[must_use]
    pub fn saturating_add(self, duration: Duration) -> Self {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self::from_millis(self.millis.saturating_add(millis))
    }

    /// Subtracts a duration; the result is at least the epoch.
    #[must_use]
    pub fn saturating_sub(self, duration: Duration) -> Self {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self::from_millis(self.millis.saturating_sub(millis))
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
            return Err(E::custom("a date after the year 9999"));
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
            return Err(E::custom("a date before 1970 or after the year 9999"));
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
    fn number_with_or_without_fraction_is_a_date() {
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

    /// CVE-2026-44459, CVE-2026-25537.
    #[test]
    fn any_other_json_value_is_rejected() {
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
    fn date_after_the_year_9999_is_rejected() {
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
