//! Decodes strict and malformed texts into structs and maps.

use std::collections::{BTreeMap, BTreeSet};

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
fn duplicate_name_of_a_single_value_is_type_mismatch() {
    let duplicate = "must appear only once";
    for text in ["perPage=1&perPage=1", "perPage=1&perPage=x"] {
        let read = read(text.as_bytes());
        assert_eq!(read, error(422, "perPage", duplicate), "{text}");
    }
    assert_eq!(read(b"name=a&n%61me=b"), error(422, "name", duplicate));
    assert_eq!(read(b"name=&share=1&name="), error(422, "name", duplicate));
    // no shape declares the list
    let single = error(422, "tags", "must be a single value");
    assert_eq!(read(b"tags=a&tags=b"), single);
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

fn lists() -> &'static Shape {
    const fn list(names: &'static [&'static str], nested: Nested, has_default: bool) -> Field {
        let rust = names[0];
        Field {
            rust,
            names,
            nested,
            has_default,
        }
    }
    const FIELDS: &[Field] = &[
        list(&["id"], Nested::List(&Nested::Leaf, 3), false),
        list(&["set"], Nested::Unordered(&Nested::Leaf, 2), true),
        list(&["pair"], Nested::Array(&Nested::Leaf, 2), true),
        list(&["tags", "tag"], Nested::List(&Nested::Leaf, 2), true),
        list(&["x"], Nested::Leaf, true),
    ];
    const { &Shape::Fields(FIELDS) }
}

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Lists {
    id: Vec<u8>,
    #[serde(default)]
    set: BTreeSet<u8>,
    #[serde(default)]
    pair: Option<(u8, u8)>,
    #[serde(default, alias = "tag")]
    tags: Option<Vec<String>>,
    #[serde(default)]
    x: Option<u8>,
}

fn read_lists(text: &str) -> Result<Lists, (u16, String, String)> {
    let violation = |status, violation: &Violation| {
        let (pointer, detail) = (violation.pointer(), violation.detail());
        Err((status, pointer.to_owned(), detail.to_owned()))
    };
    match super::decode(text.as_bytes(), InputLocation::Query, 20, lists()) {
        Ok((lists, excess)) => match &excess[..] {
            [] => Ok(lists),
            [first, ..] => violation(200, first),
        },
        Err(InputError::Malformed(_, malformed)) => violation(400, &malformed),
        Err(InputError::TypeMismatch(_, mismatch)) => violation(422, &mismatch),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn repeated_name_of_a_list_is_its_items_in_order() {
    let ids = |id: &[u8]| Lists {
        id: id.to_vec(),
        ..Lists::default()
    };
    for (text, items) in [
        ("id=1", &[1][..]),
        ("id=2&id=1", &[2, 1]),
        ("&id=1&&i%64=2&%69d=3&", &[1, 2, 3]),
        ("", &[]),
        ("&", &[]),
    ] {
        assert_eq!(read_lists(text), Ok(ids(items)), "{text}");
    }
    let mixed = Lists {
        id: vec![1, 2],
        set: BTreeSet::from([5, 7]),
        pair: Some((8, 9)),
        tags: Some(vec!["a b".into(), String::new()]),
        x: Some(4),
    };
    let text = "set=7&id=1&tag=a+b&pair=8&x=4&id=2&tag=&set=5&pair=9";
    assert_eq!(read_lists(text), Ok(mixed));
}

#[test]
fn item_of_a_list_is_located_by_its_index() {
    let integer = "must be an integer";
    for (text, location, detail) in [
        ("id=x", "id/0", integer),
        ("id=1&x=2&id=07", "id/1", integer),
        ("id=1&id=2&id=256", "id/2", "is out of range"),
        ("id=1&id=", "id/1", integer),
        ("id", "id/0", integer),
        ("set=1&set=-", "set/1", integer),
        ("pair=1", "pair", "has the wrong number of items"),
        (
            "pair=1&pair=2&pair=3",
            "pair",
            "has the wrong number of items",
        ),
        ("tags=a&tag=b", "tags", "must appear only once"),
        ("id=1&x=1&x=1", "x", "must appear only once"),
        ("id[]=1", "", "has an unknown parameter"),
        ("id=1&id[]=2", "", "has an unknown parameter"),
        ("id[0]=1", "", "has an unknown parameter"),
        ("ID=1", "", "has an unknown parameter"),
        ("id=1,2", "id/0", integer),
    ] {
        assert_eq!(read_lists(text), error(422, location, detail), "{text}");
    }
}

#[test]
fn list_is_decoded_up_to_its_largest_count() {
    assert!(read_lists("id=1&id=1&id=1").is_ok());
    let most = |max| format!("must have a length of at most {max}");
    let excess = |name, max| error(200, name, &most(max));
    assert_eq!(read_lists("id=1&id=1&id=1&id=1"), excess("id", 3));
    // the item beyond the limit is not decoded, and equal items count
    assert_eq!(read_lists("id=1&id=1&id=1&x=1&id=x"), excess("id", 3));
    assert_eq!(read_lists("set=1&set=1&set=1"), excess("set", 2));
    assert_eq!(read_lists("tag=a&tag=b&tag=c"), excess("tag", 2));
}

#[test]
fn text_of_every_item_is_checked() {
    let encoding = "has a malformed percent-encoding";
    for text in [
        "id=%",
        "id=1&id=%",
        "id=1&id=2&id=3&id=%",
        "id=1&%=1",
        "id=x&id=%2",
    ] {
        assert_eq!(read_lists(text), error(400, "", encoding), "{text}");
    }
    let many = "id=1&".repeat(21);
    assert_eq!(
        read_lists(&many),
        error(400, "", "must have at most 20 parameters")
    );
}

#[test]
fn form_has_checkboxes_and_empty_fields() {
    let read = |text: &str| {
        let form = InputLocation::Form;
        super::decode::<Html>(text.as_bytes(), form, 9, html()).map(|(html, _)| html)
    };
    let html = Html::default();
    assert_eq!(
        read("age=&name=&names=&checked=on").unwrap(),
        Html {
            checked: true,
            ..html
        }
    );
    let names = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
    for (text, items) in [
        ("names=&names=", names(&["", ""])),
        ("names=&names=a", names(&["", "a"])),
        ("names=a", names(&["a"])),
    ] {
        assert_eq!(read(text).unwrap().names, items, "{text}");
    }
    for (text, checked) in [("true", true), ("false", false)] {
        let checkbox = read(&format!("checked={text}"));
        assert_eq!(checkbox.unwrap().checked, checked);
    }
    for text in [
        "checked=",
        "checked=ON",
        "checked=off",
        "checked=1",
        "checked=on&checked=on",
        "age=+",
        "age=&age=",
        "age=&age=5",
        "required=",
    ] {
        assert!(read(text).is_err(), "{text}");
    }
    assert!(super::decode::<Html>(b"age=", InputLocation::Query, 9, self::html()).is_err());
    assert!(super::decode::<Html>(b"checked=on", InputLocation::Query, 9, self::html()).is_err());
}

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
struct Html {
    age: Option<u8>,
    name: Option<String>,
    names: Option<Vec<String>>,
    checked: bool,
    required: u8,
}

fn html() -> &'static Shape {
    const FIELDS: &[Field] = &[Field {
        rust: "names",
        names: &["names"],
        nested: Nested::List(&Nested::Leaf, 3),
        has_default: true,
    }];
    const { &Shape::Fields(FIELDS) }
}
