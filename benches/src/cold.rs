//! Every token new: what the first sight of a token costs, beside the raw signature check.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::StatusCode;
use palisade::Algorithm;

use crate::contenders::Contender;
use crate::contenders::handwritten::{self, Key};
use crate::driver::Driver;
use crate::outcome::Outcome;
use crate::raw::{RawKey, Signed};
use crate::sample::{Samples, by_turns};
use crate::scale::{NEW_TOKEN_BATCH, Scale, WARM_UP};
use crate::tokens::requests;

/// What is measured beside the contenders.
pub(crate) struct Cold {
    /// The signature alone, with a key parsed before.
    pub(crate) raw: Samples,
    /// jsonwebtoken's `decode` without a request around it.
    pub(crate) decode: Samples,
    /// Each contender, in its order.
    pub(crate) contenders: Vec<Samples>,
}

/// Someone to be asked, and how many batches ahead of the first one it is.
///
/// No two verify the same token within a round: P-256 inverts `s` in a time that the
/// branch predictor halves for a signature it has just seen, whoever verified it.
struct Lane {
    subject: Subject,
    ahead: usize,
}

enum Subject {
    Raw(RawKey),
    Decode(HashMap<String, Key>),
    Request(Router),
}

/// No contender may have seen one of the tokens.
pub(crate) fn measure(
    driver: &Driver,
    contenders: &[Contender],
    algorithm: Algorithm,
    tokens: &[String],
    scale: &Scale,
) -> Outcome<Cold> {
    let mut subjects = vec![
        Subject::Raw(RawKey::of(algorithm)?),
        Subject::Decode(handwritten::keys()?),
    ];
    let routers = contenders.iter().map(|one| one.router.clone());
    subjects.extend(routers.map(Subject::Request));
    let (rounds, apart) = (
        scale.new_token_rounds,
        scale.new_token_rounds / subjects.len(),
    );
    let lanes = subjects.into_iter().enumerate();
    let lanes = lanes.map(|(at, subject)| Lane {
        subject,
        ahead: at * apart,
    });
    let mut lanes: Vec<Lane> = lanes.collect();
    let samples = by_turns(rounds, &mut lanes, |lane, round| {
        let batch = (round + lane.ahead) % rounds;
        let some = tokens.chunks_exact(WARM_UP + NEW_TOKEN_BATCH).nth(batch);
        let some = some.and_then(|some| some.split_at_checked(WARM_UP));
        let (before, batch) = some.ok_or("there are too few tokens")?;
        lane.subject.run(driver, before)?;
        Ok((lane.subject.run(driver, batch)?, batch.len()))
    })?;
    let mut samples = samples.into_iter();
    Ok(Cold {
        raw: samples.next().unwrap_or_default(),
        decode: samples.next().unwrap_or_default(),
        contenders: samples.collect(),
    })
}

impl Subject {
    fn run(&mut self, driver: &Driver, tokens: &[String]) -> Outcome<Duration> {
        match self {
            Self::Raw(key) => {
                let signed = tokens.iter().map(|token| Signed::read(token));
                let signed = signed.collect::<Outcome<Vec<_>>>()?;
                let begin = Instant::now();
                let good = signed.iter().filter(|token| key.verifies(token)).count();
                let took = begin.elapsed();
                all(good, tokens, took)
            }
            Self::Decode(keys) => {
                let begin = Instant::now();
                let good = tokens.iter().filter(|token| decodes(keys, token)).count();
                let took = begin.elapsed();
                all(good, tokens, took)
            }
            Self::Request(router) => {
                let requests = requests(tokens.iter().map(String::as_str))?;
                driver.batch(router, requests, StatusCode::OK)
            }
        }
    }
}

fn decodes(keys: &HashMap<String, Key>, token: &str) -> bool {
    let claims = handwritten::key_of(keys, token).and_then(|key| handwritten::verify(key, token));
    black_box(claims).is_some()
}

fn all(good: usize, tokens: &[String], took: Duration) -> Outcome<Duration> {
    if good == tokens.len() {
        Ok(took)
    } else {
        Err("a good token was refused".into())
    }
}
