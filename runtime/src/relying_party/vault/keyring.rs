//! A key in the operating system's keyring.

use std::fmt;
use std::sync::Arc;

use keyring_core::{CredentialStore, Entry, Error};
use zeroize::Zeroizing;

use crate::relying_party::vault::key_source::{KeySource, KeySourceError};
use crate::seal::{SealingKey, SealingKeys};
use crate::secret::Secret;

/// A key in the operating system's keyring.
///
/// Keyrings differ by platform: depend on a crate that implements a [`CredentialStore`] of `keyring-core` 1, such as
/// `apple-native-keyring-store`, `windows-native-keyring-store` or `zbus-secret-service-keyring-store`. The key is
/// stored as text, 43 characters.
///
/// # Security
///
/// Choose a keyring that keeps its content: the keyring of the Linux kernel (`keyutils`) loses it at a reboot, and a
/// container has no secret service. A missing key is then an error, and the records cannot be opened any more.
#[derive(Clone)]
pub struct KeyringKey {
    store: Arc<CredentialStore>,
    service: String,
    user: String,
    older: Vec<String>,
}

impl KeyringKey {
    /// Names the entry of the current key. Nothing is read yet.
    pub fn new(
        store: Arc<CredentialStore>,
        service: impl Into<String>,
        user: impl Into<String>,
    ) -> Self {
        Self {
            store,
            service: service.into(),
            user: user.into(),
            older: Vec::new(),
        }
    }

    /// Names the user of the entry of an older key, in the same service.
    #[must_use]
    pub fn older(mut self, user: impl Into<String>) -> Self {
        self.older.push(user.into());
        self
    }

    fn read(&self, user: &str) -> Result<SealingKey, KeySourceError> {
        let entry = self.entry(user)?;
        let text = entry.get_password().map_err(failed)?;
        let text = Zeroizing::new(text.into_bytes());
        Ok(SealingKey::from_base64url(&Secret::new(text.as_slice()))?)
    }

    fn entry(&self, user: &str) -> Result<Entry, KeySourceError> {
        Entry::new_in_store(&self.store, &self.service, user).map_err(failed)
    }
}

impl KeySource for KeyringKey {
    fn load(&self) -> Result<SealingKeys, KeySourceError> {
        let mut keys = SealingKeys::new(self.read(&self.user)?);
        for user in &self.older {
            keys = keys.older(self.read(user)?)?;
        }
        Ok(keys)
    }

    fn create(&self) -> Result<SealingKeys, KeySourceError> {
        match self.read(&self.user) {
            Err(KeySourceError::Missing) => {}
            // damaged or unreadable content is not replaced either
            Ok(_) | Err(KeySourceError::Invalid(_)) => return Err(KeySourceError::AlreadyExists),
            Err(error) => return Err(error),
        }
        let key = SealingKey::generate()?;
        let text = key.to_base64url();
        let text = str::from_utf8(text.expose()).unwrap_or_default();
        self.entry(&self.user)?.set_password(text).map_err(failed)?;
        // a keyring cannot create an entry exclusively: notice another process that did the same
        let keys = self.load()?;
        if self.read(&self.user)?.id() != key.id() {
            return Err(KeySourceError::AlreadyExists);
        }
        Ok(keys)
    }
}

impl fmt::Debug for KeyringKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyringKey")
            .field("service", &self.service)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// Replaces an error of the keyring, which may contain the stored bytes.
fn failed(error: Error) -> KeySourceError {
    match error {
        Error::NoEntry => KeySourceError::Missing,
        Error::BadEncoding(bytes) | Error::BadDataFormat(bytes, _) => {
            drop(Zeroizing::new(bytes));
            KeySourceError::Invalid(crate::seal::SealingKeyError::NotBase64Url)
        }
        Error::NoStorageAccess(_) => unavailable("the keyring is locked or not accessible"),
        Error::NoDefaultStore => unavailable("there is no keyring"),
        Error::Ambiguous(_) => unavailable("several entries have this service and user"),
        Error::TooLong(..) | Error::Invalid(..) => {
            unavailable("the keyring rejects the service or user")
        }
        Error::NotSupportedByStore(_) => unavailable("the keyring does not support the operation"),
        _ => unavailable("the keyring failed"),
    }
}

fn unavailable(problem: &'static str) -> KeySourceError {
    KeySourceError::Unavailable(problem.into())
}
