//! Interleaved samples, so that a slow phase of the machine affects all contenders equally.

use std::time::Duration;

use crate::outcome::Outcome;

/// The time of one operation in microseconds, once per round.
#[derive(Clone, Debug, Default)]
pub(crate) struct Samples {
    by_round: Vec<f64>,
}

/// Runs a batch of every lane in each round, and starts each round with another lane.
///
/// `batch` returns the elapsed time and the number of operations.
pub(crate) fn interleave<L>(
    rounds: usize,
    lanes: &mut [L],
    mut batch: impl FnMut(&mut L, usize) -> Outcome<(Duration, usize)>,
) -> Outcome<Vec<Samples>> {
    let mut samples = vec![Samples::default(); lanes.len()];
    for round in 0..rounds {
        let first = round % lanes.len().max(1);
        let (last, first_lanes) = lanes.split_at_mut(first);
        let (last_samples, first_samples) = samples.split_at_mut(first);
        let order = first_lanes.iter_mut().zip(first_samples);
        for (lane, samples) in order.chain(last.iter_mut().zip(last_samples)) {
            let (elapsed, operations) = batch(lane, round)?;
            samples.push(elapsed, operations);
        }
    }
    Ok(samples)
}

impl Samples {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a batch is far below 2^52 operations"
    )]
    fn push(&mut self, elapsed: Duration, operations: usize) {
        let each = elapsed.as_secs_f64() * 1e6 / operations.max(1) as f64;
        self.by_round.push(each);
    }

    /// Returns the 10th percentile: the time of an operation while no other program uses the core.
    pub(crate) fn typical(&self) -> f64 {
        let mut sorted = self.by_round.clone();
        sorted.sort_by(f64::total_cmp);
        let tenth = sorted.len() / 10;
        sorted.get(tenth).copied().unwrap_or(f64::NAN)
    }

    /// Returns the number of operations per second at that speed.
    pub(crate) fn per_second(&self) -> f64 {
        1e6 / self.typical()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_round_runs_every_lane_once_and_starts_with_another() {
        let mut runs = Vec::new();
        let samples = interleave(3, &mut ['a', 'b', 'c'], |lane, round| {
            runs.push((round, *lane));
            Ok((Duration::from_micros(u64::from(*lane)), 1))
        })
        .unwrap();
        let order: String = runs.iter().map(|(_, lane)| lane).collect();
        assert_eq!(order, "abcbcacab");
        let typical: Vec<f64> = samples.iter().map(Samples::typical).collect();
        assert_eq!(typical, [97.0, 98.0, 99.0]);
    }

    #[test]
    fn typical_ignores_slow_rounds_and_a_single_fast_one() {
        let mut times = [6, 500, 5, 6, 300, 6, 4, 90, 6, 6].into_iter();
        let samples = interleave(10, &mut [()], |(), _| {
            Ok((Duration::from_micros(times.next().unwrap() * 10), 10))
        })
        .unwrap();
        assert!((samples[0].typical() - 5.0).abs() < 1e-9);
        assert!((samples[0].per_second() - 200_000.0).abs() < 1e-3);
    }

    #[test]
    fn first_error_ends_the_run() {
        let result = interleave(9, &mut [()], |(), round| {
            if round == 2 {
                return Err("enough".into());
            }
            Ok((Duration::ZERO, 1))
        });
        assert_eq!(result.unwrap_err().to_string(), "enough");
    }

    #[test]
    fn typical_without_samples_is_nan() {
        assert!(Samples::default().typical().is_nan());
    }
}
