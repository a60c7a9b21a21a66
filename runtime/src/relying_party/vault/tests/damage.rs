//! Damaged records, wrong keys and unknown formats: clear errors, and nothing is lost.

use std::fs;

use super::{Fixture, content, file_error, id, key, rejection, secret, value_of};
use crate::relying_party::vault::{
    FileStore, FileStoreError, KeyFile, MemoryStore, RecordName, TokenVault, VaultError,
    VaultStore, VaultStoreError,
};
use crate::seal::SealingKeys;

#[tokio::test]
async fn wrong_key_is_unknown_and_changes_nothing() {
    let (fixture, vault) = Fixture::new().await;
    let before = content(&fixture);
    for keys in [
        SealingKeys::new(key()),
        SealingKeys::new(key()).older(key()).unwrap(),
    ] {
        let error = fixture.open_with(keys).await.unwrap_err();
        assert!(matches!(error, VaultError::UnknownKey), "{error}");
    }
    assert_eq!(content(&fixture), before);
    assert_eq!(value_of(&vault, "alice").await.unwrap(), "token of alice");
}

/// Trap D2-9: a missing vault is never created by opening it, and an existing one never replaced by creating it.
#[tokio::test]
async fn open_creates_nothing_and_create_replaces_nothing() {
    let (fixture, vault) = Fixture::new().await;
    let before = content(&fixture);
    let store = FileStore::open(fixture.directory()).unwrap();
    let error = TokenVault::create(store, key()).await.unwrap_err();
    assert!(matches!(error, VaultError::AlreadyCreated), "{error}");

    // the vault's own record is lost, the others are not
    let head = fixture.directory().join("vault.sealed");
    let aside = fixture.directory().join("aside");
    fs::rename(&head, &aside).unwrap();
    let error = fixture.open().await.unwrap_err();
    assert!(matches!(error, VaultError::NotCreated), "{error}");
    let store = FileStore::open(fixture.directory()).unwrap();
    let error = TokenVault::create(store, key()).await.unwrap_err();
    assert!(matches!(error, VaultError::AlreadyCreated), "{error}");
    assert!(!head.exists());
    fs::rename(&aside, &head).unwrap();
    assert_eq!(content(&fixture), before);
    assert_eq!(value_of(&vault, "alice").await.unwrap(), "token of alice");
}

#[tokio::test]
async fn create_on_an_empty_vault_changes_nothing_and_creates_no_key() {
    let (fixture, vault) = Fixture::new().await;
    for subject in ["alice", "bob"] {
        vault.remove(&id(subject)).await.unwrap();
    }
    let before = content(&fixture);
    let path = fixture.root.path().join("new.key");
    let store = FileStore::open(fixture.directory()).unwrap();
    let error = TokenVault::create(store, KeyFile::new(&path))
        .await
        .unwrap_err();
    assert!(matches!(error, VaultError::AlreadyCreated), "{error}");
    assert!(!path.exists());
    assert_eq!(content(&fixture), before);
}

/// The store refuses a new index itself, whatever calls it.
#[tokio::test]
async fn new_index_over_existing_records_is_refused() {
    let (fixture, vault) = Fixture::new().await;
    let before = content(&fixture);
    let store = FileStore::open(fixture.directory()).unwrap();
    let attached = store.attach(vault.inner().seal.clone(), true).await;
    assert!(
        matches!(attached, Err(VaultStoreError::Conflict)),
        "{attached:?}"
    );
    assert_eq!(content(&fixture), before);
}

#[tokio::test]
async fn new_index_beside_a_head_or_records_alone_is_refused() {
    for removed in ["head", "records"] {
        let (fixture, vault) = Fixture::new().await;
        let records = fixture.records();
        let files = if removed == "head" {
            let is_head = |name: &str| name == "vault.sealed";
            let head = fixture.files(is_head);
            assert_eq!(head.len(), 1);
            head
        } else {
            records
        };
        for file in files {
            fs::remove_file(file).unwrap();
        }
        let before = content(&fixture);
        let store = FileStore::open(fixture.directory()).unwrap();
        let attached = store.attach(vault.inner().seal.clone(), true).await;
        assert!(
            matches!(attached, Err(VaultStoreError::Conflict)),
            "{removed}: {attached:?}"
        );
        assert_eq!(content(&fixture), before, "{removed}");
    }
}

/// A later version of this crate may keep other members in the head.
#[tokio::test]
async fn head_of_another_format_is_an_error_and_stays() {
    for format in [0, 2, 255] {
        let (fixture, vault) = Fixture::new().await;
        let store = FileStore::open(fixture.directory()).unwrap();
        let mut head = store.read(RecordName::HEAD).await.unwrap().unwrap();
        let heads = &vault.inner().heads;
        let mut content_of_head = heads.open(&head.sealed, &[]).unwrap();
        content_of_head[0] = format;
        head.sealed = heads.seal(&content_of_head, &[]).unwrap();
        let expected = Some(head.version);
        store.write(RecordName::HEAD, expected, head).await.unwrap();
        let before = content(&fixture);
        let error = fixture.open().await.unwrap_err();
        assert!(
            matches!(error, VaultError::UnknownFormat),
            "{format}: {error}"
        );
        assert_eq!(content(&fixture), before);
    }
}

#[tokio::test]
async fn interrupted_creation_can_be_repeated() {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("vault");
    let store = FileStore::create(&directory).unwrap();
    TokenVault::create(store, key()).await.unwrap();
    // the index is written before the vault's own record
    fs::remove_file(directory.join("vault.sealed")).unwrap();
    let store = FileStore::open(&directory).unwrap();
    let vault = TokenVault::create(store, key()).await.unwrap();
    vault
        .put(&id("alice"), &secret("token"), None)
        .await
        .unwrap();
    assert_eq!(value_of(&vault, "alice").await.unwrap(), "token");
}

#[tokio::test]
async fn every_truncation_of_a_record_is_rejected() {
    let (fixture, vault) = Fixture::new().await;
    let path = fixture.file_of(&vault, "alice");
    let file = fs::read(&path).unwrap();
    for len in (0..file.len()).step_by(7) {
        fs::write(&path, &file[..len]).unwrap();
        let error = rejection(&fixture, &vault).await;
        let error = file_error(&error);
        let is_clear = matches!(
            error,
            FileStoreError::Damaged(_) | FileStoreError::RolledBack(_)
        );
        assert!(is_clear, "{len}: {error}");
    }
    fs::write(&path, &file).unwrap();
    assert_eq!(value_of(&vault, "alice").await.unwrap(), "token of alice");
}

#[tokio::test]
async fn every_changed_byte_of_a_record_is_rejected() {
    let (fixture, vault) = Fixture::new().await;
    let path = fixture.file_of(&vault, "alice");
    let file = fs::read(&path).unwrap();
    for at in 0..file.len() {
        let mut changed = file.clone();
        changed[at] ^= 1 << (at % 8);
        fs::write(&path, &changed).unwrap();
        vault.read(&id("alice")).await.unwrap_err();
    }
    assert_eq!(value_of(&vault, "bob").await.unwrap(), "token of bob");
}

/// Without the index, the record itself is authenticated: a store may return anything.
#[tokio::test]
async fn every_changed_byte_of_a_sealed_record_is_not_authentic() {
    let store = MemoryStore::new();
    let vault = TokenVault::create(store.clone(), key()).await.unwrap();
    vault
        .write(&id("alice"), None, &secret("token"), None)
        .await
        .unwrap();
    let name = vault.inner().head.name(&id("alice"));
    let original = VaultStore::read(&store, name).await.unwrap().unwrap();
    let version = Some(original.version);
    for at in 0..original.sealed.len() {
        let mut changed = original.clone();
        changed.sealed[at] ^= 0x40;
        VaultStore::write(&store, name, version, changed)
            .await
            .unwrap();
        let error = vault.read(&id("alice")).await.unwrap_err();
        let is_expected = match at {
            0 | 1 => matches!(error, VaultError::UnknownFormat),
            2..=9 => matches!(error, VaultError::UnknownKey),
            _ => matches!(error, VaultError::NotAuthentic),
        };
        assert!(is_expected, "{at}: {error}");
    }
    for len in 0..original.sealed.len() {
        let mut changed = original.clone();
        changed.sealed.truncate(len);
        VaultStore::write(&store, name, version, changed)
            .await
            .unwrap();
        let error = vault.read(&id("alice")).await.unwrap_err();
        assert!(matches!(error, VaultError::NotAuthentic), "{len}: {error}");
    }
    let mut changed = original.clone();
    changed.version = original.version.wrapping_add(1);
    VaultStore::write(&store, name, version, changed)
        .await
        .unwrap();
    let error = vault.read(&id("alice")).await.unwrap_err();
    assert!(
        matches!(error, VaultError::NotAuthentic),
        "version: {error}"
    );
    let mut changed = original.clone();
    changed.expires_at = Some(crate::claims::NumericDate::MAX);
    let version = Some(original.version.wrapping_add(1));
    VaultStore::write(&store, name, version, changed)
        .await
        .unwrap();
    let error = vault.read(&id("alice")).await.unwrap_err();
    assert!(matches!(error, VaultError::NotAuthentic), "expiry: {error}");
}

/// A store without an index returns another identity's record, or another vault's.
#[tokio::test]
async fn exchanged_record_is_not_authentic() {
    let shared_key = key();
    let store = MemoryStore::new();
    let vault = TokenVault::create(store.clone(), shared_key.clone())
        .await
        .unwrap();
    let other_store = MemoryStore::new();
    let other = TokenVault::create(other_store.clone(), shared_key)
        .await
        .unwrap();
    for vault in [&vault, &other] {
        for subject in ["alice", "bob"] {
            vault
                .write(&id(subject), None, &secret(subject), None)
                .await
                .unwrap();
        }
    }
    let name = |vault: &TokenVault, subject| vault.inner().head.name(&id(subject));
    let alice = VaultStore::read(&store, name(&vault, "alice"))
        .await
        .unwrap()
        .unwrap();
    let bob = VaultStore::read(&store, name(&vault, "bob"))
        .await
        .unwrap()
        .unwrap();
    let foreign = VaultStore::read(&other_store, name(&other, "alice"))
        .await
        .unwrap()
        .unwrap();
    let mut version = alice.version;
    // the wrap of one record and the value of another one
    let mut mixed = alice.clone();
    mixed.sealed.splice(70.., bob.sealed[70..].iter().copied());
    for exchanged in [bob.clone(), foreign, mixed] {
        let next = exchanged.version;
        VaultStore::write(&store, name(&vault, "alice"), Some(version), exchanged)
            .await
            .unwrap();
        let error = vault.read(&id("alice")).await.unwrap_err();
        assert!(matches!(error, VaultError::NotAuthentic), "{error}");
        version = next;
    }
    VaultStore::write(&store, name(&vault, "alice"), Some(version), alice)
        .await
        .unwrap();
    assert_eq!(value_of(&vault, "alice").await.unwrap(), "alice");
}

#[tokio::test]
async fn unknown_format_versions_are_named_and_kept() {
    let (fixture, vault) = Fixture::new().await;
    let path = fixture.file_of(&vault, "alice");
    let mut file = fs::read(&path).unwrap();
    file[4] = 2;
    fs::write(&path, &file).unwrap();
    let error = rejection(&fixture, &vault).await;
    assert!(
        matches!(file_error(&error), FileStoreError::UnknownFormat(_)),
        "{error}"
    );

    let head = fixture.directory().join("vault.sealed");
    let mut file = fs::read(&head).unwrap();
    // the format of the sealed value, behind the head of the file
    file[21] = 2;
    fs::write(&head, &file).unwrap();
    let error = fixture.open().await.unwrap_err();
    assert!(matches!(error, VaultError::UnknownFormat), "{error}");
}

#[tokio::test]
async fn record_that_was_set_aside_is_kept_and_can_be_written_again() {
    let (fixture, vault) = Fixture::new().await;
    let path = fixture.file_of(&vault, "alice");
    let mut file = fs::read(&path).unwrap();
    file[40] ^= 1;
    fs::write(&path, &file).unwrap();
    vault
        .put(&id("alice"), &secret("new"), None)
        .await
        .unwrap_err();
    vault.remove(&id("alice")).await.unwrap_err();

    vault.set_aside(&id("alice")).await.unwrap();
    assert_eq!(value_of(&vault, "alice").await, None);
    vault
        .write(&id("alice"), None, &secret("new"), None)
        .await
        .unwrap();
    let later = fixture.open().await.unwrap();
    assert_eq!(value_of(&later, "alice").await.unwrap(), "new");
    let aside = fixture.files(|name| name.contains(".aside-"));
    assert_eq!(aside.len(), 1);
    assert_eq!(fs::read(&aside[0]).unwrap(), file);

    // missing files too
    fs::remove_file(&path).unwrap();
    vault.set_aside(&id("alice")).await.unwrap();
    vault
        .write(&id("alice"), None, &secret("newer"), None)
        .await
        .unwrap();
    assert_eq!(value_of(&vault, "alice").await.unwrap(), "newer");
}

#[tokio::test]
async fn temporary_files_of_a_killed_writer_are_removed_on_opening() {
    let (fixture, vault) = Fixture::new().await;
    let left = fixture.directory().join(".tmp-abc");
    fs::write(&left, "half a reco").unwrap();
    assert_eq!(value_of(&vault, "alice").await.unwrap(), "token of alice");
    fixture.open().await.unwrap();
    assert!(!left.exists());
}
