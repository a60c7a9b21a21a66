//! A type that is made of pairs, and its rules in plain Rust.

use std::net::IpAddr;
use std::str::FromStr;

use garde::Validate;
use palisade::SecureInput;
use palisade::input::Identifier;
use serde::Deserialize;

use crate::verdict::Verdict;

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
    /// What pairs mean that were read by somebody else.
    pub(crate) fn expected(pairs: &[(String, String)]) -> Verdict<Self> {
        let names = pairs.iter().map(|(name, _)| name);
        let twice = names
            .clone()
            .enumerate()
            .any(|(at, name)| names.clone().take(at).any(|known| known == name));
        if twice {
            return Verdict::Unfit;
        }
        match Self::read(pairs) {
            None => Verdict::Unfit,
            Some(listing) if !listing.holds() => Verdict::Invalid,
            Some(listing) => Verdict::Accepted(listing),
        }
    }

    fn read(pairs: &[(String, String)]) -> Option<Self> {
        let mut listing = Self::default();
        let mut has_page = false;
        for (name, value) in pairs {
            match name.as_str() {
                "page" => {
                    listing.page = whole(value)?;
                    has_page = true;
                }
                "perPage" => listing.per_page = Some(whole(value)?),
                "share" => listing.share = Some(number(value)?),
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
                "big" => listing.big = Some(whole(value)?),
                "id" => listing.id = Some(value.parse().ok()?),
                "from" => listing.from = Some(value.parse().ok()?),
                _ => return None,
            }
        }
        has_page.then_some(listing)
    }

    fn holds(&self) -> bool {
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

/// As Rust writes it: no `+`, no zeros in front.
fn whole<N: FromStr + ToString>(text: &str) -> Option<N> {
    let number: N = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// A finite number as JSON writes it.
fn number(text: &str) -> Option<f64> {
    let json: serde_json::Value = serde_json::from_str(text).ok()?;
    let is_as_sent = json.is_number() && text.trim() == text;
    is_as_sent.then(|| text.parse().ok())?
}
