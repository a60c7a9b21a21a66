//! The store in memory, which behaves like the one in a directory.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use super::{id, key, secret, value_of};
use crate::claims::NumericDate;
use crate::relying_party::vault::{
    MemoryStore, RecordName, StoredRecord, TokenVault, VaultError, VaultLock, VaultStore,
    VaultStoreError,
};
use crate::seal::SealingKeys;

#[tokio::test]
async fn memory_store_compares_versions_and_removes() {
    let store = MemoryStore::new();
    let vault = TokenVault::create(store.clone(), key()).await.unwrap();
    let version = vault
        .write(&id("alice"), None, &secret("one"), None)
        .await
        .unwrap();
    let conflict = vault.write(&id("alice"), None, &secret("x"), None).await;
    assert!(
        matches!(conflict, Err(VaultError::Conflict)),
        "{conflict:?}"
    );
    vault
        .write(&id("alice"), Some(version), &secret("two"), None)
        .await
        .unwrap();
    assert_eq!(value_of(&vault, "alice").await.unwrap(), "two");
    assert!(vault.remove(&id("alice")).await.unwrap());
    assert!(!vault.remove(&id("alice")).await.unwrap());
}

#[tokio::test]
async fn memory_store_is_bounded_and_gives_up_expired_records() {
    let vault = TokenVault::create(MemoryStore::with_max_records(2), key())
        .await
        .unwrap();
    let past = Some(NumericDate::from_secs(1));
    vault
        .put(&id("alice"), &secret("expired"), past)
        .await
        .unwrap();
    vault
        .put(&id("bob"), &secret("kept"), Some(NumericDate::MAX))
        .await
        .unwrap();
    vault.put(&id("carol"), &secret("new"), None).await.unwrap();
    assert_eq!(value_of(&vault, "alice").await, None);
    let full = vault.put(&id("dave"), &secret("x"), None).await;
    assert!(matches!(full, Err(VaultError::Full)), "{full:?}");
    assert_eq!(value_of(&vault, "bob").await.unwrap(), "kept");
}

#[tokio::test]
async fn memory_store_is_created_once() {
    let store = MemoryStore::new();
    let error = TokenVault::open(store.clone(), key()).await.unwrap_err();
    assert!(matches!(error, VaultError::NotCreated), "{error}");
    let first = key();
    TokenVault::create(store.clone(), first.clone())
        .await
        .unwrap();
    let error = TokenVault::create(store.clone(), key()).await.unwrap_err();
    assert!(matches!(error, VaultError::AlreadyCreated), "{error}");
    let error = TokenVault::open(store.clone(), key()).await.unwrap_err();
    assert!(matches!(error, VaultError::UnknownKey), "{error}");
    TokenVault::open(store, first).await.unwrap();
}

#[tokio::test]
async fn memory_store_locks_records() {
    let vault = TokenVault::create(MemoryStore::new(), key()).await.unwrap();
    let lock = vault.lock(&id("alice"), Duration::ZERO).await.unwrap();
    let second = vault.lock(&id("alice"), Duration::from_millis(1)).await;
    assert!(matches!(second, Err(VaultError::LockTimeout)), "{second:?}");
    drop(lock);
    drop(vault.lock(&id("alice"), Duration::ZERO).await.unwrap());
}

/// Records with an expiry time, at that time.
#[tokio::test]
async fn memory_store_counts_the_expired_records_that_it_removes() {
    let store = MemoryStore::new();
    let vault = TokenVault::create(store.clone(), key()).await.unwrap();
    for (subject, at) in [("alice", 1_000), ("bob", 1_000), ("carol", 1_001)] {
        let at = Some(NumericDate::from_secs(at));
        vault.put(&id(subject), &secret("x"), at).await.unwrap();
    }
    vault.put(&id("dave"), &secret("x"), None).await.unwrap();
    for (now, removed) in [(999, 0), (1_000, 2), (1_000, 0), (1_001, 1)] {
        let found = store.remove_expired(NumericDate::from_secs(now)).await;
        assert_eq!(found.unwrap(), removed, "{now}");
    }
    assert_eq!(store.names().await.unwrap().len(), 1);
}

#[tokio::test]
async fn records_in_memory_that_are_set_aside_are_bounded() {
    let store = MemoryStore::with_max_records(1);
    let vault = TokenVault::create(store, key()).await.unwrap();
    vault.put(&id("alice"), &secret("one"), None).await.unwrap();
    vault.set_aside(&id("alice")).await.unwrap();
    vault.put(&id("bob"), &secret("two"), None).await.unwrap();
    let full = vault.set_aside(&id("bob")).await;
    assert!(matches!(full, Err(VaultError::Full)), "{full:?}");
    assert_eq!(value_of(&vault, "bob").await.unwrap(), "two");
}

/// A person's record must not keep a vault from being created.
#[tokio::test]
async fn lock_of_the_head_is_not_one_of_records() {
    let store = MemoryStore::new();
    for first in 0..=u8::MAX {
        let name = RecordName::from_bytes([first, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
        let record = store.lock(name, Duration::ZERO).await.unwrap();
        let head = store.lock(RecordName::HEAD, Duration::ZERO).await;
        assert!(head.is_ok(), "{first}");
        drop(record);
    }
}

/// A store that other processes write to at the same time: the next operations find another version.
#[derive(Clone, Default)]
struct ContestedStore {
    store: MemoryStore,
    conflicts: Arc<AtomicUsize>,
    conflicts_of_the_head: Arc<AtomicUsize>,
}

impl ContestedStore {
    fn contest(&self, name: RecordName) -> Result<(), VaultStoreError> {
        let conflicts = match name {
            RecordName::HEAD => &self.conflicts_of_the_head,
            _ => &self.conflicts,
        };
        let fewer = |count: usize| count.checked_sub(1);
        match conflicts.fetch_update(SeqCst, SeqCst, fewer) {
            Ok(_) => Err(VaultStoreError::Conflict),
            Err(_) => Ok(()),
        }
    }
}

impl VaultStore for ContestedStore {
    async fn read(&self, name: RecordName) -> Result<Option<StoredRecord>, VaultStoreError> {
        self.store.read(name).await
    }

    async fn write(
        &self,
        name: RecordName,
        expected: Option<u64>,
        record: StoredRecord,
    ) -> Result<(), VaultStoreError> {
        self.contest(name)?;
        self.store.write(name, expected, record).await
    }

    async fn remove(&self, name: RecordName, expected: u64) -> Result<(), VaultStoreError> {
        self.contest(name)?;
        self.store.remove(name, expected).await
    }

    async fn set_aside(&self, name: RecordName) -> Result<(), VaultStoreError> {
        self.store.set_aside(name).await
    }

    async fn names(&self) -> Result<Vec<RecordName>, VaultStoreError> {
        self.store.names().await
    }

    async fn remove_expired(&self, now: NumericDate) -> Result<usize, VaultStoreError> {
        self.store.remove_expired(now).await
    }

    async fn lock(&self, name: RecordName, wait: Duration) -> Result<VaultLock, VaultStoreError> {
        self.store.lock(name, wait).await
    }
}

#[tokio::test]
async fn operation_is_repeated_while_other_processes_are_faster() {
    let store = ContestedStore::default();
    let contest = |count| store.conflicts.store(count, SeqCst);
    // another process has created the vault at the same time
    store.conflicts_of_the_head.store(1, SeqCst);
    let created = TokenVault::create(store.clone(), key()).await;
    let error = created.unwrap_err();
    assert!(matches!(error, VaultError::AlreadyCreated), "{error}");
    let old = key();
    let created = TokenVault::create(store.clone(), old.clone()).await;
    let vault = created.unwrap();

    contest(5);
    vault.put(&id("alice"), &secret("one"), None).await.unwrap();
    assert_eq!(value_of(&vault, "alice").await.unwrap(), "one");
    let both = SealingKeys::new(key()).older(old).unwrap();
    let vault = TokenVault::open(store.clone(), both).await.unwrap();
    contest(5);
    let rekeyed = vault.rekey().await.unwrap();
    assert_eq!((rekeyed.rewrapped, rekeyed.current), (1, 0));
    contest(5);
    assert!(vault.remove(&id("alice")).await.unwrap());
    assert_eq!(value_of(&vault, "alice").await, None);
    assert_eq!(store.conflicts.load(SeqCst), 0);
}

#[tokio::test]
async fn operation_that_other_processes_always_precede_is_a_conflict() {
    let store = ContestedStore::default();
    let contest = |count| store.conflicts.store(count, SeqCst);
    let old = key();
    let created = TokenVault::create(store.clone(), old.clone()).await;
    created.unwrap();
    let both = SealingKeys::new(key()).older(old.clone()).unwrap();
    let former = TokenVault::open(store.clone(), old).await.unwrap();
    let vault = TokenVault::open(store.clone(), both).await.unwrap();
    former.put(&id("bob"), &secret("two"), None).await.unwrap();
    contest(usize::MAX);
    for result in [
        vault.put(&id("bob"), &secret("x"), None).await.map(drop),
        vault.remove(&id("bob")).await.map(drop),
        vault.rekey().await.map(drop),
    ] {
        assert!(matches!(result, Err(VaultError::Conflict)), "{result:?}");
    }
    contest(0);
    assert_eq!(value_of(&vault, "bob").await.unwrap(), "two");
}

#[tokio::test]
async fn record_in_memory_that_was_set_aside_can_be_written_again() {
    let vault = TokenVault::create(MemoryStore::new(), key()).await.unwrap();
    vault.put(&id("alice"), &secret("one"), None).await.unwrap();
    vault.set_aside(&id("alice")).await.unwrap();
    assert_eq!(value_of(&vault, "alice").await, None);
    vault
        .write(&id("alice"), None, &secret("two"), None)
        .await
        .unwrap();
    assert_eq!(value_of(&vault, "alice").await.unwrap(), "two");
}
