//! When keys are fetched, and how long they may be used: decisions about instants, and nothing else.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use crate::claims::NumericDate;

/// How often a token with an unknown key may be the reason for a fetch.
const UNKNOWN_KEY_WINDOW: Duration = Duration::from_mins(1);

/// The longest pause between two attempts while the issuer cannot be reached.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// How many times keys are fetched in the time for which they may be used.
const FETCHES_PER_LIFE: u32 = 12;

/// What has been fetched when, as milliseconds since the epoch; 0 is never.
#[derive(Debug)]
pub(super) struct Schedule {
    /// How long keys may be used after they were asked for.
    max_age: Duration,
    loaded_at: AtomicU64,
    attempted_at: AtomicU64,
    due_at: AtomicU64,
    unknown_key_at: AtomicU64,
    failures: AtomicU32,
}

impl Schedule {
    /// Nothing has been fetched, and the first attempt is due.
    pub(super) const fn new(max_age: Duration) -> Self {
        Self {
            max_age,
            loaded_at: AtomicU64::new(0),
            attempted_at: AtomicU64::new(0),
            due_at: AtomicU64::new(0),
            unknown_key_at: AtomicU64::new(0),
            failures: AtomicU32::new(0),
        }
    }

    /// Whether keys were loaded, and not too long ago.
    pub(super) fn is_fresh(&self, now: NumericDate) -> bool {
        self.age(now).is_some_and(|age| age < self.max_age)
    }

    /// How long ago the keys were asked for; nothing where there are none.
    pub(super) fn age(&self, now: NumericDate) -> Option<Duration> {
        let loaded_at = load(&self.loaded_at);
        (loaded_at > 0).then(|| now.since(NumericDate::from_millis(loaded_at)))
    }

    /// Whether the next attempt is due; also where the clock was set back.
    pub(super) fn is_due(&self, now: NumericDate) -> bool {
        let now = now.as_millis();
        now >= load(&self.due_at) || now < load(&self.attempted_at)
    }

    /// How long until the next attempt is due.
    pub(super) fn until_due(&self, now: NumericDate) -> Duration {
        NumericDate::from_millis(load(&self.due_at)).since(now)
    }

    /// Takes the one attempt that unknown keys give reason for in each window.
    pub(super) fn take_unknown_key(&self, now: NumericDate) -> bool {
        let last = load(&self.unknown_key_at);
        let window_is_over = last == 0
            || now.as_millis() < last
            || now.since(NumericDate::from_millis(last)) >= UNKNOWN_KEY_WINDOW;
        window_is_over
            && self
                .unknown_key_at
                .compare_exchange(last, now.as_millis(), Ordering::AcqRel, Ordering::Relaxed)
                .is_ok()
    }

    /// An attempt begins.
    pub(super) fn begin(&self, now: NumericDate) {
        store(&self.attempted_at, now);
    }

    /// The attempt that began at `begun` brought keys.
    pub(super) fn succeed(&self, begun: NumericDate) {
        self.failures.store(0, Ordering::Release);
        store(&self.loaded_at, begun);
        store(
            &self.due_at,
            begun.saturating_add(self.max_age / FETCHES_PER_LIFE),
        );
    }

    /// The attempt brought none: the next is after 1 s, 2 s, 4 s, … 60 s.
    ///
    /// Where the clock was set back, keys count as loaded now at the latest: none grows younger.
    pub(super) fn fail(&self, now: NumericDate) {
        self.loaded_at.fetch_min(now.as_millis(), Ordering::AcqRel);
        let failures = self.failures.fetch_add(1, Ordering::AcqRel).min(6);
        let pause = Duration::from_secs(1 << failures).min(LONGEST_PAUSE);
        store(&self.due_at, now.saturating_add(pause));
    }
}

fn load(instant: &AtomicU64) -> u64 {
    instant.load(Ordering::Acquire)
}

fn store(instant: &AtomicU64, value: NumericDate) {
    instant.store(value.as_millis(), Ordering::Release);
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);
    const START: NumericDate = NumericDate::from_secs(1_700_000_000);

    fn after(seconds: u64) -> NumericDate {
        START.saturating_add(Duration::from_secs(seconds))
    }

    fn loaded() -> Schedule {
        let schedule = Schedule::new(HOUR);
        schedule.begin(START);
        schedule.succeed(START);
        schedule
    }

    #[test]
    fn keys_are_fresh_for_their_time_and_not_before_they_are_loaded() {
        assert!(!Schedule::new(HOUR).is_fresh(START));
        let schedule = loaded();
        assert!(schedule.is_fresh(after(3_599)));
        assert!(!schedule.is_fresh(after(3_600)));
        assert!(!schedule.is_fresh(after(3_601)));
    }

    #[test]
    fn the_next_attempt_is_due_well_ahead_of_that() {
        assert!(Schedule::new(HOUR).is_due(START));
        let schedule = loaded();
        assert!(!schedule.is_due(after(299)));
        assert!(schedule.is_due(after(300)));
        assert_eq!(schedule.until_due(after(100)), Duration::from_secs(200));
        assert_eq!(schedule.until_due(after(400)), Duration::ZERO);
    }

    #[test]
    fn a_clock_that_was_set_back_makes_an_attempt_due() {
        let schedule = loaded();
        assert!(schedule.is_due(NumericDate::from_secs(1_600_000_000)));
        assert!(!schedule.is_due(START));
    }

    #[test]
    fn a_clock_that_was_set_back_keeps_no_key_fresh_for_longer() {
        let schedule = loaded();
        let back = NumericDate::from_secs(1_699_900_000);
        schedule.fail(back);
        assert!(schedule.is_fresh(back.saturating_add(Duration::from_secs(3_599))));
        assert!(!schedule.is_fresh(back.saturating_add(HOUR)));
        let never = Schedule::new(HOUR);
        never.fail(back);
        assert!(!never.is_fresh(back));
    }

    #[test]
    fn failures_double_the_pause_up_to_a_minute_and_success_ends_them() {
        let schedule = loaded();
        for (failure, pause) in [1, 2, 4, 8, 16, 32, 60, 60, 60].into_iter().enumerate() {
            schedule.fail(START);
            assert!(!schedule.is_due(after(pause - 1)), "failure {failure}");
            assert!(schedule.is_due(after(pause)), "failure {failure}");
        }
        schedule.succeed(START);
        assert!(!schedule.is_due(after(299)));
        schedule.fail(START);
        assert!(schedule.is_due(after(1)));
    }

    #[test]
    fn unknown_keys_are_a_reason_once_a_minute() {
        let schedule = loaded();
        assert!(schedule.take_unknown_key(after(1)));
        for second in [1, 2, 59, 60] {
            assert!(!schedule.take_unknown_key(after(second)), "{second}");
        }
        assert!(schedule.take_unknown_key(after(61)));
        assert!(!schedule.take_unknown_key(after(62)));
        assert!(
            schedule.take_unknown_key(after(0)),
            "the clock was set back"
        );
    }

    #[test]
    fn keys_that_were_never_loaded_have_no_age() {
        assert_eq!(Schedule::new(HOUR).age(START), None);
        assert_eq!(loaded().age(after(7)), Some(Duration::from_secs(7)));
    }
}
