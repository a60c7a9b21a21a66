//! Email addresses: `EmailAddress` compared with garde's rule. Both include a copy of the text.

use std::hint::black_box;
use std::time::Instant;

use garde::rules::email::parse_email;
use palisade::input::EmailAddress;

use crate::outcome::Outcome;
use crate::sample::{Samples, interleave};
use crate::scale::Scale;

/// The number of addresses in a batch.
const BATCH: usize = 2_000;

/// The samples for one address.
pub(crate) struct Email {
    /// The length in characters.
    pub(crate) length: usize,
    /// `String` with garde's `email`.
    pub(crate) garde: Samples,
    /// `EmailAddress`.
    pub(crate) palisade: Samples,
}

#[derive(Clone, Copy)]
enum Subject {
    Garde,
    Palisade,
}

/// Measures a short address, a common one, and one that is almost as long as allowed.
pub(crate) fn measure(scale: &Scale) -> Outcome<Vec<Email>> {
    let longest = format!("{}@{}", "a".repeat(64), vec!["b".repeat(61); 3].join("."));
    let addresses = [
        "ana@example.com",
        "ana.tamaki+orders@mail.example.govt.nz",
        &longest,
    ];
    addresses
        .into_iter()
        .map(|address| {
            let mut lanes = [Subject::Garde, Subject::Palisade];
            let samples = interleave(scale.same_token_rounds, &mut lanes, |subject, _| {
                let start = Instant::now();
                for _ in 0..BATCH {
                    subject.parse(black_box(address))?;
                }
                Ok((start.elapsed(), BATCH))
            })?;
            let [garde, palisade] = <[Samples; 2]>::try_from(samples)
                .map_err(|_| "the samples of a subject are missing")?;
            Ok(Email {
                length: address.len(),
                garde,
                palisade,
            })
        })
        .collect()
}

impl Subject {
    fn parse(self, address: &str) -> Outcome<()> {
        match self {
            Self::Garde => {
                let address = address.to_owned();
                parse_email(&address).map_err(|_| "garde rejected the address")?;
                black_box(address);
            }
            Self::Palisade => {
                black_box(EmailAddress::try_from(address)?);
            }
        }
        Ok(())
    }
}
