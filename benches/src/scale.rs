//! How much is measured: a full run, or a quick one.

use std::time::Duration;

/// The counts of each section.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    /// Rounds over HTTP.
    pub(crate) http_rounds: usize,
    /// Rounds in process, the same token again and again.
    pub(crate) same_token_rounds: usize,
    /// Rounds in process, every token new.
    pub(crate) new_token_rounds: usize,
    /// Rounds of the flood on one thread and on two.
    pub(crate) flood_rounds: usize,
    /// Tokens of the flood after which memory is looked at, in thousands.
    pub(crate) flood_thousands: usize,
}

/// How long a batch should take: long enough for the clock, short enough to take turns.
///
/// As long for the slow as for the fast: a longer one is likelier to be interrupted.
pub(crate) const BATCH: Duration = Duration::from_millis(2);

/// The most requests of one batch over HTTP.
pub(crate) const HTTP_BATCH: usize = 160;

/// New tokens of one batch in process.
pub(crate) const NEW_TOKEN_BATCH: usize = 20;

/// Operations before each batch in process that are not measured: others had the caches.
pub(crate) const WARM_UP: usize = 12;

/// Tokens of one batch of the flood, on each thread.
pub(crate) const FLOOD_BATCH: usize = 400;

/// How many operations of such a length make a batch, within limits.
pub(crate) fn batch(each: Duration, least: usize, most: usize) -> usize {
    let fitting = BATCH.as_nanos() / each.as_nanos().max(1);
    usize::try_from(fitting).unwrap_or(most).clamp(least, most)
}

impl Scale {
    /// Two to three minutes on two cores.
    pub(crate) const FULL: Self = Self {
        http_rounds: 100,
        same_token_rounds: 400,
        new_token_rounds: 400,
        flood_rounds: 24,
        flood_thousands: 64,
    };

    /// About twenty seconds: to see that it works, not to quote.
    pub(crate) const QUICK: Self = Self {
        http_rounds: 12,
        same_token_rounds: 40,
        new_token_rounds: 40,
        flood_rounds: 4,
        flood_thousands: 16,
    };

    /// How many tokens of an algorithm the sections need; no server sees one twice.
    pub(crate) fn tokens(&self) -> usize {
        let over_http = self.http_rounds * HTTP_BATCH;
        let in_process = self.new_token_rounds * (WARM_UP + NEW_TOKEN_BATCH);
        over_http.max(in_process)
    }

    /// How many tokens the flood on one thread and on two needs.
    pub(crate) fn flood_tokens(&self) -> usize {
        self.flood_rounds * 3 * FLOOD_BATCH
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_as_long_as_said_and_within_limits() {
        assert_eq!(batch(Duration::from_micros(20), 16, 160), 100);
        assert_eq!(batch(Duration::from_millis(1), 16, 160), 16);
        assert_eq!(batch(Duration::ZERO, 16, 160), 160);
    }
}
