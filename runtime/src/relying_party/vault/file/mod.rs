//! A store in a directory: one file for each record, and a sealed index.

mod directory;
mod error;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod index;
mod lock;
mod record_file;

use std::fmt;
use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use crate::claims::NumericDate;
use crate::relying_party::vault::file::directory::Directory;
use crate::relying_party::vault::file::error::Failure;
use crate::relying_party::vault::file::lock::{LOCKS, RecordLock};
use crate::relying_party::vault::store::{
    RecordName, StoreSeal, StoredRecord, VaultLock, VaultStore, VaultStoreError,
};

pub use self::error::FileStoreError;

/// A store in a directory of this user, which several processes of one host can share.
///
/// Each record is a file. A write replaces the file as a whole and reaches the disk before it completes (`fsync`), so
/// that a crash leaves the former or the new record. Writers exclude each other by an advisory lock (`flock`), which
/// ends with its process: use a local file system.
///
/// The directory has mode 0700, its files 0600, and all belong to the effective user. A symbolic link, another owner or
/// another mode is an error.
///
/// # Security
///
/// A sealed index has a digest of each record's current file, and a counter of writes. A file that was replaced by an
/// older one, removed, or restored after its removal is an error, and so is an older index while a process has the
/// vault open. Not noticed: a whole directory that was replaced by an older copy while no process had it open, and an
/// older version of the record that was written last before the latest restart.
///
/// Someone who can write to the directory can always delete records, but not read or forge them.
///
/// # Examples
///
/// See [`KeyFile`](super::KeyFile).
#[derive(Clone)]
pub struct FileStore {
    directory: Arc<Directory>,
    locks: Arc<[Arc<Mutex<()>>]>,
}

impl FileStore {
    /// The default limit of records.
    pub const DEFAULT_MAX_RECORDS: usize = 10_000;

    /// The highest limit of records, for which the index has about 800 kB.
    pub const HIGHEST_MAX_RECORDS: usize = 20_000;

    /// Opens an existing directory, with the default limit of records.
    ///
    /// # Errors
    ///
    /// Returns an error if the directory does not exist, is a symbolic link, belongs to another user, or has another mode
    /// than 0700.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, FileStoreError> {
        Self::open_with_max_records(path, Self::DEFAULT_MAX_RECORDS)
    }

    /// Opens an existing directory, with a limit of records: at most [`HIGHEST_MAX_RECORDS`](Self::HIGHEST_MAX_RECORDS).
    ///
    /// # Errors
    ///
    /// See [`open`](Self::open). A higher limit is the highest one.
    pub fn open_with_max_records(
        path: impl AsRef<Path>,
        max_records: usize,
    ) -> Result<Self, FileStoreError> {
        let max_records = max_records.min(Self::HIGHEST_MAX_RECORDS);
        Ok(Self {
            directory: Arc::new(Directory::open(path.as_ref(), max_records)?),
            locks: (0..=LOCKS).map(|_| Arc::default()).collect(),
        })
    }

    /// Creates a directory with mode 0700 and opens it.
    ///
    /// # Errors
    ///
    /// Returns an error if the directory exists, or cannot be created.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, FileStoreError> {
        let path = path.as_ref();
        let created = fs::DirBuilder::new().mode(0o700).create(path);
        created.map_err(FileStoreError::io(path))?;
        Self::open(path)
    }

    /// Runs an operation on a thread for blocking work. It is completed even if the future is dropped.
    async fn run<T: Send + 'static>(
        &self,
        operation: impl FnOnce(&Directory) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, VaultStoreError> {
        let directory = Arc::clone(&self.directory);
        let result = spawn_blocking(move || operation(&directory)).await;
        let result = result.map_err(|_| VaultStoreError::because(FileStoreError::Stopped))?;
        Ok(result?)
    }
}

impl VaultStore for FileStore {
    async fn read(&self, name: RecordName) -> Result<Option<StoredRecord>, VaultStoreError> {
        self.run(move |directory| directory.read(name)).await
    }

    async fn write(
        &self,
        name: RecordName,
        expected: Option<u64>,
        record: StoredRecord,
    ) -> Result<(), VaultStoreError> {
        self.run(move |directory| directory.write(name, expected, &record))
            .await
    }

    async fn remove(&self, name: RecordName, expected: u64) -> Result<(), VaultStoreError> {
        self.run(move |directory| directory.remove(name, expected))
            .await
    }

    async fn set_aside(&self, name: RecordName) -> Result<(), VaultStoreError> {
        self.run(move |directory| directory.set_aside(name)).await
    }

    async fn names(&self) -> Result<Vec<RecordName>, VaultStoreError> {
        self.run(Directory::names).await
    }

    async fn remove_expired(&self, now: NumericDate) -> Result<usize, VaultStoreError> {
        self.run(move |directory| directory.remove_expired(now))
            .await
    }

    async fn lock(&self, name: RecordName, wait: Duration) -> Result<VaultLock, VaultStoreError> {
        let number = name.lock_number(LOCKS);
        let tasks = self.locks.get(number).cloned().unwrap_or_default();
        let path = self.directory.lock_path(number);
        let lock = RecordLock::lock(tasks, &path, wait).await?;
        Ok(VaultLock::new(lock))
    }

    async fn attach(&self, seal: StoreSeal, created: bool) -> Result<(), VaultStoreError> {
        self.run(move |directory| directory.attach(&seal, created))
            .await
    }
}

impl fmt::Debug for FileStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileStore")
    }
}
