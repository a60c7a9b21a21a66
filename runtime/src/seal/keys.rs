//! The current key and older ones.

use std::fmt;
use std::sync::Arc;

use crate::seal::key::{SealingKey, SealingKeyError};
use crate::seal::sealer::{Purpose, Sealer};

/// The current [`SealingKey`] and older ones.
///
/// New values are sealed with the current key. Values that were sealed with an older one can still be opened. To
/// replace a key without downtime, while several processes use it:
///
/// 1. Add the new key as an *older* one in every process, so that all can open its values.
/// 2. Make it the current key, with the former one as an older one.
/// 3. Remove the former key when no value of it is left.
///
/// # Examples
///
/// ```
/// use palisade::relying_party::{SealingKey, SealingKeys};
///
/// # let (this_year, last_year) = (SealingKey::generate()?, SealingKey::generate()?);
/// let keys = SealingKeys::new(this_year).older(last_year)?;
/// # Ok::<(), palisade::relying_party::SealingKeyError>(())
/// ```
#[derive(Clone)]
pub struct SealingKeys {
    current: SealingKey,
    older: Arc<[SealingKey]>,
}

impl SealingKeys {
    /// The maximum number of keys, the current one included.
    pub const MAX: usize = 16;

    /// Creates a list with a current key only.
    pub fn new(current: SealingKey) -> Self {
        Self {
            current,
            older: Arc::new([]),
        }
    }

    /// Adds a key that opens values and does not seal new ones.
    ///
    /// # Errors
    ///
    /// Returns an error if the list has the key already, or [`MAX`](Self::MAX) keys.
    pub fn older(self, key: SealingKey) -> Result<Self, SealingKeyError> {
        if self.iter().any(|listed| listed.id() == key.id()) {
            return Err(SealingKeyError::Duplicate);
        }
        if self.iter().count() >= Self::MAX {
            return Err(SealingKeyError::TooMany);
        }
        let older = self.older.iter().cloned().chain([key]).collect();
        Ok(Self {
            current: self.current,
            older,
        })
    }

    /// Returns what seals and opens values of a purpose.
    pub(crate) fn sealer(&self, purpose: Purpose) -> Result<Sealer, SealingKeyError> {
        Sealer::new(&self.current, &self.older, purpose)
    }

    fn iter(&self) -> impl Iterator<Item = &SealingKey> {
        [&self.current].into_iter().chain(self.older.iter())
    }
}

impl From<SealingKey> for SealingKeys {
    fn from(current: SealingKey) -> Self {
        Self::new(current)
    }
}

impl fmt::Debug for SealingKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SealingKey {
        SealingKey::generate().unwrap()
    }

    #[test]
    fn duplicate_key_is_rejected() {
        let (first, second) = (key(), key());
        let keys = SealingKeys::new(first.clone());
        assert_eq!(
            keys.clone().older(first.clone()).unwrap_err(),
            SealingKeyError::Duplicate
        );
        let keys = keys.older(second.clone()).unwrap();
        assert_eq!(
            keys.clone().older(second).unwrap_err(),
            SealingKeyError::Duplicate
        );
        assert_eq!(keys.older(first).unwrap_err(), SealingKeyError::Duplicate);
    }

    #[test]
    fn more_than_16_keys_are_rejected() {
        let mut keys = SealingKeys::new(key());
        for _ in 1..SealingKeys::MAX {
            keys = keys.older(key()).unwrap();
        }
        assert_eq!(keys.older(key()).unwrap_err(), SealingKeyError::TooMany);
    }

    #[test]
    fn debug_prints_identifiers_only() {
        let (current, older) = (key(), key());
        let ids = [current.id(), older.id()];
        let printed = format!("{:?}", SealingKeys::new(current).older(older).unwrap());
        let [current, older] = ids;
        assert_eq!(
            printed,
            format!("[SealingKey({current}, [redacted]), SealingKey({older}, [redacted])]")
        );
    }
}
