//! Every way to bound a field that the derive accepts.
#![deny(warnings)]
#![allow(dead_code)]

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

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
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
enum Payment {
    Invoice,
    Card {
        #[garde(length(bytes, max = 16))]
        card_number: String,
    },
    Voucher(#[garde(skip)] u32),
    Split(#[garde(range(min = 0.0, max = 1.0))] f64, #[garde(dive)] Box<Payment>),
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(tag = "type", deny_unknown_fields)]
enum Event {
    Opened {},
    Paid(#[garde(dive)] Batch<Point>),
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(tag = "type", content = "of", deny_unknown_fields)]
enum Shipment {
    None,
    Air { #[garde(skip)] legs: u8 },
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Batch<T: Validate<Context = ()>> {
    #[garde(length(max = 9), dive)]
    items: Vec<T>,
    #[garde(length(max = 9), inner(inner(length(chars, max = 9))))]
    names: Vec<Option<String>>,
    #[garde(length(max = 9))]
    counts: HashMap<u16, u32>,
    #[garde(length(max = 9))]
    stock: BTreeMap<Sku, Option<bool>>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Borrowed<'a> {
    #[garde(length(chars, max = 9))]
    text: &'a str,
    #[serde(borrow)]
    #[garde(length(chars, max = 9))]
    cow: Cow<'a, str>,
}

#[public(reason = "a test")]
async fn pay(Valid(Json(batch)): Valid<Json<Batch<Event>>>) -> String {
    batch.items.len().to_string()
}

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
    #[garde(range(min = 1))]
    most: u16,
    #[garde(range(min = 1, max = *most))]
    quantity: u16,
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
    #[secure(unvalidated = "stored unchanged, never shown")]
    raw: String,
    #[garde(length(chars, max = 9))]
    #[serde(skip)]
    computed: String,
    #[garde(skip)]
    #[serde(skip_deserializing)]
    #[secure(unvalidated = "set by the handler")]
    created: String,
}

impl NewOrder {
    const LONGEST: usize = 10;
}

fn main() {}
