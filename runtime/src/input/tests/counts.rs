//! Lists and maps with more items than their type allows.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

use garde::Validate;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use super::{assert_accepted, assert_errors, decode_and_check};
use crate::input::contract::SecureInput;
use crate::input::types::Map;

/// A scalar that counts how many of it are decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, crate::SecureInput)]
#[secure(scalar = "a number below 256")]
pub(super) struct Counted(u8);

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

impl<'de> Deserialize<'de> for Counted {
    fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
        COUNT.set(COUNT.get() + 1);
        u8::deserialize(decoder).map(Self)
    }
}

/// Returns how many were decoded since it was last called.
pub(super) fn take_count() -> usize {
    COUNT.take()
}

/// Returns the pointers and rules of all violations, and the number of decoded items.
#[track_caller]
pub(super) fn rejected<T>(text: &str) -> (Vec<(String, String)>, usize)
where
    T: SecureInput<Context = ()> + DeserializeOwned,
{
    take_count();
    let Err((status, violations)) = decode_and_check::<T>(text) else {
        panic!("accepted: {text}");
    };
    assert_eq!(status, 422, "{text}");
    (violations, take_count())
}

pub(super) fn list(item: &str, count: usize) -> String {
    format!("[{}]", vec![item; count].join(","))
}

pub(super) fn map(value: &str, count: usize) -> String {
    let members: Vec<_> = (0..count).map(|at| format!("\"{at}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Kinds {
    #[garde(length(max = 3))]
    list: Vec<Counted>,
    #[garde(length(max = 3))]
    deque: VecDeque<Counted>,
    #[garde(length(max = 3))]
    boxed: Box<[Counted]>,
    #[garde(length(max = 3))]
    set: HashSet<u8>,
    #[garde(length(max = 3))]
    sorted: BTreeSet<Counted>,
    #[garde(length(max = 3))]
    std_map: BTreeMap<u16, Counted>,
    #[garde(length(max = 3))]
    map: Map<u16, Counted>,
    #[garde(length(equal = 3))]
    equal: Option<Vec<Counted>>,
    #[serde(rename = "a/b", alias = "alias")]
    #[garde(inner(length(max = 3)))]
    renamed: Option<Vec<Counted>>,
    #[garde(length(max = 3), inner(length(max = 3)))]
    lists: Vec<Vec<Counted>>,
    #[garde(length(max = 3), inner(length(max = 3)))]
    entries: Map<u16, Vec<Counted>>,
    #[garde(dive)]
    wrapped: Option<Wrapped>,
    #[garde(dive)]
    transparent: Option<Transparent>,
    #[garde(dive)]
    pair: Option<Pair>,
    #[garde(length(max = 3), dive)]
    children: Vec<Kinds>,
    #[garde(length(max = 3), dive)]
    named: Map<u16, Kinds>,
}

#[derive(Deserialize, Validate, crate::SecureInput)]
struct Wrapped(#[garde(length(max = 3))] Vec<Counted>);

#[derive(Deserialize, Validate, crate::SecureInput)]
#[garde(transparent)]
struct Transparent(#[garde(length(max = 3))] Vec<Counted>);

#[derive(Deserialize, Validate, crate::SecureInput)]
struct Pair(
    #[garde(length(max = 3))] Vec<Counted>,
    #[garde(length(max = 2), inner(length(max = 3)))] Vec<Vec<Counted>>,
);

/// Writes so many items for `@`, or members for `%`.
fn with_items(text: &str, count: usize) -> String {
    text.replace('@', &list("0", count))
        .replace('%', &map("0", count))
}

#[test]
fn list_over_its_count_is_reported_and_not_decoded() {
    let cases = [
        (r#"{"list": @}"#, "/list"),
        (r#"{"deque": @}"#, "/deque"),
        (r#"{"boxed": @}"#, "/boxed"),
        (r#"{"sorted": @}"#, "/sorted"),
        (r#"{"std_map": %}"#, "/std_map"),
        (r#"{"map": %}"#, "/map"),
        (r#"{"equal": @}"#, "/equal"),
        (r#"{"a/b": @}"#, "/a~1b"),
        (r#"{"alias": @}"#, "/alias"),
        (r#"{"lists": [[], @]}"#, "/lists/1"),
        (r#"{"entries": {"7": @}}"#, "/entries"),
        (r#"{"named": {"7": {"list": @}}}"#, "/named"),
        (r#"{"named": {"7": {}}, "list": @}"#, "/list"),
        (r#"{"wrapped": @}"#, "/wrapped"),
        (r#"{"transparent": @}"#, "/transparent"),
        (r#"{"pair": [@, []]}"#, "/pair/0"),
        (r#"{"pair": [[], [[], @]]}"#, "/pair/1/1"),
        (
            r#"{"children": [{"children": [{}, {"list": @}]}]}"#,
            "/children/0/children/1/list",
        ),
    ];
    for (text, pointer) in cases {
        for count in [4, 5, 500] {
            let (violations, decoded) = rejected::<Kinds>(&with_items(text, count));
            assert_eq!(
                violations,
                [(pointer.to_owned(), "length".to_owned())],
                "{text} with {count}"
            );
            assert_eq!(decoded, 3, "{text} with {count}");
        }
        assert_accepted::<Kinds>(&[&with_items(text, 3)]);
    }
}

/// `maxItems` counts items too.
#[test]
fn equal_items_of_set_are_counted() {
    assert_accepted::<Kinds>(&[r#"{"set": [1, 1, 1]}"#]);
    assert_errors::<Kinds>(&[(r#"{"set": [1, 1, 1, 1]}"#, 422, "/set", "length")]);
    assert_errors::<Kinds>(&[(
        r#"{"std_map": {"1": 0, "2": 0, "3": 0, "4": 0}}"#,
        422,
        "/std_map",
        "length",
    )]);
}

#[derive(Debug, Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields)]
struct Order {
    #[garde(length(max = 2), inner(length(chars, max = 3)))]
    tags: Vec<String>,
    #[garde(length(max = 2), inner(length(max = 1)))]
    lists: Vec<Vec<u8>>,
    #[garde(length(chars, max = 3))]
    name: String,
}

#[test]
fn other_violations_are_reported_with_the_count() {
    let text = format!(
        r#"{{"name": "long", "lists": [[], [1, 2], [1, 2]], "tags": {}}}"#,
        list("\"long\"", 1000)
    );
    let (violations, _) = rejected::<Order>(&text);
    let mut pointers: Vec<_> = violations.iter().map(|(at, _)| at.as_str()).collect();
    pointers.sort_unstable();
    assert_eq!(
        pointers,
        ["/lists", "/lists/1", "/name", "/tags", "/tags/0", "/tags/1"]
    );
    assert!(violations.iter().all(|(_, rule)| rule == "length"));
}

#[test]
fn at_most_32_violations_are_reported_with_counts() {
    #[derive(Deserialize, Validate, crate::SecureInput)]
    #[serde(deny_unknown_fields)]
    struct Lists {
        #[garde(length(max = 100), inner(length(max = 1)))]
        lists: Vec<Vec<u8>>,
        #[garde(length(chars, max = 3))]
        name: String,
    }
    for count in [31, 32, 33, 100] {
        let text = format!(r#"{{"lists": {}, "name": "long"}}"#, list("[1, 2]", count));
        let (violations, _) = rejected::<Lists>(&text);
        assert_eq!(violations.len(), (count + 1).min(32), "{count}");
    }
}

/// The text decides whether it is malformed, not the count of a list.
#[test]
fn rest_of_list_is_read_strictly() {
    let deep = format!("{}{}", "[".repeat(33), "]".repeat(33));
    for rest in [
        "01",
        "1e999",
        r#"{"a": 1, "a": 1}"#,
        r#"[{"a": {"b": 0, "b": 0}}]"#,
        r#""\ud800""#,
        "[1, 2",
        "nul",
        deep.as_str(),
    ] {
        let list = format!(r#"{{"list": [0, 0, 0, 0, {rest}]}}"#);
        let member = format!(r#"{{"map": {{"1": 0, "2": 0, "3": 0, "4": 0, "5": {rest}}}}}"#);
        for text in [list, member] {
            let Err((status, violations)) = decode_and_check::<Kinds>(&text) else {
                panic!("accepted: {text}");
            };
            assert_eq!((status, violations.len()), (400, 1), "{text}");
        }
    }
    let repeated = r#"{"map": {"1": 0, "2": 0, "3": 0, "4": 0, "1": 0}}"#;
    assert_errors::<Kinds>(&[
        (repeated, 400, "/map", "unique"),
        (
            r#"{"list": [0, 0, 0, 0, 0, {"a": 1, "a": 1}]}"#,
            400,
            "/list/5",
            "unique",
        ),
    ]);
    // items that are not decoded may have any type
    let other =
        r#"{"list": [0, 0, 0, "x", {"y": null}], "map": {"1": 0, "2": 0, "3": 0, "x": []}}"#;
    let (violations, _) = rejected::<Kinds>(other);
    let pointers: Vec<_> = violations.iter().map(|(at, _)| at.as_str()).collect();
    assert_eq!(pointers, ["/list", "/map"]);
}

#[test]
fn duplicate_among_many_members_is_malformed() {
    let mut members = vec!["\"last\": 0".to_owned()];
    for count in [1, 30, 31, 32, 33, 34, 1000] {
        members.resize_with(count, String::new);
        for (at, member) in members.iter_mut().enumerate() {
            *member = format!("\"{at}\": 0");
        }
        let first = members[0].clone();
        let unique = format!("{{\"map\": {{{}}}}}", members.join(","));
        let repeated = format!("{{\"map\": {{{},{first}}}}}", members.join(","));
        let status =
            |text: &str| decode_and_check::<Kinds>(text).map_or_else(|(status, _)| status, |_| 200);
        assert_eq!(status(&repeated), 400, "{count}");
        assert_eq!(
            status(&unique),
            if count > 3 { 422 } else { 200 },
            "{count}"
        );
    }
}

/// A type whose `Deserialize` reads more than its shape declares does not receive it.
#[test]
fn count_applies_whatever_the_type_does_with_the_items() {
    #[derive(Validate, crate::SecureInput)]
    struct Dropped(#[garde(length(max = 3))] Vec<u8>);

    impl<'de> Deserialize<'de> for Dropped {
        fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
            Vec::<Counted>::deserialize(decoder).map(|_| Self(Vec::new()))
        }
    }

    assert_accepted::<Dropped>(&["[1, 2, 3]"]);
    let (violations, decoded) = rejected::<Dropped>("[1, 2, 3, 4]");
    assert_eq!(violations, [(String::new(), "length".to_owned())]);
    assert_eq!(decoded, 3);
}

/// A list may be many times larger than its text, so the text is read first.
#[test]
fn large_list_is_not_decoded_before_malformed_text_is_found() {
    /// A kilobyte, whatever the text.
    #[derive(crate::SecureInput)]
    #[secure(scalar = "a number below 256")]
    struct Large([Counted; 1024]);

    impl<'de> Deserialize<'de> for Large {
        fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
            Counted::deserialize(decoder).map(|item| Self([item; 1024]))
        }
    }

    #[derive(Deserialize, Validate, crate::SecureInput)]
    #[serde(deny_unknown_fields, default)]
    #[derive(Default)]
    struct Many {
        #[garde(length(max = 1000))]
        list: Vec<Large>,
        #[garde(length(max = 1000))]
        map: BTreeMap<u16, Large>,
        #[garde(skip)]
        last: u8,
    }

    let (list, map) = (list("0", 1000), map("0", 1000));
    for text in [
        format!(r#"{{"list": {list}, "last": @}}"#),
        format!(r#"{{"map": {map}, "last": @}}"#),
    ] {
        for last in ["01", "[1", r#"{"a": 1, "a": 1}"#, "1e999"] {
            take_count();
            let text = text.replace('@', last);
            let outcome = decode_and_check::<Many>(&text).map(|_| ());
            assert_eq!(outcome.map_err(|(status, _)| status), Err(400), "{last}");
            assert!(take_count() <= 64, "{last}");
        }
        take_count();
        assert_errors::<Many>(&[(&text.replace('@', "-1"), 422, "/last", "range")]);
        assert_errors::<Many>(&[(&text.replace('@', "[]"), 422, "/last", "type")]);
        assert_eq!(take_count(), 2000);
        let many = decode_and_check::<Many>(&text.replace('@', "1")).unwrap();
        let large = many.list.iter().chain(many.map.values());
        assert_eq!(
            large.map(|Large(items)| items.len()).sum::<usize>(),
            1000 << 10
        );
    }
}

#[derive(Deserialize, Validate, crate::SecureInput)]
struct Rows(#[garde(length(max = 64), inner(length(max = 1)))] Vec<Vec<u8>>);

#[test]
fn at_most_32_lists_over_their_count_are_reported() {
    let (violations, _) = rejected::<Rows>(&list("[1,2]", 33));
    assert_eq!(violations.len(), 32);
}
