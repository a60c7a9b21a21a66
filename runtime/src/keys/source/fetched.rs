//! Keys that are fetched: lock-free on a request's way, one fetch at a time.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption, Guard};
use tokio::runtime::Handle;

use crate::claims::NumericDate;
use crate::clock::Clock;
use crate::keys::fetcher::KeySetFetcher;
use crate::keys::source::attempts::Attempts;
use crate::keys::source::error::FetchError;
use crate::keys::source::generation::{Keys, KeysUnavailable};
use crate::keys::source::notice::{self, Notice};
use crate::keys::source::schedule::Schedule;

use crate::keys::{Algorithm, KeySet, read_jwks};

/// An issuer's keys, from its discovery document.
pub(crate) struct FetchedKeys {
    origin: Origin,
    /// Generation 0 has no key.
    current: ArcSwap<Keys>,
    schedule: Schedule,
    attempts: Attempts,
    last_error: ArcSwapOption<FetchError>,
}

/// Whose keys they are, and how they are had.
pub(crate) struct Origin {
    pub(crate) issuer: Box<str>,
    /// The algorithms that the issuer may use.
    pub(crate) allowed: Box<[Algorithm]>,
    pub(crate) fetcher: KeySetFetcher,
    pub(crate) clock: Arc<dyn Clock>,
    /// How long keys may be used after they were asked for.
    pub(crate) max_age: Duration,
}

impl FetchedKeys {
    /// Fetches the keys.
    ///
    /// # Errors
    ///
    /// [`FetchError`] where they cannot be had now.
    pub(crate) async fn load(origin: Origin) -> Result<Arc<Self>, FetchError> {
        let keys = Self::new(origin);
        if let Some(attempt) = Attempt::begin(&keys) {
            attempt.run().await?;
        }
        Ok(keys)
    }

    /// Keys that nobody has asked for yet.
    pub(super) fn new(origin: Origin) -> Arc<Self> {
        let none = Keys {
            set: KeySet::none(),
            generation: 0,
        };
        Arc::new(Self {
            current: ArcSwap::from_pointee(none),
            schedule: Schedule::new(origin.max_age),
            origin,
            attempts: Attempts::default(),
            last_error: ArcSwapOption::empty(),
        })
    }

    /// Why the last attempt failed, where it did.
    pub(crate) fn last_error(&self) -> Option<Arc<FetchError>> {
        self.last_error.load_full()
    }

    /// Whether an attempt is under way.
    #[cfg(test)]
    pub(crate) fn is_fetching(&self) -> bool {
        self.attempts.under_way().is_some()
    }

    pub(super) fn current(
        self: &Arc<Self>,
        now: NumericDate,
    ) -> Result<Guard<Arc<Keys>>, KeysUnavailable> {
        if self.schedule.is_due(now) {
            self.start();
        }
        if self.schedule.is_fresh(now) {
            Ok(self.current.load())
        } else {
            Err(KeysUnavailable {
                retry_after: self.schedule.until_due(now),
            })
        }
    }

    /// The attempt that a key unknown to `generation` waits for, where one is under way or may begin.
    pub(super) fn renewal(self: &Arc<Self>, generation: u64, now: NumericDate) -> Option<u64> {
        self.attempts.under_way().or_else(|| {
            let may_begin = self.generation() == generation && self.schedule.take_unknown_key(now);
            let begun = may_begin.then(|| self.start()).flatten();
            begun.or_else(|| self.attempts.under_way())
        })
    }

    /// Waits for the end of an attempt.
    pub(super) async fn until_ended(&self, attempt: u64) {
        self.attempts.until_ended(attempt).await;
    }

    pub(super) fn generation(&self) -> u64 {
        self.current.load().generation
    }

    /// Fetches where that is due; tells how long it will not be.
    pub(super) fn look_at_the_clock(self: &Arc<Self>) -> Duration {
        let now = self.origin.clock.now();
        if self.schedule.is_due(now) {
            self.start();
        }
        notice::age(&self.origin.issuer, self.schedule.age(now));
        self.schedule.until_due(now)
    }

    /// Begins an attempt in the background, where none is under way; tells which.
    fn start(self: &Arc<Self>) -> Option<u64> {
        let runtime = Handle::try_current().ok()?;
        let attempt = Attempt::begin(self)?;
        let number = attempt.number;
        runtime.spawn(attempt.run_in_background());
        Some(number)
    }

    async fn fetch(&self) -> Result<KeySet, FetchError> {
        let json = self.origin.fetcher.fetch(&self.origin.issuer).await?;
        let (keys, skipped) = read_jwks(&json, &self.origin.allowed)?;
        Ok(KeySet::new(keys, skipped)?)
    }

    /// Puts other keys in place of the present ones and tells whether it did; the same keys
    /// change nothing.
    fn replace(&self, set: KeySet) -> bool {
        let present = self.current.load();
        let is_changed = present.set != set;
        if is_changed {
            let generation = present.generation + 1;
            self.current.store(Arc::new(Keys { set, generation }));
        }
        is_changed
    }
}

/// The only attempt under way; however it ends, those who wait are told.
struct Attempt {
    keys: Arc<FetchedKeys>,
    number: u64,
}

impl Attempt {
    fn begin(keys: &Arc<FetchedKeys>) -> Option<Self> {
        keys.attempts.begin().map(|number| Self {
            keys: Arc::clone(keys),
            number,
        })
    }

    async fn run(&self) -> Result<(), FetchError> {
        let keys = &self.keys;
        let begun = keys.origin.clock.now();
        keys.schedule.begin(begun);
        let notice = Notice::begin(&keys.origin.issuer);
        match keys.fetch().await {
            Ok(set) => {
                notice.fetched(keys.replace(set));
                keys.schedule.succeed(begun);
                keys.last_error.store(None);
                Ok(())
            }
            Err(error) => {
                let now = keys.origin.clock.now();
                notice.failed(&error, keys.schedule.age(now));
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

impl Drop for Attempt {
    fn drop(&mut self) {
        self.keys.attempts.end(self.number);
    }
}

impl fmt::Debug for FetchedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FetchedKeys")
            .field("issuer", &self.origin.issuer)
            .field("current", &self.current)
            .finish_non_exhaustive()
    }
}
