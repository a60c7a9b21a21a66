//! A store in memory, for tests and for applications that may lose their tokens.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::timeout;

use crate::claims::NumericDate;
use crate::relying_party::vault::store::{
    RecordName, StoredRecord, VaultLock, VaultStore, VaultStoreError,
};

/// The number of locks, which records share.
const LOCKS: usize = 64;

/// A store in memory, which is lost when the process ends.
///
/// Records are sealed in memory too. Clones share the same records.
#[derive(Clone)]
pub struct MemoryStore {
    shared: Arc<Shared>,
    max_records: usize,
}

struct Shared {
    records: Mutex<Records>,
    locks: Vec<Arc<tokio::sync::Mutex<()>>>,
}

#[derive(Default)]
struct Records {
    head: Option<StoredRecord>,
    stored: HashMap<RecordName, StoredRecord>,
    aside: HashMap<RecordName, StoredRecord>,
}

impl MemoryStore {
    /// The default limit of records.
    pub const DEFAULT_MAX_RECORDS: usize = 10_000;

    /// Creates an empty store with the default limit of records.
    pub fn new() -> Self {
        Self::with_max_records(Self::DEFAULT_MAX_RECORDS)
    }

    /// Creates an empty store with a limit of records.
    pub fn with_max_records(max_records: usize) -> Self {
        Self {
            shared: Arc::new(Shared {
                records: Mutex::default(),
                locks: (0..=LOCKS).map(|_| Arc::default()).collect(),
            }),
            max_records,
        }
    }

    fn records(&self) -> MutexGuard<'_, Records> {
        // every change is a single call to a map, after which the maps are consistent
        let records = self.shared.records.lock();
        records.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Records {
    fn version(&self, name: RecordName) -> Option<u64> {
        let record = match name {
            RecordName::HEAD => self.head.as_ref(),
            _ => self.stored.get(&name),
        };
        record.map(|record| record.version)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl VaultStore for MemoryStore {
    async fn read(&self, name: RecordName) -> Result<Option<StoredRecord>, VaultStoreError> {
        let records = self.records();
        Ok(match name {
            RecordName::HEAD => records.head.clone(),
            _ => records.stored.get(&name).cloned(),
        })
    }

    async fn write(
        &self,
        name: RecordName,
        expected: Option<u64>,
        record: StoredRecord,
    ) -> Result<(), VaultStoreError> {
        let mut records = self.records();
        if records.version(name) != expected {
            return Err(VaultStoreError::Conflict);
        }
        if name == RecordName::HEAD {
            records.head = Some(record);
            return Ok(());
        }
        if expected.is_none() && records.stored.len() >= self.max_records {
            return Err(VaultStoreError::Full);
        }
        records.stored.insert(name, record);
        Ok(())
    }

    async fn remove(&self, name: RecordName, expected: u64) -> Result<(), VaultStoreError> {
        let mut records = self.records();
        if records.version(name) != Some(expected) {
            return Err(VaultStoreError::Conflict);
        }
        records.stored.remove(&name);
        Ok(())
    }

    async fn set_aside(&self, name: RecordName) -> Result<(), VaultStoreError> {
        let mut records = self.records();
        if let Some(record) = records.stored.remove(&name) {
            if records.aside.len() < self.max_records {
                records.aside.insert(name, record);
            } else {
                records.stored.insert(name, record);
                return Err(VaultStoreError::Full);
            }
        }
        Ok(())
    }

    async fn names(&self) -> Result<Vec<RecordName>, VaultStoreError> {
        Ok(self.records().stored.keys().copied().collect())
    }

    async fn remove_expired(&self, now: NumericDate) -> Result<usize, VaultStoreError> {
        let mut records = self.records();
        let before = records.stored.len();
        let is_kept = |record: &StoredRecord| record.expires_at.is_none_or(|at| now < at);
        records.stored.retain(|_, record| is_kept(record));
        Ok(before - records.stored.len())
    }

    async fn lock(&self, name: RecordName, wait: Duration) -> Result<VaultLock, VaultStoreError> {
        let lock = self.shared.locks.get(name.lock_number(LOCKS));
        let lock = lock.cloned().unwrap_or_default();
        let guard = timeout(wait, lock.lock_owned()).await;
        guard
            .map(VaultLock::new)
            .map_err(|_| VaultStoreError::LockTimeout)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("records", &self.records().stored.len())
            .finish_non_exhaustive()
    }
}
