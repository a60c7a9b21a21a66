//! Where an issuer's keys come from, and whether they may be used now.
//!
//! Keys that were given stay; keys that are fetched are kept fresh by [`fetched`].
#![cfg_attr(
    not(feature = "discovery"),
    allow(
        clippy::unnecessary_wraps,
        unused_variables,
        reason = "keys that were given have no age"
    )
)]

#[cfg(feature = "discovery")]
mod attempts;
#[cfg(feature = "discovery")]
mod error;
#[cfg(feature = "discovery")]
mod fetched;
mod generation;
#[cfg(feature = "discovery")]
mod keeper;
#[cfg(feature = "discovery")]
mod notice;
#[cfg(feature = "discovery")]
mod schedule;

use std::ops::Deref;

use crate::claims::NumericDate;
use crate::keys::KeySet;

#[cfg(feature = "discovery")]
pub(crate) use self::error::FetchError;
#[cfg(feature = "discovery")]
use self::fetched::FetchedKeys;
#[cfg(feature = "discovery")]
pub(crate) use self::fetched::Origin;
use self::generation::Keys;
pub(crate) use self::generation::KeysUnavailable;

/// The keys of one issuer.
#[derive(Debug)]
pub(crate) enum KeySource {
    /// The operator gave them; they never change.
    Given(Keys),
    /// They are fetched, and fetched again.
    #[cfg(feature = "discovery")]
    Fetched(std::sync::Arc<FetchedKeys>),
}

/// The keys of the present, borrowed without a lock.
pub(crate) enum Current<'a> {
    Given(&'a Keys),
    #[cfg(feature = "discovery")]
    Fetched(arc_swap::Guard<std::sync::Arc<Keys>>),
}

impl KeySource {
    /// Keys that the operator gave.
    pub(crate) fn given(set: KeySet) -> Self {
        Self::Given(Keys { set, generation: 0 })
    }

    /// Fetches the keys, and keeps them fresh from then on.
    ///
    /// # Errors
    ///
    /// [`FetchError`] where they cannot be had now.
    #[cfg(feature = "discovery")]
    pub(crate) async fn fetched(origin: Origin) -> Result<Self, FetchError> {
        let keys = FetchedKeys::load(origin).await?;
        keeper::keep(&keys);
        Ok(Self::Fetched(keys))
    }

    /// Begins to fetch the keys, and keeps them fresh from then on.
    #[cfg(feature = "discovery")]
    pub(crate) fn fetched_later(origin: Origin) -> Self {
        let keys = FetchedKeys::new(origin);
        keeper::keep(&keys);
        Self::Fetched(keys)
    }

    /// The keys that may be used at the instant `now`; begins to fetch them anew where that is due.
    ///
    /// # Errors
    ///
    /// [`KeysUnavailable`] where they were never loaded, or not for too long.
    pub(crate) fn current(&self, now: NumericDate) -> Result<Current<'_>, KeysUnavailable> {
        match self {
            Self::Given(keys) => Ok(Current::Given(keys)),
            #[cfg(feature = "discovery")]
            Self::Fetched(keys) => keys.current(now).map(Current::Fetched),
        }
    }

    /// Why the last attempt to fetch them failed, where it did.
    pub(crate) fn last_error(&self) -> Option<String> {
        match self {
            Self::Given(_) => None,
            #[cfg(feature = "discovery")]
            Self::Fetched(keys) => keys.last_error().map(|error| error.to_string()),
        }
    }

    /// A fetch that a key unknown to `generation` gives reason to wait for.
    ///
    /// Such a fetch begins at most once in 60 s; who comes while one runs waits for it.
    pub(crate) fn renewal(&self, generation: u64, now: NumericDate) -> Option<Renewal> {
        match self {
            Self::Given(_) => None,
            #[cfg(feature = "discovery")]
            Self::Fetched(keys) => keys.renewal(generation, now).map(|attempt| Renewal {
                keys: std::sync::Arc::clone(keys),
                attempt,
            }),
        }
    }

    /// Tells one set of keys from the next.
    pub(crate) fn generation(&self) -> u64 {
        match self {
            Self::Given(keys) => keys.generation(),
            #[cfg(feature = "discovery")]
            Self::Fetched(keys) => keys.generation(),
        }
    }
}

/// A fetch that is under way.
pub(crate) struct Renewal {
    #[cfg(feature = "discovery")]
    keys: std::sync::Arc<FetchedKeys>,
    #[cfg(feature = "discovery")]
    attempt: u64,
}

impl Renewal {
    /// Waits for its end.
    #[cfg_attr(
        not(feature = "discovery"),
        expect(clippy::unused_async, reason = "nothing is ever under way")
    )]
    pub(crate) async fn end(self) {
        #[cfg(feature = "discovery")]
        self.keys.until_ended(self.attempt).await;
    }
}

impl Deref for Current<'_> {
    type Target = Keys;

    fn deref(&self) -> &Keys {
        match self {
            Self::Given(keys) => keys,
            #[cfg(feature = "discovery")]
            Self::Fetched(keys) => keys,
        }
    }
}
