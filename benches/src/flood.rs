//! A flood of distinct tokens on one thread and on two, to find contention.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use palisade::Algorithm;

use crate::contenders::Contender;
use crate::driver::Driver;
use crate::outcome::Outcome;
use crate::sample::{Samples, interleave};
use crate::scale::{FLOOD_BATCH, Scale};
use crate::tokens::{distinct, requests, with_wrong_signature};
use crate::usage::Usage;

/// The algorithm of the flood.
pub(crate) const ALGORITHM: Algorithm = Algorithm::ES256;

/// The throughput of one contender with one kind of token.
pub(crate) struct FloodResult {
    pub(crate) name: &'static str,
    pub(crate) tokens: &'static str,
    pub(crate) one_thread: Throughput,
    pub(crate) two_threads: Throughput,
}

/// The throughput of some threads together, and their resource usage.
#[derive(Default)]
pub(crate) struct Throughput {
    pub(crate) samples: Samples,
    /// The sum over all threads and rounds.
    usage: Usage,
    tokens: usize,
}

/// One contender's router on some threads, with tokens that no other thread presents to it.
struct Lane<'a> {
    router: Router,
    threads: usize,
    tokens: &'a [String],
    /// The number of rounds ahead, so that no two contenders verify the same token in one round.
    ahead: usize,
    expected: StatusCode,
    usage: Usage,
}

/// Floods each contender with valid tokens, then with forged ones.
pub(crate) fn measure(contenders: &[Contender], scale: &Scale) -> Outcome<Vec<FloodResult>> {
    let valid = distinct(ALGORITHM, scale.flood_tokens());
    let forged = valid.iter().map(|token| with_wrong_signature(token));
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
    kind: &'static str,
    tokens: &[String],
    expected: StatusCode,
    scale: &Scale,
) -> Outcome<Vec<FloodResult>> {
    let single_thread_tokens = scale.flood_rounds * FLOOD_BATCH;
    let (one, two) = tokens
        .split_at_checked(single_thread_tokens)
        .ok_or("too few tokens")?;
    let (rounds, offset) = (
        scale.flood_rounds,
        scale.flood_rounds / contenders.len().max(1),
    );
    let lane = |at: usize, threads, tokens, contender: &Contender| Lane {
        router: contender.router.clone(),
        threads,
        tokens,
        ahead: at * offset,
        expected,
        usage: Usage::default(),
    };
    let lanes = contenders.iter().enumerate();
    let lanes = lanes
        .flat_map(|(at, contender)| [lane(at, 1, one, contender), lane(at, 2, two, contender)]);
    let mut lanes: Vec<Lane<'_>> = lanes.collect();
    let samples = interleave(rounds, &mut lanes, |lane, round| {
        Ok((
            lane.run((round + lane.ahead) % rounds)?,
            lane.threads * FLOOD_BATCH,
        ))
    })?;
    let mut throughputs = lanes.iter().zip(samples).map(|(lane, samples)| Throughput {
        samples,
        usage: lane.usage,
        tokens: lane.tokens.len(),
    });
    let mut next = || throughputs.next().unwrap_or_default();
    Ok(contenders
        .iter()
        .map(|contender| FloodResult {
            name: contender.name,
            tokens: kind,
            one_thread: next(),
            two_threads: next(),
        })
        .collect())
}

impl Lane<'_> {
    /// Presents other tokens on each thread to the same guard, and returns the time of the slowest thread.
    fn run(&mut self, round: usize) -> Outcome<Duration> {
        let batch = self
            .tokens
            .chunks_exact(self.threads * FLOOD_BATCH)
            .nth(round)
            .ok_or("too few tokens")?;
        let start = Barrier::new(self.threads);
        let lane = &*self;
        let (slowest, usage) = thread::scope(|scope| {
            let threads: Vec<_> = batch
                .chunks_exact(FLOOD_BATCH)
                .map(|tokens| scope.spawn(|| lane.thread(tokens, &start)))
                .collect();
            let mut all = (Duration::ZERO, Usage::default());
            for thread in threads {
                let (elapsed, usage) = thread.join().map_err(|_| "a thread panicked")??;
                all = (all.0.max(elapsed), all.1 + usage);
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
        // even if the preparation failed, because the other thread waits
        start.wait();
        let (driver, requests) = prepared?;
        let mut router = self.router.clone();
        let before = Usage::of_this_thread().unwrap_or_default();
        let elapsed = driver.batch(&mut router, requests, self.expected)?;
        let after = Usage::of_this_thread().unwrap_or_default();
        Ok((elapsed, after - before))
    }
}

impl Throughput {
    /// Returns the CPU time per token in microseconds, which other programs do not affect.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    pub(crate) fn cpu_time(&self) -> f64 {
        self.usage.cpu_time as f64 / 1e3 / self.tokens.max(1) as f64
    }

    /// Returns the number of voluntary context switches per thousand tokens.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    pub(crate) fn switches(&self) -> f64 {
        self.usage.switches as f64 * 1e3 / self.tokens.max(1) as f64
    }
}

impl FloodResult {
    /// Returns the throughput of two threads divided by that of one; 2 without contention.
    pub(crate) fn speed_up(&self) -> f64 {
        self.two_threads.samples.per_second() / self.one_thread.samples.per_second()
    }
}
