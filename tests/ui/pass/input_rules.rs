//! Every way to bound a field that the derive accepts.
#![deny(warnings)]
#![allow(dead_code)]

use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};

use palisade::prelude::*;

const LONGEST: usize = 200;
type Text = String;

#[derive(Deserialize, Validate, SecureInput, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[serde(rename_all = "kebab-case")]
enum Status {
    Open,
    Paid,
}

#[derive(Deserialize, Validate, SecureInput, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[garde(transparent)]
struct Sku(#[garde(length(bytes, equal = 8))] String);

#[derive(Deserialize, Validate, SecureInput)]
struct Point(#[garde(range(min = -90.0, max = 90.0))] f64, #[garde(skip)] i32);

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[garde(context(usize as limit))]
struct NewOrder {
    #[garde(dive(&()))]
    sku: Sku,
    #[garde(length(chars, max = LONGEST), if(cond = *limit > 3, length(bytes, min = 1)))]
    note: Text,
    #[garde(length(chars, max = Self::LONGEST))]
    remark: Option<String>,
    #[garde(inner(length(utf16, max = 9)))]
    short: Option<Cow<'static, str>>,
    #[garde(length(max = 10), inner(length(chars, max = 20)))]
    tags: Vec<String>,
    #[garde(inner(length(max = 10), inner(length(chars, max = 20))))]
    more: Option<Vec<Box<str>>>,
    #[garde(length(max = 10))]
    states: BTreeSet<Status>,
    #[garde(length(max = 10))]
    queue: VecDeque<u8>,
    #[garde(skip)]
    pair: (u8, Option<bool>),
    #[garde(inner(range(min = 0.0, max = 1.0)))]
    weights: [f32; 3],
    #[garde(dive(&()))]
    place: Box<Point>,
    #[garde(length(max = 4), dive)]
    parts: Vec<NewOrder>,
    #[garde(dive)]
    next: Option<Box<NewOrder>>,
    #[garde(skip)]
    r#type: Status,
    #[garde(skip)]
    #[secure(unvalidated = "stored as it is, shown to nobody")]
    raw: String,
    #[garde(skip)]
    #[serde(skip)]
    computed: String,
}

impl NewOrder {
    const LONGEST: usize = 10;
}

fn main() {}
