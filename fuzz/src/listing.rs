//! A type for queries and forms, with its rules in plain Rust.

use std::net::IpAddr;
use std::str::FromStr;

use garde::Validate;
use palisade::SecureInput;
use palisade::input::Identifier;
use serde::Deserialize;

use crate::outcome::Outcome;

#[derive(Debug, Default, PartialEq, Deserialize, Validate, SecureInput)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listing {
    #[garde(range(min = 1, max = 100))]
    page: u32,
    #[serde(rename = "perPage")]
    #[garde(range(max = 100))]
    per_page: Option<i8>,
    #[garde(range(min = 0.0, max = 1.0))]
    share: Option<f64>,
    #[garde(length(chars, min = 1, max = 8))]
    name: Option<String>,
    #[garde(skip)]
    state: Option<State>,
    #[garde(skip)]
    flag: Option<bool>,
    #[garde(skip)]
    letter: Option<char>,
    #[garde(range(min = -5, max = 5))]
    big: Option<i128>,
    #[garde(skip)]
    id: Option<Identifier<8>>,
    #[garde(skip)]
    from: Option<IpAddr>,
}

#[derive(Debug, PartialEq, Deserialize, Validate, SecureInput)]
#[serde(rename_all = "lowercase")]
enum State {
    Open,
    Closed,
}

impl Listing {
    /// Returns the expected outcome for parameters that an independent parser returned.
    ///
    /// In a form, an empty value of an `Option` is absent, and a checkbox is `on`.
    pub(crate) fn expected(parameters: &[(String, String)], is_form: bool) -> Outcome<Self> {
        let names = parameters.iter().map(|(name, _)| name);
        let has_duplicate = names
            .clone()
            .enumerate()
            .any(|(at, name)| names.clone().take(at).any(|earlier| earlier == name));
        if has_duplicate {
            return Outcome::TypeMismatch;
        }
        match Self::read(parameters, is_form) {
            None => Outcome::TypeMismatch,
            Some(listing) if !listing.satisfies_rules() => Outcome::Invalid,
            Some(listing) => Outcome::Accepted(listing),
        }
    }

    fn read(parameters: &[(String, String)], is_form: bool) -> Option<Self> {
        let mut listing = Self::default();
        let mut has_page = false;
        for (name, value) in parameters {
            let is_absent = is_form && value.is_empty();
            match name.as_str() {
                "perPage" | "share" | "name" | "state" | "flag" | "letter" | "big" | "id"
                | "from"
                    if is_absent => {}
                "flag" if is_form && value == "on" => listing.flag = Some(true),
                "page" => {
                    listing.page = integer(value)?;
                    has_page = true;
                }
                "perPage" => listing.per_page = Some(integer(value)?),
                "share" => listing.share = Some(json_number(value)?),
                "name" => listing.name = Some(value.clone()),
                "state" => {
                    listing.state = Some(match value.as_str() {
                        "open" => State::Open,
                        "closed" => State::Closed,
                        _ => return None,
                    });
                }
                "flag" => listing.flag = Some(value.parse().ok()?),
                "letter" => listing.letter = Some(value.parse().ok()?),
                "big" => listing.big = Some(integer(value)?),
                "id" => listing.id = Some(value.parse().ok()?),
                "from" => listing.from = Some(value.parse().ok()?),
                _ => return None,
            }
        }
        has_page.then_some(listing)
    }

    fn satisfies_rules(&self) -> bool {
        (1..=100).contains(&self.page)
            && self.per_page.is_none_or(|count| count <= 100)
            && self.share.is_none_or(|share| (0.0..=1.0).contains(&share))
            && self
                .name
                .as_ref()
                .is_none_or(|name| (1..=8).contains(&name.chars().count()))
            && self.big.is_none_or(|big| (-5..=5).contains(&big))
    }
}

/// Parses an integer in Rust's own spelling: no `+`, no leading zeros.
fn integer<N: FromStr + ToString>(text: &str) -> Option<N> {
    let number: N = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// Parses a finite number in JSON's spelling.
fn json_number(text: &str) -> Option<f64> {
    let json: serde_json::Value = serde_json::from_str(text).ok()?;
    let is_unchanged = json.is_number() && text.trim() == text;
    is_unchanged.then(|| text.parse().ok())?
}
