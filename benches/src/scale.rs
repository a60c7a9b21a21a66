//! The size of a run: full or quick.

use std::time::Duration;

/// The number of rounds of each section.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    /// The number of times that all servers start. The memory of a start changes the times of its rounds.
    pub(crate) http_starts: usize,
    /// Rounds over HTTP after each start.
    pub(crate) http_rounds: usize,
    /// Rounds in process with one repeated token.
    pub(crate) same_token_rounds: usize,
    /// Rounds in process with new tokens.
    pub(crate) new_token_rounds: usize,
    /// Rounds of the flood on one thread and on two.
    pub(crate) flood_rounds: usize,
    /// Tokens of the flood for the memory measurement, in thousands.
    pub(crate) flood_thousands: usize,
}

/// The duration of a batch: long enough for the clock, short enough to interleave.
///
/// It is the same for slow and fast contenders, because a longer batch is more likely to be interrupted.
pub(crate) const BATCH: Duration = Duration::from_millis(2);

/// The duration of a batch over HTTP.
pub(crate) const HTTP_BATCH_TIME: Duration = Duration::from_millis(20);

/// The maximum number of requests in a batch over HTTP, with one repeated token.
pub(crate) const HTTP_BATCH: usize = 4_000;

/// The same with new tokens, which take long to sign.
pub(crate) const NEW_TOKEN_HTTP_BATCH: usize = 160;

/// Requests over HTTP before each batch that are not measured, because other servers filled the CPU caches.
pub(crate) const HTTP_WARM_UP: usize = 160;

/// The number of new tokens in a batch in process.
pub(crate) const NEW_TOKEN_BATCH: usize = 20;

/// Operations before each batch that are not measured, because the previous batch filled the CPU caches.
pub(crate) const WARM_UP: usize = 12;

/// The number of tokens in a batch of the flood, on each thread.
pub(crate) const FLOOD_BATCH: usize = 400;

/// Returns the number of operations of `each` duration that fit in `time`, between two limits.
pub(crate) fn batch(time: Duration, each: Duration, min: usize, max: usize) -> usize {
    let fitting = time.as_nanos() / each.as_nanos().max(1);
    usize::try_from(fitting).unwrap_or(max).clamp(min, max)
}

impl Scale {
    /// Takes about four minutes on two cores.
    pub(crate) const FULL: Self = Self {
        http_starts: 10,
        http_rounds: 10,
        same_token_rounds: 400,
        new_token_rounds: 400,
        flood_rounds: 24,
        flood_thousands: 64,
    };

    /// Takes about 20 s, to check that everything runs. Its figures are not precise.
    pub(crate) const QUICK: Self = Self {
        http_starts: 2,
        http_rounds: 4,
        same_token_rounds: 40,
        new_token_rounds: 40,
        flood_rounds: 4,
        flood_thousands: 16,
    };

    /// Returns the number of tokens of one algorithm that the sections need; no server gets one twice.
    pub(crate) fn tokens(&self) -> usize {
        let over_http = self.http_starts * self.http_rounds * NEW_TOKEN_HTTP_BATCH;
        let in_process = self.new_token_rounds * (WARM_UP + NEW_TOKEN_BATCH);
        over_http.max(in_process)
    }

    /// Returns the number of tokens that the flood on one thread and on two needs.
    pub(crate) fn flood_tokens(&self) -> usize {
        self.flood_rounds * 3 * FLOOD_BATCH
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batch_fits_the_duration_within_limits() {
        assert_eq!(batch(BATCH, Duration::from_micros(20), 16, 160), 100);
        assert_eq!(batch(BATCH, Duration::from_millis(1), 16, 160), 16);
        assert_eq!(batch(BATCH, Duration::ZERO, 16, 160), 160);
    }
}
