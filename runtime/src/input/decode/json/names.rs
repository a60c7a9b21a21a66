//! The names of the members of an object, to find duplicates.

use std::cell::RefCell;
use std::hash::{BuildHasher, RandomState};

/// The number of names up to which a duplicate is found at once.
const MAX_COMPARED: usize = 32;

/// The names of the members of all open objects, as hashes.
///
/// A name is a hash of eight bytes, so that the client, who chooses the number of names and their
/// lengths, cannot spend more memory than a few times the length of the text. The hash has a random
/// key: no client can find two names with the same hash, and with a million names in an object the
/// probability of two is below 1 in 10 million. The object is then rejected.
#[derive(Default)]
pub(super) struct MemberNames {
    hashes: RefCell<Vec<u64>>,
    key: RandomState,
}

/// A name that appears twice in its object.
pub(super) struct DuplicateName;

impl MemberNames {
    /// Returns the start of an object that is opened.
    pub(super) fn open(&self) -> usize {
        self.hashes.borrow().len()
    }

    /// Adds a name to the innermost object.
    ///
    /// # Errors
    ///
    /// Returns an error if the name is one of the first in the object; `check` finds the others.
    pub(super) fn add(&self, start: usize, name: &str) -> Result<(), DuplicateName> {
        let hash = self.key.hash_one(name);
        let mut hashes = self.hashes.borrow_mut();
        let known = hashes.get(start..).unwrap_or_default();
        if known.len() <= MAX_COMPARED && known.contains(&hash) {
            return Err(DuplicateName);
        }
        hashes.push(hash);
        Ok(())
    }

    /// Checks the innermost object at its end.
    ///
    /// # Errors
    ///
    /// Returns an error if a name appears twice.
    pub(super) fn check(&self, start: usize) -> Result<(), DuplicateName> {
        let mut hashes = self.hashes.borrow_mut();
        let known = hashes.get_mut(start..).unwrap_or_default();
        let mut is_unique = true;
        if known.len() > MAX_COMPARED {
            known.sort_unstable();
            is_unique = known.array_windows().all(|[one, next]| one != next);
        }
        if is_unique {
            Ok(())
        } else {
            Err(DuplicateName)
        }
    }

    /// Removes the names of the innermost object.
    pub(super) fn forget(&self, start: usize) {
        self.hashes.borrow_mut().truncate(start);
    }
}
