//! New keys, while the vault is in use.

use std::fs;

use super::{Fixture, id, key, secret, set_mode, value_of};
use crate::relying_party::vault::{MemoryStore, TokenVault, VaultError, VaultStore as _};
use crate::seal::SealingKeys;

#[tokio::test]
async fn rekeyed_vault_needs_no_older_key() {
    let (fixture, vault) = Fixture::new().await;
    drop(vault);
    let new = key();
    let both = SealingKeys::new(new.clone())
        .older(fixture.key.clone())
        .unwrap();
    let vault = fixture.open_with(both).await.unwrap();
    let error = fixture.open_with(new.clone()).await.unwrap_err();
    assert!(matches!(error, VaultError::UnknownKey), "{error}");

    let rekeyed = vault.rekey().await.unwrap();
    assert_eq!((rekeyed.rewrapped, rekeyed.current), (2, 0));
    assert!(rekeyed.is_complete());
    let vault = fixture.open_with(new).await.unwrap();
    assert_eq!(value_of(&vault, "alice").await.unwrap(), "token of alice");
    assert_eq!(value_of(&vault, "bob").await.unwrap(), "token of bob");
    let error = fixture.open().await.unwrap_err();
    assert!(matches!(error, VaultError::UnknownKey), "{error}");
    let again = vault.rekey().await.unwrap();
    assert_eq!((again.rewrapped, again.current), (0, 2));
}

#[tokio::test]
async fn empty_vault_is_rekeyed_too() {
    let (fixture, vault) = Fixture::new().await;
    for subject in ["alice", "bob"] {
        vault.remove(&id(subject)).await.unwrap();
    }
    let new = key();
    let both = SealingKeys::new(new.clone())
        .older(fixture.key.clone())
        .unwrap();
    fixture
        .open_with(both)
        .await
        .unwrap()
        .rekey()
        .await
        .unwrap();
    fixture.open_with(new).await.unwrap();
}

#[tokio::test]
async fn rekeying_rewrites_wraps_and_not_values() {
    let (fixture, vault) = Fixture::new().await;
    let path = fixture.file_of(&vault, "alice");
    let before = fs::read(&path).unwrap();
    let version = vault.read(&id("alice")).await.unwrap().unwrap().version();
    let both = SealingKeys::new(key()).older(fixture.key.clone()).unwrap();
    let vault = fixture.open_with(both).await.unwrap();
    vault.rekey().await.unwrap();
    let after = fs::read(&path).unwrap();
    // head of the file, format, wrap
    let value = 21 + 1 + 69;
    assert_eq!(before[value..], after[value..]);
    assert_ne!(before[..value], after[..value]);
    assert_eq!(
        vault.read(&id("alice")).await.unwrap().unwrap().version(),
        version
    );
}

/// Two processes replace their keys one after the other, and both use the vault all the time.
#[tokio::test]
async fn keys_are_replaced_without_downtime() {
    let (fixture, vault) = Fixture::new().await;
    drop(vault);
    let (old, new) = (fixture.key.clone(), key());
    let with_new = SealingKeys::new(old.clone()).older(new.clone()).unwrap();
    let with_old = SealingKeys::new(new.clone()).older(old).unwrap();

    // step 1: both know the new key; step 2: the first one uses it
    let first = fixture.open_with(with_old.clone()).await.unwrap();
    let second = fixture.open_with(with_new).await.unwrap();
    first
        .put(&id("alice"), &secret("by the first"), None)
        .await
        .unwrap();
    second
        .put(&id("bob"), &secret("by the second"), None)
        .await
        .unwrap();
    assert_eq!(value_of(&second, "alice").await.unwrap(), "by the first");
    assert_eq!(value_of(&first, "bob").await.unwrap(), "by the second");

    // too early: the second process still seals with the former key
    first.rekey().await.unwrap();
    assert_eq!(value_of(&second, "bob").await.unwrap(), "by the second");
    second
        .put(&id("bob"), &secret("again"), None)
        .await
        .unwrap();
    let error = fixture.open_with(new.clone()).await.unwrap_err();
    assert!(error.to_string().contains("unknown key"), "{error}");

    // the second process uses the new key too; step 3, step 4
    let second = fixture.open_with(with_old).await.unwrap();
    assert!(second.rekey().await.unwrap().is_complete());
    let third = fixture.open_with(new).await.unwrap();
    assert_eq!(value_of(&third, "bob").await.unwrap(), "again");
    assert_eq!(value_of(&third, "alice").await.unwrap(), "by the first");
}

/// The index too, of which a process with the former key has written the last one.
#[tokio::test]
async fn rekeyed_index_needs_no_older_key() {
    let (fixture, former) = Fixture::new().await;
    drop(former);
    let (old, new) = (fixture.key.clone(), key());
    let with_new = SealingKeys::new(old.clone()).older(new.clone()).unwrap();
    let with_old = SealingKeys::new(new.clone()).older(old).unwrap();
    let former = fixture.open_with(with_new).await.unwrap();
    let vault = fixture.open_with(with_old).await.unwrap();
    vault.rekey().await.unwrap();
    // no record is left that needs the former key
    former.remove(&id("alice")).await.unwrap();
    let error = fixture.open_with(new.clone()).await.unwrap_err();
    assert!(matches!(error, VaultError::Store(_)), "{error}");
    let rekeyed = vault.rekey().await.unwrap();
    assert_eq!((rekeyed.rewrapped, rekeyed.current), (0, 1));
    let later = fixture.open_with(new).await.unwrap();
    assert_eq!(value_of(&later, "bob").await.unwrap(), "token of bob");
    assert_eq!(value_of(&later, "alice").await, None);
}

#[tokio::test]
async fn rekeying_during_writes_loses_none() {
    let (fixture, vault) = Fixture::new().await;
    let both = SealingKeys::new(key()).older(fixture.key.clone()).unwrap();
    // a process with the new key as an older one
    drop(vault);
    let rekeying = fixture.open_with(both.clone()).await.unwrap();
    let writing = fixture.open_with(both.clone()).await.unwrap();
    let writer = tokio::spawn(async move {
        for round in 0..30 {
            writing
                .put(&id("alice"), &secret(&round.to_string()), None)
                .await
                .unwrap();
        }
    });
    while !writer.is_finished() {
        assert!(rekeying.rekey().await.unwrap().is_complete());
    }
    writer.await.unwrap();
    assert_eq!(value_of(&rekeying, "alice").await.unwrap(), "29");
}

#[tokio::test]
async fn record_that_cannot_be_rekeyed_is_reported_and_kept() {
    let (fixture, vault) = Fixture::new().await;
    let path = fixture.file_of(&vault, "alice");
    let name = vault.inner().head.name(&id("alice"));
    vault
        .put(&id("bob"), &secret("token of bob"), None)
        .await
        .unwrap();
    set_mode(&path, 0o644);
    let before = fs::read(&path).unwrap();
    let new = key();
    let both = SealingKeys::new(new.clone())
        .older(fixture.key.clone())
        .unwrap();
    let vault = fixture.open_with(both.clone()).await.unwrap();
    let rekeyed = vault.rekey().await.unwrap();
    assert_eq!(rekeyed.unreadable, [name]);
    assert!(!rekeyed.is_complete());
    assert_eq!(rekeyed.rewrapped, 1);
    assert_eq!(fs::read(&path).unwrap(), before);

    set_mode(&path, 0o600);
    assert!(vault.rekey().await.unwrap().is_complete());
    let vault = fixture.open_with(new).await.unwrap();
    assert_eq!(value_of(&vault, "alice").await.unwrap(), "token of alice");
}

#[tokio::test]
async fn damaged_record_in_a_store_without_index_is_reported_and_kept() {
    let (old, store) = (key(), MemoryStore::new());
    let vault = TokenVault::create(store.clone(), old.clone())
        .await
        .unwrap();
    for subject in ["alice", "bob"] {
        vault
            .put(&id(subject), &secret(subject), None)
            .await
            .unwrap();
    }
    let name = vault.inner().head.name(&id("alice"));
    let mut damaged = store.read(name).await.unwrap().unwrap();
    damaged.sealed[40] ^= 1;
    let version = Some(damaged.version);
    store.write(name, version, damaged.clone()).await.unwrap();

    let both = SealingKeys::new(key()).older(old).unwrap();
    let vault = TokenVault::open(store.clone(), both).await.unwrap();
    let rekeyed = vault.rekey().await.unwrap();
    assert_eq!(
        (rekeyed.rewrapped, &rekeyed.unreadable[..]),
        (1, &[name][..])
    );
    assert_eq!(store.read(name).await.unwrap(), Some(damaged));
}
