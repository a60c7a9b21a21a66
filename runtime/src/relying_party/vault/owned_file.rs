//! Files and directories that belong to this user alone.
//!
//! Each check is of an open file, not of a path, so that nothing can be exchanged between the check and the use.

use std::fmt;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use rustix::process::geteuid;
use zeroize::Zeroizing;

/// A file or directory that is not private, or cannot be read or written.
#[derive(Debug)]
pub(in crate::relying_party) enum OwnedFileError {
    NotPrivate(&'static str),
    TooLong,
    Io(io::Error),
}

impl From<io::Error> for OwnedFileError {
    fn from(error: io::Error) -> Self {
        // the error of `O_NOFOLLOW`, whose own text speaks of too many links
        if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) {
            return Self::NotPrivate("must not be a symbolic link");
        }
        Self::Io(error)
    }
}

impl fmt::Display for OwnedFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPrivate(problem) => f.write_str(problem),
            Self::TooLong => f.write_str("is longer than expected"),
            Self::Io(error) => error.fmt(f),
        }
    }
}

/// Reads a regular file of this user that others can neither read nor write, of at most `max_len` bytes.
pub(super) fn read(path: &Path, max_len: usize) -> Result<Zeroizing<Vec<u8>>, OwnedFileError> {
    // without `O_NONBLOCK`, opening a named pipe waits for a writer
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)?;
    let metadata = file.metadata()?;
    check_file(&metadata)?;
    let len = usize::try_from(metadata.len()).ok();
    let len = len
        .filter(|len| *len <= max_len)
        .ok_or(OwnedFileError::TooLong)?;
    // of the full capacity, so that the bytes are never moved to another buffer
    let mut bytes = Zeroizing::new(Vec::with_capacity(len + 1));
    file.take(metadata.len() + 1).read_to_end(&mut bytes)?;
    if bytes.len() > len {
        // the file grows at this moment
        return Err(OwnedFileError::TooLong);
    }
    Ok(bytes)
}

/// Reads a secret of this user, as [`read`], from a directory in which others cannot exchange it.
pub(in crate::relying_party) fn read_private(
    path: &Path,
    max_len: usize,
) -> Result<Zeroizing<Vec<u8>>, OwnedFileError> {
    check_parent_directory(parent_of(path))?;
    read(path, max_len)
}

/// Replaces a file: a reader sees the former or the new content, also after a crash.
///
/// The new file has mode 0600.
pub(super) fn replace(directory: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut file = temporary(directory)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(directory.join(name))
        .map_err(|error| error.error)?;
    sync_directory(directory)
}

/// Creates a file with mode 0600, or fails if there is a file of this name.
pub(super) fn create(directory: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut file = temporary(directory)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(directory.join(name))
        .map_err(|error| error.error)?;
    sync_directory(directory)
}

/// The beginning of the names of temporary files.
pub(super) const TEMPORARY: &str = ".tmp-";

fn temporary(directory: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new()
        .prefix(TEMPORARY)
        .tempfile_in(directory)
}

/// Returns the directory of a file.
pub(super) fn parent_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// Makes new names in a directory survive a crash.
pub(super) fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Checks a directory of this user that others can neither read nor change.
pub(super) fn check_private_directory(path: &Path) -> Result<(), OwnedFileError> {
    let metadata = directory_metadata(path)?;
    if metadata.uid() != geteuid().as_raw() {
        return Err(OwnedFileError::NotPrivate(
            "must belong to the user of this process",
        ));
    }
    if metadata.mode() & 0o077 != 0 {
        return Err(OwnedFileError::NotPrivate("must have mode 0700"));
    }
    Ok(())
}

/// Checks a directory of this user or root, to which others cannot write.
pub(super) fn check_parent_directory(path: &Path) -> Result<(), OwnedFileError> {
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_dir() {
        return Err(OwnedFileError::NotPrivate("must be a directory"));
    }
    if metadata.uid() != geteuid().as_raw() && metadata.uid() != 0 {
        return Err(OwnedFileError::NotPrivate(
            "must belong to the user of this process or to root",
        ));
    }
    if metadata.mode() & 0o002 != 0 {
        return Err(OwnedFileError::NotPrivate(
            "must not be writable by other users",
        ));
    }
    Ok(())
}

fn directory_metadata(path: &Path) -> Result<Metadata, OwnedFileError> {
    // without a slash at the end, which would follow a symbolic link
    let path: PathBuf = path.components().collect();
    let metadata = std::fs::symlink_metadata(path)?;
    if metadata.is_symlink() {
        return Err(OwnedFileError::NotPrivate("must not be a symbolic link"));
    }
    if !metadata.is_dir() {
        return Err(OwnedFileError::NotPrivate("must be a directory"));
    }
    Ok(metadata)
}

fn check_file(metadata: &Metadata) -> Result<(), OwnedFileError> {
    if !metadata.is_file() {
        return Err(OwnedFileError::NotPrivate("must be a regular file"));
    }
    if metadata.uid() != geteuid().as_raw() {
        return Err(OwnedFileError::NotPrivate(
            "must belong to the user of this process",
        ));
    }
    if metadata.mode() & 0o077 != 0 {
        return Err(OwnedFileError::NotPrivate("must have mode 0600"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_without_a_directory_is_in_the_current_one() {
        for (path, parent) in [
            ("vault.key", "."),
            ("keys/vault.key", "keys"),
            ("./vault.key", "."),
            ("/vault.key", "/"),
            ("/", "."),
        ] {
            assert_eq!(parent_of(Path::new(path)), Path::new(parent), "{path}");
        }
    }

    /// Also for a user that is not root.
    #[test]
    fn directory_of_root_can_have_private_files() {
        check_parent_directory(Path::new("/")).unwrap();
    }

    #[test]
    fn file_over_the_limit_is_not_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        create(directory.path(), "file", &[1; 10]).unwrap();
        assert_eq!(read(&path, 11).unwrap().len(), 10);
        assert_eq!(read(&path, 10).unwrap().len(), 10);
        assert!(matches!(read(&path, 9), Err(OwnedFileError::TooLong)));
    }
}
