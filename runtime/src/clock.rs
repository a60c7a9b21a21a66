//! Injected time: every time check reads a [`Clock`].
//!
//! The rooms above read it once per request, and again after waiting for an issuer.

use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::claims::NumericDate;

/// The longest sleep between two readings of a clock.
const MAX_SLEEP: Duration = Duration::from_secs(30);

/// A source of the current time, against which tokens are validated.
///
/// [`SystemClock`] is the default; tests use a clock that they control.
pub trait Clock: Send + Sync + 'static {
    /// Returns the current time.
    fn now(&self) -> NumericDate;

    /// Completes when the clock has reached `time`.
    ///
    /// The default sleeps on tokio's timer and reads the clock again at least every 30 s, because a clock
    /// can be set forward, and the timer stops while the machine is suspended.
    fn wait_until(self: Arc<Self>, time: NumericDate) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async move {
            loop {
                let remaining = time.since(self.now());
                if remaining.is_zero() {
                    return;
                }
                tokio::time::sleep(remaining.min(MAX_SLEEP)).await;
            }
        })
    }
}

/// A clock that callers and logins share.
#[derive(Clone)]
pub(crate) struct SharedClock(pub(crate) Arc<dyn Clock>);

// its owners never change the clock, and other threads read it after a panic too
impl UnwindSafe for SharedClock {}
impl RefUnwindSafe for SharedClock {}

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
