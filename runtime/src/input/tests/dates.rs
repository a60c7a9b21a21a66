//! Dates and times of other crates: one grammar, whichever crate reads the text.

use chrono::{Datelike as _, Timelike as _};
use proptest::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::input::contract::{InputError, InputLocation, Violation};
use crate::input::decode::{json, plain, urlencoded};

/// Decodes a JSON value.
pub(super) fn read<T: DeserializeOwned>(value: &str) -> Option<T> {
    json::decode_without_shape(value.as_bytes()).ok()
}

/// Decodes a JSON string and a text; both must have the same result.
fn both<T: DeserializeOwned + PartialEq + std::fmt::Debug>(text: &str) -> Option<T> {
    let string = serde_json::to_string(text).unwrap();
    let from_json = read::<T>(&string);
    let from_text = plain::decode_text::<T>(text.as_bytes()).ok();
    assert_eq!(from_json, from_text, "{text:?}");
    from_json
}

/// Returns the results of several types, which must be the same.
fn agreed<const N: usize, V: PartialEq + std::fmt::Debug + Copy>(
    text: &str,
    values: [Option<V>; N],
) -> Option<V> {
    let [first, ..] = values.as_slice() else {
        panic!("no types");
    };
    assert_eq!(values, [*first; N], "{text:?}");
    *first
}

fn date(text: &str) -> Option<(i32, u32)> {
    let jiff = both::<jiff::civil::Date>(text);
    let time = both::<time::Date>(text);
    let chrono = both::<chrono::NaiveDate>(text);
    let values = [
        jiff.map(|date| (date.year().into(), date.day_of_year().unsigned_abs().into())),
        time.map(|date| (date.year(), date.ordinal().into())),
        chrono.map(|date| (date.year(), date.ordinal())),
    ];
    agreed(text, values)
}

/// Returns the nanoseconds since midnight.
fn time(text: &str) -> Option<u64> {
    let nanoseconds = |hour: u64, minute: u64, second: u64, nanosecond: u64| {
        ((hour * 60 + minute) * 60 + second) * 1_000_000_000 + nanosecond
    };
    let jiff = both::<jiff::civil::Time>(text).map(|time| {
        let [hour, minute, second] = [time.hour(), time.minute(), time.second()];
        let [hour, minute, second] = [hour, minute, second].map(|part| part.unsigned_abs().into());
        nanoseconds(
            hour,
            minute,
            second,
            time.subsec_nanosecond().unsigned_abs().into(),
        )
    });
    let other = both::<time::Time>(text).map(|time| {
        let (hour, minute, second, nanosecond) = time.as_hms_nano();
        nanoseconds(hour.into(), minute.into(), second.into(), nanosecond.into())
    });
    let chrono = both::<chrono::NaiveTime>(text).map(|time| {
        let nanosecond = u64::from(time.nanosecond());
        u64::from(time.num_seconds_from_midnight()) * 1_000_000_000 + nanosecond
    });
    agreed(text, [jiff, other, chrono])
}

/// Returns the nanoseconds since 1970, as if the time was in UTC.
fn date_time(text: &str) -> Option<i128> {
    let jiff = both::<jiff::civil::DateTime>(text);
    let jiff = jiff.map(|time| {
        let since = time.duration_since(jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0));
        since.as_nanos()
    });
    let other = both::<time::PrimitiveDateTime>(text);
    let other = other.map(|time| time.assume_utc().unix_timestamp_nanos());
    let chrono = both::<chrono::NaiveDateTime>(text).map(|time| nanoseconds(time.and_utc()));
    agreed(text, [jiff, other, chrono])
}

fn timestamp(text: &str) -> Option<i128> {
    let jiff = both::<jiff::Timestamp>(text).map(jiff::Timestamp::as_nanosecond);
    let other = both::<time::OffsetDateTime>(text);
    let in_utc = both::<time::UtcDateTime>(text);
    let fixed = both::<chrono::DateTime<chrono::FixedOffset>>(text);
    let utc = both::<chrono::DateTime<chrono::Utc>>(text);
    if let (Some(one), Some(other)) = (fixed, other) {
        // both keep the offset
        let seconds = other.offset().whole_seconds();
        assert_eq!(one.offset().local_minus_utc(), seconds, "{text}");
    }
    let values = [
        jiff,
        other.map(time::OffsetDateTime::unix_timestamp_nanos),
        in_utc.map(time::UtcDateTime::unix_timestamp_nanos),
        fixed.map(|time| nanoseconds(time.to_utc())),
        utc.map(nanoseconds),
    ];
    agreed(text, values)
}

fn nanoseconds(time: chrono::DateTime<chrono::Utc>) -> i128 {
    i128::from(time.timestamp()) * 1_000_000_000 + i128::from(time.timestamp_subsec_nanos())
}

const DATES: &[(&str, bool)] = &[
    ("2026-11-28", true),
    ("0000-01-01", true),
    ("0000-02-29", true),
    ("9999-12-31", true),
    ("2024-02-29", true),
    ("2000-02-29", true),
    ("2026-04-30", true),
    ("2026-02-29", false),
    ("1900-02-29", false),
    ("2026-02-30", false),
    ("2026-04-31", false),
    ("2026-00-10", false),
    ("2026-13-01", false),
    ("2026-01-00", false),
    ("2026-01-32", false),
    ("", false),
    ("2026", false),
    ("2026-11", false),
    ("20261128", false),
    ("2026-1-1", false),
    ("2026-11-8", false),
    ("26-11-28", false),
    ("+2026-11-28", false),
    ("-2026-11-28", false),
    ("-0001-01-01", false),
    ("+002026-11-28", false),
    ("-000000-01-01", false),
    ("10000-01-01", false),
    ("02026-11-28", false),
    ("2026/11/28", false),
    ("2026-W48-6", false),
    ("2026-332", false),
    (" 2026-11-28", false),
    ("2026-11-28 ", false),
    ("2026- 11-28", false),
    ("2026-11-28\n", false),
    ("2026-11-28\0", false),
    ("2026-11-28T", false),
    ("2026-11-28T00:00:00", false),
    ("2026-11-28T00:00:00Z", false),
    ("2026-11-28[Pacific/Auckland]", false),
    ("2026-11-28[u-ca=hebrew]", false),
    ("28.11.2026", false),
    ("11/28/2026", false),
    ("\u{661}026-11-28", false),
    ("2026\u{2212}11\u{2212}28", false),
    ("today", false),
];

const TIMES: &[(&str, bool)] = &[
    ("00:00:00", true),
    ("09:30:00", true),
    ("23:59:59", true),
    ("23:59:59.999999999", true),
    ("09:30:00.5", true),
    ("09:30:00.000000001", true),
    ("09:30:00.0", true),
    ("24:00:00", false),
    ("23:59:60", false),
    ("23:60:00", false),
    ("09:30", false),
    ("09", false),
    ("0930", false),
    ("093000", false),
    ("9:30:00", false),
    ("09:3:00", false),
    ("09:30:0", false),
    ("09:30:00.", false),
    ("09:30:00,5", false),
    ("09:30:00.1234567891", false),
    ("09:30:00.5x", false),
    ("T09:30:00", false),
    ("09:30:00Z", false),
    ("09:30:00+13:00", false),
    ("09:30:00 AM", false),
    (" 09:30:00", false),
    ("09:30:00 ", false),
    ("09 : 30 : 00", false),
    ("09.30.00", false),
    ("-09:30:00", false),
    ("", false),
];

const OFFSETS: &[(&str, bool)] = &[
    ("Z", true),
    ("+00:00", true),
    ("-00:00", true),
    ("+13:00", true),
    ("-09:30", true),
    ("+23:59", true),
    ("-23:59", true),
    ("", false),
    ("z", false),
    ("+24:00", false),
    ("-24:00", false),
    ("+13:60", false),
    ("+13", false),
    ("+1300", false),
    ("+1:00", false),
    ("+13:00:00", false),
    ("+13:00:01", false),
    ("+1", false),
    ("\u{2212}09:30", false),
    (" Z", false),
    (" +13:00", false),
    ("Z ", false),
    ("UTC", false),
    (" UTC", false),
    ("GMT", false),
    ("EST", false),
    ("Z[UTC]", false),
    ("+13:00[Pacific/Auckland]", false),
];

const TIMESTAMPS: &[(&str, bool)] = &[
    ("1970-01-01T00:00:00Z", true),
    ("0000-01-02T00:00:00+23:59", true),
    ("9999-12-28T23:59:59.999999999-23:59", true),
    ("2024-02-29T23:59:59-23:59", true),
    ("2024-03-01T00:00:00+23:59", true),
    ("2023-12-31T23:00:00-02:00", true),
    ("2024-01-01T01:00:00+02:00", true),
    ("0000-01-01T00:00:00Z", false),
    ("0000-01-01T23:59:59-23:59", false),
    ("9999-12-29T00:00:00Z", false),
    ("9999-12-31T23:59:59Z", false),
    ("2016-12-31T23:59:60Z", false),
    ("2026-11-28t09:30:00Z", false),
    ("2026-11-28 09:30:00Z", false),
    ("2026-11-28_09:30:00Z", false),
    ("2026-11-28T09:30Z", false),
    ("2026-11-28T0930Z", false),
    ("20261128T093000Z", false),
    ("2026-11-28T24:00:00Z", false),
    ("2026-02-29T00:00:00Z", false),
    ("+012026-11-28T09:30:00Z", false),
    ("Sat, 28 Nov 2026 09:30:00 GMT", false),
    ("1764322200", false),
    ("@1764322200", false),
    ("2026-11-28T09:30:00.Z", false),
    ("2026-11-28T09:30:00,5Z", false),
];

#[test]
fn crates_agree_about_every_text_of_the_tables() {
    for (text, is_valid) in DATES {
        assert_eq!(date(text).is_some(), *is_valid, "{text:?}");
    }
    for (text, is_valid) in TIMES {
        assert_eq!(time(text).is_some(), *is_valid, "{text:?}");
        let text = format!("2026-11-28T{text}");
        assert_eq!(date_time(&text).is_some(), *is_valid, "{text:?}");
        let text = format!("{text}Z");
        let is_valid = *is_valid && !text.ends_with("ZZ");
        assert_eq!(timestamp(&text).is_some(), is_valid, "{text:?}");
    }
    for (text, is_valid) in OFFSETS {
        let text = format!("2026-11-28T09:30:00.25{text}");
        assert_eq!(timestamp(&text).is_some(), *is_valid, "{text:?}");
    }
    for (text, is_valid) in TIMESTAMPS {
        assert_eq!(timestamp(text).is_some(), *is_valid, "{text:?}");
    }
    let count = DATES.len() + 3 * TIMES.len() + OFFSETS.len() + TIMESTAMPS.len();
    assert!(count >= 100, "{count}");
}

#[test]
fn fraction_and_offset_are_kept() {
    assert_eq!(timestamp("1970-01-01T00:00:00.000000001Z"), Some(1));
    assert_eq!(
        timestamp("1970-01-01T13:00:01.5+13:00"),
        Some(1_500_000_000)
    );
    assert_eq!(timestamp("1969-12-31T23:59:59-00:01"), Some(59_000_000_000));
    assert_eq!(date_time("1970-01-02T00:00:00.1"), Some(86_400_100_000_000));
    assert_eq!(time("00:01:00.12"), Some(60_120_000_000));
    assert_eq!(date("2024-12-31"), Some((2024, 366)));
}

/// Returns texts that are nearly in the grammar.
fn near() -> impl Strategy<Value = String> {
    let year = prop_oneof![
        Just("0000".to_owned()),
        Just("9999".to_owned()),
        "[0-9]{4}",
        "[-+]?[0-9]{3,6}"
    ];
    let date = (
        year,
        "(-(0[0-3]|1[0-3]|[0-9]{2}))",
        "(-(0[01]|2[89]|3[0-2]|[0-9]{1,2}))?",
    )
        .prop_map(|(year, month, day)| format!("{year}{month}{day}"));
    let time = "([01][0-9]|2[0-4]):([0-5][0-9]|60)(:([0-5][0-9]|60))?([.,][0-9]{0,10})?";
    let offset = "(Z|z|[+-](0[0-9]|1[0-9]|2[0-5]):?([0-5][0-9]|60)?)?";
    (date, "[T t]", time, offset)
        .prop_map(|(date, t, time, offset)| format!("{date}{t}{time}{offset}"))
}

proptest! {
    #[test]
    fn crates_agree_about_near_texts(text in near()) {
        timestamp(&text);
        date_time(&text);
        let (day, rest) = text.split_at(text.len().min(10));
        date(day);
        time(rest.get(1..).unwrap_or_default());
    }

    #[test]
    fn crates_agree_about_changed_texts(at in 0_usize..35, byte in 0_u8..128) {
        let mut text = *b"2026-11-28T09:30:00.123456789+13:00";
        text[at] = byte;
        timestamp(str::from_utf8(&text).unwrap());
    }
}

#[test]
fn value_that_is_no_string_is_rejected() {
    let rejections = |value: &str| {
        [
            read::<jiff::civil::Date>(value).is_none(),
            read::<time::Date>(value).is_none(),
            read::<chrono::NaiveDate>(value).is_none(),
            read::<time::OffsetDateTime>(value).is_none(),
            read::<jiff::Timestamp>(value).is_none(),
        ]
    };
    for value in [
        "0",
        "20261128",
        "null",
        "true",
        "[2026, 332]",
        "[2026, 332, 9, 30, 0, 0, 13, 0, 0]",
        "{}",
        "[]",
        "{\"$serde_json::private::RawValue\": \"2026-11-28\"}",
    ] {
        assert_eq!(rejections(value), [true; 5], "{value}");
    }
}

#[test]
fn escaped_string_is_read_and_long_one_is_not() {
    let escaped = r#""\u0032026-11-28""#;
    assert_eq!(read(escaped), Some(jiff::civil::date(2026, 11, 28)));
    let long = format!("\"\\u0032026-11-28{}\"", " ".repeat(1 << 16));
    assert_eq!(read::<jiff::civil::Date>(&long), None);
    for malformed in [r#""\ud800""#, r#""\x""#, "\"2026-11-28", "\"2026-11-28\"1"] {
        let decoded = json::decode_without_shape::<jiff::civil::Date>(malformed.as_bytes());
        assert!(
            matches!(decoded, Err(InputError::Malformed(..))),
            "{malformed}: {decoded:?}"
        );
    }
}

#[test]
fn error_names_notation_at_the_field_without_input() {
    #[derive(Debug, Deserialize)]
    struct Leave {
        from: time::OffsetDateTime,
    }
    let decoded = json::decode_without_shape::<Leave>(br#"{"from": "hunter2"}"#);
    let detail = "must be a date and time with an offset, such as `2026-11-28T09:30:00Z`";
    let violation = Violation::new("/from", "format", detail);
    let expected = InputError::TypeMismatch(InputLocation::Body, violation);
    assert_eq!(decoded.map(|leave| leave.from).unwrap_err(), expected);

    let decoded =
        urlencoded::decode_without_shape::<Leave>(b"from=hunter2", InputLocation::Query, 4);
    let violation = Violation::new("from", "format", detail);
    let expected = InputError::TypeMismatch(InputLocation::Query, violation);
    assert_eq!(decoded.map(|leave| leave.from).unwrap_err(), expected);
}
