//! Random values of a login, and values that are used once.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lc_rs::{digest, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::claims::NumericDate;

/// A SHA-256 hash.
type Digest = [u8; 32];

/// Returns 256 random bits in base64url, 43 characters; `None` if the system has no randomness.
pub(crate) fn random_text() -> Option<String> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).ok()?;
    Some(URL_SAFE_NO_PAD.encode(bytes))
}

/// Returns the SHA-256 hash of a text in base64url, 43 characters.
pub(crate) fn hash_text(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, text.as_bytes()))
}

/// Values that were used and must not be used again while they are valid, in the memory of this process.
pub(super) struct UsedValues {
    max: usize,
    used: Mutex<Used>,
}

#[derive(Default)]
struct Used {
    until: HashMap<Digest, NumericDate>,
    /// The same values, those that expire first at the start.
    by_expiry: BTreeSet<(NumericDate, Digest)>,
}

/// The reason why a value cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotUsable {
    /// It was used before.
    UsedBefore,
    /// Too many values are in use.
    Full,
}

impl UsedValues {
    pub(super) fn new(max: usize) -> Self {
        Self {
            max,
            used: Mutex::default(),
        }
    }

    /// Uses a value, which is valid before `until`.
    ///
    /// # Errors
    ///
    /// Returns [`NotUsable::UsedBefore`], or [`NotUsable::Full`] if as many values as allowed are still valid.
    pub(super) fn use_once(
        &self,
        value: &str,
        until: NumericDate,
        now: NumericDate,
    ) -> Result<(), NotUsable> {
        let hash = digest_of(value);
        let mut used = self.valid(now);
        if used.until.contains_key(&hash) {
            return Err(NotUsable::UsedBefore);
        }
        if used.until.len() >= self.max {
            return Err(NotUsable::Full);
        }
        used.until.insert(hash, until);
        used.by_expiry.insert((until, hash));
        Ok(())
    }

    /// Returns whether a value was used, and is still valid.
    pub(super) fn is_used(&self, value: &str, now: NumericDate) -> bool {
        self.valid(now).until.contains_key(&digest_of(value))
    }

    /// Returns the used values, after removing those that have expired.
    fn valid(&self, now: NumericDate) -> MutexGuard<'_, Used> {
        // a panic while the lock is held leaves the sets consistent
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((expiry, expired)) = used.by_expiry.first().copied()
            && expiry <= now
        {
            used.by_expiry.pop_first();
            used.until.remove(&expired);
        }
        used
    }
}

fn digest_of(value: &str) -> Digest {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, value.as_bytes()).as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_texts_differ_and_have_256_bits() {
        let [one, other] = [random_text().unwrap(), random_text().unwrap()];
        assert_ne!(one, other);
        assert_eq!(URL_SAFE_NO_PAD.decode(one).unwrap().len(), 32);
    }

    #[test]
    fn value_is_used_once_until_it_expires() {
        let at = NumericDate::from_secs;
        let used = UsedValues::new(2);
        assert_eq!(used.use_once("a", at(10), at(1)), Ok(()));
        assert_eq!(
            used.use_once("a", at(10), at(9)),
            Err(NotUsable::UsedBefore)
        );
        assert_eq!(used.use_once("b", at(20), at(9)), Ok(()));
        assert_eq!(used.use_once("c", at(20), at(9)), Err(NotUsable::Full));
        assert_eq!(used.use_once("c", at(20), at(10)), Ok(()));
        assert_eq!(
            used.use_once("b", at(20), at(19)),
            Err(NotUsable::UsedBefore)
        );
        assert!(used.is_used("b", at(19)) && !used.is_used("b", at(20)));
        assert!(!used.is_used("d", at(19)));
    }
}
