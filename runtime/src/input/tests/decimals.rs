//! Decimal numbers of `rust_decimal`: one grammar, without loss, from numbers and texts.

use std::str::FromStr as _;

use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use rust_decimal::Decimal;

use super::dates::read;
use crate::input::contract::{InputError, InputLocation, Violation};
use crate::input::decode::{json, plain, urlencoded};
use crate::json::ExactValue;
use crate::prelude::*;

/// Decodes a text and a string of JSON; and a number of JSON, if the text is one. All must have the same result.
fn decimal(text: &str) -> Option<Decimal> {
    let from_text = plain::decode_text::<Decimal>(text.as_bytes()).ok();
    let from_string = read::<Decimal>(&serde_json::to_string(text).unwrap());
    let parts = |decimal: Option<Decimal>| decimal.map(|decimal| (decimal, decimal.scale()));
    assert_eq!(parts(from_text), parts(from_string), "{text:?}");
    // other whitespace around it is no part of the number
    if text.trim() == text {
        let from_number = read::<Decimal>(text);
        assert_eq!(parts(from_text), parts(from_number), "{text:?}");
    }
    from_text
}

#[test]
fn number_is_read_without_loss() {
    for (text, coefficient, scale) in [
        ("0", 0, 0),
        ("0.00", 0, 2),
        ("7", 7, 0),
        ("-7", -7, 0),
        ("12.50", 1250, 2),
        ("-0.01", -1, 2),
        ("0.1", 1, 1),
        ("0.3", 3, 1),
        ("1.005", 1005, 3),
        ("9007199254740993", 9_007_199_254_740_993, 0),
        ("9007199254740992.5", 90_071_992_547_409_925, 1),
        (
            "0.1000000000000000055511151231",
            1_000_000_000_000_000_055_511_151_231,
            28,
        ),
        ("18446744073709551616", 18_446_744_073_709_551_616, 0),
        (
            "79228162514264337593543950335",
            79_228_162_514_264_337_593_543_950_335,
            0,
        ),
        (
            "-79228162514264337593543950335",
            -79_228_162_514_264_337_593_543_950_335,
            0,
        ),
        (
            "7.9228162514264337593543950335",
            79_228_162_514_264_337_593_543_950_335,
            28,
        ),
        ("0.0000000000000000000000000001", 1, 28),
        ("1e28", 10_i128.pow(28), 0),
        ("1E+2", 100, 0),
        ("1e+002", 100, 0),
        ("1e-28", 1, 28),
        ("1.50e1", 150, 1),
        ("-1.5e-3", -15, 4),
        ("12.5e0", 125, 1),
        ("0e5", 0, 0),
        ("0.00e1", 0, 1),
        (
            "7922816251426433759354395033.5e1",
            79_228_162_514_264_337_593_543_950_335,
            0,
        ),
    ] {
        let expected = Decimal::from_i128_with_scale(coefficient, scale);
        let found = decimal(text);
        assert_eq!(found, Some(expected), "{text}");
        assert_eq!(found.map(|found| found.scale()), Some(scale), "{text}");
    }
}

#[test]
fn text_that_is_no_exact_number_of_json_is_rejected() {
    for text in [
        "",
        "-",
        "+1",
        ".5",
        "-.5",
        "1.",
        "1.e5",
        "01",
        "-01",
        "00",
        "00.5",
        "-00.5",
        "--1",
        "- 1",
        "1 ",
        " 1",
        "1\n",
        "\u{a0}1",
        "1_000",
        "1,000",
        "1,5",
        "1'000",
        "$1",
        "1 NZD",
        "1f",
        "0x10",
        "1e",
        "1e+",
        "1e-",
        "e5",
        "1e5.0",
        "1e5e5",
        "1ee5",
        "1e+-5",
        "1.2.3",
        "NaN",
        "inf",
        "-inf",
        "Infinity",
        "nan",
        "null",
        "\u{661}",
        "\u{ff11}",
        "1\u{2e}\u{665}",
        "\u{2212}1",
        "1\u{66b}5",
        "1\u{200b}",
        "\u{bd}",
        "1\0",
        // zero has no sign
        "-0",
        "-0.0",
        "-0.00",
        "-0e1",
        "-0E-2",
        "-0.0000000000000000000000000000",
        // these would be rounded
        "79228162514264337593543950336",
        "-79228162514264337593543950336",
        "99999999999999999999999999999",
        "100000000000000000000000000000",
        "7.9228162514264337593543950336",
        "8.0000000000000000000000000000",
        "0.00000000000000000000000000001",
        "0.00000000000000000000000000000",
        "1.00000000000000000000000000000",
        "1e29",
        "8e28",
        "79228162514264337593543950335e1",
        "1e-29",
        "1.0e-28",
        "1e100",
        "1e-100",
        "1e999",
        "1e-999",
        // an exponent has at most three digits
        "0.000000000000000000000000000001e2",
        "1e0002",
        "1e1000",
        "1e-1000",
        "0e1000",
        "1e1000000",
        "1e-1000000",
        "0e1000000",
        "1e99999999999999999999",
        "1e-99999999999999999999",
        "1e2147483648",
        "1e4294967297",
        "1e18446744073709551617",
        "1e18446744073709551618",
    ] {
        assert_eq!(decimal(text), None, "{text:?}");
    }
}

/// The digits are counted before one is read.
#[test]
fn long_text_is_rejected() {
    for length in [37, 1 << 10, 1 << 20] {
        let zeros = "0".repeat(length);
        for text in [
            format!("1{zeros}"),
            format!("0.{zeros}"),
            format!("0.{zeros}1"),
            format!("1.{zeros}"),
            format!("1e{zeros}1"),
            format!("1e-{zeros}1"),
            format!("0.{zeros}1e{length}"),
            format!("1{zeros}e-{length}"),
        ] {
            assert_eq!(plain::decode_text::<Decimal>(text.as_bytes()).ok(), None);
            assert_eq!(read::<Decimal>(&text), None);
            assert_eq!(read::<Decimal>(&format!("\"{text}\"")), None);
            assert_eq!(read::<Decimal>(&format!("\"\\u0031{text}\"")), None);
        }
    }
}

fn any_decimal() -> impl Strategy<Value = Decimal> {
    let coefficient = prop_oneof![
        any::<i64>().prop_map(i128::from),
        -(1_i128 << 96) + 1..1_i128 << 96,
        -1000..1000_i128,
    ];
    (coefficient, 0..=28_u32)
        .prop_map(|(coefficient, scale)| Decimal::from_i128_with_scale(coefficient, scale))
}

/// Returns texts that are nearly numbers of JSON.
fn near() -> impl Strategy<Value = String> {
    prop_oneof![
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?",
        "-?0\\.0{0,29}[0-9]{1,4}([eE][+-]?[0-9]{1,2})?",
        "[-+]?[0-9]{0,4}\\.?[0-9]{0,4}[eE]?[-+]?[0-9]{0,3}",
    ]
}

proptest! {
    #[test]
    fn every_decimal_is_read_from_its_own_text(expected in any_decimal()) {
        let text = expected.to_string();
        let found = decimal(&text).unwrap();
        prop_assert_eq!(found.to_string(), text);
        prop_assert_eq!((found, found.scale()), (expected, expected.scale()));
    }

    /// Exact arithmetic on the digits is the reference.
    #[test]
    fn accepted_number_has_the_value_of_its_text(text in near()) {
        let Some(found) = decimal(&text) else { return Ok(()) };
        let [exact, read] = [&text, &found.to_string()].map(|text| ExactValue::parse(text.as_bytes()));
        prop_assert!(exact.is_some());
        prop_assert_eq!(exact, read);
        prop_assert!(!found.is_zero() || found.is_sign_positive());
    }

    /// The strict parser of the crate is the reference.
    #[test]
    fn rejected_number_is_not_exact(text in "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,30})?") {
        let found = decimal(&text);
        let exact = Decimal::from_str_exact(&text).ok().filter(|exact| exact.to_string() == text);
        let exact = exact.filter(|exact| !exact.is_zero() || !text.starts_with('-'));
        prop_assert_eq!(found, exact, "{}", text);
    }

    /// In a tagged enum, the crate itself reads a text that has this notation, without an exponent.
    #[test]
    fn crate_reads_accepted_text_without_loss(text in near()) {
        if text.contains(['e', 'E']) {
            return Ok(());
        }
        let Some(found) = decimal(&text) else { return Ok(()) };
        let read = Decimal::from_str(&text);
        let parts = |decimal: Decimal| (decimal, decimal.scale());
        prop_assert_eq!(read.ok().map(parts), Some(parts(found)), "{}", text);
    }
}

#[test]
fn value_that_is_no_number_is_rejected() {
    for value in [
        "null",
        "true",
        "[]",
        "[1]",
        "{}",
        r#"{"$serde_json::private::Number": "1"}"#,
        r#"{"$serde_json::private::RawValue": "1"}"#,
        r#""\"1\"""#,
        r#""""#,
    ] {
        assert_eq!(read::<Decimal>(value), None, "{value}");
    }
    assert_eq!(read::<Option<Decimal>>("null"), Some(None));
    assert_eq!(read(r#""\u0031\u002e5""#), Some(Decimal::new(15, 1)));
}

/// Other modules of the crate request the value in other ways.
#[test]
fn modules_of_the_crate_read_the_same_grammar() {
    #[derive(Debug, Deserialize)]
    struct Amounts {
        #[serde(with = "OfFloat")]
        float: Decimal,
    }
    /// With two features of the crate, its `Deserialize` requests a float.
    struct OfFloat;
    impl OfFloat {
        fn deserialize<'de, D: serde::Deserializer<'de>>(decoder: D) -> Result<Decimal, D::Error> {
            struct Visitor;
            impl serde::de::Visitor<'_> for Visitor {
                type Value = Decimal;

                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("a decimal")
                }

                fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Decimal, E> {
                    Err(E::custom("through a float"))
                }

                fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Decimal, E> {
                    text.parse().map_err(E::custom)
                }
            }
            decoder.deserialize_f64(Visitor)
        }
    }
    let expected = Decimal::new(1_000_000_000_000_000_001, 18);
    for text in ["1.000000000000000001", "\"1.000000000000000001\""] {
        let amounts = read::<Amounts>(&format!("{{\"float\": {text}}}")).unwrap();
        assert_eq!(amounts.float, expected);
    }
    let query = b"float=1.000000000000000001";
    let decoded = urlencoded::decode_without_shape::<Amounts>(query, InputLocation::Query, 4);
    assert_eq!(decoded.unwrap().float, expected);
}

#[test]
fn error_names_notation_at_the_field_without_input() {
    #[derive(Debug, Deserialize)]
    struct Order {
        amount: Decimal,
    }
    let detail = "must be a decimal number with at most 28 digits, such as `12.50`";
    for value in [
        "\"hunter2\"",
        "1e29",
        "\"01\"",
        "-0.0",
        "0.12345678901234567890123456789",
    ] {
        let text = format!(r#"{{"amount": {value}}}"#);
        let decoded = json::decode_without_shape::<Order>(text.as_bytes());
        let violation = Violation::new("/amount", "format", detail);
        let expected = InputError::TypeMismatch(InputLocation::Body, violation);
        assert_eq!(decoded.map(|order| order.amount).unwrap_err(), expected);
    }
    // no type can represent it, and no JSON text can contain it
    for value in ["1e1000000", "01", "+1", ".5", "1.", "NaN"] {
        let text = format!(r#"{{"amount": {value}}}"#);
        let decoded = json::decode_without_shape::<Order>(text.as_bytes());
        assert!(
            matches!(decoded, Err(InputError::Malformed(..))),
            "{value}: {decoded:?}"
        );
    }
}
