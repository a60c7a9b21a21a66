//! Dates and times of other crates as keys and inside enums.

use std::collections::BTreeMap;

use super::dates::read;
use crate::input::contract::{InputContract as _, InputLocation};
use crate::input::decode::{json, urlencoded};
use crate::prelude::*;

#[test]
fn key_of_map_is_in_the_same_notation() {
    type Days = BTreeMap<time::Date, u8>;
    type Chrono = BTreeMap<chrono::NaiveDate, u8>;

    let days = read::<Days>(r#"{"2026-11-28": 1, "2026-11-29": 2}"#).unwrap();
    assert_eq!(days.len(), 2);
    assert_eq!(read::<Days>(r#"{"20261128": 1}"#), None);
    assert!(read::<Chrono>(r#"{"2026-11-28": 1}"#).is_some());
    assert_eq!(read::<Chrono>(r#"{"2026-11- 28": 1}"#), None);
}

/// serde reads the content of a tagged enum into a buffer, and then passes it to the crate's parser.
#[test]
fn notation_is_checked_in_tagged_enums() {
    #[derive(Debug, PartialEq, Deserialize, Validate, SecureInput)]
    #[serde(tag = "kind", deny_unknown_fields)]
    enum Event {
        Once {
            #[garde(skip)]
            day: chrono::NaiveDate,
        },
        Daily {
            #[garde(length(max = 3))]
            days: BTreeMap<jiff::civil::Date, Option<chrono::DateTime<chrono::Utc>>>,
        },
    }
    let decode = |text: &str| {
        let decoded = json::decode::<Event>(text.as_bytes(), Event::shape());
        decoded.map(|decoded| decoded.value).ok()
    };
    assert!(decode(r#"{"kind": "Once", "day": "2026-11-28"}"#).is_some());
    for day in [
        "2026-11- 28",
        "2026-1-1",
        "+2026-11-28",
        "+12026-11-28",
        " 2026-11-28",
    ] {
        let text = format!(r#"{{"kind": "Once", "day": "{day}"}}"#);
        assert_eq!(decode(&text), None, "{day}");
        let text = format!(r#"{{"day": "{day}", "kind": "Once"}}"#);
        assert_eq!(decode(&text), None, "{day}");
    }
    let daily = |name: &str, at: &str| {
        decode(&format!(
            r#"{{"kind": "Daily", "days": {{"{name}": {at}}}}}"#
        ))
        .is_some()
    };
    assert!(daily("2026-11-28", "\"2026-11-28T09:30:00Z\""));
    assert!(daily("2026-11-28", "null"));
    assert!(!daily("20261128", "null"));
    assert!(!daily("2026-11-28T00:00:00", "null"));
    assert!(!daily("2026-11-28", "\"2026-11-28 09:30:00Z\""));
    assert!(!daily("2026-11-28", "\"2016-12-31T23:59:60Z\""));
}

/// The content may come before the tag, and is then buffered without an object around it.
#[test]
fn notation_is_checked_in_content_before_its_tag() {
    #[derive(Debug, PartialEq, Deserialize, Validate, SecureInput)]
    #[serde(tag = "kind", content = "at", deny_unknown_fields)]
    enum Event {
        Once(#[garde(skip)] chrono::NaiveDate),
        Daily(#[garde(skip)] jiff::civil::Time),
        At(#[garde(skip)] Option<chrono::DateTime<chrono::Utc>>),
    }
    let decode = |kind: &str, at: &str| {
        let texts = [
            format!(r#"{{"kind": "{kind}", "at": {at}}}"#),
            format!(r#"{{"at": {at}, "kind": "{kind}"}}"#),
        ];
        texts.map(|text| json::decode::<Event>(text.as_bytes(), Event::shape()).is_ok())
    };
    for (kind, at, is_valid) in [
        ("Once", "\"2026-11-28\"", true),
        ("Once", "\"2026-11- 28\"", false),
        ("Once", "\"2026-1-1\"", false),
        ("Once", "\"+12026-11-28\"", false),
        ("Daily", "\"09:30:00\"", true),
        ("Daily", "\"09:30\"", false),
        ("At", "\"2026-11-28T09:30:00Z\"", true),
        ("At", "\"2026-11-28 09:30:00Z\"", false),
        ("At", "null", true),
    ] {
        assert_eq!(decode(kind, at), [is_valid; 2], "{kind} {at}");
    }
}

/// No position in a form says which variant's notation a parameter has.
#[test]
fn tagged_enum_with_date_is_rejected_in_query() {
    #[derive(Debug, PartialEq, Deserialize, Validate, SecureInput)]
    #[serde(tag = "kind", deny_unknown_fields)]
    enum Filter {
        Day {
            #[garde(skip)]
            day: chrono::NaiveDate,
        },
        Name {
            #[garde(length(chars, max = 9))]
            name: String,
        },
    }
    for text in [
        "kind=Day&day=2026-11-28",
        "kind=Day&day=2026-1-1",
        "kind=Name&name=a",
    ] {
        let decoded =
            urlencoded::decode::<Filter>(text.as_bytes(), InputLocation::Query, 4, Filter::shape());
        assert!(decoded.is_err(), "{text}");
    }
}

#[test]
fn patch_and_option_are_in_the_same_notation() {
    use crate::input::Patch;

    let date = time::Date::from_ordinal_date(2026, 332).unwrap();
    let read_patch = read::<Patch<time::Date>>;
    assert_eq!(read_patch("\"2026-11-28\""), Some(Patch::Value(date)));
    assert_eq!(read_patch("null"), Some(Patch::Null));
    assert_eq!(read_patch("\"2026-11-28 \""), None);
    assert_eq!(read_patch("[2026, 332]"), None);
    assert_eq!(read::<Option<time::Date>>("null"), Some(None));
    assert_eq!(read::<Option<time::Date>>("\"2026-332\""), None);
}
