//! Keys in files and in keyrings.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;

use super::{id, key, mode_of, secret, set_mode, value_of};
use crate::relying_party::vault::{
    FileStore, KeyFile, KeySource as _, KeySourceError, TokenVault, VaultError,
};
use crate::seal::SealingKeyError;

fn write_key(path: &Path, content: impl AsRef<[u8]>) {
    fs::write(path, content).unwrap();
    set_mode(path, 0o600);
}

fn text() -> String {
    String::from_utf8(key().to_base64url().expose().to_vec()).unwrap()
}

#[test]
fn key_file_is_created_private_and_read_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vault.key");
    let file = KeyFile::new(&path);
    assert!(matches!(file.load(), Err(KeySourceError::Missing)));
    assert!(!path.exists());

    let created = file.create().unwrap();
    assert_eq!(mode_of(&path), 0o600);
    assert_eq!(fs::read(&path).unwrap().len(), 43);
    assert_eq!(
        format!("{:?}", file.load().unwrap()),
        format!("{created:?}")
    );
    let content = fs::read(&path).unwrap();
    assert!(matches!(file.create(), Err(KeySourceError::AlreadyExists)));
    assert_eq!(fs::read(&path).unwrap(), content);
}

#[test]
fn existing_file_is_never_replaced_by_a_new_key() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vault.key");
    for content in ["", "not a key"] {
        write_key(&path, content);
        let file = KeyFile::new(&path);
        assert!(matches!(file.create(), Err(KeySourceError::AlreadyExists)));
        assert_eq!(fs::read(&path).unwrap(), content.as_bytes());
    }
    fs::remove_file(&path).unwrap();
    symlink(directory.path().join("elsewhere"), &path).unwrap();
    assert!(matches!(
        KeyFile::new(&path).create(),
        Err(KeySourceError::AlreadyExists)
    ));
    assert!(!directory.path().join("elsewhere").exists());
}

#[test]
fn key_file_has_43_characters_and_at_most_one_line_break() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vault.key");
    let text = text();
    for content in [text.clone(), format!("{text}\n"), format!("{text}\r\n")] {
        write_key(&path, content);
        KeyFile::new(&path).load().unwrap();
    }
    for (content, error) in [
        (String::new(), SealingKeyError::Length),
        ("\n".into(), SealingKeyError::Length),
        (text[..42].into(), SealingKeyError::Length),
        (format!("{text}="), SealingKeyError::Length),
        (format!("{text}\n\n"), SealingKeyError::Length),
        (format!("{text}\n{text}\n"), SealingKeyError::Length),
        (format!(" {}", &text[..42]), SealingKeyError::NotBase64Url),
        ("A".repeat(43), SealingKeyError::Constant),
        ("a".repeat(100_000), SealingKeyError::Length),
    ] {
        write_key(&path, &content);
        let loaded = KeyFile::new(&path).load();
        let is_expected = matches!(&loaded, Err(KeySourceError::Invalid(found)) if *found == error);
        assert!(is_expected, "{} {loaded:?}", content.len());
    }
}

#[test]
fn key_file_of_another_mode_or_kind_is_rejected() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vault.key");
    write_key(&path, text());
    let file = KeyFile::new(&path);
    for mode in [0o640, 0o604, 0o644, 0o620, 0o602, 0o610, 0o777] {
        set_mode(&path, mode);
        let error = file.load().unwrap_err();
        assert!(
            matches!(error, KeySourceError::NotPrivate { .. }),
            "{mode:o} {error}"
        );
    }
    for mode in [0o600, 0o400] {
        set_mode(&path, mode);
        file.load().unwrap();
    }
    let link = directory.path().join("link");
    symlink(&path, &link).unwrap();
    for path in [link, directory.path().to_owned()] {
        let error = KeyFile::new(path).load().unwrap_err();
        assert!(
            matches!(error, KeySourceError::NotPrivate { .. }),
            "{error}"
        );
    }
}

#[test]
fn key_file_in_a_directory_that_others_can_write_is_rejected() {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("keys");
    fs::create_dir(&directory).unwrap();
    let path = directory.join("vault.key");
    write_key(&path, text());
    for mode in [0o702, 0o777, 0o1777] {
        set_mode(&directory, mode);
        let new = KeyFile::new(directory.join("new.key"));
        for error in [
            KeyFile::new(&path).load().unwrap_err(),
            new.create().unwrap_err(),
        ] {
            assert!(
                matches!(error, KeySourceError::NotPrivate { .. }),
                "{mode:o} {error}"
            );
        }
    }
    assert!(!directory.join("new.key").exists());
    set_mode(&directory, 0o755);
    KeyFile::new(&path).load().unwrap();
}

/// A key that cannot be read is not missing: no new one may take its place.
#[test]
fn key_file_that_cannot_be_opened_is_not_missing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vault.key");
    let _socket = UnixListener::bind(&path).unwrap();
    let error = KeyFile::new(&path).load().unwrap_err();
    assert!(matches!(error, KeySourceError::Io { .. }), "{error}");
    let file = directory.path().join("file");
    write_key(&file, text());
    for source in [
        KeyFile::new(file.join("vault.key")).load(),
        KeyFile::new(file.join("vault.key")).create(),
    ] {
        let error = source.unwrap_err();
        assert!(error.to_string().contains("must be a directory"), "{error}");
    }
}

/// Runs as root only, who alone can give files away.
#[test]
fn key_file_of_another_owner_is_rejected() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vault.key");
    write_key(&path, text());
    std::os::unix::fs::chown(&path, Some(12_345), None).unwrap();
    let error = KeyFile::new(&path).load().unwrap_err();
    assert!(
        matches!(error, KeySourceError::NotPrivate { .. }),
        "{error}"
    );
}

#[test]
fn older_key_files_are_read_too() {
    let directory = tempfile::tempdir().unwrap();
    let [new, old] = ["new.key", "old.key"].map(|name| directory.path().join(name));
    write_key(&new, text());
    let file = KeyFile::new(&new).older(&old);
    assert!(matches!(file.load(), Err(KeySourceError::Missing)));
    write_key(&old, text());
    let keys = format!("{:?}", file.load().unwrap());
    assert_eq!(keys.matches("SealingKey").count(), 2);
    let same = KeyFile::new(&new).older(&new).load();
    assert!(
        matches!(
            same,
            Err(KeySourceError::Invalid(SealingKeyError::Duplicate))
        ),
        "{same:?}"
    );
}

/// Trap D2-9: a lost key is an error, and no new key is created over existing records.
#[tokio::test]
async fn lost_key_is_never_replaced_by_a_new_one() {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("vault");
    let file = KeyFile::new(root.path().join("vault.key"));
    let vault = TokenVault::create(FileStore::create(&directory).unwrap(), file.clone())
        .await
        .unwrap();
    vault
        .put(&id("alice"), &secret("token"), None)
        .await
        .unwrap();
    fs::rename(root.path().join("vault.key"), root.path().join("lost.key")).unwrap();

    let open = || FileStore::open(&directory).unwrap();
    let error = TokenVault::open(open(), file.clone()).await.unwrap_err();
    assert!(
        matches!(error, VaultError::Key(KeySourceError::Missing)),
        "{error}"
    );
    let error = TokenVault::create(open(), file.clone()).await.unwrap_err();
    assert!(matches!(error, VaultError::AlreadyCreated), "{error}");
    assert!(!root.path().join("vault.key").exists());

    fs::rename(root.path().join("lost.key"), root.path().join("vault.key")).unwrap();
    let vault = TokenVault::open(open(), file).await.unwrap();
    assert_eq!(value_of(&vault, "alice").await.unwrap(), "token");
}

#[tokio::test]
async fn existing_key_file_is_not_used_for_a_new_vault_unless_it_is_loaded() {
    let root = tempfile::tempdir().unwrap();
    let file = KeyFile::new(root.path().join("vault.key"));
    let keys = file.create().unwrap();
    let store = FileStore::create(root.path().join("vault")).unwrap();
    let error = TokenVault::create(store.clone(), file.clone())
        .await
        .unwrap_err();
    assert!(
        matches!(error, VaultError::Key(KeySourceError::AlreadyExists)),
        "{error}"
    );
    TokenVault::create(store.clone(), keys).await.unwrap();
    TokenVault::open(store, file).await.unwrap();
}

#[cfg(feature = "keyring")]
mod keyring {
    use std::any::Any;
    use std::collections::HashMap;
    use std::sync::{Arc, Mutex};

    use keyring_core::api::{CredentialApi, CredentialStoreApi};
    use keyring_core::{Credential, CredentialStore, Entry, Error, mock};

    use super::*;
    use crate::relying_party::vault::KeyringKey;

    fn store() -> Arc<CredentialStore> {
        mock::Store::new().unwrap()
    }

    #[test]
    fn keyring_key_is_created_once_and_read_again() {
        let key = KeyringKey::new(store(), "orders-web", "vault");
        assert!(matches!(key.load(), Err(KeySourceError::Missing)));
        assert!(matches!(key.load(), Err(KeySourceError::Missing)));
        let created = key.create().unwrap();
        assert_eq!(format!("{:?}", key.load().unwrap()), format!("{created:?}"));
        assert!(matches!(key.create(), Err(KeySourceError::AlreadyExists)));
        let other = KeyringKey::new(store(), "orders-web", "vault");
        assert!(matches!(other.load(), Err(KeySourceError::Missing)));
    }

    #[test]
    fn damaged_entry_is_an_error_that_does_not_print_it() {
        let store = store();
        let entry = Entry::new_in_store(&store, "orders-web", "vault").unwrap();
        let key = KeyringKey::new(store, "orders-web", "vault");
        for secret in [
            &b"hunter2"[..],
            b"hunter2-hunter2-hunter2-hunter2-hunter2-hun",
            b"hunter2\xFF",
        ] {
            entry.set_secret(secret).unwrap();
            let error = key.load().unwrap_err();
            assert!(matches!(error, KeySourceError::Invalid(_)), "{error}");
            let printed = format!("{error:?} {error}");
            // neither as text nor as a list of numbers
            assert!(
                !printed.contains("hunter2") && !printed.contains("104, 117"),
                "{printed}"
            );
            assert!(matches!(key.create(), Err(KeySourceError::AlreadyExists)));
            assert_eq!(entry.get_secret().unwrap(), secret);
        }
    }

    /// A keyring in which another process has the last word.
    #[derive(Clone, Debug, Default)]
    struct ContestedKeyring(Arc<Mutex<Option<String>>>);

    impl CredentialApi for ContestedKeyring {
        fn set_secret(&self, _: &[u8]) -> keyring_core::Result<()> {
            *self.0.lock().unwrap() = Some(text());
            Ok(())
        }

        fn get_secret(&self) -> keyring_core::Result<Vec<u8>> {
            let stored = self.0.lock().unwrap().clone();
            stored.map(String::into_bytes).ok_or(Error::NoEntry)
        }

        fn delete_credential(&self) -> keyring_core::Result<()> {
            Err(Error::NoEntry)
        }

        fn get_credential(&self) -> keyring_core::Result<Option<Arc<Credential>>> {
            Ok(None)
        }

        fn get_specifiers(&self) -> Option<(String, String)> {
            None
        }

        fn as_any(&self) -> &dyn Any {
            self
        }
    }

    impl CredentialStoreApi for ContestedKeyring {
        fn vendor(&self) -> String {
            "a test".to_owned()
        }

        fn id(&self) -> String {
            "a test".to_owned()
        }

        fn build(
            &self,
            _: &str,
            _: &str,
            _: Option<&HashMap<&str, &str>>,
        ) -> keyring_core::Result<Entry> {
            Ok(Entry::new_with_credential(Arc::new(self.clone())))
        }

        fn as_any(&self) -> &dyn Any {
            self
        }
    }

    /// Records that the first process seals with its lost key could never be opened again.
    #[test]
    fn key_that_another_process_replaces_at_once_is_not_used() {
        let keyring = Arc::new(ContestedKeyring::default());
        let key = KeyringKey::new(keyring, "orders-web", "vault");
        assert!(matches!(key.load(), Err(KeySourceError::Missing)));
        assert!(matches!(key.create(), Err(KeySourceError::AlreadyExists)));
        key.load().unwrap();
    }

    #[test]
    fn failing_keyring_is_not_a_missing_key() {
        let store = store();
        let entry = Entry::new_in_store(&store, "orders-web", "vault").unwrap();
        let mock: &mock::Cred = entry.as_any().downcast_ref().unwrap();
        let key = KeyringKey::new(store, "orders-web", "vault");
        let text = |text: &str| text.to_owned();
        for (failure, expected) in [
            (Error::NoStorageAccess("secret".into()), "locked"),
            (Error::PlatformFailure("secret".into()), "failed"),
            (Error::NoDefaultStore, "no keyring"),
            (Error::Ambiguous(Vec::new()), "several entries"),
            (Error::TooLong(text("secret"), 1), "service or user"),
            (
                Error::Invalid(text("secret"), text("secret")),
                "service or user",
            ),
            (Error::NotSupportedByStore(text("secret")), "not support"),
        ] {
            mock.set_error(failure);
            let error = key.load().unwrap_err();
            assert!(matches!(error, KeySourceError::Unavailable(_)), "{error}");
            let printed = format!("{error} {error:?}");
            assert!(printed.contains(expected), "{expected}: {printed}");
            assert!(!printed.contains("secret"), "{printed}");
        }
    }

    #[tokio::test]
    async fn older_keyring_entry_opens_a_vault() {
        let store = store();
        let old = KeyringKey::new(Arc::clone(&store), "orders-web", "vault-2025");
        let root = tempfile::tempdir().unwrap();
        let files = FileStore::create(root.path().join("vault")).unwrap();
        let vault = TokenVault::create(files.clone(), old).await.unwrap();
        vault
            .put(&id("alice"), &secret("token"), None)
            .await
            .unwrap();
        let new = KeyringKey::new(Arc::clone(&store), "orders-web", "vault-2026");
        new.create().unwrap();
        let vault = TokenVault::open(files, new.older("vault-2025"))
            .await
            .unwrap();
        assert_eq!(value_of(&vault, "alice").await.unwrap(), "token");
        assert!(vault.rekey().await.unwrap().is_complete());
    }
}
