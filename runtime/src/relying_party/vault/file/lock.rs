//! Locks across processes: files with an advisory lock (`flock`), which a process loses when it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::OFlags;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::timeout;

use crate::relying_party::vault::file::error::{Failure, FileStoreError};
use crate::relying_party::vault::store::VaultStoreError;

/// The number of locks that records share.
pub(super) const LOCKS: usize = 64;

/// The longest pause between two attempts to lock a file; the first one is 1 ms.
const MAX_PAUSE: Duration = Duration::from_millis(32);

/// Opens the file of a lock, or creates it.
fn open(path: &Path) -> Result<File, Failure> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed())
        .open(path);
    Ok(file.map_err(FileStoreError::io(path))?)
}

/// Tries to lock a file.
fn try_lock(file: &File, path: &Path) -> Result<bool, Failure> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(FileStoreError::io(path)(error).into()),
    }
}

/// Locks a file on a thread for blocking work; the lock is released when the file is closed.
pub(super) fn lock_blocking(path: &Path, wait: Duration) -> Result<File, Failure> {
    let file = open(path)?;
    let start = Instant::now();
    let mut pause = Duration::from_millis(1);
    while !try_lock(&file, path)? {
        if start.elapsed() >= wait {
            return Err(VaultStoreError::LockTimeout.into());
        }
        thread::sleep(pause);
        pause = (pause * 2).min(MAX_PAUSE);
    }
    Ok(file)
}

/// A lock of a record: first among the tasks of this store, then among processes.
pub(super) struct RecordLock {
    // released in this order, so that a task of this process finds the file unlocked
    _file: File,
    _tasks: OwnedMutexGuard<()>,
}

impl RecordLock {
    pub(super) async fn lock(
        tasks: Arc<Mutex<()>>,
        path: &Path,
        wait: Duration,
    ) -> Result<Self, Failure> {
        let locked = timeout(wait, async {
            let tasks = tasks.lock_owned().await;
            let file = open(path)?;
            let mut pause = Duration::from_millis(1);
            while !try_lock(&file, path)? {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(MAX_PAUSE);
            }
            Ok(Self {
                _file: file,
                _tasks: tasks,
            })
        });
        locked.await.map_err(|_| VaultStoreError::LockTimeout)?
    }
}
