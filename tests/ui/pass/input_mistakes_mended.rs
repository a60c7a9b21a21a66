//! Every edit that the help of `fail/input` suggests.
#![allow(dead_code)]

use std::collections::{BTreeMap, HashMap};

use palisade::input::Map;
use palisade::prelude::*;

fn anything(_: &String, (): &()) -> palisade::garde::Result {
    Ok(())
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Validate, SecureInput)]
struct Key(#[garde(length(chars, max = 64))] String);

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Line {
    #[garde(length(chars, max = 64))]
    sku: String,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Texts {
    #[garde(length(chars, max = 64))]
    text: String,
    #[garde(inner(length(chars, max = 64)))]
    inner_of_option: Option<String>,
    #[garde(length(graphemes, max = 64), length(bytes, max = 256))]
    graphemes: String,
    #[garde(length(chars, max = 64), custom(anything))]
    instead_of_adapt: String,
    #[garde(if(cond = self.flag, length(chars, max = 8)), length(chars, max = 64))]
    outside_of_if: String,
    #[garde(length(bytes, max = 16), pattern(r"^(?:[a-z]+)$"))]
    pattern: String,
    #[garde(length(bytes, max = 16), pattern(r"^(?:^[a-z]+$|^$)$"))]
    alternatives: String,
    #[garde(length(chars, max = 1_048_576))]
    ceiling: String,
    #[garde(skip)]
    #[secure(unvalidated = "why that is safe")]
    unvalidated: String,
    #[garde(skip)]
    flag: bool,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Numbers {
    #[garde(range(min = 0.0, max = 1000.0))]
    float: f64,
    #[garde(length(max = 100), inner(range(min = 0.0, max = 1000.0)))]
    floats: Vec<f64>,
    #[garde(if(cond = self.float > 1.0, range(min = 0.0, max = 9.0)), range(min = 0.0, max = 64.0))]
    outside_of_if: f64,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Collections {
    #[garde(length(max = 100), inner(length(chars, max = 64)))]
    texts: Vec<String>,
    #[garde(length(max = 100), dive)]
    lines: Vec<Line>,
    #[garde(dive)]
    line: Line,
    #[garde(length(max = 10))]
    counts: HashMap<Key, u32>,
    #[garde(length(max = 10))]
    sorted: BTreeMap<Key, u32>,
    #[garde(length(max = 10), inner(length(chars, max = 64)))]
    notes: Map<u16, String>,
    #[garde(length(max = 10), dive)]
    stock: Map<Key, Line>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(tag = "type", deny_unknown_fields)]
enum InPlaceOfUntagged {
    Opened {},
    Moved {
        #[garde(skip)]
        steps: u8,
    },
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(transparent)]
struct OneField {
    #[garde(length(chars, max = 64))]
    text: String,
}

fn main() {}
