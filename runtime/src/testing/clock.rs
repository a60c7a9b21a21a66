//! Time that stands still until a test moves it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::claims::NumericDate;
use crate::clock::{Clock, SystemClock};

/// A clock that only a test moves; clones show the same time.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use palisade::testing::TestClock;
///
/// let clock = TestClock::new();
/// let seen_by_the_server = clock.clone();
/// let before = clock.time();
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(seen_by_the_server.time().since(before), Duration::from_secs(60));
/// ```
#[derive(Clone, Debug)]
pub struct TestClock {
    millis: Arc<AtomicU64>,
}

impl TestClock {
    /// A clock that stopped now, at a whole second.
    pub fn new() -> Self {
        Self::at(NumericDate::from_secs(SystemClock.now().as_secs()))
    }

    /// A clock that stopped at `instant`.
    pub fn at(instant: NumericDate) -> Self {
        Self {
            millis: Arc::new(AtomicU64::new(instant.as_millis())),
        }
    }

    /// What the clock shows.
    pub fn time(&self) -> NumericDate {
        NumericDate::from_millis(self.millis.load(Ordering::SeqCst))
    }

    /// Moves the clock to `instant`, later or earlier.
    pub fn set(&self, instant: NumericDate) {
        self.millis.store(instant.as_millis(), Ordering::SeqCst);
    }

    /// Moves the clock later by `by`.
    pub fn advance(&self, by: Duration) {
        self.set(self.time().saturating_add(by));
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stands_still_until_it_is_moved() {
        let clock = TestClock::at(NumericDate::from_secs(1_000));
        assert_eq!(clock.now(), NumericDate::from_secs(1_000));
        clock.advance(Duration::from_millis(1_500));
        assert_eq!(clock.now(), NumericDate::from_millis(1_001_500));
        clock.set(NumericDate::from_secs(5));
        assert_eq!(clock.now(), NumericDate::from_secs(5));
    }

    #[test]
    fn clones_show_the_same_time() {
        let clock = TestClock::at(NumericDate::from_secs(1_000));
        let other = clock.clone();
        clock.advance(Duration::from_secs(1));
        assert_eq!(other.now(), NumericDate::from_secs(1_001));
    }
}
