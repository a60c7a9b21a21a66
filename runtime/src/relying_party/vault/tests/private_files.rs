//! Files and directories of other users, modes and kinds, and directories that cannot be read.

use std::fs;
use std::os::unix::fs::{chown, symlink};
use std::process::Command;

use super::{Fixture, file_error, id, rejection, secret, set_mode, value_of};
use crate::relying_party::vault::{FileStore, FileStoreError, VaultError};

#[tokio::test]
async fn symbolic_links_are_rejected() {
    let (fixture, vault) = Fixture::new().await;
    for name in ["index.sealed", "vault.sealed"] {
        let path = fixture.directory().join(name);
        let target = fixture.root.path().join(name);
        fs::rename(&path, &target).unwrap();
        symlink(&target, &path).unwrap();
        let error = fixture.open().await.unwrap_err();
        assert!(
            matches!(file_error(&error), FileStoreError::NotPrivate { .. }),
            "{error}"
        );
        fs::rename(&target, &path).unwrap();
    }
    let path = fixture.file_of(&vault, "alice");
    let target = fixture.root.path().join("record");
    fs::rename(&path, &target).unwrap();
    symlink(&target, &path).unwrap();
    let error = rejection(&fixture, &vault).await;
    assert!(
        error.to_string().contains("must not be a symbolic link"),
        "{error}"
    );

    let link = fixture.root.path().join("link");
    symlink(fixture.directory(), &link).unwrap();
    for path in [link.clone(), link.join("")] {
        let error = FileStore::open(path).unwrap_err();
        assert!(
            error.to_string().contains("must not be a symbolic link"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn lock_file_that_is_a_symbolic_link_is_not_followed() {
    let (fixture, vault) = Fixture::new().await;
    let target = fixture.root.path().join("target");
    let lock = fixture.directory().join("lock-store");
    fs::remove_file(&lock).unwrap();
    symlink(&target, &lock).unwrap();
    vault
        .put(&id("alice"), &secret("x"), None)
        .await
        .unwrap_err();
    assert!(!target.exists());
}

#[tokio::test]
async fn other_modes_are_rejected() {
    let (fixture, vault) = Fixture::new().await;
    let path = fixture.file_of(&vault, "alice");
    for mode in [0o604, 0o640, 0o660, 0o602, 0o601, 0o666, 0o777] {
        set_mode(&path, mode);
        let error = rejection(&fixture, &vault).await;
        assert!(
            error.to_string().contains("must have mode 0600"),
            "{mode:o} {error}"
        );
    }
    set_mode(&path, 0o600);
    assert_eq!(value_of(&vault, "alice").await.unwrap(), "token of alice");

    for mode in [0o701, 0o710, 0o755, 0o750, 0o777] {
        set_mode(&fixture.directory(), mode);
        let error = FileStore::open(fixture.directory()).unwrap_err();
        assert!(
            error.to_string().contains("must have mode 0700"),
            "{mode:o} {error}"
        );
    }
    set_mode(&fixture.directory(), 0o700);
    for mode in [0o702, 0o777, 0o1777] {
        set_mode(fixture.root.path(), mode);
        let error = FileStore::open(fixture.directory()).unwrap_err();
        assert!(
            error.to_string().contains("writable by other users"),
            "{mode:o} {error}"
        );
    }
    set_mode(fixture.root.path(), 0o700);
    FileStore::open(fixture.directory()).unwrap();
}

/// Runs as root only, who alone can give files away.
#[tokio::test]
async fn other_owners_are_rejected() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let (fixture, vault) = Fixture::new().await;
    let path = fixture.file_of(&vault, "alice");
    chown(&path, Some(12_345), None).unwrap();
    let error = rejection(&fixture, &vault).await;
    assert!(
        error.to_string().contains("must belong to the user"),
        "{error}"
    );
    chown(&path, Some(0), None).unwrap();

    chown(fixture.directory(), Some(12_345), None).unwrap();
    let error = FileStore::open(fixture.directory()).unwrap_err();
    assert!(
        error.to_string().contains("must belong to the user"),
        "{error}"
    );
    chown(fixture.directory(), Some(0), None).unwrap();
    chown(fixture.root.path(), Some(12_345), None).unwrap();
    let error = FileStore::open(fixture.directory()).unwrap_err();
    assert!(
        error.to_string().contains("must belong to the user"),
        "{error}"
    );
}

#[tokio::test]
async fn pipes_directories_and_long_files_in_place_of_a_record_are_rejected() {
    let (fixture, vault) = Fixture::new().await;
    let path = fixture.file_of(&vault, "alice");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let error = rejection(&fixture, &vault).await;
    assert!(
        error.to_string().contains("must be a regular file"),
        "{error}"
    );
    fs::remove_dir(&path).unwrap();

    let made = Command::new("mkfifo")
        .arg("-m")
        .arg("600")
        .arg(&path)
        .status()
        .unwrap();
    assert!(made.success());
    let error = rejection(&fixture, &vault).await;
    assert!(
        error.to_string().contains("must be a regular file"),
        "{error}"
    );
    fs::remove_file(&path).unwrap();

    fs::write(&path, vec![0; 512 << 10]).unwrap();
    set_mode(&path, 0o600);
    let error = rejection(&fixture, &vault).await;
    assert!(
        matches!(file_error(&error), FileStoreError::Damaged(_)),
        "{error}"
    );
}

/// A socket cannot be opened: that is no missing file, whether there is a record or not.
#[tokio::test]
async fn socket_in_place_of_a_file_is_an_error() {
    let (fixture, vault) = Fixture::new().await;
    for subject in ["alice", "carol"] {
        let path = fixture.file_of(&vault, subject);
        let _ = fs::remove_file(&path);
        let socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
        let error = vault.read(&id(subject)).await.unwrap_err();
        assert!(
            matches!(file_error(&error), FileStoreError::Io { .. }),
            "{subject}: {error}"
        );
        drop(socket);
    }
    assert_eq!(value_of(&vault, "bob").await.unwrap(), "token of bob");
}

/// Files of other programs, and backups, are not records.
#[tokio::test]
async fn file_with_another_name_is_no_record() {
    let (fixture, vault) = Fixture::new().await;
    let name = "0".repeat(31);
    for file in [
        "abc.record".to_owned(),
        format!("+{name}.record"),
        format!("-{name}.record"),
        format!("{name}.record"),
        format!("{name}00.record"),
        format!("{name}g.record"),
        format!("{name}1.record.bak"),
        format!("{name}1"),
        ".record".to_owned(),
    ] {
        fs::write(fixture.directory().join(file), "x").unwrap();
    }
    let rekeyed = vault.rekey().await.unwrap();
    assert!(rekeyed.is_complete(), "{rekeyed:?}");
    assert_eq!(rekeyed.current, 2);
}

#[tokio::test]
async fn temporary_file_that_cannot_be_removed_is_an_error() {
    let (fixture, vault) = Fixture::new().await;
    drop(vault);
    let left = fixture.directory().join(".tmp-abc");
    fs::create_dir(&left).unwrap();
    let error = fixture.open().await.unwrap_err();
    assert!(error.to_string().contains(".tmp-abc"), "{error}");
    fs::remove_dir(&left).unwrap();
    fixture.open().await.unwrap();
}

#[tokio::test]
async fn one_unreadable_file_does_not_block_the_others() {
    let (fixture, vault) = Fixture::new().await;
    vault
        .put(&id("alice"), &secret("last write"), None)
        .await
        .unwrap();
    set_mode(&fixture.file_of(&vault, "alice"), 0o644);
    for vault in [fixture.open().await.unwrap(), vault.clone()] {
        vault
            .put(&id("carol"), &secret("token of carol"), None)
            .await
            .unwrap();
        vault
            .put(&id("bob"), &secret("token of bob"), None)
            .await
            .unwrap();
        rejection(&fixture, &vault).await;
    }
    set_mode(&fixture.file_of(&vault, "alice"), 0o600);
    assert_eq!(value_of(&vault, "alice").await.unwrap(), "last write");
    let later = fixture.open().await.unwrap();
    assert_eq!(value_of(&later, "alice").await.unwrap(), "last write");
}

#[tokio::test]
async fn missing_or_unreadable_directory_is_an_error() {
    let (fixture, vault) = Fixture::new().await;
    let moved = fixture.root.path().join("moved");
    fs::rename(fixture.directory(), &moved).unwrap();
    let error = vault.read(&id("alice")).await.unwrap_err();
    assert!(matches!(error, VaultError::Store(_)), "{error}");
    let error = vault
        .put(&id("alice"), &secret("x"), None)
        .await
        .unwrap_err();
    assert!(
        matches!(file_error(&error), FileStoreError::Io { .. }),
        "{error}"
    );
    let error = FileStore::open(fixture.directory()).unwrap_err();
    assert!(matches!(error, FileStoreError::Io { .. }), "{error}");
    assert!(!fixture.directory().exists());

    fs::write(fixture.directory(), "a file").unwrap();
    let error = FileStore::open(fixture.directory()).unwrap_err();
    assert!(error.to_string().contains("must be a directory"), "{error}");
    let error = FileStore::create(fixture.directory()).unwrap_err();
    assert!(matches!(error, FileStoreError::Io { .. }), "{error}");
    fs::remove_file(fixture.directory()).unwrap();
    fs::rename(&moved, fixture.directory()).unwrap();
    assert_eq!(value_of(&vault, "alice").await.unwrap(), "token of alice");
}
