//! Temporary files for the content of requests: their directory, and the bytes that they have in total.
//!
//! A file has no name that another process could open: on Unix it never has one, or loses it at once. The
//! operating system therefore removes it when it is closed, after a crash too.

mod error;
mod reservation;
mod stored;
mod writer;

use std::fs::File;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, LazyLock};

pub(crate) use self::error::SpoolError;
pub use self::stored::SpooledReader;
pub(crate) use self::stored::{HEAD, Stored};
pub(crate) use self::writer::{SpoolWriter, append};

/// The default limit of the bytes on disk: 10 GiB.
pub(crate) const DEFAULT_LIMIT: u64 = 10 << 30;

/// The temporary files of a server.
#[derive(Debug)]
pub(crate) struct Spool {
    /// `None` for the system's directory.
    directory: Option<PathBuf>,
    limit: u64,
    /// The bytes in all files that are open.
    used: AtomicU64,
}

impl Spool {
    pub(crate) fn new(directory: Option<PathBuf>, limit: Option<u64>) -> Self {
        Self {
            directory,
            limit: limit.unwrap_or(DEFAULT_LIMIT),
            used: AtomicU64::new(0),
        }
    }

    /// Returns the files of all servers that configure nothing.
    pub(crate) fn shared() -> Arc<Self> {
        static SHARED: LazyLock<Arc<Spool>> = LazyLock::new(|| Arc::new(Spool::new(None, None)));
        Arc::clone(&SHARED)
    }

    /// Creates a file and writes a byte, so that a server does not start with a directory that it cannot use.
    pub(crate) fn check(&self) -> io::Result<()> {
        let mut file = self.create()?;
        file.write_all(&[0])
    }

    /// Creates an empty file with mode 0600.
    fn create(&self) -> io::Result<File> {
        let file = match &self.directory {
            Some(directory) => tempfile::tempfile_in(directory),
            None => tempfile::tempfile(),
        }?;
        // a file that never had a name has the mode of the process's umask
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        }
        Ok(file)
    }
}

#[cfg(test)]
mod tests;
