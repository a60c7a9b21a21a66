//! Palisade's `Validate` reports what garde's derive reports: the same paths and messages, in the same order.

#![allow(dead_code, reason = "the fields are only validated")]
#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "rules receive references"
)]

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// Defines the same types twice, with each of the two derives.
macro_rules! twice {
    ($($items:item)*) => {
        mod garde_derives {
            use garde::Validate;

            use super::*;

            $($items)*
        }

        mod palisade_derives {
            use palisade::prelude::Validate;

            use super::*;

            $($items)*
        }
    };
}

pub struct Limits {
    most: usize,
}

fn ensure(holds: bool, message: &str) -> garde::Result {
    if holds {
        return Ok(());
    }
    Err(garde::Error::new(message))
}

fn is_even(number: &u32, _: &Limits) -> garde::Result {
    ensure(number.is_multiple_of(2), "is odd")
}

fn at_most(most: usize) -> impl FnOnce(&String, &Limits) -> garde::Result {
    move |text, _| ensure(text.len() <= most, &format!("is longer than {most}"))
}

static LETTERS: LazyLock<garde::rules::pattern::regex::Regex> =
    LazyLock::new(|| garde::rules::pattern::regex::Regex::new("^[a-c]*$").unwrap());

/// Checks that replace those of garde; the others are garde's.
mod adapter {
    #![allow(unused_imports, reason = "an adapter offers every rule")]
    pub use garde::rules::*;

    pub mod length {
        pub use garde::rules::length::*;

        pub mod simple {
            pub fn apply(value: &[u8; 3], (min, max): (usize, usize)) -> garde::Result {
                let sum = value.iter().map(|byte| usize::from(*byte)).sum::<usize>();
                super::super::super::ensure(
                    (min..=max).contains(&sum),
                    &format!("sums up to {sum}"),
                )
            }
        }
    }
}

twice! {
    #[derive(Clone, Debug, Validate)]
    #[garde(context(Limits as limits))]
    #[garde(custom(|value: &Texts, limits: &Limits| {
        ensure(value.r#type.len() <= limits.most, "has a long type")
    }))]
    pub struct Texts {
        #[garde(length(chars, min = 1, max = 3), ascii, prefix("a"), suffix("b"), contains("a"))]
        pub zebra: String,
        #[garde(alphanumeric, length(bytes, max = limits.most), length(utf16, equal = 2), email)]
        pub r#type: String,
        #[garde(inner(length(graphemes, max = 2), pattern("^[a-c]+$")), required)]
        pub optional: Option<String>,
        #[garde(pattern(LETTERS), matches(zebra))]
        pub letters: String,
        #[garde(ip, if(cond = self.zebra.is_empty(), ipv4, custom(at_most(*number as usize))), if(cond = *number > 3, ipv6))]
        pub address: String,
        #[garde(custom(is_even), range(min = 1, max = u32::from(zebra.is_empty())))]
        pub number: u32,
        #[garde(skip)]
        pub skipped: Vec<String>,
    }

    #[derive(Clone, Debug, Validate)]
    #[garde(context(Limits))]
    pub struct Lists {
        #[garde(length(max = 2), inner(length(min = 1), inner(length(chars, max = 1), ascii, if(cond = true, prefix("a")))))]
        pub nested: Vec<Vec<String>>,
        #[garde(length(min = 1, max = 2), dive)]
        pub dived: Vec<Texts>,
        #[garde(dive(&()))]
        pub tuple: Pair,
        #[garde(dive(&()))]
        pub map: BTreeMap<String, Newtype>,
        #[garde(dive(&()), length(max = 1))]
        pub deque: VecDeque<Choice>,
        #[garde(dive(&()))]
        pub optional: Option<Box<Choice>>,
        #[garde(length(max = 1))]
        pub set: BTreeSet<u8>,
        #[garde(length(max = 1))]
        pub std_map: HashMap<u8, u8>,
        #[garde(length(simple, min = 4, max = 9), adapt(adapter))]
        pub adapted: [u8; 3],
        #[garde(inner(inner(range(max = 7))))]
        pub array: [Option<u8>; 2],
        #[garde(inner(range(min = -0.5, max = 0.5), custom(|value: &f64, _: &Limits| {
            ensure(value.is_finite(), "is not finite")
        })))]
        pub floats: Vec<f64>,
        #[garde(dive)]
        pub generic: Generic<'static, u8, 2>,
    }

    #[derive(Clone, Debug, Validate)]
    pub struct Pair(#[garde(length(bytes, max = 1))] pub String, #[garde(skip)] pub u8, #[garde(range(equal = _0.len()))] pub usize);

    #[derive(Clone, Debug, Validate)]
    #[garde(transparent)]
    pub struct Newtype(#[garde(length(chars, max = 1))] pub String);

    #[derive(Clone, Debug, Validate)]
    #[garde(allow_unvalidated)]
    pub enum Choice {
        Unit,
        Tuple(#[garde(range(min = 3))] u8, String, #[garde(length(chars, max = 1))] String),
        Named {
            #[garde(length(chars, max = 1))]
            b: String,
            #[garde(length(bytes, max = b.len()))]
            a: String,
            free: u8,
        },
        Nested(#[garde(dive)] Pair),
    }

    #[derive(Clone, Debug, Validate)]
    #[garde(context(Limits as __limits))]
    pub struct Generic<'a, T, const N: usize>
    where
        T: garde::rules::range::Bounds<Size = u8> + Clone + std::fmt::Debug + 'a,
    {
        #[garde(range(min = 2))]
        pub value: T,
        #[garde(length(chars, max = N), length(bytes, max = __limits.most))]
        pub text: Cow<'a, str>,
    }
}

type Texts = (String, String, Option<String>, String, String, u32);

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-c]{0,3}", "[a-cé𝄞.@]{0,5}", "(1.1.1.1|::1|a@b.c)"]
}

fn texts() -> impl Strategy<Value = Texts> {
    (text(), text(), option::of(text()), text(), text(), 0..6_u32)
}

fn choice() -> impl Strategy<Value = (u8, String, String, u8)> {
    (0..4_u8, text(), text(), 0..5_u8)
}

/// Builds a value of both derives' types.
macro_rules! build {
    ($derives:ident, $name:ident) => {
        mod $name {
            use super::$derives::*;

            pub fn texts(
                (zebra, r#type, optional, letters, address, number): super::Texts,
            ) -> Texts {
                let skipped = Vec::new();
                Texts {
                    zebra,
                    r#type,
                    optional,
                    letters,
                    address,
                    number,
                    skipped,
                }
            }

            pub fn choice((variant, a, b, number): (u8, String, String, u8)) -> Choice {
                match variant {
                    0 => Choice::Unit,
                    1 => Choice::Tuple(number, a, b),
                    2 => Choice::Named { a, b, free: number },
                    _ => Choice::Nested(Pair(a, 0, number.into())),
                }
            }

            pub fn lists(input: super::Input) -> Lists {
                let (nested, dived, names, choices, bytes, floats, length) = input;
                Lists {
                    nested,
                    dived: dived.into_iter().map(texts).collect(),
                    tuple: Pair(names.concat(), 0, length),
                    map: names
                        .iter()
                        .map(|name| (name.clone(), Newtype(name.clone())))
                        .collect(),
                    optional: choices.first().cloned().map(choice).map(Box::new),
                    deque: choices.into_iter().map(choice).collect(),
                    set: bytes.into_iter().collect(),
                    std_map: bytes.into_iter().map(|byte| (byte, byte)).collect(),
                    adapted: bytes,
                    array: [Some(bytes[0]), None],
                    floats,
                    generic: Generic {
                        value: bytes[1],
                        text: names.concat().into(),
                    },
                }
            }
        }
    };
}

type Input = (
    Vec<Vec<String>>,
    Vec<Texts>,
    Vec<String>,
    Vec<(u8, String, String, u8)>,
    [u8; 3],
    Vec<f64>,
    usize,
);

build!(garde_derives, of_garde);
build!(palisade_derives, of_palisade);

fn report(value: &impl garde::Validate<Context = Limits>) -> Vec<(String, String)> {
    let Err(report) = value.validate_with(&Limits { most: 2 }) else {
        return Vec::new();
    };
    let errors = report.into_inner().into_iter();
    errors
        .map(|(path, error)| (format!("{path:?}"), error.message().to_owned()))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn texts_have_the_errors_of_gardes_derive(input in texts()) {
        let expected = report(&of_garde::texts(input.clone()));
        prop_assert_eq!(report(&of_palisade::texts(input)), expected);
    }

    #[test]
    fn nested_values_have_the_errors_of_gardes_derive(
        input in (
            vec(vec(text(), 0..4), 0..4),
            vec(texts(), 0..4),
            vec(text(), 0..3),
            vec(choice(), 0..3),
            any::<[u8; 3]>().prop_map(|bytes| bytes.map(|byte| byte % 9)),
            vec(any::<f64>(), 0..4),
            0..4_usize,
        )
    ) {
        let expected = report(&of_garde::lists(input.clone()));
        prop_assert_eq!(report(&of_palisade::lists(input)), expected);
    }
}

/// The inputs above reach each rule: a value that breaks every rule has all messages.
#[test]
fn every_rule_is_reported() {
    let input = (
        "é".to_owned(),
        "a-é-".to_owned(),
        Some("ddd".to_owned()),
        "d".to_owned(),
        "x".to_owned(),
        5,
    );
    let ours = report(&of_palisade::texts(input.clone()));
    assert_eq!(ours, report(&of_garde::texts(input)));
    let messages: Vec<_> = ours.iter().map(|(_, message)| &message[..]).collect();
    for expected in [
        "has a long type",
        "not ascii",
        "value does not begin with",
        "does not end with",
        "does not contain",
        "not alphanumeric",
        "length is greater than 2",
        "not a valid email",
        "does not match pattern",
        "does not match zebra field",
        "not a valid IP address",
        "not a valid IPv6 address",
        "is odd",
        "greater than",
    ] {
        let is_reported = messages.iter().any(|message| message.contains(expected));
        assert!(is_reported, "{expected}: {messages:#?}");
    }
}

/// garde's contract: `validate` reports every error.
#[test]
fn validate_reports_more_than_32_errors() {
    let input = vec![vec!["éé".to_owned(); 20]; 5];
    let value = |input: Vec<Vec<String>>| (input, vec![], vec![], vec![], [1, 2, 3], vec![], 0);
    let ours = report(&of_palisade::lists(value(input.clone())));
    assert_eq!(ours, report(&of_garde::lists(value(input))));
    assert!(ours.len() > 300, "{}", ours.len());
}
