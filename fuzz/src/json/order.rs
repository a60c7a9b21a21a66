//! A type with every kind of member, and its rules in plain Rust.

use std::borrow::Cow;
use std::collections::BTreeMap;

use garde::Validate;
use palisade::SecureInput;
use palisade::input::{Identifier, Map};
use serde::Deserialize;

#[derive(Debug, PartialEq, Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Order {
    #[garde(length(chars, min = 1, max = 8))]
    sku: String,
    #[garde(range(min = 1, max = 100))]
    quantity: u32,
    #[garde(range(min = 0.0, max = 1000.0))]
    unit_price: Option<f64>,
    #[serde(default)]
    #[garde(length(max = 3), dive)]
    lines: Vec<Line>,
    #[serde(default)]
    #[garde(length(max = 2), inner(length(bytes, max = 4)))]
    labels: Map<Label, String>,
    #[serde(default)]
    #[garde(length(max = 2))]
    counts: BTreeMap<u8, u16>,
    #[garde(dive)]
    status: Option<Status>,
    #[garde(dive)]
    payment: Option<Payment>,
    #[garde(dive)]
    delivery: Option<Delivery>,
    #[garde(skip)]
    letter: Option<char>,
    #[garde(skip)]
    big: Option<u128>,
    #[garde(range(min = -5, max = 5))]
    debt: Option<i128>,
    #[garde(skip)]
    total: Option<i64>,
    #[garde(length(bytes, max = 8), ascii)]
    note: Option<Cow<'static, str>>,
    #[garde(skip)]
    owner: Option<Identifier<8>>,
    #[garde(dive)]
    next: Option<Box<Order>>,
}

#[derive(Debug, PartialEq, Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Line {
    #[garde(range(max = 9))]
    price: i64,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Validate, SecureInput)]
struct Label(#[garde(length(bytes, min = 1, max = 2))] String);

#[derive(Debug, PartialEq, Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
enum Status {
    Draft,
    Sent {
        #[garde(range(min = 1))]
        on: u8,
    },
    Pair(#[garde(skip)] u8, #[garde(range(max = 3))] u8),
    Held(#[garde(dive)] Line),
}

#[derive(Debug, PartialEq, Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields, rename_all = "camelCase", tag = "kind")]
enum Payment {
    Card {
        #[garde(range(max = 9))]
        number: u8,
        #[serde(default)]
        #[garde(length(max = 2), dive)]
        lines: Vec<Line>,
    },
    Cash {},
}

#[derive(Debug, PartialEq, Deserialize, Validate, SecureInput)]
#[serde(
    deny_unknown_fields,
    rename_all = "camelCase",
    tag = "method",
    content = "line"
)]
enum Delivery {
    Post(#[garde(dive)] Line),
    Pickup,
}

impl Order {
    /// Whether every rule is satisfied, without garde.
    pub(super) fn satisfies_rules(&self) -> bool {
        let Self {
            sku,
            quantity,
            unit_price,
            lines,
            labels,
            counts,
            status,
            payment,
            delivery,
            letter: _,
            big: _,
            debt,
            total: _,
            note,
            owner,
            next,
        } = self;
        (1..=8).contains(&sku.chars().count())
            && (1..=100).contains(quantity)
            && unit_price.is_none_or(|price| (0.0..=1000.0).contains(&price))
            && lines.len() <= 3
            && lines.iter().all(Line::satisfies_rules)
            && labels.len() <= 2
            && labels
                .iter()
                .all(|(label, text)| label.satisfies_rules() && text.len() <= 4)
            && counts.len() <= 2
            && status.as_ref().is_none_or(Status::satisfies_rules)
            && payment.as_ref().is_none_or(Payment::satisfies_rules)
            && delivery.as_ref().is_none_or(Delivery::satisfies_rules)
            && debt.is_none_or(|debt| (-5..=5).contains(&debt))
            && note
                .as_ref()
                .is_none_or(|note| note.len() <= 8 && note.is_ascii())
            && owner
                .as_ref()
                .is_none_or(|owner| is_identifier(owner.as_str()))
            && next.as_ref().is_none_or(|next| next.satisfies_rules())
    }
}

impl Line {
    fn satisfies_rules(&self) -> bool {
        self.price <= 9
    }
}

impl Label {
    fn satisfies_rules(&self) -> bool {
        (1..=2).contains(&self.0.len())
    }
}

impl Status {
    fn satisfies_rules(&self) -> bool {
        match self {
            Self::Draft => true,
            Self::Sent { on } => *on >= 1,
            Self::Pair(_, second) => *second <= 3,
            Self::Held(line) => line.satisfies_rules(),
        }
    }
}

impl Payment {
    fn satisfies_rules(&self) -> bool {
        match self {
            Self::Card { number, lines } => {
                *number <= 9 && lines.len() <= 2 && lines.iter().all(Line::satisfies_rules)
            }
            Self::Cash {} => true,
        }
    }
}

impl Delivery {
    fn satisfies_rules(&self) -> bool {
        match self {
            Self::Post(line) => line.satisfies_rules(),
            Self::Pickup => true,
        }
    }
}

/// Whether a text satisfies the rules of `Identifier<8>`.
pub(super) fn is_identifier(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= 8
        && bytes.iter().copied().all(inside)
        && ends(bytes.first())
        && ends(bytes.last())
}
