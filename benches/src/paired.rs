//! Servers that are measured in turns, and the ratio of their times.

use std::fmt;
use std::time::Duration;

use crate::outcome::Outcome;

/// The time of one request in a round, in microseconds.
#[derive(Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) elapsed: f64,
    /// The CPU time of the server, which other programs hardly affect.
    pub(crate) cpu_time: f64,
}

impl Sample {
    /// Returns the time of one of `requests`.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    pub(crate) fn of_each(elapsed: Duration, cpu_time: Duration, requests: usize) -> Self {
        let each = |time: Duration| time.as_secs_f64() * 1e6 / requests.max(1) as f64;
        Self {
            elapsed: each(elapsed),
            cpu_time: each(cpu_time),
        }
    }
}

/// Runs every lane once in each round, in a direction that alternates.
pub(crate) fn take_turns<L>(
    rounds: usize,
    lanes: &mut [L],
    mut run: impl FnMut(&mut L, usize) -> Outcome<()>,
) -> Outcome<()> {
    for round in 0..rounds {
        let lanes: &mut dyn Iterator<Item = &mut L> = if round % 2 == 0 {
            &mut lanes.iter_mut()
        } else {
            &mut lanes.iter_mut().rev()
        };
        for lane in lanes {
            run(lane, round)?;
        }
    }
    Ok(())
}

/// The median of the ratios of all rounds, with its confidence interval of 95 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ratio {
    low: f64,
    median: f64,
    high: f64,
}

impl Ratio {
    /// Returns the ratio of the speeds: above 1 if `ours` takes less time than `theirs`.
    pub(crate) fn of(theirs: &[Sample], ours: &[Sample], time: impl Fn(&Sample) -> f64) -> Self {
        let pairs = theirs.iter().zip(ours);
        let mut ratios: Vec<f64> = pairs.map(|(a, b)| time(a) / time(b)).collect();
        ratios.sort_by(f64::total_cmp);
        let at = |rank: usize| ratios.get(rank).copied().unwrap_or(f64::NAN);
        // the ranks of a binomial distribution, approximated by a normal one
        let count = ratios.len();
        let margin = (count * 96 / 100).isqrt().min(count / 2);
        Self {
            low: at((count / 2).saturating_sub(margin)),
            median: at(count / 2),
            high: at((count / 2 + margin).min(count.saturating_sub(1))),
        }
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { low, median, high } = self;
        write!(f, "{median:.3} ({low:.3}–{high:.3})")
    }
}

/// Returns the median.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(elapsed: impl Iterator<Item = f64>) -> Vec<Sample> {
        let sample = |elapsed| Sample {
            elapsed,
            cpu_time: 0.0,
        };
        elapsed.map(sample).collect()
    }

    #[test]
    fn direction_of_turns_alternates() {
        let mut runs = Vec::new();
        take_turns(3, &mut ["a", "b", "c"], |lane, round| {
            runs.push(format!("{round}{lane}"));
            Ok(())
        })
        .unwrap();
        assert_eq!(runs.join(" "), "0a 0b 0c 1c 1b 1a 2a 2b 2c");
    }

    #[test]
    fn first_error_ends_the_turns() {
        let result = take_turns(9, &mut [()], |(), round| {
            if round == 2 {
                return Err("enough".into());
            }
            Ok(())
        });
        assert_eq!(result.unwrap_err().to_string(), "enough");
    }

    #[test]
    fn time_is_that_of_one_request() {
        let sample = Sample::of_each(Duration::from_millis(2), Duration::from_millis(1), 100);
        assert!((sample.elapsed - 20.0).abs() < 1e-9);
        assert!((sample.cpu_time - 10.0).abs() < 1e-9);
    }

    #[test]
    fn interval_contains_the_median_and_no_outlier() {
        let theirs = samples((0..101).map(|round| if round == 7 { 90.0 } else { 2.0 }));
        let ours = samples((0..101).map(|round| 2.0 + f64::from(round) / 1000.0));
        let ratio = Ratio::of(&theirs, &ours, |sample| sample.elapsed);
        assert!(ratio.low <= ratio.median && ratio.median <= ratio.high);
        assert_eq!(ratio.to_string(), "0.976 (0.971–0.980)");
    }

    #[test]
    fn ratio_of_no_samples_is_nan() {
        assert!(Ratio::of(&[], &[], |sample| sample.elapsed).median.is_nan());
    }
}
