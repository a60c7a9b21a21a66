//! The attempts of a source to obtain a token: one at a time, and none shortly after one that failed.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};

use crate::claims::NumericDate;
use crate::relying_party::token_source::error::TokenSourceError;

/// The time after a failed request in which no other one is sent.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The attempts of a source. Clones share them: the sources of a session that follow each other do.
#[derive(Clone, Default)]
pub(in crate::relying_party) struct Attempts {
    /// Locked while a token is requested.
    last: Arc<Mutex<Option<Failure>>>,
}

impl Attempts {
    /// Waits for the attempt in flight, and begins another one.
    pub(super) async fn begin(&self) -> Attempt<'_> {
        Attempt(self.last.lock().await)
    }

    /// Returns whether an attempt is in flight or has failed so recently that the next one waits.
    pub(in crate::relying_party) fn are_recent(&self, now: NumericDate) -> bool {
        let Ok(last) = self.last.try_lock() else {
            return true;
        };
        last.as_ref().is_some_and(|failure| failure.is_recent(now))
    }
}

/// An attempt in flight.
pub(super) struct Attempt<'a>(MutexGuard<'a, Option<Failure>>);

impl Attempt<'_> {
    /// Returns the error of the last attempt if it is too early for another one.
    pub(super) fn recent_error(&self, now: NumericDate) -> Option<TokenSourceError> {
        let failure = self.0.as_ref().filter(|failure| failure.is_recent(now));
        failure.map(|failure| failure.error.clone())
    }

    /// Records an error that a request has had now.
    pub(super) fn failed(&mut self, error: &TokenSourceError, now: NumericDate) {
        *self.0 = Some(Failure {
            at: now,
            error: error.clone(),
        });
    }

    /// Records a success.
    pub(super) fn succeeded(&mut self) {
        *self.0 = None;
    }
}

struct Failure {
    at: NumericDate,
    error: TokenSourceError,
}

impl Failure {
    fn is_recent(&self, now: NumericDate) -> bool {
        self.at <= now && now.since(self.at) < RETRY_AFTER
    }
}
