//! The counts that the shape of a type declares.

use std::collections::{BTreeMap, BTreeSet};

use garde::Validate;
use serde::Deserialize;

use crate::input::contract::InputContract as _;
use crate::input::shape::{Field, Nested, Shape};
use crate::input::types::Map;

const MOST: usize = 7;

#[derive(Deserialize, Validate, crate::SecureInput)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its shape matters")]
struct Counts {
    #[garde(length(max = 3))]
    list: Vec<u8>,
    #[garde(length(max = MOST))]
    set: BTreeSet<u8>,
    #[garde(length(equal = 2))]
    equal: Option<BTreeMap<u8, u8>>,
    #[garde(inner(length(max = Self::FEW)))]
    inside: Option<Vec<u8>>,
    #[garde(length(max = 4), inner(inner(length(max = 5))))]
    lists: Vec<Option<Vec<u8>>>,
    #[garde(length(max = 6), inner(length(max = 2)))]
    entries: Map<u8, Vec<u8>>,
    #[garde(inner(length(max = 1)))]
    array: [Vec<u8>; 3],
    #[garde(length(chars, max = 64), length(bytes, max = 99))]
    text: String,
    #[garde(skip)]
    #[secure(unvalidated = "a field without rules")]
    any: serde_json::Value,
}

impl Counts {
    const FEW: usize = 1;
}

#[test]
fn shape_has_the_largest_count_of_each_list_and_map() {
    let Shape::Fields(fields) = Counts::shape() else {
        panic!("not an object");
    };
    let nested: Vec<_> = fields.iter().map(|Field { nested, .. }| *nested).collect();
    assert!(matches!(
        nested[..],
        [
            Nested::List(Nested::Leaf, 3),
            Nested::Unordered(Nested::Leaf, MOST),
            Nested::Optional(Nested::Entries(Nested::Leaf, 2, _)),
            Nested::Optional(Nested::List(Nested::Leaf, 1)),
            Nested::List(Nested::Optional(Nested::List(Nested::Leaf, 5)), 4),
            Nested::Entries(Nested::List(Nested::Leaf, 2), 6, _),
            Nested::Array(Nested::List(Nested::Leaf, 1), 3),
            Nested::Leaf,
            Nested::Unchecked(_),
        ]
    ));
}

#[test]
fn null_is_ambiguous_only_in_a_value_that_may_be_null() {
    const OPTIONAL: Nested = Nested::Optional(&Nested::Leaf);
    const PATCH: Nested = Nested::Patch(&Nested::Leaf);
    const TWICE: Nested = Nested::Optional(&OPTIONAL);
    const IN_LIST: Nested = Nested::List(&OPTIONAL, 1);
    for ambiguous in [
        TWICE,
        Nested::Optional(&PATCH),
        Nested::Patch(&OPTIONAL),
        Nested::Patch(&PATCH),
        Nested::Optional(&TWICE),
        Nested::List(&TWICE, 1),
        Nested::Unordered(&TWICE, 1),
        Nested::Array(&TWICE, 1),
        Nested::Entries(&TWICE, 1, &Nested::Leaf),
        Nested::Entries(&Nested::Leaf, 1, &TWICE),
        Nested::Tuple(&[Nested::Leaf, TWICE]),
    ] {
        assert!(ambiguous.has_ambiguous_null(), "{ambiguous:?}");
    }
    for clear in [
        Nested::Leaf,
        OPTIONAL,
        PATCH,
        IN_LIST,
        Nested::Optional(&IN_LIST),
        Nested::Entries(&PATCH, 1, &Nested::Leaf),
        Nested::Tuple(&[OPTIONAL, PATCH]),
    ] {
        assert!(!clear.has_ambiguous_null(), "{clear:?}");
    }
}
