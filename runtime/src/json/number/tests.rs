//! Numbers, which are the same with every combination of the features of `serde_json`.

use proptest::prelude::*;
use proptest::string::string_regex;
use serde_json::Value;

use crate::json::{is_well_formed, parse};

/// Texts at the limits of types and of the grammar.
pub(crate) const TEXTS: [&str; 62] = [
    "0",
    "-0",
    "0.0",
    "-0.0",
    "0e0",
    "-0e99999999999",
    "1",
    "-1",
    "1.0",
    "1.0e0",
    "1e0",
    "1E0",
    "1E+0",
    "10e-1",
    "127",
    "128",
    "-128",
    "-129",
    "255",
    "256",
    "65536",
    "2147483647",
    "2147483648",
    "-2147483648",
    "4294967295",
    "4294967296",
    "9007199254740992",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "170141183460469231731687303715884105727",
    "170141183460469231731687303715884105728",
    "-170141183460469231731687303715884105728",
    "340282366920938463463374607431768211455",
    "340282366920938463463374607431768211456",
    "0.1",
    "0.30000000000000004",
    "0.299999999999999988897769753748434595763683319091796875",
    "123456789.123456789123456789e-5",
    "3.4028235e38",
    "3.5e38",
    "5e-324",
    "1e-400",
    "1e-99999999999",
    "1.7976931348623157e308",
    "1.7976931348623159e308",
    "1e309",
    "-1E400",
    "1e99999999999",
    "01",
    "-01",
    "00",
    "1.",
    ".5",
    "+1",
    "1e",
    "1e+",
    "-",
];

/// Returns random texts, most of which are numbers.
pub(crate) fn texts() -> impl Strategy<Value = String> {
    let matching = |regex: &str| string_regex(regex).unwrap();
    let exponent = "([eE][+-]?([0-9]{1,3}|[0-9]{9,12}))?";
    prop_oneof![
        4 => matching("-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,20})?"),
        2 => matching(&format!("-?[0-9]{{1,3}}(\\.[0-9]{{0,3}})?{exponent}")),
        1 => matching(&format!("-?[1-9][0-9]{{15,120}}(\\.[0-9]{{1,40}})?{exponent}")),
        1 => matching(&format!("-?0\\.0{{0,40}}[1-9][0-9]{{0,30}}{exponent}")),
        1 => matching("-?[1-9][0-9]{300,320}"),
        1 => matching("[-+]?[0-9]{0,2}\\.?[0-9]{0,2}([eE][-+]?[0-9]{0,2})?"),
        2 => prop::sample::select(&TEXTS[..]).prop_map(str::to_owned),
    ]
    .prop_filter("an empty text is no value", |text| !text.is_empty())
}

/// Returns the number if the text matches RFC 8259 §6 and a double can represent it.
pub(crate) fn double(text: &str) -> Option<f64> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (integer, fraction) = match mantissa.split_once('.') {
        Some((integer, fraction)) => (integer, Some(fraction)),
        None => (mantissa, None),
    };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let integer = integer.strip_prefix('-').unwrap_or(integer);
    let exponent = exponent.map(|text| text.strip_prefix(['+', '-']).unwrap_or(text));
    let is_number = is_digits(integer)
        && (integer == "0" || !integer.starts_with('0'))
        && fraction.is_none_or(is_digits)
        && exponent.is_none_or(is_digits);
    let number: f64 = is_number.then(|| text.parse().ok())??;
    number.is_finite().then_some(number)
}

/// Returns whether the text is an integer to every decoder.
pub(crate) fn is_integer(text: &str) -> bool {
    double(text).is_some() && !text.contains(['.', 'e', 'E']) && text != "-0"
}

fn check(text: &str) {
    let expected = double(text);
    for (before, after) in [("", ""), (" ", " "), ("[", "]"), (r#"{"a":["#, "]}")] {
        let json = format!("{before}{text}{after}");
        assert_eq!(
            is_well_formed(json.as_bytes()),
            expected.is_some(),
            "{json}"
        );
        let parsed = parse(json.as_bytes()).ok();
        assert_eq!(parsed.is_some(), expected.is_some(), "{json}");
    }
    let Some(expected) = expected else {
        return;
    };
    let parsed = parse(text.as_bytes()).unwrap();
    assert_eq!(parsed.as_f64(), Some(expected), "{text}");
    assert_eq!(parsed.as_u64(), text.parse().ok(), "{text}");
    let negative = text.parse().ok().filter(|_| text != "-0");
    assert_eq!(parsed.as_i64(), negative, "{text}");
    // the spelling is not kept
    assert_eq!(parsed, parse(parsed.to_string().as_bytes()).unwrap());
}

#[test]
fn number_is_read_as_a_double_or_rejected() {
    for text in TEXTS {
        check(text);
    }
    let accepted = TEXTS.iter().filter(|text| double(text).is_some()).count();
    assert_eq!(accepted, 49);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..<_>::default() })]

    #[test]
    fn random_number_is_read_as_a_double_or_rejected(text in texts()) {
        check(&text);
    }
}

/// `serde_json` recognizes its own types by the name of a member, which a client can send.
#[test]
fn reserved_member_name_is_rejected() {
    for name in [
        "$serde_json::private::Number",
        "$serde_json::private::RawValue",
        "$serde_json::private::Other",
        "$serde_json::private::",
        r"\u0024serde_json::private::Number",
        r"$serde_json::\u0070rivate::RawValue",
    ] {
        for value in [
            "1",
            "\"1\"",
            "\"1e999\"",
            r#""{\"a\":1,\"a\":2}""#,
            "null",
            "{}",
        ] {
            for json in [
                format!(r#"{{"{name}":{value}}}"#),
                format!(r#"{{"{name}":{value},"a":1}}"#),
                format!(r#"{{"a":1,"{name}":{value}}}"#),
                format!(r#"[{{"a":{{"{name}":{value}}}}}]"#),
            ] {
                assert!(!is_well_formed(json.as_bytes()), "{json}");
                assert!(parse(json.as_bytes()).is_err(), "{json}");
            }
        }
    }
    for name in [
        "$serde_json",
        "serde_json::private::Number",
        "$serde_json::Private::Number",
    ] {
        let json = format!(r#"{{"{name}":"1"}}"#);
        assert_eq!(
            parse(json.as_bytes()).unwrap(),
            serde_json::json!({ name: "1" })
        );
    }
    let text = r#"["$serde_json::private::Number"]"#;
    assert!(matches!(parse(text.as_bytes()), Ok(Value::Array(_))));
}
