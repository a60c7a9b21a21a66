//! One generation of an issuer's keys, and that there is none.

use std::ops::Deref;
use std::time::Duration;

use crate::keys::KeySet;

/// One generation of an issuer's keys.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(super) set: KeySet,
    pub(super) generation: u64,
}

/// No keys can be used at present: never loaded, or too old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeysUnavailable {
    /// When it makes sense to ask again.
    pub(crate) retry_after: Duration,
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
