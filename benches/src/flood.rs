//! A flood of distinct tokens on one thread and on two: does anything stand in the way?

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use palisade::Algorithm;

use crate::contenders::Contender;
use crate::driver::Driver;
use crate::outcome::Outcome;
use crate::sample::{Samples, by_turns};
use crate::scale::{FLOOD_BATCH, Scale};
use crate::tokens::{distinct, requests, with_broken_signature};
use crate::usage::Usage;

/// The algorithm of the flood.
pub(crate) const ALGORITHM: Algorithm = Algorithm::ES256;

/// What one contender does with one kind of token.
pub(crate) struct Flooded {
    pub(crate) name: &'static str,
    pub(crate) tokens: &'static str,
    pub(crate) one_thread: Pace,
    pub(crate) two_threads: Pace,
}

/// How fast some threads were together, and what it cost them.
#[derive(Default)]
pub(crate) struct Pace {
    pub(crate) samples: Samples,
    /// Of all threads in all rounds.
    usage: Usage,
    tokens: usize,
}

/// One contender's router on some threads, with tokens that nobody else presents to it.
struct Lane<'a> {
    router: Router,
    threads: usize,
    tokens: &'a [String],
    /// How many rounds ahead: the contenders do not verify the same token in one round.
    ahead: usize,
    expected: StatusCode,
    usage: Usage,
}

/// Floods each contender with valid tokens, then with forged ones.
pub(crate) fn measure(contenders: &[Contender], scale: &Scale) -> Outcome<Vec<Flooded>> {
    let valid = distinct(ALGORITHM, scale.flood_tokens());
    let forged = valid.iter().map(|token| with_broken_signature(token));
    let forged = forged.collect::<Outcome<Vec<_>>>()?;
    let mut flooded = flood(contenders, "valid", &valid, StatusCode::OK, scale)?;
    flooded.extend(flood(
        contenders,
        "forged",
        &forged,
        StatusCode::UNAUTHORIZED,
        scale,
    )?);
    Ok(flooded)
}

fn flood(
    contenders: &[Contender],
    what: &'static str,
    tokens: &[String],
    expected: StatusCode,
    scale: &Scale,
) -> Outcome<Vec<Flooded>> {
    let for_one_thread = scale.flood_rounds * FLOOD_BATCH;
    let (one, two) = tokens
        .split_at_checked(for_one_thread)
        .ok_or("there are too few tokens")?;
    let (rounds, apart) = (
        scale.flood_rounds,
        scale.flood_rounds / contenders.len().max(1),
    );
    let lane = |at: usize, threads, tokens, contender: &Contender| Lane {
        router: contender.router.clone(),
        threads,
        tokens,
        ahead: at * apart,
        expected,
        usage: Usage::default(),
    };
    let lanes = contenders.iter().enumerate();
    let lanes = lanes
        .flat_map(|(at, contender)| [lane(at, 1, one, contender), lane(at, 2, two, contender)]);
    let mut lanes: Vec<Lane<'_>> = lanes.collect();
    let samples = by_turns(rounds, &mut lanes, |lane, round| {
        Ok((
            lane.run((round + lane.ahead) % rounds)?,
            lane.threads * FLOOD_BATCH,
        ))
    })?;
    let mut paces = lanes.iter().zip(samples).map(|(lane, samples)| Pace {
        samples,
        usage: lane.usage,
        tokens: lane.tokens.len(),
    });
    let mut next = || paces.next().unwrap_or_default();
    Ok(contenders
        .iter()
        .map(|contender| Flooded {
            name: contender.name,
            tokens: what,
            one_thread: next(),
            two_threads: next(),
        })
        .collect())
}

impl Lane<'_> {
    /// Each thread presents its own tokens to the same guard; the slowest tells the time.
    fn run(&mut self, round: usize) -> Outcome<Duration> {
        let batch = self
            .tokens
            .chunks_exact(self.threads * FLOOD_BATCH)
            .nth(round)
            .ok_or("there are too few tokens")?;
        let start = Barrier::new(self.threads);
        let lane = &*self;
        let (slowest, usage) = thread::scope(|scope| {
            let threads: Vec<_> = batch
                .chunks_exact(FLOOD_BATCH)
                .map(|tokens| scope.spawn(|| lane.thread(tokens, &start)))
                .collect();
            let mut all = (Duration::ZERO, Usage::default());
            for thread in threads {
                let (took, usage) = thread.join().map_err(|_| "a thread panicked")??;
                all = (all.0.max(took), all.1 + usage);
            }
            Outcome::Ok(all)
        })?;
        self.usage = self.usage + usage;
        Ok(slowest)
    }

    fn thread(&self, tokens: &[String], start: &Barrier) -> Outcome<(Duration, Usage)> {
        let prepared = Driver::new().and_then(|driver| {
            let requests = requests(tokens.iter().map(String::as_str))?;
            Ok((driver, requests))
        });
        // Also where preparing failed: the other thread waits.
        start.wait();
        let (driver, requests) = prepared?;
        let mut router = self.router.clone();
        let before = Usage::of_this_thread().unwrap_or_default();
        let took = driver.batch(&mut router, requests, self.expected)?;
        let after = Usage::of_this_thread().unwrap_or_default();
        Ok((took, after - before))
    }
}

impl Pace {
    /// Microseconds on a core for each token, however many other programs run.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    pub(crate) fn on_core(&self) -> f64 {
        self.usage.on_core as f64 / 1e3 / self.tokens.max(1) as f64
    }

    /// How often a thread had to wait, for each thousand tokens.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    pub(crate) fn waits(&self) -> f64 {
        self.usage.waits as f64 * 1e3 / self.tokens.max(1) as f64
    }
}

impl Flooded {
    /// How much more two threads do than one; 2 where nothing stands in their way.
    pub(crate) fn speed_up(&self) -> f64 {
        self.two_threads.samples.per_second() / self.one_thread.samples.per_second()
    }
}
