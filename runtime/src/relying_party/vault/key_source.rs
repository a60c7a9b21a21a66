//! The sources of a vault's keys.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::seal::{SealingKey, SealingKeyError, SealingKeys};

/// A source of a vault's keys.
///
/// [`KeyFile`](super::KeyFile) reads a file, `KeyringKey` (feature `keyring`) the operating system's keyring, and
/// [`SealingKeys`] are given by the caller. Implement the trait for another source, such as a secret store.
///
/// Both methods may block; a vault calls them on a thread for blocking work.
pub trait KeySource: Send + Sync + 'static {
    /// Returns the current key and older ones.
    ///
    /// # Errors
    ///
    /// Returns [`KeySourceError::Missing`] if there is no key. A source never creates one here: a new key cannot open
    /// existing records.
    fn load(&self) -> Result<SealingKeys, KeySourceError>;

    /// Creates a key, for a new vault.
    ///
    /// # Errors
    ///
    /// Returns [`KeySourceError::AlreadyExists`] if there is a key.
    fn create(&self) -> Result<SealingKeys, KeySourceError>;
}

/// Keys that the caller has: creating a vault uses them as they are.
impl KeySource for SealingKeys {
    fn load(&self) -> Result<SealingKeys, KeySourceError> {
        Ok(self.clone())
    }

    fn create(&self) -> Result<SealingKeys, KeySourceError> {
        Ok(self.clone())
    }
}

/// A key that the caller has: creating a vault uses it as it is.
impl KeySource for SealingKey {
    fn load(&self) -> Result<SealingKeys, KeySourceError> {
        Ok(SealingKeys::new(self.clone()))
    }

    fn create(&self) -> Result<SealingKeys, KeySourceError> {
        self.load()
    }
}

/// A key could not be read or created.
#[derive(Debug)]
#[non_exhaustive]
pub enum KeySourceError {
    /// There is no key.
    Missing,
    /// There is a key already, which is not replaced.
    AlreadyExists,
    /// The content is not a key.
    Invalid(SealingKeyError),
    /// The key file, or the directory that contains it, is not private to this user.
    NotPrivate {
        /// The file or directory.
        path: PathBuf,
        /// The rule that it breaks.
        problem: &'static str,
    },
    /// The key file cannot be read or written.
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The keyring, or another source, is unavailable.
    Unavailable(Box<dyn Error + Send + Sync>),
}

impl fmt::Display for KeySourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("there is no key: restore it, or create a new vault"),
            Self::AlreadyExists => {
                f.write_str("there is a key already: use it, or create the vault with another one")
            }
            Self::Invalid(error) => error.fmt(f),
            Self::NotPrivate { path, problem } => write!(f, "{}: {problem}", path.display()),
            Self::Io { path, source } => write!(f, "{}: {source}", path.display()),
            Self::Unavailable(source) => {
                write!(f, "the source of the key is unavailable: {source}")
            }
        }
    }
}

impl Error for KeySourceError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::Unavailable(source) => Some(source.as_ref()),
            Self::Invalid(error) => Some(error),
            _ => None,
        }
    }
}

impl From<SealingKeyError> for KeySourceError {
    fn from(error: SealingKeyError) -> Self {
        Self::Invalid(error)
    }
}
