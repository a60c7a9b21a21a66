//! Scalars, strings and lists whose schema is exact.

use std::collections::{LinkedList, VecDeque};
use std::num::{NonZeroI8, NonZeroU16};

use palisade::input::{EmailAddress, Identifier, Line, PageNumber, PageRequest, PageSize};
use palisade::prelude::*;
use serde_json::json;

use crate::agreement::{accepts, exact, validator};
use crate::documents::schema_of;

exact! {
    strings: Strings;
    patterns: Patterns;
    numbers: Numbers;
    numbers_without_rules: Unruled;
    floats_and_other_scalars: Others;
    lists: Lists;
    other_lists: OtherLists;
    arrays_and_tuples: Tuples;
    palisade_types: PalisadeTypes;
    page_requests: PageRequest<50>;
}

const MAX_NOTE: usize = 6;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Strings {
    #[garde(length(chars, min = 2, max = 4))]
    name: String,
    #[garde(length(bytes, min = 2, max = 5), ascii)]
    code: String,
    #[garde(length(chars, max = MAX_NOTE))]
    note: Option<String>,
    #[garde(length(chars, equal = 3))]
    exact: std::borrow::Cow<'static, str>,
    #[garde(length(chars, max = 3), length(bytes, min = 1))]
    #[serde(default)]
    least: Option<Box<str>>,
    #[garde(skip)]
    letter: char,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Patterns {
    #[garde(length(chars, max = 9), pattern(r"^[a-z]{2}\-?[0-9]{1,3}$"))]
    code: String,
    #[garde(length(chars, max = 4), pattern(r"^.(?:a|b\.)?.*$"))]
    loose: Option<String>,
    #[garde(length(chars, max = 6), prefix("a."), suffix("."))]
    ends: Option<String>,
    #[garde(length(chars, max = 6), contains("-"), alphanumeric)]
    never: Option<String>,
    #[garde(length(chars, max = 6), alphanumeric)]
    letters: String,
}

const MOST: u32 = 40;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Numbers {
    #[garde(range(min = -5, max = 5))]
    signed: i8,
    #[garde(range(min = 3, max = MOST))]
    few: Option<u32>,
    #[garde(range(max = 60 * 60 * 24 * 365 * 1_000))]
    many: Option<u64>,
    #[garde(required, range(max = 9))]
    required: Option<u8>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Unruled {
    #[garde(skip)]
    tiny: Option<u8>,
    #[garde(skip)]
    middle: Option<i32>,
    #[garde(skip)]
    word: Option<u32>,
    #[garde(skip)]
    wide: Option<i64>,
    #[garde(skip)]
    large: Option<u64>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Others {
    #[garde(range(min = -0.5, max = 2.5))]
    share: f64,
    #[garde(range(min = 0.0, max = 1e6))]
    #[serde(default)]
    weight: f32,
    #[garde(skip)]
    some: Option<NonZeroU16>,
    #[garde(skip)]
    other: Option<NonZeroI8>,
    #[garde(skip)]
    is_gift: bool,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Lists {
    #[garde(length(min = 1, max = 3), inner(length(chars, min = 1, max = 2)))]
    tags: Vec<String>,
    #[garde(length(max = 2))]
    gaps: Vec<Option<u8>>,
    #[garde(inner(length(max = 2), inner(range(min = 1, max = 5))))]
    rated: Option<Vec<u8>>,
    #[garde(
        length(equal = 2),
        inner(length(max = 1), inner(range(min = 0.0, max = 1.0)))
    )]
    grid: Vec<Vec<f64>>,
    #[garde(inner(length(chars, max = 2)))]
    maybe: Option<String>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct OtherLists {
    #[garde(length(max = 2), inner(range(max = 5)))]
    boxed: Box<[u8]>,
    #[garde(length(min = 1, max = 3))]
    deque: VecDeque<u8>,
    #[garde(length(max = 2))]
    #[expect(clippy::linkedlist, reason = "an input type may have one")]
    linked: LinkedList<Option<u8>>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Tuples {
    #[garde(inner(range(max = 200)))]
    triple: [u8; 3],
    #[garde(skip)]
    pair: (u8, bool),
    #[garde(skip)]
    nothing: Option<()>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct PalisadeTypes {
    #[garde(skip)]
    sku: Identifier<4>,
    #[garde(skip)]
    address: Option<EmailAddress>,
    #[garde(skip)]
    id: Option<uuid::Uuid>,
    #[garde(skip)]
    host: Option<std::net::Ipv4Addr>,
    #[garde(skip)]
    page: Option<PageNumber>,
    #[garde(skip)]
    #[serde(default)]
    per_page: PageSize<10>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Spelled {
    #[garde(skip)]
    id: Option<uuid::Uuid>,
    #[garde(skip)]
    address: Option<EmailAddress>,
    #[garde(skip)]
    host: Option<std::net::Ipv4Addr>,
    #[garde(skip)]
    name: Option<Line<4>>,
}

/// Generating values from a schema does not find values that it wrongly rejects.
#[tokio::test]
async fn schema_accepts_every_spelling_that_the_type_parses() {
    #[public(reason = "a test")]
    async fn spelled(_: Valid<Json<Spelled>>) {}

    let validator = validator(&schema_of(post(spelled)));
    let label = "a".repeat(63);
    let address = format!("{}@{label}.{label}.{}", "a".repeat(64), "a".repeat(61));
    for (member, text) in [
        ("id", "67e55044-10b1-426f-9247-bb680e5fe0c8"),
        ("id", "67E5504410B1426F9247BB680E5FE0C8"),
        ("id", "{67e55044-10b1-426f-9247-bb680e5fe0c8}"),
        ("id", "urn:uuid:67e55044-10b1-426f-9247-bb680e5fe0c8"),
        ("address", "a@b"),
        ("address", "!#$%&'*+/=?^_`{|}~-..@a-b.c"),
        ("address", &address),
        ("host", "0.0.0.0"),
        ("host", "255.255.199.249"),
        ("name", "e\u{301}e\u{301}e\u{301}e\u{301}"),
        ("name", "\u{200d}x\u{ad}"),
    ] {
        let value = json!({ member: text });
        assert!(accepts::<Spelled>(&value.to_string()).await, "{text}");
        assert!(validator.is_valid(&value), "{text}");
    }
    for (member, text) in [
        ("id", "urn:uuid:67e5504410b1426f9247bb680e5fe0c8"),
        ("id", "67e55044-10b1-426f-9247-bb680e5fe0c"),
        ("address", "a@b.c-"),
        ("address", "@b"),
        ("address", &format!("a{address}")),
        ("address", &format!("a@{label}a")),
        ("host", "256.0.0.0"),
        ("host", "01.0.0.0"),
        ("host", "0.0.0"),
        ("name", "a\u{202e}"),
        ("name", "a\n"),
        ("name", "\u{1ffff}"),
        ("name", "\u{3164}"),
        ("name", ""),
    ] {
        let value = json!({ member: text });
        assert!(!accepts::<Spelled>(&value.to_string()).await, "{text:?}");
        assert!(!validator.is_valid(&value), "{text:?}");
    }
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Begins {
    #[garde(skip)]
    #[serde(default)]
    return_to: palisade::relying_party::ReturnTo,
}

/// The grammar of segments is not in the schema.
#[tokio::test]
async fn schema_of_return_to_accepts_every_page_that_the_type_parses() {
    #[public(reason = "a test")]
    async fn begins(_: Valid<Json<Begins>>) {}

    let validator = validator(&schema_of(post(begins)));
    let longest = format!("/{}", "a".repeat(1023));
    let too_long = format!("{longest}a");
    for (text, is_valid) in [
        ("/", true),
        ("/orders?page=2", true),
        ("/a/b/", true),
        ("/%C4%81?x=%2F&y=?", true),
        ("/x/a;b=c,d:e@f", true),
        (&longest, true),
        (&too_long, false),
        ("", false),
        ("orders", false),
        ("https://evil.example", false),
        ("/a#b", false),
        ("/a b", false),
        ("/a\\b", false),
        ("/\u{e9}", false),
    ] {
        let value = json!({ "return_to": text });
        assert_eq!(validator.is_valid(&value), is_valid, "{text}");
        let parsed = text.parse::<palisade::relying_party::ReturnTo>();
        assert_eq!(parsed.is_ok(), is_valid, "{text}");
    }
    assert!(validator.is_valid(&json!({})));
    assert!(!validator.is_valid(&json!({ "return_to": 7 })));
}
