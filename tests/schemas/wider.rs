//! Types with rules that no schema can say: their schema lets through more, and tells so.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::net::IpAddr;

use palisade::input::{Bounded, Line, Map, Scalar};
use palisade::prelude::*;
use palisade::serde::Deserializer;
use palisade::serde::de::Error;

use crate::agreement::wider;

wider! {
    lengths_in_other_units: Lengths;
    checks_of_ones_own: Custom;
    patterns_of_another_dialect: Dialect;
    collections_in_which_what_is_twice_counts_once: Once;
    keys_with_several_names: Keys;
    keys_of_which_the_last_counts: Merged;
    lines_before_they_are_normalized: Name;
    types_that_parse: Parsed;
    fields_that_are_excused: Excused;
    a_tag_beside_what_is_no_object: Tagged;
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
struct Inner {
    #[garde(length(max = 2), inner(custom(is_even)))]
    numbers: Vec<u8>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde calls it so")]
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
struct Once {
    #[garde(length(min = 1, max = 2))]
    set: BTreeSet<u8>,
    #[garde(length(max = 2))]
    heap: Option<BinaryHeap<u8>>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Merged {
    #[garde(length(min = 1, max = 2))]
    flags: BTreeMap<u8, bool>,
}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Keys {
    #[garde(length(max = 2))]
    refused: Option<Map<i16, u8>>,
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
    own: Option<Currency>,
}

#[derive(Deserialize, Validate, SecureInput)]
struct Name(#[garde(skip)] Line<4>);

/// One letter.
struct Currency;

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(decoder: D) -> Result<Self, D::Error> {
        match String::deserialize(decoder)?.as_str() {
            "x" => Ok(Self),
            _ => Err(Error::custom("no currency")),
        }
    }
}

impl<Rules> Bounded<Rules> for Currency {}
impl Scalar for Currency {}

#[derive(Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
struct Excused {
    #[garde(skip)]
    #[secure(unvalidated = "the signature covers it")]
    #[allow(dead_code, reason = "it is not read")]
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
