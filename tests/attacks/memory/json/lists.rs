//! Lists and sets of many small items.

use std::collections::{BTreeSet, HashSet};

use palisade::input::Line;
use palisade::prelude::*;

use super::Shape;
use crate::memory::repeated;

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Lists {
    #[garde(
        length(max = 10),
        inner(
            length(chars, min = 1, max = 20),
            prefix("a"),
            suffix("z"),
            contains("-"),
            ascii
        )
    )]
    #[serde(default)]
    tags: Vec<String>,
    #[garde(length(max = 10), inner(range(min = 1)))]
    #[serde(default)]
    bytes: Vec<u8>,
    #[garde(length(max = 10), inner(length(max = 3), inner(range(min = 1))))]
    #[serde(default)]
    nested: Vec<Vec<u128>>,
    #[garde(inner(length(max = 10), inner(inner(length(max = 3)))))]
    #[serde(default)]
    optional: Option<Vec<Option<String>>>,
    #[garde(length(max = 10))]
    #[serde(default)]
    lines: Vec<Line<8>>,
    #[garde(length(max = 10))]
    #[serde(default)]
    texts: BTreeSet<Line<8>>,
    #[garde(length(max = 10))]
    #[serde(default)]
    numbers: HashSet<u64>,
    #[garde(length(max = 10), dive)]
    #[serde(default)]
    nodes: Vec<Node>,
    #[garde(length(max = 10), dive)]
    #[serde(default)]
    wide: Vec<Wide>,
    #[garde(
        length(max = 1_000_000),
        inner(length(bytes, max = 30), prefix("-"), suffix("-"), contains("-"))
    )]
    #[serde(default)]
    many: Vec<String>,
    #[garde(length(bytes, max = 20), ascii, contains("-"))]
    #[serde(default)]
    text: String,
    #[garde(range(max = 3))]
    #[serde(default)]
    number: u64,
}

/// Options within options.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Node {
    #[garde(dive)]
    next: Option<Box<Node>>,
    #[garde(inner(length(max = 10)))]
    name: Option<String>,
    #[garde(length(max = 10), dive)]
    #[serde(default)]
    nodes: Vec<Node>,
}

/// A kilobyte in memory and two bytes in JSON.
#[derive(Default, Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, default)]
struct Wide {
    #[garde(inner(range(max = 3)))]
    numbers: [u128; 32],
    #[garde(inner(length(max = 10)))]
    text: Option<String>,
    #[garde(skip)]
    flags: [Option<u128>; 16],
}

/// Two kilobytes behind a pointer, and five bytes in JSON.
#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Chain {
    #[garde(dive)]
    n: Option<Box<Chain>>,
    #[garde(dive)]
    #[serde(default)]
    wide: Wide,
}

#[derive(Deserialize, Validate, SecureInput)]
struct Chains(#[garde(length(max = 1_000_000), dive)] Vec<Chain>);

#[public(reason = "a test", body_limit = "16 MiB")]
pub(super) async fn chains(Valid(Json(chains)): Valid<Json<Chains>>) -> String {
    chains.0.len().to_string()
}

/// Returns a list of values that each hold others behind pointers.
pub(super) fn of_chains(size: usize) -> String {
    let chain = "{\"n\":".repeat(30) + "{}" + &"}".repeat(30);
    format!("[{}{chain}]", repeated(&format!("{chain},"), size))
}

#[public(reason = "a test", body_limit = "16 MiB")]
pub(super) async fn lists(Valid(Json(lists)): Valid<Json<Lists>>) -> String {
    lists.text
}

/// Lists of each type with items of each spelling.
pub(super) fn shapes(size: usize) -> Vec<Shape> {
    let members = [
        (
            "tags",
            &[
                "\"\"",
                "\"aaaaaaaaaaaaaaaaaaaaaaaa\"",
                "\"\\u0061\"",
                "null",
                "0",
                "{}",
                "[]",
            ][..],
        ),
        (
            "bytes",
            &["0", "9", "255", "256", "-1", "1e3", "\"\"", "[]"],
        ),
        ("nested", &["[]", "[0]", "[0,0,0,0]", "[[]]", "null", "{}"]),
        ("optional", &["null", "\"\"", "\"aaaa\"", "0"]),
        ("lines", &["\"\"", "\"a\"", "\"aaaaaaaaaa\"", "\"\\n\""]),
        ("texts", &["\"\"", "\"aaaaaaaaaaaa\""]),
        (
            "numbers",
            &["0", "9", "18446744073709551615", "18446744073709551616"],
        ),
        (
            "nodes",
            &[
                "{}",
                "{\"next\":null}",
                "{\"next\":{\"next\":{}}}",
                "{\"nodes\":[{},{}]}",
            ],
        ),
        ("wide", &["{}", "{\"flags\":[]}", "{\"text\":null}"]),
        ("many", &["\"aaaaaaaaaaaaaaaaaaaaaaaa\""]),
        (
            "unknown",
            &[
                "{}",
                "\"\"",
                "0",
                "[]",
                "null",
                "{\"a\":0}",
                "{\"a\":0,\"a\":0}",
            ],
        ),
    ];
    let shapes = members.iter().flat_map(|(name, items)| {
        items.iter().map(move |item| {
            let items = repeated(&format!("{item},"), size);
            (
                format!("{name} of {item}"),
                format!("{{\"{name}\":[{items}{item}]}}"),
            )
        })
    });
    shapes.collect()
}
