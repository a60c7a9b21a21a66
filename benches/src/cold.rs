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

enum Lane {
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
    let mut lanes = vec![
        Lane::Raw(RawKey::of(algorithm)?),
        Lane::Decode(handwritten::keys()?),
    ];
    let routers = contenders.iter().map(|one| one.router.clone());
    lanes.extend(routers.map(Lane::Request));
    let samples = by_turns(scale.new_token_rounds, &mut lanes, |lane, round| {
        let some = tokens.chunks_exact(WARM_UP + NEW_TOKEN_BATCH).nth(round);
        let some = some.and_then(|some| some.split_at_checked(WARM_UP));
        let (before, batch) = some.ok_or("there are too few tokens")?;
        lane.run(driver, before)?;
        Ok((lane.run(driver, batch)?, batch.len()))
    })?;
    let mut samples = samples.into_iter();
    Ok(Cold {
        raw: samples.next().unwrap_or_default(),
        decode: samples.next().unwrap_or_default(),
        contenders: samples.collect(),
    })
}

impl Lane {
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
