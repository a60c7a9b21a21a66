//! The time for which a request's body has been waited for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Measures the time for which the body of one request is waited for, whichever task reads it.
///
/// The default has no body, and measures nothing.
#[derive(Clone, Default)]
pub(crate) struct BodyWait(Option<Arc<Mutex<Waits>>>);

#[derive(Default)]
struct Waits {
    since: Option<Instant>,
    /// The time of the waits that have ended.
    total: Duration,
}

impl BodyWait {
    /// Measures the time of a body.
    pub(crate) fn new() -> Self {
        Self(Some(Arc::default()))
    }

    /// Returns whether the request has a body.
    pub(crate) fn is_measured(&self) -> bool {
        self.0.is_some()
    }

    /// Records that the body is waited for.
    pub(super) fn begin(&self) {
        if let Some(mut waits) = self.lock() {
            waits.since.get_or_insert_with(Instant::now);
        }
    }

    /// Records that the body is no longer waited for.
    pub(super) fn end(&self) {
        if let Some(mut waits) = self.lock()
            && let Some(since) = waits.since.take()
        {
            waits.total += since.elapsed();
        }
    }

    /// Returns the time of all waits, and whether the last one has not ended.
    pub(crate) fn total(&self) -> (Duration, bool) {
        self.lock().map_or((Duration::ZERO, false), |waits| {
            let current = waits.since.map(|since| since.elapsed());
            (waits.total + current.unwrap_or_default(), current.is_some())
        })
    }

    fn lock(&self) -> Option<MutexGuard<'_, Waits>> {
        let waits = self.0.as_ref()?;
        Some(waits.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn nested_and_repeated_waits_count_once() {
        let wait = BodyWait::new();
        let second = Duration::from_secs(1);
        wait.begin();
        advance(second).await;
        wait.begin();
        assert_eq!(wait.total(), (second, true));
        advance(second).await;
        wait.end();
        wait.end();
        assert_eq!(wait.total(), (2 * second, false));
        advance(second).await;
        wait.begin();
        advance(second).await;
        assert_eq!(wait.clone().total(), (3 * second, true));
    }

    #[tokio::test(start_paused = true)]
    async fn request_without_body_has_no_wait() {
        let wait = BodyWait::default();
        wait.begin();
        advance(Duration::from_secs(1)).await;
        assert_eq!(wait.total(), (Duration::ZERO, false));
    }
}
