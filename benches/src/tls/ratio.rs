//! The ratio of two series that were measured in turns.

use std::fmt;

/// The median of the ratios of all rounds, with its confidence interval of 95 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ratio {
    low: f64,
    median: f64,
    high: f64,
}

impl Ratio {
    /// Returns the ratio of the speeds: above 1 if `ours` takes less time than `theirs`.
    pub(crate) fn of<S>(theirs: &[S], ours: &[S], time: impl Fn(&S) -> f64) -> Self {
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

    #[test]
    fn interval_contains_the_median_and_no_outlier() {
        let theirs: Vec<f64> = (0..101)
            .map(|round| if round == 7 { 90.0 } else { 2.0 })
            .collect();
        let ours: Vec<f64> = (0..101)
            .map(|round| 2.0 + f64::from(round) / 1000.0)
            .collect();
        let ratio = Ratio::of(&theirs, &ours, |time| *time);
        assert!(ratio.low <= ratio.median && ratio.median <= ratio.high);
        assert_eq!(ratio.to_string(), "0.976 (0.971–0.980)");
    }

    #[test]
    fn ratio_of_no_samples_is_nan() {
        assert!(Ratio::of::<f64>(&[], &[], |time| *time).median.is_nan());
    }
}
