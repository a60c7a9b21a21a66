//! Sealing a vault with a new key, while it is in use.

use crate::relying_party::vault::error::VaultError;
use crate::relying_party::vault::head::HEAD_VERSION;
use crate::relying_party::vault::store::{RecordName, VaultStoreError};
use crate::relying_party::vault::token_vault::TokenVault;

/// How often a record is tried that another task or process writes at the same time.
const ATTEMPTS: usize = 32;

/// The result of [`TokenVault::rekey`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rekeyed {
    /// The number of records whose data key was wrapped again.
    pub rewrapped: usize,
    /// The number of records whose data key was wrapped by the current key already.
    pub current: usize,
    /// The records that could not be read, and stay as they are.
    pub unreadable: Vec<RecordName>,
}

impl Rekeyed {
    /// Returns whether no record needs an older key.
    pub fn is_complete(&self) -> bool {
        self.unreadable.is_empty()
    }
}

enum Outcome {
    Rewrapped,
    Current,
    Removed,
    Unreadable,
}

impl TokenVault {
    /// Wraps the data keys of all records with the current key, so that older keys are not needed any more.
    ///
    /// Values are not sealed again. Other tasks and processes can use the vault meanwhile, if they have both keys. To
    /// replace a key:
    ///
    /// 1. Give every process the new key as an older one.
    /// 2. Make it the current key of every process, with the former one as an older one.
    /// 3. Call this method in one of them, when no process has the former key as its current one.
    /// 4. If the result [is complete](Rekeyed::is_complete), remove the former key.
    ///
    /// The method can be repeated, also after a crash.
    ///
    /// # Errors
    ///
    /// Returns an error if the store cannot be read or written. A record that cannot be read is no error: it is in the
    /// result, and stays in the store.
    pub async fn rekey(&self) -> Result<Rekeyed, VaultError> {
        let mut result = Rekeyed::default();
        self.reseal_head().await?;
        for name in self.inner().store.names().await? {
            match self.rewrap(name).await? {
                Outcome::Rewrapped => result.rewrapped += 1,
                Outcome::Current => result.current += 1,
                Outcome::Unreadable => result.unreadable.push(name),
                Outcome::Removed => {}
            }
        }
        self.attach(false).await?;
        Ok(result)
    }

    async fn reseal_head(&self) -> Result<(), VaultError> {
        let inner = self.inner();
        let stored = inner.store.read(RecordName::HEAD).await?;
        let stored = stored.ok_or(VaultError::NotCreated)?;
        if inner.heads.is_current(&stored.sealed) {
            return Ok(());
        }
        let record = inner.head.seal(&inner.heads)?;
        let write = inner
            .store
            .write(RecordName::HEAD, Some(HEAD_VERSION), record);
        Ok(write.await?)
    }

    async fn rewrap(&self, name: RecordName) -> Result<Outcome, VaultError> {
        let inner = self.inner();
        for _ in 0..ATTEMPTS {
            let stored = match inner.store.read(name).await {
                Ok(Some(stored)) => stored,
                Ok(None) => return Ok(Outcome::Removed),
                Err(_) => return Ok(Outcome::Unreadable),
            };
            let record = match inner.records.rewrap(name, &stored) {
                Ok(Some(record)) => record,
                Ok(None) => return Ok(Outcome::Current),
                Err(_) => return Ok(Outcome::Unreadable),
            };
            match inner.store.write(name, Some(stored.version), record).await {
                Err(VaultStoreError::Conflict) => {}
                written => return Ok(written.map(|()| Outcome::Rewrapped)?),
            }
        }
        Err(VaultError::Conflict)
    }
}
