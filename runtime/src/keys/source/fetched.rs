//! Fetched keys: read without a lock, refreshed in the background by one fetch at a time.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption, Guard};
use tokio::runtime::Handle;

use crate::claims::NumericDate;
use crate::clock::Clock;
use crate::https::{ExchangeRecord, Purpose, record_key_age};
use crate::keys::algorithm::Algorithm;
use crate::keys::fetcher::KeySetFetcher;
use crate::keys::jwks::parse_jwks;
use crate::keys::key_set::KeySet;
use crate::keys::skipped::SkippedKeys;
use crate::keys::source::error::FetchError;
use crate::keys::source::fetch_slot::FetchSlot;
use crate::keys::source::generation::{KeyGeneration, KeysUnavailable};
use crate::keys::source::schedule::Schedule;

/// The minimum and maximum time between two readings of the clock, which may be set or injected.
const REFRESHER_SLEEP: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));

/// An issuer's keys, fetched from the key set in its discovery document.
pub(crate) struct FetchedKeys {
    config: FetchConfig,
    /// Generation 0 has no keys.
    current: ArcSwap<KeyGeneration>,
    schedule: Schedule,
    slot: FetchSlot,
    last_error: ArcSwapOption<FetchError>,
    /// The keys that were skipped in the latest key set, whether or not others are usable.
    skipped: ArcSwap<SkippedKeys>,
}

/// The configuration of fetched keys.
pub(crate) struct FetchConfig {
    pub(crate) issuer: Box<str>,
    /// The algorithms that are allowed for the issuer.
    pub(crate) allowed: Box<[Algorithm]>,
    pub(crate) fetcher: KeySetFetcher,
    pub(crate) clock: Arc<dyn Clock>,
    /// The age up to which keys are used, counted from the start of their fetch.
    pub(crate) max_age: Duration,
}

impl FetchedKeys {
    /// Creates a source without keys.
    pub(super) fn new(config: FetchConfig) -> Arc<Self> {
        let empty = KeyGeneration {
            set: KeySet::empty(),
            number: 0,
        };
        Arc::new(Self {
            current: ArcSwap::from_pointee(empty),
            schedule: Schedule::new(config.max_age),
            config,
            slot: FetchSlot::default(),
            last_error: ArcSwapOption::empty(),
            skipped: ArcSwap::default(),
        })
    }

    /// Creates a source, and waits for its first fetch.
    ///
    /// # Errors
    ///
    /// Returns [`FetchError`] if the fetch fails.
    pub(super) async fn fetch_first(config: FetchConfig) -> Result<Arc<Self>, FetchError> {
        let keys = Self::new(config);
        if let Some(fetch) = Fetch::start(&keys) {
            fetch.run().await?;
        }
        Ok(keys)
    }

    /// Spawns a task that keeps the keys fresh, with or without requests, until they are dropped.
    pub(super) fn spawn_refresher(self: &Arc<Self>) {
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(refresh_until_dropped(Arc::downgrade(self)));
        }
    }

    /// Returns the error of the last fetch, if it failed.
    pub(crate) fn last_error(&self) -> Option<Arc<FetchError>> {
        self.last_error.load_full()
    }

    /// Returns the keys that were skipped in the latest key set.
    pub(super) fn skipped(&self) -> Arc<SkippedKeys> {
        self.skipped.load_full()
    }

    /// Returns whether a fetch is in flight.
    #[cfg(test)]
    pub(crate) fn is_fetching(&self) -> bool {
        self.slot.in_flight().is_some()
    }

    pub(super) fn current(
        self: &Arc<Self>,
        now: NumericDate,
    ) -> Result<Guard<Arc<KeyGeneration>>, KeysUnavailable> {
        if self.schedule.is_due(now) {
            self.start_fetch();
        }
        if self.schedule.is_fresh(now) {
            Ok(self.current.load())
        } else {
            Err(KeysUnavailable {
                retry_after: self.schedule.until_due(now),
            })
        }
    }

    /// Returns the number of the fetch in flight, and starts one first if an unknown key may do so.
    pub(super) fn refresh_for_unknown_key(
        self: &Arc<Self>,
        generation: u64,
        now: NumericDate,
    ) -> Option<u64> {
        self.slot.in_flight().or_else(|| {
            let may_start =
                self.generation() == generation && self.schedule.claim_unknown_key_fetch(now);
            let started = may_start.then(|| self.start_fetch()).flatten();
            started.or_else(|| self.slot.in_flight())
        })
    }

    /// Waits until a fetch has finished.
    pub(super) async fn wait_for(&self, fetch: u64) {
        self.slot.wait_for(fetch).await;
    }

    pub(super) fn generation(&self) -> u64 {
        self.current.load().number
    }

    /// Starts a fetch if one is due, and returns the time until the next one.
    fn refresh_if_due(self: &Arc<Self>) -> Duration {
        let now = self.config.clock.now();
        if self.schedule.is_due(now) {
            self.start_fetch();
        }
        if let Some(age) = self.schedule.age(now) {
            record_key_age(&self.config.issuer, age);
        }
        self.schedule.until_due(now)
    }

    /// Returns the time until the next call, even if the clock panics.
    fn refresh_and_wait(self: &Arc<Self>) -> Duration {
        let (min, max) = REFRESHER_SLEEP;
        let refresh = AssertUnwindSafe(|| self.refresh_if_due());
        catch_unwind(refresh).map_or(max, |until_due| until_due.clamp(min, max))
    }

    /// Starts a fetch in the background unless one is in flight, and returns its number.
    fn start_fetch(self: &Arc<Self>) -> Option<u64> {
        let runtime = Handle::try_current().ok()?;
        let fetch = Fetch::start(self)?;
        let number = fetch.number;
        runtime.spawn(fetch.run_in_background());
        Some(number)
    }

    async fn fetch(&self) -> Result<KeySet, FetchError> {
        let json = self.config.fetcher.fetch(&self.config.issuer).await?;
        let (keys, skipped) = parse_jwks(&json, &self.config.allowed)?;
        if **self.skipped.load() != skipped {
            skipped.log(&self.config.issuer);
            self.skipped.store(Arc::new(skipped.clone()));
        }
        Ok(KeySet::new(keys, skipped)?)
    }

    /// Starts a new generation if the keys have changed, and returns whether they have.
    fn replace(&self, set: KeySet) -> bool {
        let current = self.current.load();
        let changed = current.set != set;
        if changed {
            let number = current.number + 1;
            self.current.store(Arc::new(KeyGeneration { set, number }));
        }
        changed
    }
}

async fn refresh_until_dropped(keys: Weak<FetchedKeys>) {
    while let Some(wait) = keys.upgrade().map(|keys| keys.refresh_and_wait()) {
        tokio::time::sleep(wait).await;
    }
}

/// The fetch in flight, which finishes when it is dropped.
struct Fetch {
    keys: Arc<FetchedKeys>,
    number: u64,
}

impl Fetch {
    /// Returns `None` if another fetch is in flight.
    fn start(keys: &Arc<FetchedKeys>) -> Option<Self> {
        keys.slot.try_start().map(|number| Self {
            keys: Arc::clone(keys),
            number,
        })
    }

    async fn run(&self) -> Result<(), FetchError> {
        let keys = &self.keys;
        let started = keys.config.clock.now();
        keys.schedule.start(started);
        let record = ExchangeRecord::start(Purpose::Keys, &keys.config.issuer);
        match keys.fetch().await {
            Ok(set) => {
                record.keys_fetched(keys.replace(set));
                keys.schedule.succeed(started);
                keys.last_error.store(None);
                Ok(())
            }
            Err(error) => {
                let now = keys.config.clock.now();
                record.key_fetch_failed(&error, keys.schedule.age(now));
                keys.schedule.fail(now);
                Err(error)
            }
        }
    }

    async fn run_in_background(self) {
        if let Err(error) = self.run().await {
            self.keys.last_error.store(Some(Arc::new(error)));
        }
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        self.keys.slot.finish(self.number);
    }
}

impl fmt::Debug for FetchedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FetchedKeys")
            .field("issuer", &self.config.issuer)
            .field("current", &self.current)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::https::ClientSettings;
    use crate::keys::DEFAULT_ALGORITHMS;

    /// A clock whose first reading panics.
    #[derive(Default)]
    struct PanickingClock(AtomicBool);

    impl Clock for PanickingClock {
        fn now(&self) -> NumericDate {
            assert!(self.0.swap(true, Ordering::Relaxed), "the first reading");
            NumericDate::from_secs(1_000)
        }
    }

    /// Otherwise keys would be refreshed by requests only.
    #[test]
    fn panic_of_the_clock_does_not_end_the_refresh() {
        let keys = FetchedKeys::new(FetchConfig {
            issuer: "https://a.example".into(),
            allowed: DEFAULT_ALGORITHMS.into(),
            fetcher: KeySetFetcher::new(&ClientSettings::default()).unwrap(),
            clock: Arc::new(PanickingClock::default()),
            max_age: Duration::from_hours(1),
        });
        assert_eq!(keys.refresh_and_wait(), REFRESHER_SLEEP.1);
        assert_eq!(keys.refresh_and_wait(), REFRESHER_SLEEP.0);
    }
}
