//! Patterns that match whole texts, and collections with the rules that reach their items.
#![allow(dead_code)]

use std::collections::HashSet;

use palisade::prelude::*;

#[derive(PartialEq, Eq, Hash, Deserialize, Validate, SecureInput)]
struct Tag(#[garde(length(chars, max = 20))] String);

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct NewOrder {
    #[garde(length(bytes, max = 16), pattern("^[a-z]+$"))]
    anchored: String,
    #[garde(length(bytes, max = 16), pattern("^[a-z]+$|^[0-9]+$"))]
    alternatives: String,
    #[garde(length(bytes, max = 16), pattern(r"\A(?i)[a-z]+\z"))]
    start_and_end: String,
    #[garde(length(max = 3), inner(length(bytes, max = 16), pattern("^[a-z]$")))]
    items: Vec<String>,
    #[garde(length(max = 10), dive)]
    set: HashSet<Tag>,
    #[garde(inner(length(max = 10), inner(length(chars, max = 20))))]
    optional: Option<Vec<String>>,
}

fn main() {}
