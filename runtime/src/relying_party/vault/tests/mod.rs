//! Tests of the vault (requirement R9): tokens are stored sealed, and damage is noticed and loses nothing.

mod damage;
mod key_sources;
mod memory;
mod private_files;
mod processes;
mod rekey;
mod rolled_back;
mod vault;

use std::error::Error as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::relying_party::vault::{
    FileStore, FileStoreError, KeySource, RecordId, TokenVault, VaultError,
};
use crate::seal::SealingKey;
use crate::secret::Secret;

pub(super) fn key() -> SealingKey {
    SealingKey::generate().unwrap()
}

pub(super) fn id(subject: &str) -> RecordId {
    RecordId::new("https://login.example", "orders-web", "tokens")
        .unwrap()
        .subject(subject)
        .unwrap()
}

pub(super) fn secret(text: &str) -> Secret {
    Secret::new(text)
}

/// A directory of a vault in a temporary directory.
pub(super) struct Fixture {
    root: tempfile::TempDir,
    pub(super) key: SealingKey,
}

impl Fixture {
    /// Creates a vault with the records of alice and bob.
    pub(super) async fn new() -> (Self, TokenVault) {
        let fixture = Self {
            root: tempfile::tempdir().unwrap(),
            key: key(),
        };
        let store = FileStore::create(fixture.directory()).unwrap();
        let vault = TokenVault::create(store, fixture.key.clone())
            .await
            .unwrap();
        for subject in ["alice", "bob"] {
            let value = secret(&format!("token of {subject}"));
            vault.write(&id(subject), None, &value, None).await.unwrap();
        }
        (fixture, vault)
    }

    pub(super) fn directory(&self) -> PathBuf {
        self.root.path().join("vault")
    }

    pub(super) async fn open(&self) -> Result<TokenVault, VaultError> {
        self.open_with(self.key.clone()).await
    }

    pub(super) async fn open_with(&self, keys: impl KeySource) -> Result<TokenVault, VaultError> {
        TokenVault::open(FileStore::open(self.directory()).unwrap(), keys).await
    }

    /// Returns the files of records.
    pub(super) fn records(&self) -> Vec<PathBuf> {
        self.files(|name| name.ends_with(".record"))
    }

    pub(super) fn files(&self, is_named: impl Fn(&str) -> bool) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.directory()).unwrap();
        let mut files: Vec<PathBuf> = entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| is_named(path.file_name().unwrap().to_str().unwrap()))
            .collect();
        files.sort();
        files
    }

    /// Returns the file of a subject's record.
    pub(super) fn file_of(&self, vault: &TokenVault, subject: &str) -> PathBuf {
        let name = vault.inner().head.name(&id(subject));
        self.directory().join(format!("{name}.record"))
    }
}

/// Reads the value of a subject's record as text.
pub(super) async fn value_of(vault: &TokenVault, subject: &str) -> Option<String> {
    let record = vault.read(&id(subject)).await.unwrap()?;
    Some(String::from_utf8(record.value().expose().to_vec()).unwrap())
}

/// Returns the error of the file store in an error of the vault.
pub(super) fn file_error(error: &VaultError) -> &FileStoreError {
    assert!(matches!(error, VaultError::Store(_)), "{error}");
    error.source().unwrap().downcast_ref().unwrap()
}

pub(super) fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

pub(super) fn mode_of(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// Reads alice's record, which must fail, and checks that bob's is still readable and that no file changed.
pub(super) async fn rejection(fixture: &Fixture, vault: &TokenVault) -> VaultError {
    let before = content(fixture);
    let error = vault.read(&id("alice")).await.unwrap_err();
    assert_eq!(value_of(vault, "bob").await.unwrap(), "token of bob");
    assert_eq!(content(fixture), before);
    error
}

pub(super) fn content(fixture: &Fixture) -> Vec<Option<Vec<u8>>> {
    let files = fixture.files(|name| !name.starts_with("lock"));
    // reading a pipe would wait
    let read = |path| {
        Some(path)
            .filter(|path: &&PathBuf| path.is_file())
            .map(fs::read)
    };
    files.iter().map(|path| read(path)?.ok()).collect()
}
