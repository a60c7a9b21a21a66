//! The errors of a vault, for operators. None contains a token or a subject.

use std::error::Error;
use std::fmt;

use crate::relying_party::vault::key_source::KeySourceError;
use crate::relying_party::vault::store::VaultStoreError;
use crate::seal::{OpenError, SealError, SealingKeyError};

/// A vault could not be opened, read or written.
///
/// No error removes anything: a record that cannot be opened stays where it is.
#[derive(Debug)]
#[non_exhaustive]
pub enum VaultError {
    /// The store has no vault; [`TokenVault::create`](super::TokenVault::create) creates one.
    NotCreated,
    /// The store has a vault or records already, which no new key can open.
    AlreadyCreated,
    /// The key could not be read or created.
    Key(KeySourceError),
    /// The vault or the record was sealed with a key that is neither the current nor an older one.
    UnknownKey,
    /// The vault or the record has an unknown format version, such as that of a newer program.
    UnknownFormat,
    /// The record was truncated, changed, or exchanged for that of another identity, version or vault.
    NotAuthentic,
    /// The record has another version: another task or process has written it.
    Conflict,
    /// The value is longer than [`TokenVault::MAX_VALUE`](super::TokenVault::MAX_VALUE).
    TooLong,
    /// The store has as many records as it may have, none of which has expired.
    Full,
    /// Another task or process holds the lock of the record.
    LockTimeout,
    /// The store cannot be read or written, or its own data is damaged.
    Store(VaultStoreError),
    /// The operating system supplied no random bytes.
    NoRandomBytes,
}

impl fmt::Display for VaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotCreated => "the store has no vault: create one, or restore it from a backup",
            Self::AlreadyCreated => "the store has a vault already: open it with its key",
            Self::Key(error) => return write!(f, "the key of the vault: {error}"),
            Self::UnknownKey => "the key is not one that sealed this data: give the right key, as an older one",
            Self::UnknownFormat => "the data has an unknown format version: use the program that wrote it, or a newer one",
            Self::NotAuthentic => {
                "the record was changed, truncated or exchanged: restore it, or set it aside and log in again"
            }
            Self::Conflict => "the record has another version: read it again",
            Self::TooLong => "the value is longer than 128 KiB",
            Self::Full => "the store has as many records as it may have",
            Self::LockTimeout => "the lock of the record was not released in time",
            Self::Store(error) => return error.fmt(f),
            Self::NoRandomBytes => "the operating system supplied no random bytes",
        })
    }
}

impl Error for VaultError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Key(error) => Some(error),
            Self::Store(error) => error.source(),
            _ => None,
        }
    }
}

impl From<VaultStoreError> for VaultError {
    fn from(error: VaultStoreError) -> Self {
        match error {
            VaultStoreError::Conflict => Self::Conflict,
            VaultStoreError::Full => Self::Full,
            VaultStoreError::LockTimeout => Self::LockTimeout,
            VaultStoreError::Unavailable(_) => Self::Store(error),
        }
    }
}

impl From<KeySourceError> for VaultError {
    fn from(error: KeySourceError) -> Self {
        Self::Key(error)
    }
}

impl From<SealingKeyError> for VaultError {
    fn from(error: SealingKeyError) -> Self {
        Self::Key(KeySourceError::Invalid(error))
    }
}

impl From<SealError> for VaultError {
    fn from(error: SealError) -> Self {
        match error {
            SealError::TooLong => Self::TooLong,
            SealError::NoRandomBytes => Self::NoRandomBytes,
        }
    }
}

impl From<OpenError> for VaultError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::UnknownKey => Self::UnknownKey,
            OpenError::UnknownVersion => Self::UnknownFormat,
            OpenError::TooLong | OpenError::Malformed | OpenError::NotAuthentic => {
                Self::NotAuthentic
            }
        }
    }
}
