//! Types with rules that JSON Schema cannot express: their schema accepts more, and says so.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet};
use std::net::IpAddr;

use palisade::input::{Line, Map};
use palisade::prelude::*;
use palisade::serde::Deserializer;
use palisade::serde::de::Error;

use crate::agreement::wider;

wider! {
    lengths_in_other_units: Lengths;
    custom_rules: Custom;
    custom_rules_of_a_struct: Range;
    custom_rules_of_an_enum: Choice;
    custom_rules_of_a_newtype: Ordered;
    patterns_of_another_dialect: Dialect;
    collections_without_duplicates: WithoutDuplicates;
    map_keys_with_several_spellings: Keys;
    maps_with_merged_keys: MergedKeys;
    normalized_lines: Name;
    parsed_types: Parsed;
    unvalidated_fields: WithUnvalidated;
    tagged_variant_of_a_map: Tagged;
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Lengths {
    #[garde(length(bytes, min = 2, max = 5))]
    bytes: String,
    #[garde(length(min = 5, max = 6))]
    simple: Option<String>,
    #[garde(length(utf16, min = 2, max = 3))]
    units: Option<String>,
    #[garde(length(graphemes, min = 1, max = 2), length(bytes, max = 9))]
    graphemes: Option<String>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Custom {
    #[garde(range(max = 20), custom(is_even))]
    number: u8,
    #[garde(length(bytes, max = 9), ip)]
    address: Option<String>,
    #[garde(length(chars, max = 4), if(cond = self.number > 4, length(chars, max = 1)))]
    note: Option<String>,
    #[garde(dive, custom(|_, (): &()| Ok(())))]
    inner: Option<Inner>,
    #[garde(range(min = self.number, max = 20))]
    above: Option<u8>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
#[garde(custom(|range: &Range, (): &()| is_even(&range.to.wrapping_sub(range.from), &())))]
struct Range {
    #[garde(range(max = 3))]
    from: u8,
    #[garde(range(max = 3))]
    to: u8,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
#[garde(custom(|choice: &Choice, (): &()| match choice {
    Choice::Number(number) => is_even(number, &()),
    Choice::None => Ok(()),
}))]
enum Choice {
    Number(#[garde(range(max = 3))] u8),
    None,
}

#[derive(Deserialize, Validate, SecureInput)]
#[garde(custom(|pair: &Ordered, (): &()| is_even(&pair.0.from, &())))]
struct Ordered(#[garde(dive)] Bare);

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Bare {
    #[garde(range(max = 3))]
    from: u8,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Inner {
    #[garde(length(max = 2), inner(custom(is_even)))]
    numbers: Vec<u8>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde passes references")]
fn is_even(number: &u8, (): &()) -> garde::Result {
    if number.is_multiple_of(2) {
        Ok(())
    } else {
        Err(garde::Error::new("is odd"))
    }
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Dialect {
    #[garde(length(chars, max = 4), pattern(r"^(?P<all>[a-z]+)$"))]
    letters: String,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct WithoutDuplicates {
    #[garde(length(min = 2, max = 3))]
    set: BTreeSet<u8>,
    #[garde(length(max = 2))]
    heap: Option<BinaryHeap<u8>>,
    #[garde(length(max = 2))]
    hashed: Option<HashSet<u8>>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct MergedKeys {
    #[garde(length(min = 2, max = 3))]
    flags: BTreeMap<Spelled, bool>,
    #[garde(length(max = 2))]
    levels: Option<HashMap<u8, Option<bool>>>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Keys {
    #[garde(length(max = 2))]
    strict: Option<Map<i16, u8>>,
    #[garde(length(max = 2))]
    spelled: Option<Map<Spelled, u8>>,
    #[garde(length(max = 2))]
    ids: Option<Map<uuid::Uuid, u8>>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize, Validate, SecureInput)]
#[garde(allow_unvalidated)]
enum Spelled {
    #[serde(alias = "a")]
    A,
    B,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Parsed {
    #[garde(skip)]
    address: Option<IpAddr>,
    #[garde(skip)]
    large: Option<u128>,
    #[garde(skip)]
    currency: Option<Currency>,
}

#[derive(Deserialize, Validate, SecureInput)]
struct Name(#[garde(skip)] Line<4>);

/// The letter `x`.
#[derive(SecureInput)]
#[secure(scalar = "the letter x")]
struct Currency;

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
        match String::deserialize(decoder)?.as_str() {
            "x" => Ok(Self),
            _ => Err(Error::custom("unknown currency")),
        }
    }
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct WithUnvalidated {
    #[garde(skip)]
    #[secure(unvalidated = "the signature covers it")]
    #[allow(dead_code, reason = "never read")]
    raw: Vec<u8>,
    #[garde(skip)]
    number: u8,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(tag = "type")]
enum Tagged {
    Counts(#[garde(length(max = 2), inner(range(max = 9)))] Map<Key, u8>),
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize, Validate, SecureInput)]
struct Key(#[garde(length(chars, max = 4))] String);
