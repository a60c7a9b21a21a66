//! A clock that only a test moves.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use crate::claims::NumericDate;
use crate::clock::{Clock, SystemClock};

/// A clock that only a test moves. Clones share the same time.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use palisade::testing::TestClock;
///
/// let clock = TestClock::new();
/// let server_clock = clock.clone();
/// let before = clock.time();
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(server_clock.time().since(before), Duration::from_secs(60));
/// ```
#[derive(Clone, Debug)]
pub struct TestClock {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    millis: AtomicU64,
    moved: Notify,
}

impl TestClock {
    /// Creates a clock that is stopped at the current time, rounded down to a second.
    pub fn new() -> Self {
        Self::at(NumericDate::from_secs(SystemClock.now().as_secs()))
    }

    /// Creates a clock that is stopped at `instant`.
    pub fn at(instant: NumericDate) -> Self {
        Self {
            shared: Arc::new(Shared {
                millis: AtomicU64::new(instant.as_millis()),
                moved: Notify::new(),
            }),
        }
    }

    /// Returns the time of the clock.
    pub fn time(&self) -> NumericDate {
        NumericDate::from_millis(self.shared.millis.load(Ordering::SeqCst))
    }

    /// Sets the clock to `instant`, later or earlier.
    pub fn set(&self, instant: NumericDate) {
        let millis = instant.as_millis();
        self.shared.millis.store(millis, Ordering::SeqCst);
        self.shared.moved.notify_waiters();
    }

    /// Moves the clock forward.
    pub fn advance(&self, duration: Duration) {
        self.set(self.time().saturating_add(duration));
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TestClock {
    fn now(&self) -> NumericDate {
        self.time()
    }

    /// Completes when a test has moved the clock to `time`; real time has no effect.
    fn wait_until(self: Arc<Self>, time: NumericDate) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async move {
            loop {
                let mut moved = pin!(self.shared.moved.notified());
                moved.as_mut().enable();
                if self.time() >= time {
                    return;
                }
                moved.await;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clock_changes_only_when_moved() {
        let clock = TestClock::at(NumericDate::from_secs(1_000));
        assert_eq!(clock.now(), NumericDate::from_secs(1_000));
        clock.advance(Duration::from_millis(1_500));
        assert_eq!(clock.now(), NumericDate::from_millis(1_001_500));
        clock.set(NumericDate::from_secs(5));
        assert_eq!(clock.now(), NumericDate::from_secs(5));
    }

    #[test]
    fn clones_share_the_same_time() {
        let clock = TestClock::at(NumericDate::from_secs(1_000));
        let other = clock.clone();
        clock.advance(Duration::from_secs(1));
        assert_eq!(other.now(), NumericDate::from_secs(1_001));
    }
}
