//! The source of an issuer's keys: configured keys never change, fetched keys are kept fresh.
#![cfg_attr(
    not(feature = "discovery"),
    allow(
        clippy::unnecessary_wraps,
        unused_variables,
        reason = "configured keys do not age"
    )
)]

#[cfg(feature = "discovery")]
mod error;
#[cfg(feature = "discovery")]
mod fetch_slot;
#[cfg(feature = "discovery")]
mod fetched;
mod generation;
#[cfg(feature = "discovery")]
mod schedule;

use std::ops::Deref;
#[cfg(feature = "discovery")]
use std::sync::Arc;

use crate::claims::NumericDate;
use crate::keys::key_set::KeySet;
use crate::keys::skipped::SkippedKeys;

#[cfg(feature = "discovery")]
pub(crate) use self::error::FetchError;
#[cfg(feature = "discovery")]
pub(crate) use self::fetched::FetchConfig;
#[cfg(feature = "discovery")]
use self::fetched::FetchedKeys;
use self::generation::KeyGeneration;
pub(crate) use self::generation::KeysUnavailable;

/// The source of an issuer's keys.
#[derive(Debug)]
pub(crate) enum KeySource {
    Configured(KeyGeneration),
    #[cfg(feature = "discovery")]
    Fetched(Arc<FetchedKeys>),
}

/// The current keys of a source, borrowed without a lock.
pub(crate) enum CurrentKeys<'a> {
    Configured(&'a KeyGeneration),
    #[cfg(feature = "discovery")]
    Fetched(arc_swap::Guard<Arc<KeyGeneration>>),
}

impl KeySource {
    pub(crate) fn configured(set: KeySet) -> Self {
        Self::Configured(KeyGeneration { set, number: 0 })
    }

    /// Fetches keys, and refreshes them from then on.
    ///
    /// # Errors
    ///
    /// Returns [`FetchError`] if the first fetch fails.
    #[cfg(feature = "discovery")]
    pub(crate) async fn fetched(config: FetchConfig) -> Result<Self, FetchError> {
        let keys = FetchedKeys::fetch_first(config).await?;
        keys.spawn_refresher();
        Ok(Self::Fetched(keys))
    }

    /// Starts fetching keys in the background, and refreshes them from then on.
    #[cfg(feature = "discovery")]
    pub(crate) fn fetched_in_background(config: FetchConfig) -> Self {
        let keys = FetchedKeys::new(config);
        keys.spawn_refresher();
        Self::Fetched(keys)
    }

    /// Returns the keys to use at `now`, and starts a refresh in the background if one is due.
    ///
    /// # Errors
    ///
    /// Returns [`KeysUnavailable`] if the keys were never fetched, or are too old.
    pub(crate) fn current(&self, now: NumericDate) -> Result<CurrentKeys<'_>, KeysUnavailable> {
        match self {
            Self::Configured(keys) => Ok(CurrentKeys::Configured(keys)),
            #[cfg(feature = "discovery")]
            Self::Fetched(keys) => keys.current(now).map(CurrentKeys::Fetched),
        }
    }

    /// Returns the error of the last fetch, if it failed.
    pub(crate) fn last_error(&self) -> Option<String> {
        match self {
            Self::Configured(_) => None,
            #[cfg(feature = "discovery")]
            Self::Fetched(keys) => keys.last_error().map(|error| error.to_string()),
        }
    }

    /// Returns the keys that are skipped in the issuer's key set.
    pub(crate) fn skipped(&self) -> SkippedKeys {
        match self {
            Self::Configured(keys) => keys.skipped().clone(),
            #[cfg(feature = "discovery")]
            Self::Fetched(keys) => (*keys.skipped()).clone(),
        }
    }

    /// Returns the fetch that a token should wait for, if any, because its key is not in `generation`.
    ///
    /// The token names an unknown key, or the key that it names does not verify its signature, because
    /// the issuer has replaced the key under the same name. Such tokens start at most one fetch per
    /// 60 s together, and share the one in flight.
    pub(crate) fn refresh_for_unknown_key(
        &self,
        generation: u64,
        now: NumericDate,
    ) -> Option<FetchInFlight> {
        match self {
            Self::Configured(_) => None,
            #[cfg(feature = "discovery")]
            Self::Fetched(keys) => {
                let number = keys.refresh_for_unknown_key(generation, now)?;
                let keys = Arc::clone(keys);
                Some(FetchInFlight { keys, number })
            }
        }
    }

    /// Waits for the fetches that an unknown key justifies, and returns whether the keys have changed.
    #[cfg(feature = "relying-party")]
    pub(crate) async fn refreshed_for_unknown_key(
        &self,
        generation: u64,
        clock: &dyn crate::clock::Clock,
    ) -> bool {
        // a fetch in flight may have started before the key was published; then a second one starts
        for _ in 0..2 {
            let fetch = self.refresh_for_unknown_key(generation, clock.now());
            if let Some(fetch) = fetch {
                fetch.finished().await;
            }
            if self.generation() != generation {
                return true;
            }
        }
        false
    }

    /// Returns the number of the current generation of keys.
    pub(crate) fn generation(&self) -> u64 {
        match self {
            Self::Configured(keys) => keys.generation(),
            #[cfg(feature = "discovery")]
            Self::Fetched(keys) => keys.generation(),
        }
    }
}

/// A fetch in flight.
pub(crate) struct FetchInFlight {
    #[cfg(feature = "discovery")]
    keys: Arc<FetchedKeys>,
    #[cfg(feature = "discovery")]
    number: u64,
}

impl FetchInFlight {
    /// Waits until the fetch has finished, successfully or not.
    #[cfg_attr(
        not(feature = "discovery"),
        expect(clippy::unused_async, reason = "no fetch is ever in flight")
    )]
    pub(crate) async fn finished(self) {
        #[cfg(feature = "discovery")]
        self.keys.wait_for(self.number).await;
    }
}

impl Deref for CurrentKeys<'_> {
    type Target = KeyGeneration;

    fn deref(&self) -> &KeyGeneration {
        match self {
            Self::Configured(keys) => keys,
            #[cfg(feature = "discovery")]
            Self::Fetched(keys) => keys,
        }
    }
}
