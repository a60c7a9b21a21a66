//! The notations of types of other crates: dates and times in a profile of RFC 3339, decimal numbers, URLs.
//!
//! The crates of dates disagree: about years of six digits, a space for the `T`, omitted seconds,
//! leap seconds, names of weekdays. Other parsers round or repair their input. Text reaches them only if it is in
//! this grammar.

mod decimal;
mod url;

pub(crate) use self::decimal::DecimalNumber;

/// The notation of a type of another crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// `2026-11-28`: `full-date` of [RFC 3339 §5.6](https://www.rfc-editor.org/rfc/rfc3339#section-5.6).
    Date,
    /// `09:30:00` or `09:30:00.5`: `partial-time`.
    Time,
    /// `2026-11-28T09:30:00`: a date and a time without an offset.
    DateTime,
    /// `2026-11-28T09:30:00+13:00`: `date-time`.
    Timestamp,
    /// `12.50`: a decimal number, as a text or as a number of JSON.
    Decimal,
    /// `https://example.com/`: an absolute URL of the web.
    Url,
}

/// The components of a text in its notation; those that it lacks are zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Components {
    pub(crate) date: CalendarDate,
    pub(crate) time: ClockTime,
    /// The offset from UTC in minutes, positive east of Greenwich.
    pub(crate) offset: i16,
}

/// A day of the proleptic Gregorian calendar, in the years 0000 to 9999.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd)]
pub(crate) struct CalendarDate {
    pub(crate) year: u16,
    pub(crate) month: u8,
    pub(crate) day: u8,
}

/// A time of day, without leap seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ClockTime {
    pub(crate) hour: u8,
    pub(crate) minute: u8,
    pub(crate) second: u8,
    pub(crate) nanosecond: u32,
}

/// The first and the last date with an offset: in UTC, every type can represent their times at every
/// offset. `jiff::Timestamp` ends on 9999-12-30.
const WITH_OFFSET: [CalendarDate; 2] = [
    CalendarDate {
        year: 0,
        month: 1,
        day: 2,
    },
    CalendarDate {
        year: 9999,
        month: 12,
        day: 28,
    },
];

/// The maximum number of digits of a fraction of a second: nanoseconds.
const MAX_FRACTION: usize = 9;

impl Notation {
    /// Returns whether a text is in this notation.
    pub(crate) fn accepts(self, text: &str) -> bool {
        match self {
            Self::Decimal => DecimalNumber::read(text).is_some(),
            Self::Url => url::is_url(text),
            Self::Date | Self::Time | Self::DateTime | Self::Timestamp => self.read(text).is_some(),
        }
    }

    /// Returns whether serde's buffer keeps a value, which is the text of a value in JSON.
    ///
    /// It keeps a number as a double, and `rust_decimal` reads few of the texts with an exponent.
    pub(crate) fn is_bufferable(self, literal: &str) -> bool {
        !matches!(self, Self::Decimal)
            || literal.starts_with('"') && !literal.contains(['e', 'E', '\\'])
    }

    /// Reads a date or time in this notation; returns `None` for the other notations.
    pub(crate) fn read(self, text: &str) -> Option<Components> {
        if matches!(self, Self::Decimal | Self::Url) {
            return None;
        }
        let mut rest = Rest(text.as_bytes());
        let mut components = Components::default();
        if !matches!(self, Self::Time) {
            components.date = rest.date()?;
        }
        if matches!(self, Self::DateTime | Self::Timestamp) {
            rest.literal(b'T')?;
        }
        if !matches!(self, Self::Date) {
            components.time = rest.time()?;
        }
        if matches!(self, Self::Timestamp) {
            components.offset = rest.offset()?;
            let [first, last] = WITH_OFFSET;
            if !(first..=last).contains(&components.date) {
                return None;
            }
        }
        rest.0.is_empty().then_some(components)
    }

    /// Returns the message about a text in another notation.
    pub(crate) fn requirement(self) -> &'static str {
        match self {
            Self::Date => "must be a date such as `2026-11-28`",
            Self::Time => "must be a time such as `09:30:00`",
            Self::DateTime => "must be a date and time such as `2026-11-28T09:30:00`",
            Self::Timestamp => {
                "must be a date and time with an offset, such as `2026-11-28T09:30:00Z`"
            }
            Self::Decimal => "must be a decimal number with at most 28 digits, such as `12.50`",
            Self::Url => {
                "must be a URL such as `https://example.com/`, without user name and password, of at most 2048 bytes"
            }
        }
    }
}

impl CalendarDate {
    /// Returns the day of the year, from 1.
    pub(crate) fn day_of_year(self) -> u16 {
        let before = (1..self.month).map(|month| u16::from(days_in(self.year, month)));
        before.sum::<u16>() + u16::from(self.day)
    }

    /// Returns the day before, which must not be in the year before 0000.
    pub(crate) fn previous(self) -> Self {
        let Self { year, month, day } = self;
        match (month, day) {
            (1, 1) => Self {
                year: year.saturating_sub(1),
                month: 12,
                day: 31,
            },
            (_, 1) => Self {
                year,
                month: month - 1,
                day: days_in(year, month - 1),
            },
            _ => Self {
                day: day - 1,
                ..self
            },
        }
    }

    /// Returns the day after.
    pub(crate) fn next(self) -> Self {
        let Self { year, month, day } = self;
        match (month, day) {
            (12, 31) => Self {
                year: year + 1,
                month: 1,
                day: 1,
            },
            _ if day == days_in(year, month) => Self {
                year,
                month: month + 1,
                day: 1,
            },
            _ => Self {
                day: day + 1,
                ..self
            },
        }
    }
}

/// Returns the number of days of a month.
fn days_in(year: u16, month: u8) -> u8 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The part of a text that is not read yet.
struct Rest<'t>(&'t [u8]);

impl Rest<'_> {
    fn literal(&mut self, literal: u8) -> Option<()> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        (*first == literal).then_some(())
    }

    fn digit(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        first.is_ascii_digit().then(|| first - b'0')
    }

    /// Reads a number of two digits that is at most `max`.
    fn pair(&mut self, max: u8) -> Option<u8> {
        let pair = self.digit()? * 10 + self.digit()?;
        (pair <= max).then_some(pair)
    }

    fn date(&mut self) -> Option<CalendarDate> {
        let year = u16::from(self.pair(99)?) * 100 + u16::from(self.pair(99)?);
        self.literal(b'-')?;
        let month = self.pair(12)?;
        self.literal(b'-')?;
        let day = self.pair(days_in(year, month))?;
        (month > 0 && day > 0).then_some(CalendarDate { year, month, day })
    }

    fn time(&mut self) -> Option<ClockTime> {
        let hour = self.pair(23)?;
        self.literal(b':')?;
        let minute = self.pair(59)?;
        self.literal(b':')?;
        let second = self.pair(59)?;
        let nanosecond = match self.0.first() {
            Some(b'.') => self.fraction()?,
            _ => 0,
        };
        Some(ClockTime {
            hour,
            minute,
            second,
            nanosecond,
        })
    }

    /// Reads a fraction of a second in nanoseconds.
    fn fraction(&mut self) -> Option<u32> {
        self.literal(b'.')?;
        let count = self
            .0
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if !(1..=MAX_FRACTION).contains(&count) {
            return None;
        }
        let mut nanosecond = 0;
        for index in 0..MAX_FRACTION {
            let digit = if index < count { self.digit()? } else { 0 };
            nanosecond = nanosecond * 10 + u32::from(digit);
        }
        Some(nanosecond)
    }

    /// Reads an offset from UTC in minutes.
    fn offset(&mut self) -> Option<i16> {
        let (sign, rest) = self.0.split_first()?;
        self.0 = rest;
        let sign = match sign {
            b'Z' => return Some(0),
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        let hours = i16::from(self.pair(23)?);
        self.literal(b':')?;
        let minutes = i16::from(self.pair(59)?);
        Some(sign * (hours * 60 + minutes))
    }
}
