//! The date of `Expires`, read as a browser does ([RFC 6265 §5.1.1]).
//!
//! [RFC 6265 §5.1.1]: https://www.rfc-editor.org/rfc/rfc6265#section-5.1.1

use crate::claims::NumericDate;

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// Reads a date in any of the notations that browsers accept. A date before 1970 is the epoch.
pub(super) fn parse(text: &str) -> Option<NumericDate> {
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    let is_delimiter =
        |byte: char| matches!(byte, '\t' | ' '..='/' | ';'..='@' | '['..='`' | '{'..='~');
    for token in text.split(is_delimiter).filter(|token| !token.is_empty()) {
        if time.is_none()
            && let Some(found) = time_of_day(token)
        {
            time = Some(found);
        } else if day.is_none()
            && let Some(found) = number(token, 1, 2)
        {
            day = Some(found);
        } else if month.is_none()
            && let Some(found) = month_of_year(token)
        {
            month = Some(found);
        } else if year.is_none()
            && let Some(found) = number(token, 2, 4)
        {
            year = Some(match found {
                70..=99 => found + 1_900,
                0..=69 => found + 2_000,
                other => other,
            });
        }
    }
    let (time, day, month, year) = (time?, day?, month?, year?);
    if year < 1_601 || day == 0 || day > days_in(month, year) {
        return None;
    }
    let Some(days) = days_since_epoch(year, month, day) else {
        return Some(NumericDate::from_secs(0));
    };
    Some(NumericDate::from_secs(days * 86_400 + time))
}

/// Reads `hh:mm:ss` as seconds since midnight.
fn time_of_day(token: &str) -> Option<u64> {
    let mut fields = token.splitn(3, ':');
    let mut field = |most| {
        let field = number(fields.next()?, 1, 2)?;
        (field <= most).then_some(field)
    };
    Some(field(23)? * 3_600 + field(59)? * 60 + field(59)?)
}

/// Returns the month that a token begins with, from 1 to 12.
fn month_of_year(token: &str) -> Option<u64> {
    let start = token.get(..3)?.to_ascii_lowercase();
    let month = MONTHS.iter().position(|month| *month == start)?;
    u64::try_from(month + 1).ok()
}

/// Reads the digits at the start of a token, between `least` and `most` of them.
fn number(token: &str, least: usize, most: usize) -> Option<u64> {
    let end = token.find(|byte: char| !byte.is_ascii_digit());
    let digits = token.get(..end.unwrap_or(token.len()))?;
    if (least..=most).contains(&digits.len()) {
        return digits.parse().ok();
    }
    None
}

fn is_leap(year: u64) -> bool {
    (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400)
}

fn days_in(month: u64, year: u64) -> u64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Returns `None` for a day before 1970.
fn days_since_epoch(year: u64, month: u64, day: u64) -> Option<u64> {
    let leap_days = |year: u64| year / 4 - year / 100 + year / 400;
    let years = year.checked_sub(1_970)?;
    let before_year = years * 365 + leap_days(year - 1) - leap_days(1_969);
    let before_month: u64 = (1..month).map(|month| days_in(month, year)).sum();
    Some(before_year + before_month + day - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_is_read_in_every_notation_of_browsers() {
        for (text, expected) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Wed, 09 Jun 2021 10:18:14 GMT", Some(1_623_233_894)),
            ("Tue, 29 Feb 2000 23:59:59 GMT", Some(951_868_799)),
            ("Sat, 31 Dec 2033 00:00:00 GMT", Some(2_019_600_000)),
            ("Wednesday, 09-Jun-21 10:18:14 GMT", Some(1_623_233_894)),
            ("Wed Jun  9 10:18:14 2021", Some(1_623_233_894)),
            ("9 june 2021 10:18:14", Some(1_623_233_894)),
            ("Sun, 31 Dec 1600 00:00:00 GMT", None),
            ("Fri, 01 Jan 1900 00:00:00 GMT", Some(0)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(253_402_300_799)),
            ("Mon, 29 Feb 2021 10:18:14 GMT", None),
            ("Mon, 00 Feb 2021 10:18:14 GMT", None),
            ("Mon, 32 Jan 2021 10:18:14 GMT", None),
            ("Mon, 01 Feb 2021 24:18:14 GMT", None),
            ("Mon, 01 Feb 2021 10:60:14 GMT", None),
            ("Mon, 01 Feb 2021", None),
            ("tomorrow", None),
            ("0", None),
            ("", None),
        ] {
            let parsed = parse(text).map(NumericDate::as_secs);
            assert_eq!(parsed, expected, "{text}");
        }
    }
}
