//! The requests and the time of an attack.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tokio::time::timeout;

/// The limits of an attack, and the part that is used.
pub(super) struct Budget {
    request_limit: u32,
    time_limit: Duration,
    requests: AtomicU32,
    /// Whether a limit was reached.
    is_exhausted: AtomicBool,
    started_at: Instant,
}

impl Budget {
    /// Starts the time of an attack.
    pub(super) fn new(request_limit: u32, time_limit: Duration) -> Self {
        Self {
            request_limit,
            time_limit,
            requests: AtomicU32::new(0),
            is_exhausted: AtomicBool::new(false),
            started_at: Instant::now(),
        }
    }

    /// Returns the number of requests so far.
    pub(super) fn sent(&self) -> u32 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Returns whether a limit was reached.
    pub(super) fn is_exhausted(&self) -> bool {
        self.is_exhausted.load(Ordering::Relaxed)
    }

    /// Counts a request.
    ///
    /// # Errors
    ///
    /// Returns the reason if a limit is reached.
    pub(super) fn begin(&self) -> Result<(), &'static str> {
        if self.sent() >= self.request_limit {
            return Err(self.exhausted("the request limit was reached"));
        }
        if self.started_at.elapsed() >= self.time_limit {
            return Err(self.exhausted("the time limit was reached"));
        }
        self.requests.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Counts a request and sends it.
    ///
    /// # Errors
    ///
    /// Returns the reason if a limit is reached.
    pub(super) async fn spend<F: Future>(&self, request: F) -> Result<F::Output, &'static str> {
        self.begin()?;
        let left = self.time_limit.saturating_sub(self.started_at.elapsed());
        let answered = timeout(left, request).await;
        answered.map_err(|_| self.exhausted("a request was not answered within the time limit"))
    }

    fn exhausted(&self, reason: &'static str) -> &'static str {
        self.is_exhausted.store(true, Ordering::Relaxed);
        reason
    }
}
