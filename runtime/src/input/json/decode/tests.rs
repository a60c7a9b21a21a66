//! Each clause of strict decoding.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::*;
use crate::input::json::watch::MAX_DEPTH;

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Order {
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
pub(super) struct Line {
    price: u32,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub(super) enum Status {
    Draft,
    Sent { on: u8 },
    Pair(u8, u8),
    Held(Line),
}

/// 400 or 422, the pointer and the detail.
fn refusal<T: DeserializeOwned + std::fmt::Debug>(text: &str) -> (u16, String, String) {
    let (status, violation) = match decode::<T>(text.as_bytes()).unwrap_err() {
        InputError::Undecodable(Part::Body, violation) => (400, violation),
        InputError::Unfit(Part::Body, violation) => (422, violation),
        other => panic!("{other:?}"),
    };
    fault(status, violation.pointer(), violation.detail())
}

/// The fault of an order that has everything it needs, and `member`.
fn with(member: &str) -> (u16, String, String) {
    refusal::<Order>(&format!(r#"{{"sku": "a", "quantity": 1, {member}}}"#))
}

fn fault(status: u16, pointer: &str, detail: &str) -> (u16, String, String) {
    (status, pointer.into(), detail.into())
}

#[test]
fn what_fits_is_decoded() {
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
fn an_array_is_no_struct() {
    let object = "must be an object";
    assert_eq!(refusal::<Order>(r#"["a", 1]"#), fault(422, "", object));
    assert_eq!(with(r#""lines": [[1]]"#), fault(422, "/lines/0", object));
    assert_eq!(
        with(r#""status": {"sent": [1]}"#),
        fault(422, "/status/sent", object)
    );
    assert_eq!(
        with(r#""status": {"held": [1]}"#),
        fault(422, "/status/held", object)
    );
}

#[test]
fn members_stand_once_at_every_depth() {
    for (member, pointer, detail) in [
        (r#""sku": "b""#, "/sku", "is there twice"),
        (r#""s\u006bu": "b""#, "/sku", "is there twice"),
        (
            r#""lines": [{"price": 1, "price": 1}]"#,
            "/lines/0/price",
            "is there twice",
        ),
        (
            r#""labels": {"x": 1, "y": 1, "\u0078": 1}"#,
            "/labels",
            "has a member twice",
        ),
    ] {
        assert_eq!(with(member), fault(400, pointer, detail), "{member}");
    }
    let ignored = r#"{"seen": {"a": [{"b": 1, "b": 2}]}}"#;
    assert_eq!(refusal::<IgnoredAny>(ignored).0, 400);
}

#[test]
fn depth_is_at_most_32() {
    let nested = |open: &str, close: &str, depth: usize| {
        format!("{}{}", open.repeat(depth), close.repeat(depth))
    };
    for depth in [MAX_DEPTH - 1, MAX_DEPTH] {
        assert!(decode::<IgnoredAny>(nested("[", "]", depth).as_bytes()).is_ok());
    }
    let deeper = nested("[", "]", MAX_DEPTH + 1);
    let (status, pointer, detail) = refusal::<IgnoredAny>(&deeper);
    assert_eq!((status, &*detail), (400, "is nested too deeply"));
    assert_eq!(pointer, "/0".repeat(MAX_DEPTH));
    let objects = format!(
        "{}1{}",
        r#"{"a":"#.repeat(MAX_DEPTH + 1),
        "}".repeat(MAX_DEPTH + 1)
    );
    assert_eq!(refusal::<IgnoredAny>(&objects).2, "is nested too deeply");
    let endless = "[".repeat(60_000);
    assert_eq!(refusal::<IgnoredAny>(&endless).0, 400);
    let side_by_side = format!("[{}]", vec!["[]"; 100].join(","));
    assert!(decode::<IgnoredAny>(side_by_side.as_bytes()).is_ok());
}

#[test]
fn a_variant_that_holds_something_is_a_level_of_depth() {
    #[derive(Debug, Deserialize)]
    enum Tree {
        #[serde(rename = "n")]
        Node(#[expect(dead_code, reason = "only its depth matters")] Box<Tree>),
        #[serde(rename = "l")]
        Leaf,
    }
    let tree = |depth: usize| {
        let (open, close) = (r#"{"n":"#.repeat(depth), "}".repeat(depth));
        format!(r#"{open}"l"{close}"#)
    };
    assert!(decode::<Tree>(tree(MAX_DEPTH).as_bytes()).is_ok());
    assert_eq!(refusal::<Tree>(&tree(MAX_DEPTH + 1)).0, 400);
}

#[test]
fn what_no_decoder_can_read_is_400() {
    let decodes = "is not JSON that can be decoded";
    for (text, detail) in [
        ("", "ends too early"),
        (r#"{"sku": "a""#, "ends too early"),
        ("\u{feff}{}", decodes),
        (r#"{"sku": "a", "quantity": 1} x"#, decodes),
        (r#"{"sku": "a", "quantity": 1}{}"#, decodes),
        (r#"{"sku": "a", "quantity": 1,}"#, decodes),
        ("{'sku': 1}", decodes),
        ("NaN", decodes),
    ] {
        assert_eq!(refusal::<Order>(text), fault(400, "", detail), "{text}");
    }
    for (text, pointer) in [
        (r#"{"sku": "\ud800"}"#, "/sku"),
        (r#"{"sku": "\udc00\ud800"}"#, "/sku"),
        ("{\"sku\": \"\u{1}\"}", "/sku"),
        (r#"{"quantity": 01}"#, "/quantity"),
        (r#"{"unitPrice": 1e999}"#, "/unitPrice"),
        (r#"{"unitPrice": 1.}"#, "/unitPrice"),
        (
            r#"{"lines": [{"price": 1}, {"price" 1}]}"#,
            "/lines/1/price",
        ),
    ] {
        assert_eq!(
            refusal::<Order>(text),
            fault(400, pointer, decodes),
            "{text}"
        );
    }
    assert_eq!(
        decode::<Order>(b"{\"sku\": \"\xff\"}"),
        Err(InputError::Undecodable(
            Part::Body,
            Violation::new("", "is not UTF-8")
        ))
    );
}

#[test]
fn the_text_decides_whether_it_decodes_and_not_the_order_of_its_members() {
    for text in [
        r#"{"sku": 1, "quantity": 01}"#,
        r#"{"quantity": 01, "sku": 1}"#,
        r#"{"sku": 1, "labels": {"a": 1, "a": 1}}"#,
        r#"{"unknown": 1} x"#,
    ] {
        assert_eq!(refusal::<Order>(text).0, 400, "{text}");
    }
}

#[test]
fn a_wrong_type_is_422_with_its_place() {
    for (text, pointer, detail) in [
        ("null", "", "must be an object"),
        (r#"{"sku": 7}"#, "/sku", "must be a string"),
        (r#"{"sku": null}"#, "/sku", "must be a string"),
        (
            r#"{"quantity": "5"}"#,
            "/quantity",
            "must be a whole number",
        ),
        (
            r#"{"quantity": 1.0}"#,
            "/quantity",
            "must be a whole number",
        ),
        (
            r#"{"quantity": 256}"#,
            "/quantity",
            "is a number out of range",
        ),
        (
            r#"{"quantity": -1}"#,
            "/quantity",
            "is a number out of range",
        ),
        (
            r#"{"quantity": 100000000000000000000000}"#,
            "/quantity",
            "must be a whole number",
        ),
        (r#"{"unitPrice": "NaN"}"#, "/unitPrice", "must be a number"),
        (r#"{"lines": {}}"#, "/lines", "must be an array"),
        (
            r#"{"lines": [{"price": []}]}"#,
            "/lines/0/price",
            "must be a whole number",
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
            "does not have the form that is expected here",
        ),
        (
            r#"{"status": "x"}"#,
            "/status",
            "must be one of: draft, sent, pair, held",
        ),
        (
            r#"{"status": 7}"#,
            "/status",
            "must be one of the values that are known here",
        ),
        (
            r#"{"status": {"pair": [1]}}"#,
            "/status/pair",
            "has the wrong number of items",
        ),
    ] {
        assert_eq!(
            refusal::<Order>(text),
            fault(422, pointer, detail),
            "{text}"
        );
    }
}

/// `serde_json` takes a lone surrogate where a type asks for bytes.
#[test]
fn bytes_are_text_that_decodes() {
    #[derive(Debug)]
    struct Bytes;

    impl<'de> Deserialize<'de> for Bytes {
        fn deserialize<D: serde::Deserializer<'de>>(inner: D) -> Result<Self, D::Error> {
            inner.deserialize_byte_buf(IgnoredAny).map(|_| Self)
        }
    }
    let lone = r#""\ud800""#;
    assert!(decode::<Bytes>(br#""a""#).is_ok());
    assert_eq!(refusal::<Bytes>(lone).0, 400);
}

#[test]
fn a_maps_names_are_decoded_like_parameters() {
    type Counts = BTreeMap<u8, bool>;
    let counts: Counts = decode(br#"{"7": true}"#).unwrap();
    assert_eq!(counts, Counts::from([(7, true)]));
    assert_eq!(
        refusal::<Counts>(r#"{"x": true}"#),
        fault(422, "", "has a member that is not known here")
    );
}

#[test]
fn unknown_and_missing_members_point_at_their_parent() {
    let unknown = "has a member that is not known here";
    assert_eq!(with(r#""x": 1"#), fault(422, "", unknown));
    assert_eq!(
        with(r#""lines": [{"price": 1, "x": 1}]"#),
        fault(422, "/lines/0", unknown)
    );
    assert_eq!(
        refusal::<Order>(r#"{"sku": "a"}"#),
        fault(422, "", "lacks the member `quantity`")
    );
    assert_eq!(
        with(r#""lines": [{}]"#),
        fault(422, "/lines/0", "lacks the member `price`")
    );
}

#[test]
fn nothing_of_the_input_is_echoed() {
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
