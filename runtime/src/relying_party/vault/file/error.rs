//! The errors of a directory of records, for operators.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::relying_party::vault::owned_file::OwnedFileError;
use crate::relying_party::vault::store::VaultStoreError;

/// A [`FileStore`](super::FileStore) cannot be read or written, or its data is damaged.
///
/// Nothing is deleted or repaired: the file stays as it is.
#[derive(Debug)]
#[non_exhaustive]
pub enum FileStoreError {
    /// A file or directory is not private to this user.
    NotPrivate {
        /// The file or directory.
        path: PathBuf,
        /// The rule that it breaks.
        problem: &'static str,
    },
    /// A file or directory cannot be read or written.
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// A file is truncated, too long, or no record of a vault.
    Damaged(PathBuf),
    /// A file has an unknown format version.
    UnknownFormat(PathBuf),
    /// The file of a record, or the index, is missing.
    Missing(PathBuf),
    /// A file is not the one that was written last: it was replaced, such as by an older one from a backup.
    RolledBack(PathBuf),
    /// The index was changed, belongs to another vault, or was sealed with an unknown key.
    IndexNotAuthentic(PathBuf),
    /// There are 100 files of one record aside already.
    TooManyAside(PathBuf),
    /// The vault of the store has not been opened.
    NotOpened,
    /// The runtime shuts down.
    Stopped,
}

impl FileStoreError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |source| Self::Io { path, source }
    }

    pub(super) fn owned(path: &Path) -> impl FnOnce(OwnedFileError) -> Self {
        let path = path.to_owned();
        |error| match error {
            OwnedFileError::NotPrivate(problem) => Self::NotPrivate { path, problem },
            OwnedFileError::TooLong => Self::Damaged(path),
            OwnedFileError::Io(source) => Self::Io { path, source },
        }
    }
}

impl fmt::Display for FileStoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, problem) = match self {
            Self::NotPrivate { path, problem } => (path, *problem),
            Self::Io { path, source } => return write!(f, "{}: {source}", path.display()),
            Self::Damaged(path) => (
                path,
                "the file is truncated or damaged: restore the directory, or set the record aside",
            ),
            Self::UnknownFormat(path) => (
                path,
                "the file has an unknown format version: use the program that wrote it, or a newer one",
            ),
            Self::Missing(path) => (
                path,
                "the file is missing: restore the directory, or set the record aside",
            ),
            Self::RolledBack(path) => (
                path,
                "the file is not the one that was written last: restore the whole directory, or set the record aside",
            ),
            Self::IndexNotAuthentic(path) => (
                path,
                "the index was changed, is that of another vault, or was sealed with an unknown key",
            ),
            Self::TooManyAside(path) => (
                path,
                "100 files of this record are aside: move them to another directory",
            ),
            Self::NotOpened => {
                return f.write_str("the vault of the directory has not been opened");
            }
            Self::Stopped => return f.write_str("the runtime shuts down"),
        };
        write!(f, "{}: {problem}", path.display())
    }
}

impl Error for FileStoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// An error of an operation of the store.
#[derive(Debug)]
pub(super) enum Failure {
    Store(VaultStoreError),
    File(FileStoreError),
}

impl From<FileStoreError> for Failure {
    fn from(error: FileStoreError) -> Self {
        Self::File(error)
    }
}

impl From<VaultStoreError> for Failure {
    fn from(error: VaultStoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Failure> for VaultStoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Store(error) => error,
            Failure::File(error) => Self::because(error),
        }
    }
}
