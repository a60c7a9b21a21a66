//! What cannot be decoded, whatever the type: 400.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Order, decode, fault, refusal, with};
use crate::input::contract::{InputError, InputLocation, Violation};
use crate::input::decode::json::decode_state::MAX_DEPTH;

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

/// Names on the way are told only where a type declares them, and the way below one that is
/// not told would say nothing.
#[test]
fn what_is_nested_too_deeply_is_pointed_at_by_declared_names() {
    let deep = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
    let told = |pointer: &str| fault(400, pointer, "is nested too deeply");
    assert_eq!(with(&format!(r#""hunter2": {deep}"#)), told(""));
    assert_eq!(with(&format!(r#""lines": {deep}"#)), told(""));
    let untold = format!(r#"[0, {{"hunter2": {deep}}}]"#);
    assert_eq!(refusal::<IgnoredAny>(&untold), told("/1"));
}

/// RFC 8259 §6: a number that no double can hold means different things to different programs.
#[test]
fn a_number_beyond_every_type_is_400_and_one_beyond_its_own_422() {
    for number in ["1e309", "-1e309", "1e999"] {
        for member in ["quantity", "unitPrice", "hunter2"] {
            let text = format!(r#"{{"{member}": {number}}}"#);
            assert_eq!(refusal::<Order>(&text).0, 400, "{text}");
        }
    }
    for number in [
        "1e308",
        "18446744073709551616",
        "340282366920938463463374607431768211456",
    ] {
        let text = format!(r#"{{"sku": "a", "quantity": {number}}}"#);
        let (status, pointer, _) = refusal::<Order>(&text);
        assert_eq!((status, &*pointer), (422, "/quantity"), "{text}");
        assert!(decode::<f64>(number.as_bytes()).is_ok(), "{number}");
    }
    let (status, pointer, _) = with(r#""big": 340282366920938463463374607431768211456"#);
    assert_eq!((status, &*pointer), (422, "/big"));
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
        Err(InputError::Malformed(
            InputLocation::Body,
            Violation::new("", "encoding", "is not UTF-8")
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
