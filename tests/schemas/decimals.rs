//! Decimal numbers and URLs of other crates, and ranges of types of other crates.

use palisade::input::{Map, Patch};
use palisade::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use url::Url;

use crate::agreement::{accepts, validator, wider};
use crate::documents::schema_of;

wider! {
    decimals: Decimals;
    decimals_in_a_range: Ranges;
    urls: Urls;
    dates_in_a_range: Days;
}

const CENT: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// It has more digits than a double.
const PRECISE: Decimal = Decimal::from_parts(1, 1, 1, false, 20);

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Decimals {
    #[garde(skip)]
    amount: Decimal,
    #[garde(skip)]
    tax: Option<Decimal>,
    #[garde(skip)]
    discount: Patch<Decimal>,
    #[garde(length(max = 2))]
    prices: Option<Map<Decimal, u8>>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Ranges {
    #[garde(range(min = CENT, max = Decimal::ONE_HUNDRED))]
    amount: Decimal,
    #[garde(range(min = Decimal::NEGATIVE_ONE))]
    tax: Option<Decimal>,
    #[garde(range(max = PRECISE))]
    share: Option<Decimal>,
    #[garde(length(max = 2), inner(range(max = CENT)))]
    parts: Vec<Decimal>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Urls {
    #[garde(skip)]
    target: Url,
    #[garde(length(max = 2))]
    others: Option<Vec<Url>>,
}

const FIRST: jiff::civil::Date = jiff::civil::date(1000, 1, 1);

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Days {
    #[garde(range(min = FIRST))]
    day: jiff::civil::Date,
    #[garde(range(max = chrono::NaiveTime::MIN))]
    time: Option<chrono::NaiveTime>,
}

fn property(schema: &Value, name: &str, keyword: &str) -> Value {
    schema["properties"][name][keyword].clone()
}

#[test]
fn range_is_in_the_schema_or_its_comment() {
    #[public(reason = "a test")]
    async fn ranges(_: Valid<Json<Ranges>>) {}
    #[public(reason = "a test")]
    async fn days(_: Valid<Json<Days>>) {}

    let schema = schema_of(post(ranges));
    assert_eq!(
        property(&schema, "amount", "type"),
        json!(["number", "string"])
    );
    assert_eq!(property(&schema, "amount", "minimum"), json!(0.01));
    assert_eq!(property(&schema, "amount", "maximum"), json!(100));
    assert_eq!(
        property(&schema, "tax", "type"),
        json!(["number", "string", "null"])
    );
    assert_eq!(property(&schema, "tax", "minimum"), json!(-1));
    assert_eq!(
        schema["properties"]["parts"]["items"]["maximum"],
        json!(0.01)
    );
    // a double beside the limit would reject a number that the rule accepts
    let comment = property(&schema, "share", "$comment");
    let expected = format!("; at most {PRECISE}");
    assert!(comment.as_str().unwrap().ends_with(&expected), "{comment}");

    let schema = schema_of(post(days));
    assert_eq!(property(&schema, "day", "format"), "date");
    assert_eq!(property(&schema, "day", "$comment"), "at least 1000-01-01");
    assert_eq!(property(&schema, "time", "$comment"), "at most 00:00:00");
}

/// Generating values from a schema does not find those at the edges.
#[tokio::test]
async fn schema_agrees_about_texts_and_numbers_at_the_edges() {
    #[public(reason = "a test")]
    async fn ranges(_: Valid<Json<Ranges>>) {}
    #[public(reason = "a test")]
    async fn decimals(_: Valid<Json<Decimals>>) {}

    let validator_of_ranges = validator(&schema_of(post(ranges)));
    for (amount, is_expected) in [
        ("0.01", true),
        ("0.0099", false),
        ("100", true),
        ("100.00", true),
        ("1e2", true),
        ("100.5", false),
        ("-1", false),
        ("\"0.01\"", true),
        ("\"1e2\"", true),
        ("\"01\"", false),
        ("\"+1\"", false),
        ("\".5\"", false),
        ("\"1.\"", false),
        ("\"-0\"", false),
        ("\"-0.00\"", false),
        ("\"-0e1\"", false),
        ("\"\"", false),
        ("\"1 \"", false),
        ("\"1\\n\"", false),
        ("\"\\u0661\"", false),
        ("\"1e1000\"", false),
        ("true", false),
        ("null", false),
        ("[1]", false),
    ] {
        let text = format!(r#"{{"amount": {amount}, "parts": []}}"#);
        let value = serde_json::from_str(&text).unwrap();
        assert_eq!(validator_of_ranges.is_valid(&value), is_expected, "{text}");
        assert_eq!(accepts::<Ranges>(&text).await, is_expected, "{text}");
    }
    let validator_of_decimals = validator(&schema_of(post(decimals)));
    for amount in [
        "79228162514264337593543950335",
        "-79228162514264337593543950335",
        "0.0000000000000000000000000001",
        "\"0.0000000000000000000000000001\"",
        "\"-79228162514264337593543950335\"",
        "\"7.9228162514264337593543950335\"",
        "\"1E+028\"",
        "\"0e5\"",
    ] {
        let text = format!(r#"{{"amount": {amount}}}"#);
        let value = serde_json::from_str(&text).unwrap();
        assert!(validator_of_decimals.is_valid(&value), "{text}");
        assert!(accepts::<Decimals>(&text).await, "{text}");
    }
}

#[tokio::test]
async fn schema_accepts_every_accepted_url() {
    #[public(reason = "a test")]
    async fn urls(_: Valid<Json<Urls>>) {}

    let validator = validator(&schema_of(post(urls)));
    for (target, is_expected) in [
        ("https://example.com", true),
        ("HTTP://EXAMPLE.COM:65535/a%20b/?q[]=1&r='x'#/top?", true),
        ("https://[2001:db8::1]:8443/", true),
        ("https://192.0.2.1/@a:b;c=d,e!$&()*+~", true),
        ("https://my_host-1.example.co.nz?x", true),
        ("https://user@example.com/", false),
        ("ftp://example.com/", false),
        ("https:example.com", false),
        (" https://example.com/", false),
        ("https://example.com/\n", false),
        ("https://example.com/%zz", false),
        ("https://example.com./", false),
        ("https://example.com:/", false),
        ("https://m\u{fc}nchen.de/", false),
        ("https://example.com\\path", false),
    ] {
        let value = json!({ "target": target });
        assert_eq!(validator.is_valid(&value), is_expected, "{target:?}");
        let is_accepted = accepts::<Urls>(&value.to_string()).await;
        assert_eq!(is_accepted, is_expected, "{target:?}");
    }
    for length in [2048, 2049] {
        let target = format!("https://example.com/{}", "a".repeat(length - 20));
        let value = json!({ "target": target });
        assert_eq!(validator.is_valid(&value), length == 2048);
        assert_eq!(accepts::<Urls>(&value.to_string()).await, length == 2048);
    }
}
