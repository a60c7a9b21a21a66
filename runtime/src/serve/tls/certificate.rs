//! The fields of a certificate that a server checks before it presents it ([RFC 5280 §4.1]).
//!
//! [RFC 5280 §4.1]: https://www.rfc-editor.org/rfc/rfc5280#section-4.1

use crate::keys::der::{BIT_STRING, CONTEXT_0, INTEGER, SEQUENCE, read_element};

const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// Some fields of a certificate, whose signature is not verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CertificateFields<'a> {
    pub(super) issuer: &'a [u8],
    pub(super) subject: &'a [u8],
    pub(super) not_before: Time,
    pub(super) not_after: Time,
    pub(super) key_algorithm: &'a [u8],
    pub(super) key: &'a [u8],
}

/// A time of a certificate, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Time(pub(super) i64);

impl<'a> CertificateFields<'a> {
    /// Reads the fields from DER.
    pub(super) fn read(der: &'a [u8]) -> Option<Self> {
        let (certificate, _) = read_element(SEQUENCE, der)?;
        let (fields, _) = read_element(SEQUENCE, certificate)?;
        let rest = match read_element(CONTEXT_0, fields) {
            Some((_version, rest)) => rest,
            None => fields,
        };
        let (_serial, rest) = read_element(INTEGER, rest)?;
        let (_algorithm, rest) = read_element(SEQUENCE, rest)?;
        let (issuer, rest) = read_element(SEQUENCE, rest)?;
        let (validity, rest) = read_element(SEQUENCE, rest)?;
        let (subject, rest) = read_element(SEQUENCE, rest)?;
        let (key, _) = read_element(SEQUENCE, rest)?;
        let (key_algorithm, key) = read_element(SEQUENCE, key)?;
        let (key, _) = read_element(BIT_STRING, key)?;
        let key = key.strip_prefix(&[0])?;
        let (not_before, validity) = Time::read(validity)?;
        let (not_after, _) = Time::read(validity)?;
        Some(Self {
            issuer,
            subject,
            not_before,
            not_after,
            key_algorithm,
            key,
        })
    }
}

impl Time {
    /// Reads a time, in one of the two notations of [RFC 5280 §4.1.2.5].
    ///
    /// [RFC 5280 §4.1.2.5]: https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5
    pub(super) fn read(der: &[u8]) -> Option<(Self, &[u8])> {
        if let Some((text, rest)) = read_element(UTC_TIME, der) {
            let (year, text) = number(text, 2)?;
            let century = if year < 50 { 2000 } else { 1900 };
            return Some((Self::parse(century + year, text)?, rest));
        }
        let (text, rest) = read_element(GENERALIZED_TIME, der)?;
        let (year, text) = number(text, 4)?;
        Some((Self::parse(year, text)?, rest))
    }

    /// Parses `MMDDhhmmssZ`.
    fn parse(year: i64, text: &[u8]) -> Option<Self> {
        let (month, text) = number(text, 2)?;
        let (day, text) = number(text, 2)?;
        let (hour, text) = number(text, 2)?;
        let (minute, text) = number(text, 2)?;
        let (second, text) = number(text, 2)?;
        let is_valid = (1..=12).contains(&month)
            && (1..=31).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        if !is_valid || text != b"Z" {
            return None;
        }
        let seconds = (hour * 60 + minute) * 60 + second;
        Some(Self(days_since_1970(year, month, day) * 86_400 + seconds))
    }
}

/// Formats the time in RFC 3339.
impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (days, seconds) = (self.0.div_euclid(86_400), self.0.rem_euclid(86_400));
        let (year, month, day) = date(days);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
        )
    }
}

/// Reads a number of `digits` digits.
fn number(text: &[u8], digits: usize) -> Option<(i64, &[u8])> {
    let (number, rest) = text.split_at_checked(digits)?;
    let mut value = 0;
    for digit in number {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i64::from(digit - b'0');
    }
    Some((value, rest))
}

/// Returns the days of a date of the Gregorian calendar since 1970-01-01.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    // years begin in March, so that a leap day is the last one
    let year = if month > 2 { year } else { year - 1 };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Returns the year, month and day of a number of days since 1970-01-01.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(tag: u8, text: &str) -> Option<String> {
        let length = u8::try_from(text.len()).unwrap();
        let der = [&[tag, length], text.as_bytes()].concat();
        Time::read(&der).map(|(time, _)| time.to_string())
    }

    #[test]
    fn time_is_read_in_both_notations() {
        for (tag, text, time) in [
            (UTC_TIME, "261128203545Z", "2026-11-28T20:35:45Z"),
            (UTC_TIME, "491231235959Z", "2049-12-31T23:59:59Z"),
            (UTC_TIME, "500101000000Z", "1950-01-01T00:00:00Z"),
            (UTC_TIME, "240229000000Z", "2024-02-29T00:00:00Z"),
            (GENERALIZED_TIME, "20500301000000Z", "2050-03-01T00:00:00Z"),
            (GENERALIZED_TIME, "20000229120000Z", "2000-02-29T12:00:00Z"),
            (GENERALIZED_TIME, "99991231235959Z", "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(read(tag, text).as_deref(), Some(time), "{text}");
        }
        assert_eq!(days_since_1970(1970, 1, 1), 0);
        assert_eq!(days_since_1970(2026, 11, 28), 20_785);
    }

    #[test]
    fn malformed_time_is_rejected() {
        for (tag, text) in [
            (UTC_TIME, ""),
            (UTC_TIME, "2611282035Z"),
            (UTC_TIME, "261128203545"),
            (UTC_TIME, "261328203545Z"),
            (UTC_TIME, "261100203545Z"),
            (UTC_TIME, "261128243545Z"),
            (UTC_TIME, "26112820354+Z"),
            (UTC_TIME, "261128203545+0100"),
            (UTC_TIME, "20261128203545Z"),
            (GENERALIZED_TIME, "20261128203545.5Z"),
            (GENERALIZED_TIME, "261128203545Z"),
            (0x16, "261128203545Z"),
        ] {
            assert_eq!(read(tag, text), None, "{text}");
        }
    }

    #[test]
    fn fields_of_a_certificate_are_read() {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut parameters = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        parameters.not_before = rcgen::date_time_ymd(2020, 2, 29);
        parameters.not_after = rcgen::date_time_ymd(2055, 3, 1);
        let certificate = parameters.self_signed(&key).unwrap();
        let fields = CertificateFields::read(certificate.der()).unwrap();
        assert_eq!(fields.issuer, fields.subject);
        assert_eq!(fields.not_before.to_string(), "2020-02-29T00:00:00Z");
        assert_eq!(fields.not_after.to_string(), "2055-03-01T00:00:00Z");
        let der = certificate.der();
        for length in 0..der.len() {
            let truncated = CertificateFields::read(&der[..length]);
            assert_eq!(truncated, None, "{length}");
        }
    }
}
