//! Files that are not the ones written last: the index notices them.

use std::fs;

use super::{Fixture, file_error, id, rejection, secret, set_mode, value_of};
use crate::relying_party::vault::{FileStore, FileStoreError, TokenVault};

#[tokio::test]
async fn exchanged_files_are_rejected() {
    let (fixture, vault) = Fixture::new().await;
    let (alice, bob) = (
        fixture.file_of(&vault, "alice"),
        fixture.file_of(&vault, "bob"),
    );
    fs::copy(&bob, &alice).unwrap();
    let error = rejection(&fixture, &vault).await;
    assert!(
        matches!(file_error(&error), FileStoreError::RolledBack(_)),
        "{error}"
    );
}

#[tokio::test]
async fn file_of_an_earlier_version_is_rejected() {
    let (fixture, vault) = Fixture::new().await;
    let path = fixture.file_of(&vault, "alice");
    let backup = fs::read(&path).unwrap();
    vault
        .put(&id("alice"), &secret("newer"), None)
        .await
        .unwrap();
    let newer = fs::read(&path).unwrap();
    fs::write(&path, &backup).unwrap();
    // by the process that wrote the newer version, even before another write
    let error = rejection(&fixture, &vault).await;
    assert!(
        matches!(file_error(&error), FileStoreError::RolledBack(_)),
        "{error}"
    );
    // by a later process, because the newer version was not the last write
    fs::write(&path, &newer).unwrap();
    vault
        .put(&id("bob"), &secret("token of bob"), None)
        .await
        .unwrap();
    fs::write(&path, &backup).unwrap();
    let later = fixture.open().await.unwrap();
    let error = rejection(&fixture, &later).await;
    assert!(
        matches!(file_error(&error), FileStoreError::RolledBack(_)),
        "{error}"
    );
    // no write replaces it either
    let error = later
        .put(&id("alice"), &secret("x"), None)
        .await
        .unwrap_err();
    assert!(
        matches!(file_error(&error), FileStoreError::RolledBack(_)),
        "{error}"
    );
    later
        .put(&id("bob"), &secret("still writable"), None)
        .await
        .unwrap();
    fs::write(&path, &newer).unwrap();
    assert_eq!(value_of(&later, "alice").await.unwrap(), "newer");
}

#[tokio::test]
async fn writer_does_not_adopt_a_file_that_was_rolled_back() {
    let (fixture, vault) = Fixture::new().await;
    let path = fixture.file_of(&vault, "alice");
    let backup = fs::read(&path).unwrap();
    vault
        .put(&id("alice"), &secret("newer"), None)
        .await
        .unwrap();
    fs::write(&path, &backup).unwrap();
    vault
        .put(&id("bob"), &secret("token of bob"), None)
        .await
        .unwrap();
    let error = rejection(&fixture, &vault).await;
    assert!(
        matches!(file_error(&error), FileStoreError::RolledBack(_)),
        "{error}"
    );
}

/// The documented limit: the last write before a restart can be an interrupted one.
#[tokio::test]
async fn version_before_the_last_write_is_accepted_after_a_restart() {
    let (fixture, vault) = Fixture::new().await;
    let path = fixture.file_of(&vault, "alice");
    let backup = fs::read(&path).unwrap();
    vault
        .put(&id("alice"), &secret("newer"), None)
        .await
        .unwrap();
    fs::write(&path, &backup).unwrap();
    let later = fixture.open().await.unwrap();
    assert_eq!(value_of(&later, "alice").await.unwrap(), "token of alice");
}

#[tokio::test]
async fn restored_file_of_a_removed_record_is_rejected() {
    let (fixture, vault) = Fixture::new().await;
    let path = fixture.file_of(&vault, "alice");
    let backup = fs::read(&path).unwrap();
    vault.remove(&id("alice")).await.unwrap();
    assert!(!path.exists());
    fs::write(&path, &backup).unwrap();
    set_mode(&path, 0o600);
    let error = rejection(&fixture, &vault).await;
    assert!(
        matches!(file_error(&error), FileStoreError::RolledBack(_)),
        "{error}"
    );
}

/// A process that removes a record writes the index, then removes the file, and can be killed between the two.
#[tokio::test]
async fn interrupted_removal_is_completed_by_the_next_process() {
    let (fixture, vault) = Fixture::new().await;
    let path = fixture.file_of(&vault, "alice");
    let backup = fs::read(&path).unwrap();
    vault.remove(&id("alice")).await.unwrap();
    drop(vault);
    fs::write(&path, &backup).unwrap();
    set_mode(&path, 0o600);
    let later = fixture.open().await.unwrap();
    assert_eq!(value_of(&later, "alice").await, None);
    // its next write does not find the change any more
    later.put(&id("bob"), &secret("newer"), None).await.unwrap();
    assert!(!path.exists());
    assert_eq!(value_of(&later, "alice").await, None);
    assert_eq!(value_of(&later, "bob").await.unwrap(), "newer");
}

/// Only the file that was removed is removed again: another one is evidence for an operator.
#[tokio::test]
async fn other_file_in_place_of_a_removed_record_is_rejected_and_kept() {
    let (fixture, vault) = Fixture::new().await;
    let path = fixture.file_of(&vault, "alice");
    let older = fs::read(&path).unwrap();
    vault
        .put(&id("alice"), &secret("newer"), None)
        .await
        .unwrap();
    let newer = fs::read(&path).unwrap();
    vault.remove(&id("alice")).await.unwrap();
    let restore = |file: &[u8]| {
        fs::write(&path, file).unwrap();
        set_mode(&path, 0o600);
    };
    // the process that has removed the record, even if the file is the removed one
    restore(&newer);
    vault.put(&id("bob"), &secret("one"), None).await.unwrap();
    assert_eq!(fs::read(&path).unwrap(), newer);
    let error = vault.read(&id("alice")).await.unwrap_err();
    assert!(
        matches!(file_error(&error), FileStoreError::RolledBack(_)),
        "{error}"
    );
    fs::remove_file(&path).unwrap();

    // a later process, with the file of a former version
    vault
        .write(&id("alice"), None, &secret("again"), None)
        .await
        .unwrap();
    vault.remove(&id("alice")).await.unwrap();
    drop(vault);
    restore(&older);
    let later = fixture.open().await.unwrap();
    later.put(&id("bob"), &secret("two"), None).await.unwrap();
    assert_eq!(fs::read(&path).unwrap(), older);
    let error = later.read(&id("alice")).await.unwrap_err();
    assert!(
        matches!(file_error(&error), FileStoreError::RolledBack(_)),
        "{error}"
    );
}

#[tokio::test]
async fn missing_file_of_a_record_is_an_error() {
    let (fixture, vault) = Fixture::new().await;
    fs::remove_file(fixture.file_of(&vault, "alice")).unwrap();
    let error = rejection(&fixture, &vault).await;
    assert!(
        matches!(file_error(&error), FileStoreError::Missing(_)),
        "{error}"
    );
}

#[tokio::test]
async fn older_index_is_rejected_while_the_vault_is_open() {
    let (fixture, vault) = Fixture::new().await;
    let index = fixture.directory().join("index.sealed");
    let backup = fs::read(&index).unwrap();
    vault.put(&id("bob"), &secret("newer"), None).await.unwrap();
    fs::write(&index, &backup).unwrap();
    let error = vault.read(&id("alice")).await.unwrap_err();
    assert!(
        matches!(file_error(&error), FileStoreError::RolledBack(_)),
        "{error}"
    );
    // a later process notices that a file is newer than the index says
    vault.read(&id("bob")).await.unwrap_err();
}

#[tokio::test]
async fn missing_or_damaged_index_is_an_error() {
    let (fixture, vault) = Fixture::new().await;
    let index = fixture.directory().join("index.sealed");
    let intact = fs::read(&index).unwrap();
    let mut changed = intact.clone();
    *changed.last_mut().unwrap() ^= 1;
    for bytes in [&b""[..], &intact[..intact.len() / 2], &changed] {
        fs::write(&index, bytes).unwrap();
        for error in [
            vault.read(&id("alice")).await.unwrap_err(),
            fixture.open().await.unwrap_err(),
        ] {
            assert!(
                matches!(file_error(&error), FileStoreError::IndexNotAuthentic(_)),
                "{error}"
            );
        }
        let error = vault
            .put(&id("alice"), &secret("x"), None)
            .await
            .unwrap_err();
        assert!(
            matches!(file_error(&error), FileStoreError::IndexNotAuthentic(_)),
            "{error}"
        );
    }
    fs::remove_file(&index).unwrap();
    let error = fixture.open().await.unwrap_err();
    assert!(
        matches!(file_error(&error), FileStoreError::Missing(_)),
        "{error}"
    );
    assert!(!index.exists());
    fs::write(&index, &intact).unwrap();
    set_mode(&index, 0o600);
    assert_eq!(value_of(&vault, "alice").await.unwrap(), "token of alice");
}

#[tokio::test]
async fn index_of_another_vault_with_the_same_key_is_rejected() {
    let (fixture, vault) = Fixture::new().await;
    let root = tempfile::tempdir().unwrap();
    let store = FileStore::create(root.path().join("vault")).unwrap();
    TokenVault::create(store, fixture.key.clone())
        .await
        .unwrap();
    fs::copy(
        root.path().join("vault/index.sealed"),
        fixture.directory().join("index.sealed"),
    )
    .unwrap();
    let error = vault.read(&id("alice")).await.unwrap_err();
    assert!(
        matches!(file_error(&error), FileStoreError::IndexNotAuthentic(_)),
        "{error}"
    );
}
