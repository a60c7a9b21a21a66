//! The index: which file of each record is the current one.
//!
//! It is written *before* the files that it describes. Changes that may not have reached their files yet are
//! `changes`; the next writer looks which of them did.

use std::collections::BTreeMap;

use crate::claims::NumericDate;
use crate::relying_party::vault::file::record_file::{FileDigest, decode_expiry, encode_expiry};
use crate::relying_party::vault::store::RecordName;

const FORMAT: u8 = 1;
const WRITTEN: u8 = 1;
const REMOVED: u8 = 2;

/// The current file of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) digest: FileDigest,
    pub(super) expires_at: Option<NumericDate>,
}

/// A change of one file, which follows the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// The file is replaced by this one.
    Written(Entry),
    /// This file is removed.
    Removed(FileDigest),
}

/// The state of a file according to the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The file is the current one.
    Current,
    /// There is no record.
    Absent,
    /// The record has a file, which is missing.
    Missing,
    /// The file is not the current one.
    RolledBack,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Index {
    /// Grows with each write, so that an older index is noticed.
    pub(super) generation: u64,
    pub(super) entries: BTreeMap<RecordName, Entry>,
    pub(super) changes: BTreeMap<RecordName, Change>,
}

impl Index {
    /// Returns whether a file is the current one, from its digest, or `None` if it does not exist.
    ///
    /// `is_done` states that all changes have reached their files.
    pub(super) fn check(
        &self,
        name: RecordName,
        digest: Option<FileDigest>,
        is_done: bool,
    ) -> Verdict {
        let entry = self.entries.get(&name).map(|entry| entry.digest);
        let (current, former) = match self.changes.get(&name) {
            Some(Change::Written(new)) if is_done => (Some(new.digest), None),
            Some(Change::Written(new)) => (Some(new.digest), Some(entry)),
            Some(Change::Removed(old)) if digest == Some(*old) && !is_done => {
                return Verdict::Absent;
            }
            Some(Change::Removed(_)) => (None, None),
            None => (entry, None),
        };
        if digest == current || Some(digest) == former {
            return match digest {
                Some(_) => Verdict::Current,
                None => Verdict::Absent,
            };
        }
        match digest {
            Some(_) => Verdict::RolledBack,
            None => Verdict::Missing,
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![FORMAT];
        bytes.extend_from_slice(&self.generation.to_be_bytes());
        push_count(&mut bytes, self.changes.len());
        for (name, change) in &self.changes {
            bytes.extend_from_slice(&name.to_bytes());
            match change {
                Change::Written(entry) => {
                    bytes.push(WRITTEN);
                    push_entry(&mut bytes, entry);
                }
                Change::Removed(digest) => {
                    bytes.push(REMOVED);
                    bytes.extend_from_slice(digest);
                }
            }
        }
        push_count(&mut bytes, self.entries.len());
        for (name, entry) in &self.entries {
            bytes.extend_from_slice(&name.to_bytes());
            push_entry(&mut bytes, entry);
        }
        bytes
    }

    /// Returns `None` if the bytes are no index of this format.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let [FORMAT] = reader.take::<1>()? else {
            return None;
        };
        let generation = reader.number()?;
        let mut index = Self {
            generation,
            ..Self::default()
        };
        for _ in 0..reader.number()? {
            let name = reader.name()?;
            let change = match reader.take::<1>()? {
                [WRITTEN] => Change::Written(reader.entry()?),
                [REMOVED] => Change::Removed(reader.take()?),
                _ => return None,
            };
            index.changes.insert(name, change);
        }
        for _ in 0..reader.number()? {
            let name = reader.name()?;
            index.entries.insert(name, reader.entry()?);
        }
        reader.0.is_empty().then_some(index)
    }
}

fn push_count(bytes: &mut Vec<u8>, count: usize) {
    bytes.extend_from_slice(&(count as u64).to_be_bytes());
}

fn push_entry(bytes: &mut Vec<u8>, entry: &Entry) {
    bytes.extend_from_slice(&entry.digest);
    bytes.extend_from_slice(&encode_expiry(entry.expires_at).to_be_bytes());
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn number(&mut self) -> Option<u64> {
        self.take().map(u64::from_be_bytes)
    }

    fn name(&mut self) -> Option<RecordName> {
        self.take().map(RecordName::from_bytes)
    }

    fn entry(&mut self) -> Option<Entry> {
        Some(Entry {
            digest: self.take()?,
            expires_at: decode_expiry(self.number()?).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: FileDigest = [1; 16];
    const NEW: FileDigest = [2; 16];
    const OTHER: FileDigest = [3; 16];

    fn name() -> RecordName {
        RecordName::from_bytes([9; 16])
    }

    fn entry(digest: FileDigest) -> Entry {
        Entry {
            digest,
            expires_at: None,
        }
    }

    fn index(stored: Option<FileDigest>, change: Option<Change>) -> Index {
        Index {
            generation: 5,
            entries: stored
                .map(|digest| (name(), entry(digest)))
                .into_iter()
                .collect(),
            changes: change.map(|change| (name(), change)).into_iter().collect(),
        }
    }

    #[test]
    fn file_is_compared_with_the_index_and_its_changes() {
        use Verdict::{Absent, Current, Missing, RolledBack};
        let written = Some(Change::Written(entry(NEW)));
        let removed = Some(Change::Removed(OLD));
        let digests = [Some(OLD), Some(NEW), Some(OTHER), None];
        for (stored, change, is_done, verdicts) in [
            (
                None,
                None,
                true,
                [RolledBack, RolledBack, RolledBack, Absent],
            ),
            (
                Some(OLD),
                None,
                true,
                [Current, RolledBack, RolledBack, Missing],
            ),
            (
                Some(OLD),
                None,
                false,
                [Current, RolledBack, RolledBack, Missing],
            ),
            // a write that may have been interrupted
            (
                Some(OLD),
                written,
                false,
                [Current, Current, RolledBack, Missing],
            ),
            (
                Some(OLD),
                written,
                true,
                [RolledBack, Current, RolledBack, Missing],
            ),
            (
                None,
                written,
                false,
                [RolledBack, Current, RolledBack, Absent],
            ),
            (
                None,
                written,
                true,
                [RolledBack, Current, RolledBack, Missing],
            ),
            // a removal that may have been interrupted
            (
                None,
                removed,
                false,
                [Absent, RolledBack, RolledBack, Absent],
            ),
            (
                None,
                removed,
                true,
                [RolledBack, RolledBack, RolledBack, Absent],
            ),
        ] {
            let index = index(stored, change);
            let found = digests.map(|digest| index.check(name(), digest, is_done));
            assert_eq!(found, verdicts, "{stored:?} {change:?} {is_done}");
        }
    }

    #[test]
    fn index_survives_a_round_trip() {
        let mut full = index(Some(OLD), Some(Change::Removed(NEW)));
        let expires_at = Some(NumericDate::from_secs(1_700_000_000));
        let change = Change::Written(Entry {
            digest: NEW,
            expires_at,
        });
        full.changes.insert(RecordName::from_bytes([1; 16]), change);
        for index in [Index::default(), index(Some(OLD), None), full] {
            assert_eq!(Index::decode(&index.encode()), Some(index));
        }
    }

    #[test]
    fn malformed_index_is_rejected() {
        let bytes = index(Some(OLD), Some(Change::Removed(NEW))).encode();
        for len in 0..bytes.len() {
            assert_eq!(Index::decode(&bytes[..len]), None, "{len}");
        }
        assert_eq!(Index::decode(&[&bytes[..], &[0]].concat()), None);
        let mut changed = bytes;
        changed[0] = 2;
        assert_eq!(Index::decode(&changed), None);
    }
}
