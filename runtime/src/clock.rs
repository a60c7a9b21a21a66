//! Injected time: every check that compares an instant asks a [`Clock`].
//!
//! Nothing below this room; the token room asks it once a request, and again where it has waited.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::claims::NumericDate;

/// Tells the time against which tokens are judged.
///
/// [`SystemClock`] is the default; tests bring one that they set.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> NumericDate;
}

/// The operating system's wall clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    /// A clock before 1970 reads as far in the future: every token is then expired.
    fn now(&self) -> NumericDate {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .ok()
            .and_then(|elapsed| u64::try_from(elapsed.as_millis()).ok())
            .map_or(NumericDate::MAX, NumericDate::from_millis)
    }
}
