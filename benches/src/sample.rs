//! Samples taken by turns, so that whatever slows the machine slows everyone.

use std::time::Duration;

use crate::outcome::Outcome;

/// What one operation took, in microseconds, once per round.
#[derive(Clone, Debug, Default)]
pub(crate) struct Samples {
    by_round: Vec<f64>,
}

/// Runs a batch of every lane in each round, and begins each round with another lane.
///
/// `batch` says how long it took and how many operations that was.
pub(crate) fn by_turns<L>(
    rounds: usize,
    lanes: &mut [L],
    mut batch: impl FnMut(&mut L, usize) -> Outcome<(Duration, usize)>,
) -> Outcome<Vec<Samples>> {
    let mut samples = vec![Samples::default(); lanes.len()];
    for round in 0..rounds {
        let first = round % lanes.len().max(1);
        let (later, sooner) = lanes.split_at_mut(first);
        let (later_samples, sooner_samples) = samples.split_at_mut(first);
        let order = sooner.iter_mut().zip(sooner_samples);
        for (lane, samples) in order.chain(later.iter_mut().zip(later_samples)) {
            let (took, operations) = batch(lane, round)?;
            samples.push(took, operations);
        }
    }
    Ok(samples)
}

impl Samples {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a batch is far below 2^52 operations"
    )]
    fn push(&mut self, took: Duration, operations: usize) {
        let each = took.as_secs_f64() * 1e6 / operations.max(1) as f64;
        self.by_round.push(each);
    }

    /// The fastest tenth's end: what an operation takes while nobody else uses the core.
    pub(crate) fn typical(&self) -> f64 {
        let mut sorted = self.by_round.clone();
        sorted.sort_by(f64::total_cmp);
        let tenth = sorted.len() / 10;
        sorted.get(tenth).copied().unwrap_or(f64::NAN)
    }

    /// How many operations fit in a second at that pace.
    pub(crate) fn per_second(&self) -> f64 {
        1e6 / self.typical()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_round_asks_every_lane_once_and_begins_with_another() {
        let mut asked = Vec::new();
        let samples = by_turns(3, &mut ['a', 'b', 'c'], |lane, round| {
            asked.push((round, *lane));
            Ok((Duration::from_micros(u64::from(*lane)), 1))
        })
        .unwrap();
        let order: String = asked.iter().map(|(_, lane)| lane).collect();
        assert_eq!(order, "abcbcacab");
        let typical: Vec<f64> = samples.iter().map(Samples::typical).collect();
        assert_eq!(typical, [97.0, 98.0, 99.0]);
    }

    #[test]
    fn slow_rounds_do_not_count_nor_does_a_lucky_one() {
        let mut took = [6, 500, 5, 6, 300, 6, 4, 90, 6, 6].into_iter();
        let samples = by_turns(10, &mut [()], |(), _| {
            Ok((Duration::from_micros(took.next().unwrap() * 10), 10))
        })
        .unwrap();
        assert!((samples[0].typical() - 5.0).abs() < 1e-9);
        assert!((samples[0].per_second() - 200_000.0).abs() < 1e-3);
    }

    #[test]
    fn the_first_error_ends_it() {
        let ended = by_turns(9, &mut [()], |(), round| {
            if round == 2 {
                return Err("enough".into());
            }
            Ok((Duration::ZERO, 1))
        });
        assert_eq!(ended.unwrap_err().to_string(), "enough");
    }

    #[test]
    fn no_sample_is_no_number() {
        assert!(Samples::default().typical().is_nan());
    }
}
