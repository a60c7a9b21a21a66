//! A key in a file.

use std::path::{Path, PathBuf};

use crate::relying_party::vault::key_source::{KeySource, KeySourceError};
use crate::relying_party::vault::owned_file::{self, OwnedFileError};
use crate::seal::{SealingKey, SealingKeys};
use crate::secret::Secret;

/// The longest content of a key file: a key as text, and a line break.
const MAX_LEN: usize = 45;

/// A key in a file that only this user can read.
///
/// The file contains one key as unpadded base64url text, 43 characters, and optionally a line break. It must be a
/// regular file with mode 0600 or 0400 that belongs to the effective user of the process; a symbolic link is rejected.
/// Its directory must belong to the same user or to root, and other users cannot write to it.
///
/// # Security
///
/// The key protects a copy or a backup of the vault only if it is not part of it: keep the file in another directory,
/// such as the credentials of a service manager. It protects nothing against root, or against this user's processes.
///
/// # Examples
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use palisade::relying_party::vault::{FileStore, KeyFile, TokenVault};
///
/// let store = FileStore::open("/var/lib/orders-web/vault")?;
/// let vault = TokenVault::open(store, KeyFile::new("/etc/orders-web/vault.key")).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct KeyFile {
    path: PathBuf,
    older: Vec<PathBuf>,
}

impl KeyFile {
    /// Names the file of the current key. Nothing is read yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            older: Vec::new(),
        }
    }

    /// Names the file of an older key, which opens records and does not seal new ones.
    #[must_use]
    pub fn older(mut self, path: impl Into<PathBuf>) -> Self {
        self.older.push(path.into());
        self
    }
}

impl KeySource for KeyFile {
    fn load(&self) -> Result<SealingKeys, KeySourceError> {
        let mut keys = SealingKeys::new(read(&self.path)?);
        for path in &self.older {
            keys = keys.older(read(path)?)?;
        }
        Ok(keys)
    }

    /// Creates the file of the current key, with mode 0600, and reads older ones.
    fn create(&self) -> Result<SealingKeys, KeySourceError> {
        let directory = owned_file::parent_of(&self.path);
        check_directory(directory)?;
        let name = self.path.file_name().and_then(|name| name.to_str());
        let Some(name) = name else {
            return Err(KeySourceError::NotPrivate {
                path: self.path.clone(),
                problem: "must name a file, in UTF-8",
            });
        };
        let key = SealingKey::generate()?;
        owned_file::create(directory, name, key.to_base64url().expose()).map_err(|source| {
            if source.kind() == std::io::ErrorKind::AlreadyExists {
                return KeySourceError::AlreadyExists;
            }
            KeySourceError::Io {
                path: self.path.clone(),
                source,
            }
        })?;
        // read again, so that a key that cannot be read is noticed before it seals anything
        self.load()
    }
}

fn read(path: &Path) -> Result<SealingKey, KeySourceError> {
    check_directory(owned_file::parent_of(path))?;
    let bytes = owned_file::read(path, MAX_LEN).map_err(|error| failed(path, error))?;
    let text = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    Ok(SealingKey::from_base64url(&Secret::new(text))?)
}

fn check_directory(directory: &Path) -> Result<(), KeySourceError> {
    owned_file::check_parent_directory(directory).map_err(|error| failed(directory, error))
}

fn failed(path: &Path, error: OwnedFileError) -> KeySourceError {
    let path = path.to_owned();
    match error {
        OwnedFileError::NotPrivate(problem) => KeySourceError::NotPrivate { path, problem },
        OwnedFileError::TooLong => KeySourceError::Invalid(crate::seal::SealingKeyError::Length),
        OwnedFileError::Io(source) if source.kind() == std::io::ErrorKind::NotFound => {
            KeySourceError::Missing
        }
        OwnedFileError::Io(source) => KeySourceError::Io { path, source },
    }
}
