//! The store in memory, which behaves like the one in a directory.

use std::time::Duration;

use super::{id, key, secret, value_of};
use crate::claims::NumericDate;
use crate::relying_party::vault::{MemoryStore, TokenVault, VaultError};

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
