//! Lock files on disk.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::lock::parse_error::LockParseError;
use crate::lock::snapshot::Lock;

/// The maximum size of a file, in bytes.
const MAX_SIZE: u64 = 64 * 1024 * 1024;

/// The number of writes of this process.
static WRITES: AtomicU64 = AtomicU64::new(0);

/// The error for a lock file that cannot be read or written.
#[derive(Debug)]
#[non_exhaustive]
pub enum LockFileError {
    /// There is no file.
    Missing(PathBuf),
    /// The file cannot be read or written.
    Io(PathBuf, io::Error),
    /// The file is larger than 64 MiB, or not UTF-8.
    NotText(PathBuf),
    /// The file is malformed.
    Malformed(PathBuf, LockParseError),
}

impl fmt::Display for LockFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(path) => write!(
                f,
                "missing `{}`: run the test with `PALISADE_LOCK=update` and commit the file",
                path.display()
            ),
            Self::Io(path, _) => write!(f, "cannot read or write `{}`", path.display()),
            Self::NotText(path) => write!(
                f,
                "`{}` is not text in UTF-8 of at most 64 MiB",
                path.display()
            ),
            Self::Malformed(path, error) => write!(f, "`{}`, {error}", path.display()),
        }
    }
}

impl std::error::Error for LockFileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(_, error) => Some(error),
            Self::Malformed(_, error) => Some(error),
            Self::Missing(_) | Self::NotText(_) => None,
        }
    }
}

impl Lock {
    /// Reads a lock file.
    ///
    /// # Errors
    ///
    /// Returns an error if the file is missing, unreadable or malformed.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, LockFileError> {
        let path = path.as_ref();
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => LockFileError::Missing(path.to_owned()),
            _ => LockFileError::Io(path.to_owned(), error),
        };
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(failed)?;
        file.take(MAX_SIZE + 1)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        let is_small = u64::try_from(bytes.len()).is_ok_and(|len| len <= MAX_SIZE);
        let text = String::from_utf8(bytes).ok().filter(|_| is_small);
        let text = text.ok_or_else(|| LockFileError::NotText(path.to_owned()))?;
        text.parse()
            .map_err(|error| LockFileError::Malformed(path.to_owned(), error))
    }

    /// Writes a lock file, which replaces an existing one at once: a reader sees either the former content or the
    /// new one.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be written.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), LockFileError> {
        let path = path.as_ref();
        replace(path, self.to_string().as_bytes())
            .map_err(|error| LockFileError::Io(path.to_owned(), error))
    }
}

/// Writes a file beside the target, and renames it.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut temporary = OsString::from(path);
    // distinct for each write, so that tests of one process do not disturb each other
    let count = WRITES.fetch_add(1, Ordering::Relaxed);
    temporary.push(format!(".{}-{count}.tmp", std::process::id()));
    let temporary = PathBuf::from(temporary);
    let written = write_new(&temporary, content).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // the error of the write is the one to report
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(content)?;
    file.sync_all()
}
