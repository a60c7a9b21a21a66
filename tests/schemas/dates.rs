//! Dates and times of other crates, whose schema is exact.

use palisade::prelude::*;
use serde_json::json;

use crate::agreement::{accepts, exact, validator};
use crate::documents::schema_of;

exact! {
    days_and_times: Local;
    timestamps: Timestamps;
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Local {
    #[garde(skip)]
    day: jiff::civil::Date,
    #[garde(skip)]
    other: Option<time::Date>,
    #[garde(skip)]
    time: Option<chrono::NaiveTime>,
    #[garde(skip)]
    start: Option<time::PrimitiveDateTime>,
    #[garde(skip)]
    end: Option<jiff::civil::DateTime>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Timestamps {
    #[garde(skip)]
    jiff: jiff::Timestamp,
    #[garde(skip)]
    time: Option<time::OffsetDateTime>,
    #[garde(length(max = 2))]
    chrono: Vec<chrono::DateTime<chrono::Utc>>,
}

/// Generating values from a schema does not find those at the edges.
#[tokio::test]
async fn schema_agrees_at_the_edges_of_the_calendar() {
    #[derive(Deserialize, Validate, SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Edges {
        #[garde(skip)]
        day: Option<chrono::NaiveDate>,
        #[garde(skip)]
        at: Option<jiff::Timestamp>,
    }

    #[public(reason = "a test")]
    async fn edges(_: Valid<Json<Edges>>) {}

    let validator = validator(&schema_of(post(edges)));
    let years = (0..=9999).step_by(4).chain([1, 1900, 1999, 2023, 2100]);
    for year in years {
        let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let value = json!({ "day": format!("{year:04}-02-29") });
        assert_eq!(validator.is_valid(&value), is_leap, "{value}");
        let is_accepted = accepts::<Edges>(&value.to_string()).await;
        assert_eq!(is_accepted, is_leap, "{value}");
    }
    for month in 0..=13 {
        for day in [0, 1, 9, 10, 19, 20, 28, 29, 30, 31, 32] {
            let value = json!({ "day": format!("2026-{month:02}-{day:02}") });
            let is_valid = validator.is_valid(&value);
            assert_eq!(
                accepts::<Edges>(&value.to_string()).await,
                is_valid,
                "{value}"
            );
        }
    }
    for (at, is_expected) in [
        ("0000-01-01T23:59:59Z", false),
        ("0000-01-02T00:00:00+23:59", true),
        ("9999-12-28T23:59:59.999999999-23:59", true),
        ("9999-12-29T00:00:00Z", false),
        ("9999-12-31T00:00:00Z", false),
        ("2016-12-31T23:59:60Z", false),
        ("2026-11-28T09:30:00.1234567891Z", false),
        ("2026-11-28T09:30:00+24:00", false),
    ] {
        let value = json!({ "at": at });
        assert_eq!(validator.is_valid(&value), is_expected, "{value}");
        let is_accepted = accepts::<Edges>(&value.to_string()).await;
        assert_eq!(is_accepted, is_expected, "{value}");
    }
}
