//! How much is measured: a full run, or a quick one.

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

/// Requests of one batch over HTTP.
pub(crate) const HTTP_BATCH: usize = 160;

/// New tokens of one batch in process.
pub(crate) const NEW_TOKEN_BATCH: usize = 40;

/// Operations before each batch in process that are not measured: others had the caches.
pub(crate) const WARM_UP: usize = 16;

/// Tokens of one batch of the flood, on each thread.
pub(crate) const FLOOD_BATCH: usize = 400;

impl Scale {
    /// Two to three minutes on two cores.
    pub(crate) const FULL: Self = Self {
        http_rounds: 100,
        same_token_rounds: 400,
        new_token_rounds: 300,
        flood_rounds: 24,
        flood_thousands: 64,
    };

    /// About twenty seconds: to see that it works, not to quote.
    pub(crate) const QUICK: Self = Self {
        http_rounds: 12,
        same_token_rounds: 40,
        new_token_rounds: 25,
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
