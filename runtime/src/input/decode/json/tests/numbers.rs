//! Numbers of every type, wherever serde reads them; the features of `serde_json` change nothing.

use std::collections::BTreeMap;
use std::fmt::Debug;

use proptest::prelude::*;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::decode;
use crate::input::contract::InputError;
use crate::json::number_tests::{TEXTS, double, is_integer, texts};

/// A variant that serde reads from a buffer, because its tag may follow.
#[derive(Debug, Deserialize)]
#[serde(tag = "tag", rename_all = "snake_case")]
enum Internal<T> {
    #[expect(dead_code, reason = "only decoded")]
    Variant { number: T },
}

#[derive(Debug, Deserialize)]
#[serde(tag = "tag", content = "content", rename_all = "snake_case")]
enum Adjacent<T> {
    Variant(T),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Untagged<T> {
    Variant(T),
}

#[derive(Debug, Deserialize)]
struct Flattened<T> {
    #[serde(flatten)]
    #[expect(dead_code, reason = "only decoded")]
    inner: Member<T>,
}

#[derive(Debug, Deserialize)]
struct Member<T> {
    #[expect(dead_code, reason = "only decoded")]
    number: T,
}

/// A struct that ignores other members.
#[derive(Debug, Deserialize)]
struct Nothing {}

/// Returns the status of a body.
fn status<T: DeserializeOwned>(text: &str) -> u16 {
    match decode::<T>(text.as_bytes()) {
        Ok(_) => 200,
        Err(InputError::Malformed(..)) => 400,
        Err(_) => 422,
    }
}

/// Checks a number as a `T`, read directly and from a buffer.
fn check_type<T: DeserializeOwned + Debug>(text: &str, direct: bool, buffered: bool) {
    let expected = |fits: bool| match double(text) {
        None => 400,
        Some(_) if fits => 200,
        Some(_) => 422,
    };
    let member = format!(r#"{{"number": {text}}}"#);
    for (place, status) in [
        ("body", status::<T>(text)),
        ("option", status::<Option<T>>(text)),
        ("member", status::<Member<T>>(&member)),
        ("map", status::<BTreeMap<String, T>>(&member)),
        ("item", status::<Vec<T>>(&format!("[{text}]"))),
        ("last item", status::<(T, T)>(&format!("[0, {text} ]"))),
    ] {
        assert_eq!(status, expected(direct), "{place}: {text}");
    }
    let tagged = format!(r#"{{"number": {text}, "tag": "variant"}}"#);
    let content = format!(r#"{{"content": {text}, "tag": "variant"}}"#);
    for (place, status) in [
        ("internal", status::<Internal<T>>(&tagged)),
        ("adjacent", status::<Adjacent<T>>(&content)),
        ("untagged", status::<Untagged<T>>(text)),
        ("flattened", status::<Flattened<T>>(&member)),
    ] {
        assert_eq!(status, expected(buffered), "{place}: {text}");
    }
}

/// Checks a number as each of serde's types.
fn check(text: &str) {
    macro_rules! integers {
        ($($integer:ident)*) => {$({
            let fits = is_integer(text) && text.parse::<$integer>().is_ok();
            check_type::<$integer>(text, fits, fits);
        })*};
    }
    integers!(u8 u16 u32 u64 i8 i16 i32 i64);
    // serde does not buffer wider integers; `serde_json` reads -0 as a signed one
    let fits = is_integer(text) && text.parse::<u128>().is_ok();
    check_type::<u128>(text, fits, false);
    let fits = (is_integer(text) || text == "-0") && text.parse::<i128>().is_ok();
    check_type::<i128>(text, fits, false);
    check_type::<f64>(text, true, true);
    let is_finite = text.parse().is_ok_and(f32::is_finite);
    check_type::<f32>(text, is_finite, true);
    check_type::<Value>(text, true, true);
    check_type::<serde_json::Number>(text, true, true);
    check_type::<IgnoredAny>(text, true, true);
    check_type::<String>(text, false, false);
    check_ignored(text);
    check_values(text);
}

fn check_ignored(text: &str) {
    let expected = if double(text).is_some() { 200 } else { 400 };
    for body in [
        format!(r#"{{"ignored": {text}}}"#),
        format!(r#"{{"ignored": [{{"number": {text}}}]}}"#),
    ] {
        assert_eq!(status::<Nothing>(&body), expected, "{body}");
    }
}

/// Checks that a number has the same value wherever it is.
fn check_values(text: &str) {
    let Some(expected) = double(text) else {
        return;
    };
    let direct: f64 = decode(text.as_bytes()).unwrap();
    let Untagged::Variant(buffered): Untagged<f64> = decode(text.as_bytes()).unwrap();
    let value: Value = decode(text.as_bytes()).unwrap();
    for (place, number) in [
        ("direct", direct),
        ("buffered", buffered),
        ("value", value.as_f64().unwrap()),
    ] {
        assert_eq!(number.to_bits(), expected.to_bits(), "{place}: {text}");
    }
    assert_eq!(value.as_u64(), text.parse().ok(), "{text}");
}

#[test]
fn number_has_one_status_per_type() {
    for text in TEXTS {
        check(text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..<_>::default() })]

    #[test]
    fn random_number_has_one_status_per_type(text in texts()) {
        check(&text);
    }
}

/// `serde_json::Value` gives such a member another meaning, by features.
#[test]
fn reserved_member_name_is_malformed() {
    for name in [
        "$serde_json::private::Number",
        "$serde_json::private::RawValue",
        r"\u0024serde_json::private::Number",
    ] {
        for value in [
            "1",
            r#""1""#,
            r#""1e999""#,
            r#""{\"a\":1,\"a\":2}""#,
            "null",
        ] {
            for members in [
                format!(r#"{{"{name}": {value}}}"#),
                format!(r#"{{"number": 1, "{name}": {value}}}"#),
            ] {
                for body in [members.clone(), format!(r#"{{"number": {members}}}"#)] {
                    assert_eq!(status::<Value>(&body), 400, "{body}");
                    assert_eq!(status::<BTreeMap<String, Value>>(&body), 400, "{body}");
                    assert_eq!(status::<Member<Value>>(&body), 400, "{body}");
                    assert_eq!(status::<Untagged<Value>>(&body), 400, "{body}");
                    assert_eq!(status::<Member<f64>>(&body), 400, "{body}");
                    assert_eq!(status::<Untagged<f64>>(&body), 400, "{body}");
                    assert_eq!(status::<Nothing>(&body), 400, "{body}");
                    assert_eq!(status::<IgnoredAny>(&body), 400, "{body}");
                }
            }
        }
    }
}

/// Like `serde_json::value::RawValue`, which is in a build only with a feature.
#[derive(Debug)]
struct RawText;

impl<'de> Deserialize<'de> for RawText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RawVisitor;

        impl<'de> Visitor<'de> for RawVisitor {
            type Value = RawText;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("any value")
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(
                self,
                inner: D,
            ) -> Result<RawText, D::Error> {
                IgnoredAny::deserialize(inner).map(|_| RawText)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawText, A::Error> {
                map.next_entry::<String, String>().map(|_| RawText)
            }
        }

        deserializer.deserialize_newtype_struct("$serde_json::private::RawValue", RawVisitor)
    }
}

#[test]
fn raw_text_is_as_strict_as_other_values() {
    let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
    for text in [
        r#"{"a": 1, "a": 2}"#,
        r#"[{"a": {"b": 1, "b": 2}}]"#,
        "1e999",
        r#""\ud800""#,
        r#"{"$serde_json::private::Number": "1"}"#,
        &deep,
    ] {
        assert_eq!(status::<RawText>(text), 400, "{text}");
        let member = format!(r#"{{"number": {text}}}"#);
        assert_eq!(status::<Member<RawText>>(&member), 400, "{text}");
        assert_eq!(
            status::<Vec<RawText>>(&format!("[1, {text}]")),
            400,
            "{text}"
        );
    }
    for text in ["1.50", "null", r#"{"a": [1, {"b": 2}]}"#] {
        let member = format!(r#"{{"number": {text}}}"#);
        assert_eq!(status::<Member<RawText>>(&member), 200, "{text}");
    }
    let unknown = r#"{"number": {"a": 1, "a": 2}, "other": true}"#;
    assert_eq!(status::<Member<RawText>>(unknown), 400);
}
