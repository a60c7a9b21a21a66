//! Values of another type, and values that are accepted.

mod malformed;
mod numbers;

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::input::contract::{InputError, InputLocation};
use crate::input::decode::json;

/// Decodes a type without a shape.
fn decode<T: DeserializeOwned>(text: &[u8]) -> Result<T, InputError> {
    json::decode_without_shape(text)
}

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Order {
    sku: String,
    quantity: u8,
    #[serde(default)]
    unit_price: Option<f64>,
    #[serde(default)]
    lines: Vec<Line>,
    #[serde(default)]
    labels: BTreeMap<String, u8>,
    #[serde(default)]
    status: Option<Status>,
    #[serde(default)]
    pair: Option<(u8, bool)>,
    #[serde(default)]
    from: Option<IpAddr>,
    #[serde(default)]
    big: Option<u128>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Line {
    price: u32,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum Status {
    Draft,
    Sent { on: u8 },
    Pair(u8, u8),
    Held(Line),
}

/// Returns the status, the pointer and the message.
fn rejection<T: DeserializeOwned + std::fmt::Debug>(text: &str) -> (u16, String, String) {
    let (status, violation) = match decode::<T>(text.as_bytes()).unwrap_err() {
        InputError::Malformed(InputLocation::Body, violation) => (400, violation),
        InputError::TypeMismatch(InputLocation::Body, violation) => (422, violation),
        other => panic!("{other:?}"),
    };
    error(status, violation.pointer(), violation.detail())
}

/// Returns the error of an order with all required members and `member`.
fn with(member: &str) -> (u16, String, String) {
    rejection::<Order>(&format!(r#"{{"sku": "a", "quantity": 1, {member}}}"#))
}

fn error(status: u16, pointer: &str, detail: &str) -> (u16, String, String) {
    (status, pointer.into(), detail.into())
}

#[test]
fn matching_value_is_decoded() {
    let text = r#" {"sku": "a\u00e9", "quantity": 1, "unitPrice": 1, "lines": [{"price": 7}],
        "labels": {"x": 1, "y": 1}, "status": {"sent": {"on": 3}}, "pair": [1, true],
        "from": "::1", "big": 340282366920938463463374607431768211455} "#;
    let order: Order = decode(text.as_bytes()).unwrap();
    assert_eq!(order, serde_json::from_str(text).unwrap());
    assert_eq!(order.status, Some(Status::Sent { on: 3 }));
    assert_eq!(order.big, Some(u128::MAX));
    for variant in [
        r#""draft""#,
        r#"{"pair": [1, 2]}"#,
        r#"{"held": {"price": 1}}"#,
    ] {
        assert!(decode::<Status>(variant.as_bytes()).is_ok(), "{variant}");
    }
}

#[test]
fn array_for_struct_is_rejected() {
    let object = "must be an object";
    assert_eq!(rejection::<Order>(r#"["a", 1]"#), error(422, "", object));
    assert_eq!(with(r#""lines": [[1]]"#), error(422, "/lines/0", object));
    assert_eq!(
        with(r#""status": {"sent": [1]}"#),
        error(422, "/status/sent", object)
    );
    assert_eq!(
        with(r#""status": {"held": [1]}"#),
        error(422, "/status/held", object)
    );
}

#[test]
fn wrong_type_is_type_mismatch_with_pointer() {
    for (text, pointer, detail) in [
        ("null", "", "must be an object"),
        (r#"{"sku": 7}"#, "/sku", "must be a string"),
        (r#"{"sku": null}"#, "/sku", "must be a string"),
        (r#"{"quantity": "5"}"#, "/quantity", "must be an integer"),
        (r#"{"quantity": 1.0}"#, "/quantity", "must be an integer"),
        (r#"{"quantity": 256}"#, "/quantity", "is out of range"),
        (r#"{"quantity": -1}"#, "/quantity", "is out of range"),
        (
            r#"{"quantity": 100000000000000000000000}"#,
            "/quantity",
            "must be an integer",
        ),
        (r#"{"unitPrice": "NaN"}"#, "/unitPrice", "must be a number"),
        (r#"{"lines": {}}"#, "/lines", "must be an array"),
        (
            r#"{"lines": [{"price": []}]}"#,
            "/lines/0/price",
            "must be an integer",
        ),
        (r#"{"pair": [1]}"#, "/pair", "has the wrong number of items"),
        (
            r#"{"pair": [1, true, 2]}"#,
            "/pair",
            "has the wrong number of items",
        ),
        (
            r#"{"pair": [1, 2]}"#,
            "/pair/1",
            "must be `true` or `false`",
        ),
        (
            r#"{"from": "nowhere"}"#,
            "/from",
            "does not have the expected format",
        ),
        (
            r#"{"status": "x"}"#,
            "/status",
            "must be one of: draft, sent, pair, held",
        ),
        (
            r#"{"status": 7}"#,
            "/status",
            "must be one of the allowed values",
        ),
        (
            r#"{"status": {"pair": [1]}}"#,
            "/status/pair",
            "has the wrong number of items",
        ),
    ] {
        assert_eq!(
            rejection::<Order>(text),
            error(422, pointer, detail),
            "{text}"
        );
    }
}

/// `serde_json` reads only the digits of a 128-bit integer.
#[test]
fn fraction_for_128_bit_integer_is_rejected() {
    let integer = |pointer| error(422, pointer, "must be an integer");
    for number in ["1.5", "1e3", "-1", "\"1\"", "1.5, \"lines\": []"] {
        assert_eq!(
            with(&format!(r#""big": {number}"#)),
            integer("/big"),
            "{number}"
        );
    }
    assert_eq!(rejection::<Vec<i128>>("[1, 2e0, 3]"), integer("/1"));
    assert_eq!(rejection::<Vec<i128>>("[1, 2.5]"), integer("/1"));
    assert_eq!(
        rejection::<BTreeMap<String, u128>>(r#"{"x": 1.5}"#),
        integer("")
    );
    assert_eq!(rejection::<u128>("1.5"), integer(""));
    let invalid = "is not valid JSON";
    assert_eq!(with(r#""big": 1 5"#), error(400, "/big", invalid));
    assert_eq!(
        rejection::<Vec<i128>>("[1, 2"),
        error(400, "/1", "ends unexpectedly")
    );
    assert_eq!(rejection::<u128>("1 5"), error(400, "", invalid));
}

#[test]
fn names_of_map_are_decoded_like_parameters() {
    type Counts = BTreeMap<u8, bool>;
    let counts: Counts = decode(br#"{"7": true}"#).unwrap();
    assert_eq!(counts, Counts::from([(7, true)]));
    assert_eq!(
        rejection::<Counts>(r#"{"x": true}"#),
        error(422, "", "has an unknown member")
    );
}

#[test]
fn unknown_or_missing_member_is_reported_at_its_object() {
    let unknown = "has an unknown member";
    assert_eq!(with(r#""x": 1"#), error(422, "", unknown));
    assert_eq!(
        with(r#""lines": [{"price": 1, "x": 1}]"#),
        error(422, "/lines/0", unknown)
    );
    assert_eq!(
        rejection::<Order>(r#"{"sku": "a"}"#),
        error(422, "", "is missing the member `quantity`")
    );
    assert_eq!(
        with(r#""lines": [{}]"#),
        error(422, "/lines/0", "is missing the member `price`")
    );
}

#[test]
fn error_never_echoes_input() {
    let canary = "hunter2";
    for member in [
        r#""hunter2": 1"#,
        r#""labels": {"hunter2": "hunter2"}"#,
        r#""labels": {"hunter2": 1, "hunter2": 1}"#,
        r#""status": "hunter2""#,
        r#""status": {"hunter2": 1}"#,
        r#""from": "hunter2""#,
        r#""unitPrice": "hunter2""#,
        r#""lines": hunter2"#,
    ] {
        let (_, pointer, detail) = with(member);
        assert!(!format!("{pointer} {detail}").contains(canary), "{member}");
    }
}

/// Returns deterministic noise (xorshift), so that a failure is reproducible.
fn noise(seed: &mut u64) -> usize {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    usize::try_from(*seed >> 40).unwrap()
}

#[test]
fn accepted_text_decodes_like_serde_json() {
    let model = br#"{"sku":"a\u00e9","quantity":12,"unitPrice":1.5e3,"lines":[{"price":7}],
        "labels":{"x":1,"y":2},"status":{"sent":{"on":3}},"pair":[1,true],"from":"::1"}"#;
    let letters = b"{}[]\",:\\u0ed8 -+.eE19xytrunal\xff\xc3";
    let (mut seed, mut accepted) = (0x9E37_79B9_7F4A_7C15_u64, 0);
    for _ in 0..20_000 {
        let mut text = model.to_vec();
        for _ in 0..=noise(&mut seed) % 2 {
            let at = noise(&mut seed) % text.len();
            let letter = letters[noise(&mut seed) % letters.len()];
            match noise(&mut seed) % 4 {
                0 => text[at] = letter,
                1 => text.insert(at, letter),
                2 => drop(text.remove(at)),
                _ => text.extend_from_within(at..),
            }
        }
        if let Ok(order) = decode::<Order>(&text) {
            accepted += 1;
            let same = serde_json::from_slice::<Order>(&text).ok();
            assert_eq!(Some(order), same, "{}", String::from_utf8_lossy(&text));
        }
    }
    assert!(accepted > 500, "{accepted} of 20000 were accepted");
}
