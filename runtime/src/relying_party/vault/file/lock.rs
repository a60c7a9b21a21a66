//! Locks across processes: files with an advisory lock (`flock`), which a process loses when it ends.

use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
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

/// Tries to lock a file, and opens it again if it is not the one at its path any more.
///
/// A process that has waited for a deleted file would otherwise hold its lock beside the holder of the new file.
fn try_lock(file: &mut File, path: &Path) -> Result<bool, Failure> {
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(false),
        Err(TryLockError::Error(error)) => return Err(FileStoreError::io(path)(error).into()),
    }
    let is_at_path = is_at(file, path).map_err(FileStoreError::io(path))?;
    if !is_at_path {
        *file = open(path)?;
    }
    Ok(is_at_path)
}

/// Returns whether an open file is the one at a path.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let identity = |metadata: &Metadata| (metadata.dev(), metadata.ino());
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(identity(&found) == identity(&file.metadata()?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Locks a file on a thread for blocking work; the lock is released when the file is closed.
pub(super) fn lock_blocking(path: &Path, wait: Duration) -> Result<File, Failure> {
    let mut file = open(path)?;
    let start = Instant::now();
    let mut pause = Duration::from_millis(1);
    while !try_lock(&mut file, path)? {
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
            let mut file = open(path)?;
            let mut pause = Duration::from_millis(1);
            while !try_lock(&mut file, path)? {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Waits for a lock whose file `change` deletes or replaces.
    fn waiting_while(change: impl FnOnce(&Path)) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock-00");
        let mut holder = open(&path).unwrap();
        assert!(try_lock(&mut holder, &path).unwrap());
        let mut waiting = open(&path).unwrap();
        assert!(!try_lock(&mut waiting, &path).unwrap());
        change(&path);
        drop(holder);
        let mut other = open(&path).unwrap();
        assert!(try_lock(&mut other, &path).unwrap());
        for _ in 0..3 {
            assert!(
                !try_lock(&mut waiting, &path).unwrap(),
                "beside another one"
            );
        }
        drop(other);
        assert!(try_lock(&mut waiting, &path).unwrap());
    }

    #[test]
    fn lock_that_is_held_times_out() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock-00");
        let holder = lock_blocking(&path, Duration::ZERO).ok().unwrap();
        for wait in [Duration::ZERO, Duration::from_millis(3)] {
            let failed = lock_blocking(&path, wait).err().unwrap();
            let failed = VaultStoreError::from(failed);
            assert!(matches!(failed, VaultStoreError::LockTimeout), "{failed}");
        }
        drop(holder);
        assert!(lock_blocking(&path, Duration::ZERO).is_ok());
    }

    /// No other process has created the file again yet.
    #[test]
    fn lock_of_a_deleted_file_is_obtained_with_a_new_one() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock-00");
        let mut waiting = open(&path).unwrap();
        fs::remove_file(&path).unwrap();
        assert!(!try_lock(&mut waiting, &path).unwrap());
        assert!(try_lock(&mut waiting, &path).unwrap());
        assert!(path.exists());
        assert!(lock_blocking(&path, Duration::ZERO).is_err());
    }

    #[test]
    fn lock_of_a_deleted_file_is_not_obtained() {
        waiting_while(|path| fs::remove_file(path).unwrap());
    }

    #[test]
    fn lock_of_a_replaced_file_is_not_obtained() {
        waiting_while(|path| {
            let restored = path.with_extension("restored");
            fs::write(&restored, "").unwrap();
            fs::rename(&restored, path).unwrap();
        });
    }
}
