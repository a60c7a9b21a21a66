//! Decodes strict and malformed texts into structs and maps.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{decode_without_shape as decode, *};
use crate::input::shape::Nested;

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Page {
    #[serde(default, rename = "perPage")]
    count: Option<u8>,
    #[serde(default)]
    share: Option<f64>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    tags: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
struct Required {
    #[serde(rename = "perPage")]
    _count: u8,
}

fn read(text: &[u8]) -> Result<Page, (u16, String, String)> {
    decode(text, InputLocation::Query, 256).map_err(|error| {
        let (status, violation) = match error {
            InputError::Malformed(InputLocation::Query, violation) => (400, violation),
            InputError::TypeMismatch(InputLocation::Query, violation) => (422, violation),
            other => panic!("{other:?}"),
        };
        (
            status,
            violation.pointer().to_owned(),
            violation.detail().to_owned(),
        )
    })
}

fn error<T>(status: u16, name: &str, detail: &str) -> Result<T, (u16, String, String)> {
    Err((status, name.into(), detail.into()))
}

#[test]
fn escaped_names_and_values_are_decoded() {
    let named = |name: &str| Page {
        name: Some(name.into()),
        ..Page::default()
    };
    for (text, name) in [
        ("name=a+b", "a b"),
        ("name=a%20b", "a b"),
        ("name=%2B%26%3d", "+&="),
        ("n%61me=%C3%A9", "\u{e9}"),
        ("name=a=b=", "a=b="),
        ("&name=x&", "x"),
        ("name=", ""),
        ("name", ""),
    ] {
        assert_eq!(read(text.as_bytes()), Ok(named(name)), "{text}");
    }
    assert_eq!(read(b""), Ok(Page::default()));
}

#[test]
fn malformed_escape_or_utf8_is_malformed() {
    let escape = "has a malformed percent-encoding";
    for text in [
        "name=%",
        "name=%2",
        "name=%zz",
        "%=1",
        "name=%%41",
        "name=a+%4",
    ] {
        assert_eq!(read(text.as_bytes()), error(400, "", escape), "{text}");
    }
    for text in [&b"name=%ff"[..], b"name=\xff", b"%c3=1", b"name=+%ff"] {
        assert_eq!(read(text), error(400, "", "is not valid UTF-8"), "{text:?}");
    }
}

#[test]
fn duplicate_name_is_type_mismatch_even_for_list() {
    let duplicate = "must appear only once";
    assert_eq!(
        read(b"perPage=1&perPage=1"),
        error(422, "perPage", duplicate)
    );
    let single = error(422, "tags", "must be a single value");
    assert_eq!(read(b"tags=a&tags=b"), single);
    assert_eq!(read(b"name=a&n%61me=b"), error(422, "name", duplicate));
    assert_eq!(read(b"tags=a"), single);
    assert_eq!(
        read(b"perPage=1&perPage=x"),
        error(422, "perPage", duplicate)
    );
}

#[test]
fn duplicate_undeclared_name_is_type_mismatch() {
    let read = |text: &str| {
        let decoded = decode::<BTreeMap<String, u8>>(text.as_bytes(), InputLocation::Query, 9);
        decoded.map(|map| map.len()).map_err(|error| match error {
            InputError::TypeMismatch(_, violation) => violation.detail().to_owned(),
            other => panic!("{other:?}"),
        })
    };
    assert_eq!(read("a=1&b=2"), Ok(2));
    for text in [
        "a=1&a=1",
        "a=1&%61=2",
        "a+b=1&a%20b=2",
        "=1&=1",
        "a=1&b=1&a=1",
    ] {
        assert_eq!(
            read(text),
            Err("has a duplicate parameter".into()),
            "{text}"
        );
    }
}

/// The order of checks must not depend on the order of parameters: 400 is about the text alone.
#[test]
fn malformed_text_is_malformed_even_after_another_error() {
    let escape = || error(400, "", "has a malformed percent-encoding");
    for text in [
        "hunter2=1&name=%",
        "perPage=x&name=%2",
        "perPage=1&perPage=1&%=1",
        "name=%&hunter2=1",
        "name=%&name=%ff",
    ] {
        assert_eq!(read(text.as_bytes()), escape(), "{text}");
    }
    assert_eq!(
        read(b"hunter2=1&name=%ff"),
        error(400, "", "is not valid UTF-8")
    );
    let too_many = "a=1&".repeat(257);
    let detail = "must have at most 256 parameters";
    assert_eq!(read(too_many.as_bytes()), error(400, "", detail));
}

/// A type whose `Deserialize` reads no parameter.
#[test]
fn unread_parameters_are_checked() {
    struct Unread;
    impl<'de> Deserialize<'de> for Unread {
        fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
            Ok(Self)
        }
    }
    let read = |text: &str| decode::<Unread>(text.as_bytes(), InputLocation::Query, 2).is_ok();
    assert!(read("a=1&b=2"));
    assert!(!read("a=1&b=2&c=3"));
    assert!(!read("a=1&b=%"));
}

#[test]
fn unknown_name_or_wrong_type_is_reported_by_name() {
    assert_eq!(
        read(b"hunter2=1"),
        error(422, "", "has an unknown parameter")
    );
    assert_eq!(
        read(b"perPage=hunter2"),
        error(422, "perPage", "must be an integer")
    );
    assert_eq!(
        read(b"perPage="),
        error(422, "perPage", "must be an integer")
    );
    assert_eq!(
        read(b"perPage=256"),
        error(422, "perPage", "is out of range")
    );
    assert_eq!(read(b"share=NaN"), error(422, "share", "must be a number"));
    assert_eq!(
        decode::<Required>(b"", InputLocation::Query, 256).unwrap_err(),
        InputError::TypeMismatch(
            InputLocation::Query,
            Violation::new("perPage", "required", "is missing")
        )
    );
}

#[test]
fn parameters_over_limit_are_rejected() {
    for max in [1, 256, 10_000] {
        let pairs = |count: usize| {
            let text = vec!["a=1"; count].join("&");
            Pairs::new(text.as_bytes(), max).check()
        };
        assert_eq!(pairs(max - 1), Ok(()));
        assert_eq!(pairs(max), Ok(()));
        let detail = format!("must have at most {max} parameters");
        assert_eq!(pairs(max + 1), Err(("parameters", detail.into())));
    }
}

#[test]
fn map_gets_as_many_parameters_as_its_type_allows() {
    static AT_MOST_TWO: Shape = Shape::Newtype(Nested::Entries(&Nested::Leaf, 2, &Nested::Leaf));
    let read = |text: &str| {
        let text = text.as_bytes();
        super::decode::<BTreeMap<String, u8>>(text, InputLocation::Form, 9, &AT_MOST_TWO)
    };
    let too_many = || vec![Violation::too_many("", 2)];
    assert_eq!(read("a=1&b=2").unwrap(), (map(&["a", "b"]), Vec::new()));
    assert_eq!(read("a=1&b=1&").unwrap().1, Vec::new());
    for text in ["a=1&b=2&c=1", "a=1&b=2&c=x", "a=1&b=2&a=1", "a=1&b=2&&c"] {
        assert_eq!(
            read(text).unwrap(),
            (map(&["a", "b"]), too_many()),
            "{text}"
        );
    }
    for text in ["a=1&b=1&c=%", "a=1&b=1&c=1&%ff", "a&b&c&d&e&f&g&h&i&j"] {
        let error = read(text).unwrap_err();
        assert!(
            matches!(error, InputError::Malformed(..)),
            "{text}: {error:?}"
        );
    }
    let error = read("a=x&b=1&c=1").unwrap_err();
    assert!(matches!(error, InputError::TypeMismatch(..)), "{error:?}");
}

fn map(names: &[&str]) -> BTreeMap<String, u8> {
    let entries = names.iter().zip(1..);
    entries
        .map(|(name, value)| ((*name).to_owned(), value))
        .collect()
}
