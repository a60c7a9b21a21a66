//! A flood of distinct tokens on one thread and on two: does anything stand in the way?

use std::fs;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
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

/// The algorithm of the flood.
pub(crate) const ALGORITHM: Algorithm = Algorithm::ES256;

/// What one contender does with one kind of token.
pub(crate) struct Flooded {
    pub(crate) name: &'static str,
    pub(crate) tokens: &'static str,
    pub(crate) one_thread: Samples,
    pub(crate) two_threads: Samples,
    /// How often one of the two threads had to wait, for each thousand tokens.
    pub(crate) waits: Option<f64>,
}

/// One contender's router on some threads, with tokens that nobody else presents to it.
struct Lane<'a> {
    router: Router,
    threads: usize,
    tokens: &'a [String],
    /// How many rounds ahead: the contenders do not verify the same token in one round.
    ahead: usize,
    expected: StatusCode,
    waits: AtomicU64,
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
        waits: AtomicU64::new(0),
    };
    let lanes = contenders.iter().enumerate();
    let lanes = lanes
        .flat_map(|(at, contender)| [lane(at, 1, one, contender), lane(at, 2, two, contender)]);
    let mut lanes: Vec<Lane<'_>> = lanes.collect();
    let mut samples = by_turns(rounds, &mut lanes, |lane, round| {
        Ok((
            lane.run((round + lane.ahead) % rounds)?,
            lane.threads * FLOOD_BATCH,
        ))
    })?
    .into_iter();
    let mut next = || samples.next().unwrap_or_default();
    let presented = two.len();
    Ok(contenders
        .iter()
        .zip(lanes.chunks_exact(2))
        .map(|(contender, lanes)| Flooded {
            name: contender.name,
            tokens: what,
            one_thread: next(),
            two_threads: next(),
            waits: lanes
                .last()
                .and_then(|lane| lane.waits_per_thousand(presented)),
        })
        .collect())
}

impl Lane<'_> {
    /// Each thread presents its own tokens to the same guard; the slowest tells the time.
    fn run(&self, round: usize) -> Outcome<Duration> {
        let batch = self
            .tokens
            .chunks_exact(self.threads * FLOOD_BATCH)
            .nth(round)
            .ok_or("there are too few tokens")?;
        let start = Barrier::new(self.threads);
        thread::scope(|scope| {
            let threads: Vec<_> = batch
                .chunks_exact(FLOOD_BATCH)
                .map(|tokens| scope.spawn(|| self.thread(tokens, &start)))
                .collect();
            let mut slowest = Duration::ZERO;
            for thread in threads {
                let took = thread.join().map_err(|_| "a thread panicked")??;
                slowest = slowest.max(took);
            }
            Ok(slowest)
        })
    }

    fn thread(&self, tokens: &[String], start: &Barrier) -> Outcome<Duration> {
        let prepared = Driver::new().and_then(|driver| {
            let requests = requests(tokens.iter().map(String::as_str))?;
            Ok((driver, requests))
        });
        // Also where preparing failed: the other thread waits.
        start.wait();
        let (driver, requests) = prepared?;
        let mut router = self.router.clone();
        let before = waits();
        let took = driver.batch(&mut router, requests, self.expected)?;
        if let Some((after, before)) = waits().zip(before) {
            self.waits.fetch_add(after - before, Ordering::Relaxed);
        }
        Ok(took)
    }

    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    fn waits_per_thousand(&self, tokens: usize) -> Option<f64> {
        let counted = self.waits.load(Ordering::Relaxed);
        waits().map(|_| counted as f64 * 1e3 / tokens as f64)
    }
}

/// How often this thread gave up its core by itself, as it does at a lock that is taken.
fn waits() -> Option<u64> {
    switches(&fs::read_to_string("/proc/thread-self/status").ok()?)
}

fn switches(status: &str) -> Option<u64> {
    let mut lines = status.lines().filter_map(|line| line.split_once(':'));
    let (_, count) = lines.find(|(name, _)| *name == "voluntary_ctxt_switches")?;
    count.trim().parse().ok()
}

impl Flooded {
    /// How much more two threads do than one; 2 where nothing stands in their way.
    pub(crate) fn speed_up(&self) -> f64 {
        self.two_threads.per_second() / self.one_thread.per_second()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_switches_of_its_own_will_are_counted() {
        let status = "VmRSS:\t9 kB\nvoluntary_ctxt_switches:\t7\nnonvoluntary_ctxt_switches:\t8\n";
        assert_eq!(switches(status), Some(7));
        assert_eq!(switches("VmRSS:\t9 kB\n"), None);
    }
}
