//! Where an issuer's keys come from, and whether they may be used now.
//!
//! Keys that were given stay; keys that are fetched are kept fresh by [`fetched`].
#![cfg_attr(
    not(feature = "discovery"),
    allow(unused_variables, reason = "keys that were given have no age")
)]

#[cfg(feature = "discovery")]
mod fetched;
#[cfg(feature = "discovery")]
mod keeper;
#[cfg(feature = "discovery")]
mod notice;
#[cfg(feature = "discovery")]
mod schedule;

use std::ops::Deref;
use std::time::Duration;

use crate::claims::NumericDate;
use crate::keys::KeySet;

#[cfg(feature = "discovery")]
pub(crate) use self::fetched::{FetchError, FetchedKeys, Origin};

/// The keys of one issuer.
#[derive(Debug)]
pub(crate) enum KeySource {
    /// The operator gave them; they never change.
    Given(Keys),
    /// They are fetched, and fetched again.
    #[cfg(feature = "discovery")]
    Fetched(std::sync::Arc<FetchedKeys>),
}

/// One generation of an issuer's keys.
#[derive(Debug)]
pub(crate) struct Keys {
    set: KeySet,
    generation: u64,
}

/// The keys of the present, borrowed without a lock.
pub(crate) enum Current<'a> {
    Given(&'a Keys),
    #[cfg(feature = "discovery")]
    Fetched(arc_swap::Guard<std::sync::Arc<Keys>>),
}

/// No keys can be used at present: never loaded, or too old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeysUnavailable {
    /// When it makes sense to ask again.
    pub(crate) retry_after: Duration,
}

impl KeySource {
    /// Keys that the operator gave.
    pub(crate) fn given(set: KeySet) -> Self {
        Self::Given(Keys { set, generation: 0 })
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

    /// Whether there are other keys than those of `generation`, once a fetch that an unknown
    /// key gives reason for has ended.
    ///
    /// Such a fetch begins at most once in 60 s; who comes while it runs waits for it.
    #[cfg_attr(
        not(feature = "discovery"),
        expect(clippy::unused_async, reason = "keys that were given never change")
    )]
    pub(crate) async fn renewed(&self, generation: u64, now: NumericDate) -> bool {
        match self {
            Self::Given(keys) => keys.generation != generation,
            #[cfg(feature = "discovery")]
            Self::Fetched(keys) => keys.renewed(generation, now).await,
        }
    }
}

impl Keys {
    /// Tells one set of keys from the next.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }
}

impl Deref for Keys {
    type Target = KeySet;

    fn deref(&self) -> &KeySet {
        &self.set
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
