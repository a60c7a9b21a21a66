//! One generation of an issuer's keys.

use std::ops::Deref;
use std::time::Duration;

use crate::keys::key_set::KeySet;

/// One generation of an issuer's keys; each change of the keys starts a new one.
#[derive(Debug)]
pub(crate) struct KeyGeneration {
    pub(super) set: KeySet,
    pub(super) number: u64,
}

/// No keys can be used at present: they were never fetched, or are too old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeysUnavailable {
    /// The time until the next fetch.
    pub(crate) retry_after: Duration,
}

impl KeyGeneration {
    /// Returns the number of the generation.
    pub(crate) fn generation(&self) -> u64 {
        self.number
    }
}

impl Deref for KeyGeneration {
    type Target = KeySet;

    fn deref(&self) -> &KeySet {
        &self.set
    }
}
