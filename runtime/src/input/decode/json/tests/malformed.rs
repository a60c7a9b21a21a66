//! Text that no type can decode.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Order, decode, error, rejection, with};
use crate::input::contract::{InputError, InputLocation, Violation};
use crate::input::decode::json::decode_state::MAX_DEPTH;

#[test]
fn duplicate_member_is_malformed_at_every_depth() {
    for (member, pointer, detail) in [
        (r#""sku": "b""#, "/sku", "must appear only once"),
        (r#""s\u006bu": "b""#, "/sku", "must appear only once"),
        (
            r#""lines": [{"price": 1, "price": 1}]"#,
            "/lines/0/price",
            "must appear only once",
        ),
        (
            r#""labels": {"x": 1, "y": 1, "\u0078": 1}"#,
            "/labels",
            "has a duplicate member",
        ),
    ] {
        assert_eq!(with(member), error(400, pointer, detail), "{member}");
    }
    let ignored = r#"{"seen": {"a": [{"b": 1, "b": 2}]}}"#;
    assert_eq!(rejection::<IgnoredAny>(ignored).0, 400);
}

#[test]
fn depth_over_32_is_malformed() {
    let nested = |open: &str, close: &str, depth: usize| {
        format!("{}{}", open.repeat(depth), close.repeat(depth))
    };
    for depth in [MAX_DEPTH - 1, MAX_DEPTH] {
        assert!(decode::<IgnoredAny>(nested("[", "]", depth).as_bytes()).is_ok());
    }
    let deeper = nested("[", "]", MAX_DEPTH + 1);
    let (status, pointer, detail) = rejection::<IgnoredAny>(&deeper);
    assert_eq!((status, &*detail), (400, "is nested too deeply"));
    assert_eq!(pointer, "/0".repeat(MAX_DEPTH));
    let objects = format!(
        "{}1{}",
        r#"{"a":"#.repeat(MAX_DEPTH + 1),
        "}".repeat(MAX_DEPTH + 1)
    );
    assert_eq!(rejection::<IgnoredAny>(&objects).2, "is nested too deeply");
    let endless = "[".repeat(60_000);
    assert_eq!(rejection::<IgnoredAny>(&endless).0, 400);
    let side_by_side = format!("[{}]", vec!["[]"; 100].join(","));
    assert!(decode::<IgnoredAny>(side_by_side.as_bytes()).is_ok());
}

/// Undeclared names come from the client and must not be echoed; a path below one is meaningless.
#[test]
fn pointer_ends_before_undeclared_name() {
    let deep = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
    let too_deep = |pointer: &str| error(400, pointer, "is nested too deeply");
    assert_eq!(with(&format!(r#""hunter2": {deep}"#)), too_deep(""));
    assert_eq!(with(&format!(r#""lines": {deep}"#)), too_deep(""));
    let undeclared = format!(r#"[0, {{"hunter2": {deep}}}]"#);
    assert_eq!(rejection::<IgnoredAny>(&undeclared), too_deep("/1"));
}

/// RFC 8259 §6: programs disagree about a number that no double can represent.
#[test]
fn number_beyond_double_is_malformed_and_beyond_its_type_is_mismatch() {
    for number in ["1e309", "-1e309", "1e999"] {
        for member in ["quantity", "unitPrice", "hunter2"] {
            let text = format!(r#"{{"{member}": {number}}}"#);
            assert_eq!(rejection::<Order>(&text).0, 400, "{text}");
        }
    }
    for number in [
        "1e308",
        "18446744073709551616",
        "340282366920938463463374607431768211456",
    ] {
        let text = format!(r#"{{"sku": "a", "quantity": {number}}}"#);
        let (status, pointer, _) = rejection::<Order>(&text);
        assert_eq!((status, &*pointer), (422, "/quantity"), "{text}");
        assert!(decode::<f64>(number.as_bytes()).is_ok(), "{number}");
    }
    let (status, pointer, _) = with(r#""big": 340282366920938463463374607431768211456"#);
    assert_eq!((status, &*pointer), (422, "/big"));
}

#[test]
fn variant_with_content_counts_as_one_level() {
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
    assert_eq!(rejection::<Tree>(&tree(MAX_DEPTH + 1)).0, 400);
}

#[test]
fn invalid_json_or_utf8_is_malformed() {
    let invalid = "is not valid JSON";
    for (text, detail) in [
        ("", "ends unexpectedly"),
        (r#"{"sku": "a""#, "ends unexpectedly"),
        ("\u{feff}{}", invalid),
        (r#"{"sku": "a", "quantity": 1} x"#, invalid),
        (r#"{"sku": "a", "quantity": 1}{}"#, invalid),
        (r#"{"sku": "a", "quantity": 1,}"#, invalid),
        ("{'sku': 1}", invalid),
        ("NaN", invalid),
    ] {
        assert_eq!(rejection::<Order>(text), error(400, "", detail), "{text}");
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
            rejection::<Order>(text),
            error(400, pointer, invalid),
            "{text}"
        );
    }
    assert_eq!(
        decode::<Order>(b"{\"sku\": \"\xff\"}"),
        Err(InputError::Malformed(
            InputLocation::Body,
            Violation::new("", "encoding", "is not valid UTF-8")
        ))
    );
}

#[test]
fn order_of_members_does_not_decide_whether_text_is_malformed() {
    for text in [
        r#"{"sku": 1, "quantity": 01}"#,
        r#"{"quantity": 01, "sku": 1}"#,
        r#"{"sku": 1, "labels": {"a": 1, "a": 1}}"#,
        r#"{"unknown": 1} x"#,
    ] {
        assert_eq!(rejection::<Order>(text).0, 400, "{text}");
    }
}

/// `serde_json` accepts a lone surrogate when a type requests bytes.
#[test]
fn lone_surrogate_in_bytes_is_malformed() {
    #[derive(Debug)]
    struct Bytes;

    impl<'de> Deserialize<'de> for Bytes {
        fn deserialize<D: serde::Deserializer<'de>>(inner: D) -> Result<Self, D::Error> {
            inner.deserialize_byte_buf(IgnoredAny).map(|_| Self)
        }
    }
    let lone = r#""\ud800""#;
    assert!(decode::<Bytes>(br#""a""#).is_ok());
    assert_eq!(rejection::<Bytes>(lone).0, 400);
}
