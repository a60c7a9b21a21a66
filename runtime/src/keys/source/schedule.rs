//! When keys are fetched, and how long they are used.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use crate::claims::NumericDate;

/// The minimum time between two fetches that unknown keys start.
const UNKNOWN_KEY_INTERVAL: Duration = Duration::from_mins(1);

/// The maximum delay before a failed fetch is retried.
const MAX_RETRY_DELAY: Duration = Duration::from_mins(1);

/// The number of fetches within the maximum age of keys.
const FETCHES_PER_MAX_AGE: u32 = 12;

/// The times of past and future fetches, in milliseconds since the epoch; 0 means never.
#[derive(Debug)]
pub(super) struct Schedule {
    /// The age up to which keys are used, counted from the start of their fetch.
    max_age: Duration,
    /// The start of the last successful fetch.
    fetched_at: AtomicU64,
    /// The start of the last fetch.
    started_at: AtomicU64,
    due_at: AtomicU64,
    /// The last fetch that an unknown key started.
    unknown_key_at: AtomicU64,
    failures: AtomicU32,
}

impl Schedule {
    /// Creates a schedule whose first fetch is due.
    pub(super) const fn new(max_age: Duration) -> Self {
        Self {
            max_age,
            fetched_at: AtomicU64::new(0),
            started_at: AtomicU64::new(0),
            due_at: AtomicU64::new(0),
            unknown_key_at: AtomicU64::new(0),
            failures: AtomicU32::new(0),
        }
    }

    /// Returns whether keys were fetched and are not too old.
    pub(super) fn is_fresh(&self, now: NumericDate) -> bool {
        self.age(now).is_some_and(|age| age < self.max_age)
    }

    /// Returns the age of the keys, if any were fetched.
    pub(super) fn age(&self, now: NumericDate) -> Option<Duration> {
        let fetched_at = load(&self.fetched_at);
        (fetched_at > 0).then(|| now.since(NumericDate::from_millis(fetched_at)))
    }

    /// Returns whether the next fetch is due; also true if the clock was set back.
    pub(super) fn is_due(&self, now: NumericDate) -> bool {
        let now = now.as_millis();
        now >= load(&self.due_at) || now < load(&self.started_at)
    }

    /// Returns the time until the next fetch is due.
    pub(super) fn until_due(&self, now: NumericDate) -> Duration {
        NumericDate::from_millis(load(&self.due_at)).since(now)
    }

    /// Claims the one fetch per interval that unknown keys may start, and returns whether that
    /// succeeded.
    pub(super) fn claim_unknown_key_fetch(&self, now: NumericDate) -> bool {
        let last = load(&self.unknown_key_at);
        let interval_is_over = last == 0
            || now.as_millis() < last
            || now.since(NumericDate::from_millis(last)) >= UNKNOWN_KEY_INTERVAL;
        interval_is_over
            && self
                .unknown_key_at
                .compare_exchange(last, now.as_millis(), Ordering::AcqRel, Ordering::Relaxed)
                .is_ok()
    }

    /// Records the start of a fetch.
    pub(super) fn start(&self, now: NumericDate) {
        store(&self.started_at, now);
    }

    /// Records that the fetch that started at `started` was successful.
    pub(super) fn succeed(&self, started: NumericDate) {
        self.failures.store(0, Ordering::Release);
        store(&self.fetched_at, started);
        store(
            &self.due_at,
            started.saturating_add(self.max_age / FETCHES_PER_MAX_AGE),
        );
    }

    /// Records that a fetch failed, and schedules the next one after 1 s, 2 s, 4 s, … 60 s.
    ///
    /// If the clock was set back, the keys count as fetched now, so that they are not used longer.
    pub(super) fn fail(&self, now: NumericDate) {
        self.fetched_at.fetch_min(now.as_millis(), Ordering::AcqRel);
        let failures = self.failures.fetch_add(1, Ordering::AcqRel).min(6);
        let delay = Duration::from_secs(1 << failures).min(MAX_RETRY_DELAY);
        store(&self.due_at, now.saturating_add(delay));
    }
}

fn load(time: &AtomicU64) -> u64 {
    time.load(Ordering::Acquire)
}

fn store(time: &AtomicU64, value: NumericDate) {
    time.store(value.as_millis(), Ordering::Release);
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);
    const START: NumericDate = NumericDate::from_secs(1_700_000_000);

    fn after(seconds: u64) -> NumericDate {
        START.saturating_add(Duration::from_secs(seconds))
    }

    fn fetched() -> Schedule {
        let schedule = Schedule::new(HOUR);
        schedule.start(START);
        schedule.succeed(START);
        schedule
    }

    #[test]
    fn keys_are_fresh_up_to_their_maximum_age() {
        assert!(!Schedule::new(HOUR).is_fresh(START));
        let schedule = fetched();
        assert!(schedule.is_fresh(after(3_599)));
        assert!(!schedule.is_fresh(after(3_600)));
        assert!(!schedule.is_fresh(after(3_601)));
    }

    #[test]
    fn next_fetch_is_due_long_before_the_maximum_age() {
        assert!(Schedule::new(HOUR).is_due(START));
        let schedule = fetched();
        assert!(!schedule.is_due(after(299)));
        assert!(schedule.is_due(after(300)));
        assert_eq!(schedule.until_due(after(100)), Duration::from_secs(200));
        assert_eq!(schedule.until_due(after(400)), Duration::ZERO);
    }

    #[test]
    fn clock_set_back_makes_a_fetch_due() {
        let schedule = fetched();
        assert!(schedule.is_due(NumericDate::from_secs(1_600_000_000)));
        assert!(!schedule.is_due(START));
    }

    #[test]
    fn clock_set_back_does_not_extend_freshness() {
        let schedule = fetched();
        let back = NumericDate::from_secs(1_699_900_000);
        schedule.fail(back);
        assert!(schedule.is_fresh(back.saturating_add(Duration::from_secs(3_599))));
        assert!(!schedule.is_fresh(back.saturating_add(HOUR)));
        let never = Schedule::new(HOUR);
        never.fail(back);
        assert!(!never.is_fresh(back));
    }

    #[test]
    fn failures_double_the_delay_up_to_a_minute_until_success() {
        let schedule = fetched();
        for (failure, delay) in [1, 2, 4, 8, 16, 32, 60, 60, 60].into_iter().enumerate() {
            schedule.fail(START);
            assert!(!schedule.is_due(after(delay - 1)), "failure {failure}");
            assert!(schedule.is_due(after(delay)), "failure {failure}");
        }
        schedule.succeed(START);
        assert!(!schedule.is_due(after(299)));
        schedule.fail(START);
        assert!(schedule.is_due(after(1)));
    }

    #[test]
    fn unknown_keys_start_one_fetch_per_minute() {
        let schedule = fetched();
        assert!(schedule.claim_unknown_key_fetch(after(1)));
        for second in [1, 2, 59, 60] {
            assert!(!schedule.claim_unknown_key_fetch(after(second)), "{second}");
        }
        assert!(schedule.claim_unknown_key_fetch(after(61)));
        assert!(!schedule.claim_unknown_key_fetch(after(62)));
        assert!(
            schedule.claim_unknown_key_fetch(after(0)),
            "the clock was set back"
        );
    }

    #[test]
    fn schedule_without_fetched_keys_has_no_age() {
        assert_eq!(Schedule::new(HOUR).age(START), None);
        assert_eq!(fetched().age(after(7)), Some(Duration::from_secs(7)));
    }
}
