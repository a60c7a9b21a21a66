//! The cost of a token that is not cached, compared with the raw signature check.

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
use crate::sample::{Samples, interleave};
use crate::scale::{NEW_TOKEN_BATCH, Scale, WARM_UP};
use crate::tokens::requests;

/// The samples for tokens that are not cached.
pub(crate) struct Cold {
    /// The signature check alone, with a parsed key.
    pub(crate) raw: Samples,
    /// jsonwebtoken's `decode` without a request.
    pub(crate) decode: Samples,
    /// The contenders, in their order.
    pub(crate) contenders: Vec<Samples>,
}

/// A subject, and how many batches it is ahead of the first one.
///
/// No two subjects verify the same token within a round. If another subject has just verified a P-256
/// signature, the branch predictor halves the time for inverting its `s`.
struct Lane {
    subject: Subject,
    ahead: usize,
}

enum Subject {
    Raw(RawKey),
    Decode(HashMap<String, Key>),
    Request(Router),
}

/// Measures the raw check, `decode` and every contender, with tokens that none of them has verified before.
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
    let (rounds, offset) = (
        scale.new_token_rounds,
        scale.new_token_rounds / subjects.len(),
    );
    let lanes = subjects.into_iter().enumerate();
    let lanes = lanes.map(|(at, subject)| Lane {
        subject,
        ahead: at * offset,
    });
    let mut lanes: Vec<Lane> = lanes.collect();
    let samples = interleave(rounds, &mut lanes, |lane, round| {
        let batch = (round + lane.ahead) % rounds;
        let chunk = tokens.chunks_exact(WARM_UP + NEW_TOKEN_BATCH).nth(batch);
        let chunk = chunk.and_then(|chunk| chunk.split_at_checked(WARM_UP));
        let (warm_up, batch) = chunk.ok_or("too few tokens")?;
        lane.subject.run(driver, warm_up)?;
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
                let signed = tokens.iter().map(|token| Signed::parse(token));
                let signed = signed.collect::<Outcome<Vec<_>>>()?;
                let start = Instant::now();
                let verified = signed.iter().filter(|token| key.verifies(token)).count();
                let elapsed = start.elapsed();
                require_all(verified, tokens, elapsed)
            }
            Self::Decode(keys) => {
                let start = Instant::now();
                let verified = tokens.iter().filter(|token| decodes(keys, token)).count();
                let elapsed = start.elapsed();
                require_all(verified, tokens, elapsed)
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

fn require_all(verified: usize, tokens: &[String], elapsed: Duration) -> Outcome<Duration> {
    if verified == tokens.len() {
        Ok(elapsed)
    } else {
        Err("a valid token was rejected".into())
    }
}
