//! Injected time: every time check reads a [`Clock`].
//!
//! The rooms above read it once per request, and again after waiting for an issuer.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::claims::NumericDate;

/// A source of the current time, against which tokens are validated.
///
/// [`SystemClock`] is the default; tests use a clock that they control.
pub trait Clock: Send + Sync + 'static {
    /// Returns the current time.
    fn now(&self) -> NumericDate;
}

/// The operating system's wall clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    /// Returns the current time, or [`NumericDate::MAX`] if the system clock is before 1970, so that
    /// every token is expired.
    fn now(&self) -> NumericDate {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .ok()
            .and_then(|elapsed| u64::try_from(elapsed.as_millis()).ok())
            .map_or(NumericDate::MAX, NumericDate::from_millis)
    }
}
