//! Types whose hand-written `Deserialize` requests other values than the type declares.

use std::collections::HashMap;

use garde::Validate;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::counts::{Counted, list, map, take_count};
use super::{assert_accepted, assert_errors, error};

/// Decodes anything, and drops it.
#[derive(Deserialize)]
#[serde(untagged)]
#[expect(dead_code, reason = "only decoded")]
enum Anything {
    List(Vec<Counted>),
    Map(HashMap<String, Counted>),
    Text(String),
    Number(u64),
}

/// Implements a `Deserialize` that requests `$request`, and returns a default value.
macro_rules! by_hand {
    ($($ty:ty => $request:ty;)*) => {$(
        impl<'de> Deserialize<'de> for $ty {
            fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
                <$request>::deserialize(decoder).map(|_| Self::default())
            }
        }
    )*};
}

#[derive(Default, Validate, crate::SecureInput)]
struct Text(#[garde(length(chars, max = 3))] String);

#[derive(Default, Validate, crate::SecureInput)]
struct Number(#[garde(range(max = 3))] u8);

#[derive(Default, Validate, crate::SecureInput)]
struct Items(#[garde(length(max = 3))] Vec<Counted0>);

#[derive(Default, Validate, crate::SecureInput)]
struct Array(#[garde(inner(range(max = 3)))] [u8; 3]);

#[derive(Default, Validate, crate::SecureInput)]
struct Pair(#[garde(range(max = 3))] u8, #[garde(range(max = 3))] u8);

#[derive(Default, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields)]
struct Fields {
    #[garde(range(max = 3))]
    one: u8,
    #[garde(length(max = 3))]
    two: Vec<Counted0>,
}

#[derive(Default, crate::SecureInput)]
#[secure(scalar = "any JSON")]
struct OwnScalar;

/// A scalar with a default.
#[derive(Default, crate::SecureInput)]
#[secure(scalar = "a number below 256")]
struct Counted0;

by_hand! {
    Text => Anything;
    Number => Vec<Counted>;
    Items => HashMap<String, Counted>;
    Array => Vec<Counted>;
    Pair => Vec<Counted>;
    Fields => HashMap<String, serde_json::Value>;
    OwnScalar => serde_json::Value;
    Counted0 => Counted;
}

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Everything {
    #[garde(dive)]
    text: Text,
    #[garde(dive)]
    number: Number,
    #[garde(dive)]
    items: Items,
    #[garde(dive)]
    array: Array,
    #[garde(dive)]
    pair: Pair,
    #[garde(dive)]
    fields: Fields,
    #[garde(skip)]
    scalar: OwnScalar,
    #[garde(length(max = 3))]
    scalars: Vec<OwnScalar>,
    #[garde(dive)]
    tagged: Option<Tagged>,
    #[garde(skip)]
    #[secure(unvalidated = "a test")]
    free: Vec<HashMap<String, Vec<Counted>>>,
    #[garde(skip)]
    #[secure(unvalidated = "a test")]
    chosen: Option<Free>,
}

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(tag = "type", deny_unknown_fields)]
enum Tagged {
    Held {
        #[garde(skip)]
        scalar: OwnScalar,
    },
    Said {
        #[garde(dive)]
        text: Text,
    },
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only decoded")]
enum Free {
    List(Vec<Counted>),
}

/// The type would build a list of any length, and check the length of its own result.
#[test]
fn value_of_other_form_than_declared_is_not_passed_to_type() {
    let long = list("0", 1000);
    let object = map("0", 1000);
    for (field, value, pointer) in [
        ("text", &long, "/text"),
        ("text", &object, "/text"),
        ("number", &long, "/number"),
        ("items", &object, "/items"),
        ("pair", &object, "/pair"),
        ("fields", &long, "/fields"),
    ] {
        take_count();
        let text = format!(r#"{{"{field}": {value}}}"#);
        assert_errors::<Everything>(&[(&text, 422, pointer, "type")]);
        assert_eq!(take_count(), 0, "{field}");
    }
}

/// Its statement covers lists and objects, but a scalar is small.
#[test]
fn scalar_of_the_api_has_at_most_64_items_and_members() {
    let halves = |count| format!("[{}, {}]", list("0", count), map("[]", 62 - count));
    for value in [
        "\"x\"".to_owned(),
        list("0", 64),
        map("0", 64),
        list("[0]", 32),
        halves(20),
    ] {
        assert_accepted::<Everything>(&[
            &format!(r#"{{"scalar": {value}}}"#),
            &format!(r#"{{"scalars": [{value}, {value}, {value}]}}"#),
            &format!(r#"{{"tagged": {{"scalar": {value}, "type": "Held"}}}}"#),
            &format!(r#"{{"tagged": {{"type": "Held", "scalar": {value}}}}}"#),
        ]);
    }
    for value in [
        list("0", 65),
        map("0", 65),
        list("0", 1000),
        list("[0]", 33),
        map("[0]", 33),
        format!("[{}]", list("0", 64)),
        halves(20).replace("]]", "], 0]").replace("]}]", "]}, 0]"),
    ] {
        for (text, at) in [
            (format!(r#"{{"scalar": {value}}}"#), "/scalar"),
            (format!(r#"{{"scalars": [0, {value}]}}"#), "/scalars/1"),
        ] {
            let (status, pointer, rule) = error::<Everything>(&text);
            assert_eq!((status, rule.as_str()), (422, "items"), "{text}");
            assert!(pointer.starts_with(at), "{pointer}");
        }
        for text in [
            format!(r#"{{"tagged": {{"scalar": {value}, "type": "Held"}}}}"#),
            format!(r#"{{"tagged": {{"type": "Held", "scalar": {value}}}}}"#),
        ] {
            assert_errors::<Everything>(&[(&text, 422, "/tagged/scalar", "type")]);
        }
    }
}

#[test]
fn scalar_in_tagged_enum_is_no_array_or_object() {
    for value in ["[]", "[0]", "{}", r#"{"a": 0}"#, &list("0", 1000)] {
        let text = format!(r#"{{"tagged": {{"text": {value}, "type": "Said"}}}}"#);
        assert_errors::<Everything>(&[(&text, 422, "/tagged/text", "type")]);
    }
}

#[test]
fn more_elements_or_members_than_declared_are_not_passed_to_type() {
    for (field, value, rule, most) in [
        ("array", list("0", 1000), "items", 3),
        ("pair", list("0", 1000), "items", 2),
        ("array", list("0", 4), "items", 3),
    ] {
        take_count();
        let text = format!(r#"{{"{field}": {value}}}"#);
        assert_errors::<Everything>(&[(&text, 422, &format!("/{field}"), rule)]);
        assert_eq!(take_count(), most, "{text}");
    }
    for members in [
        map("0", 3),
        map("0", 1000),
        r#"{"one": 0, "two": [], "3": 0}"#.to_owned(),
    ] {
        let text = format!(r#"{{"fields": {members}}}"#);
        assert_errors::<Everything>(&[(&text, 422, "/fields", "unknown")]);
    }
    assert_errors::<Everything>(&[(r#"{"fields": {"x": []}}"#, 422, "/fields", "type")]);
}

#[test]
fn declared_form_is_passed_to_type() {
    assert_accepted::<Everything>(&[
        r#"{"text": "any length", "number": [], "scalar": 7, "scalars": ["x", 1]}"#
            .replace(r#""number": [], "#, "")
            .as_str(),
        r#"{"array": [0, 0, 0], "pair": [0, 0], "fields": {"x": 0, "two": [0, 0, 0]}}"#,
        r#"{"array": [], "pair": [], "fields": {}}"#,
    ]);
}

#[test]
fn field_excused_from_rules_accepts_every_form() {
    let list = list("0", 1000);
    assert_accepted::<Everything>(&[
        &format!(r#"{{"free": [{{"a": {list}}}, {{"b": []}}]}}"#),
        &format!(r#"{{"chosen": {{"List": {list}}}}}"#),
    ]);
}

/// A visitor that stops early, or asks again at the end, changes nothing.
#[test]
fn end_of_a_fixed_number_of_elements_is_found() {
    #[derive(Validate, crate::SecureInput)]
    struct Asking(#[garde(range(max = 3))] u8, #[garde(range(max = 3))] u8);

    struct Elements;

    impl<'de> Visitor<'de> for Elements {
        type Value = Asking;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("two elements")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Asking, A::Error> {
            let mut read = [0; 2];
            for element in &mut read {
                *element = elements.next_element()?.unwrap_or_default();
            }
            let [one, two] = read;
            for _ in 0..2 {
                if elements.next_element::<u8>()?.is_some() {
                    return Ok(Asking(0, 0));
                }
            }
            Ok(Asking(one, two))
        }

        fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Asking, A::Error> {
            Ok(Asking(0, 0))
        }
    }

    impl<'de> Deserialize<'de> for Asking {
        fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
            decoder.deserialize_any(Elements)
        }
    }

    assert_accepted::<Asking>(&["[1, 2]", "[1]", "[]"]);
    assert_errors::<Asking>(&[
        ("[1, 2, 3]", 422, "", "items"),
        ("[1, 2, 03]", 400, "/2", "syntax"),
        ("{}", 422, "", "type"),
    ]);
}
