//! An e-mail address: `EmailAddress` beside garde's rule, a copy of the text included in both.

use std::hint::black_box;
use std::time::Instant;

use garde::rules::email::parse_email;
use palisade::input::EmailAddress;

use crate::outcome::Outcome;
use crate::sample::{Samples, by_turns};
use crate::scale::Scale;

/// Addresses of one batch.
const BATCH: usize = 2_000;

/// One address, and what taking it costs.
pub(crate) struct Email {
    /// How many characters it has.
    pub(crate) length: usize,
    /// `String`, then garde's `email`.
    pub(crate) garde: Samples,
    /// `EmailAddress`.
    pub(crate) palisade: Samples,
}

#[derive(Clone, Copy)]
enum Subject {
    Garde,
    Palisade,
}

/// A short address, a common one, and one almost as long as they come.
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
            let samples = by_turns(scale.same_token_rounds, &mut lanes, |subject, _| {
                let begin = Instant::now();
                for _ in 0..BATCH {
                    subject.take(black_box(address))?;
                }
                Ok((begin.elapsed(), BATCH))
            })?;
            let [garde, palisade] =
                <[Samples; 2]>::try_from(samples).map_err(|_| "a lane was lost")?;
            Ok(Email {
                length: address.len(),
                garde,
                palisade,
            })
        })
        .collect()
}

impl Subject {
    fn take(self, address: &str) -> Outcome<()> {
        match self {
            Self::Garde => {
                let address = address.to_owned();
                parse_email(&address).map_err(|_| "garde refused the address")?;
                black_box(address);
            }
            Self::Palisade => {
                black_box(EmailAddress::try_from(address)?);
            }
        }
        Ok(())
    }
}
