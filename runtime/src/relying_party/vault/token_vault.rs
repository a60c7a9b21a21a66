//! The vault.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::rand;
use tokio::task::spawn_blocking;

use crate::claims::NumericDate;
use crate::clock::{Clock, SystemClock};
use crate::relying_party::vault::error::VaultError;
use crate::relying_party::vault::head::Head;
use crate::relying_party::vault::key_source::{KeySource, KeySourceError};
use crate::relying_party::vault::record::{self, RecordSealer};
use crate::relying_party::vault::record_id::RecordId;
use crate::relying_party::vault::store::{
    DynVaultStore, RecordName, StoreSeal, VaultLock, VaultStore, VaultStoreError,
};
use crate::seal::{Purpose, Sealer, SealingKeys};
use crate::secret::Secret;

const HEAD: Purpose = Purpose::new("vault head");
const WRAPS: Purpose = Purpose::new("vault data key");
const STORE: Purpose = Purpose::new("vault store");

/// The time that creating a vault waits for another process that creates it.
const CREATE_WAIT: Duration = Duration::from_secs(10);

/// How often a write without an expected version is tried.
const PUT_ATTEMPTS: usize = 32;

/// A store of tokens, each sealed.
///
/// Each record is sealed with AES-256-GCM-SIV ([RFC 8452]) under a separate key, which the vault's key wraps. It is
/// bound to its vault, identity ([`RecordId`]), version and expiry time: a record that was exchanged, changed or
/// truncated is an error. No variant stores plain text. Values are zeroized on drop.
///
/// Processes that share a store share its locks and versions. Clones share one vault.
///
/// # Security
///
/// The vault protects a copy of the store, such as a backup or a stolen disk, as long as the key is not part of it. It
/// does not protect against a program that can read the key or this process's memory.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use palisade::Secret;
/// use palisade::relying_party::SealingKey;
/// use palisade::relying_party::vault::{MemoryStore, RecordId, TokenVault};
///
/// let vault = TokenVault::create(MemoryStore::new(), SealingKey::generate()?).await?;
/// let id = RecordId::new("https://login.example", "orders-web", "tokens")?.subject("alice")?;
///
/// let version = vault.write(&id, None, &Secret::new("refresh token"), None).await?;
/// let record = vault.read(&id).await?.ok_or("no record")?;
/// assert_eq!(record.version(), version);
/// # Ok(())
/// # }
/// ```
///
/// [RFC 8452]: https://www.rfc-editor.org/rfc/rfc8452
#[derive(Clone)]
pub struct TokenVault {
    inner: Arc<Inner>,
    clock: Arc<dyn Clock>,
}

pub(super) struct Inner {
    pub(super) store: Box<dyn DynVaultStore>,
    pub(super) heads: Sealer,
    pub(super) head: Head,
    pub(super) records: RecordSealer,
    pub(super) seal: StoreSeal,
}

impl TokenVault {
    /// The maximum length of a value, 128 KiB.
    pub const MAX_VALUE: usize = record::MAX_VALUE;

    /// Opens the vault of a store.
    ///
    /// # Errors
    ///
    /// Returns an error if the key is missing or is not the vault's, or if the store has no vault. Nothing is created.
    pub async fn open(store: impl VaultStore, keys: impl KeySource) -> Result<Self, VaultError> {
        let store: Box<dyn DynVaultStore> = Box::new(store);
        let record = store.read(RecordName::HEAD).await?;
        let record = record.ok_or(VaultError::NotCreated)?;
        let keys = blocking(move || keys.load()).await?;
        let heads = keys.sealer(HEAD)?;
        let head = Head::open(&record, &heads)?;
        let vault = Self::new(store, &keys, heads, head)?;
        vault.attach(false).await?;
        Ok(vault)
    }

    /// Creates a vault on a store without records, and the key with [`KeySource::create`].
    ///
    /// If a former attempt created the key and then failed, give the key itself: [`KeySource::load`] returns it.
    ///
    /// # Errors
    ///
    /// Returns an error if the store has a vault or records, or if there is a key. Neither is ever replaced: a new key
    /// cannot open existing records.
    pub async fn create(store: impl VaultStore, keys: impl KeySource) -> Result<Self, VaultError> {
        let store: Box<dyn DynVaultStore> = Box::new(store);
        let _lock = store.lock(RecordName::HEAD, CREATE_WAIT).await?;
        let has_head = store.read(RecordName::HEAD).await?.is_some();
        if has_head || !store.names().await?.is_empty() {
            return Err(VaultError::AlreadyCreated);
        }
        let keys = blocking(move || keys.create()).await?;
        let heads = keys.sealer(HEAD)?;
        let head = Head::generate()?;
        let record = head.seal(&heads)?;
        let vault = Self::new(store, &keys, heads, head)?;
        // the head comes last: without it, an interrupted creation can be repeated
        vault.attach(true).await?;
        let written = vault
            .inner
            .store
            .write(RecordName::HEAD, None, record)
            .await;
        match written {
            Err(VaultStoreError::Conflict) => Err(VaultError::AlreadyCreated),
            written => Ok(written.map(|()| vault)?),
        }
    }

    fn new(
        store: Box<dyn DynVaultStore>,
        keys: &SealingKeys,
        heads: Sealer,
        head: Head,
    ) -> Result<Self, VaultError> {
        let id = head.id();
        Ok(Self {
            inner: Arc::new(Inner {
                records: RecordSealer::new(keys.sealer(WRAPS)?, id),
                seal: StoreSeal::new(Arc::new(keys.sealer(STORE)?), id),
                store,
                heads,
                head,
            }),
            clock: Arc::new(SystemClock),
        })
    }

    /// Sets the clock that decides which records have expired. The default is [`SystemClock`].
    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Returns a record, or `None` if it does not exist.
    ///
    /// A record is returned until it is removed, also after its expiry time.
    ///
    /// # Errors
    ///
    /// Returns an error if the record is not authentic or was sealed with an unknown key, or if the store cannot be
    /// read. The record stays in the store.
    pub async fn read(&self, id: &RecordId) -> Result<Option<VaultRecord>, VaultError> {
        let name = self.inner.head.name(id);
        let Some(record) = self.inner.store.read(name).await? else {
            return Ok(None);
        };
        Ok(Some(VaultRecord {
            value: self.inner.records.open(id, name, &record)?,
            version: RecordVersion(record.version),
            expires_at: record.expires_at,
        }))
    }

    /// Writes a record if the stored one has the expected version: `None` if there must be no record.
    ///
    /// From `expires_at` on, the record may be removed. Without it, the record remains until [`remove`](Self::remove).
    /// If the future is dropped, the record may still be written.
    ///
    /// # Errors
    ///
    /// Returns [`VaultError::Conflict`] if the stored record has another version: read it again. Returns
    /// [`VaultError::Full`] if the store has too many records that have not expired. Every error leaves the former record.
    pub async fn write(
        &self,
        id: &RecordId,
        expected: Option<RecordVersion>,
        value: &Secret,
        expires_at: Option<NumericDate>,
    ) -> Result<RecordVersion, VaultError> {
        let name = self.inner.head.name(id);
        let expected = expected.map(|RecordVersion(version)| version);
        let version = match expected {
            Some(version) => version.wrapping_add(1),
            None => first_version()?,
        };
        let record = self
            .inner
            .records
            .seal(id, name, version, expires_at, value)?;
        let written = self.inner.store.write(name, expected, record.clone()).await;
        match written {
            Err(VaultStoreError::Full) if self.remove_expired().await? > 0 => {
                self.inner.store.write(name, expected, record).await?;
            }
            written => written?,
        }
        Ok(RecordVersion(version))
    }

    /// Writes a record, whatever version is stored.
    ///
    /// # Errors
    ///
    /// Returns an error if the store cannot be read or written. A stored record that the store itself reports as
    /// damaged is not replaced: see [`set_aside`](Self::set_aside).
    pub async fn put(
        &self,
        id: &RecordId,
        value: &Secret,
        expires_at: Option<NumericDate>,
    ) -> Result<RecordVersion, VaultError> {
        for _ in 1..PUT_ATTEMPTS {
            let expected = self.version(id).await?;
            match self.write(id, expected, value, expires_at).await {
                Err(VaultError::Conflict) => {}
                written => return written,
            }
        }
        Err(VaultError::Conflict)
    }

    /// Removes a record, whatever version is stored, and returns whether there was one.
    ///
    /// # Errors
    ///
    /// Returns an error if the store cannot be read or written. The record is then still there.
    pub async fn remove(&self, id: &RecordId) -> Result<bool, VaultError> {
        let name = self.inner.head.name(id);
        for _ in 1..PUT_ATTEMPTS {
            let Some(RecordVersion(version)) = self.version(id).await? else {
                return Ok(false);
            };
            match self.inner.store.remove(name, version).await {
                Err(VaultStoreError::Conflict) => {}
                removed => return Ok(removed.map(|()| true)?),
            }
        }
        Err(VaultError::Conflict)
    }

    /// Removes a record if the stored one has this version.
    ///
    /// # Errors
    ///
    /// Returns [`VaultError::Conflict`] if the stored record has another version, or is missing. Every error leaves the
    /// record.
    pub async fn remove_version(
        &self,
        id: &RecordId,
        version: RecordVersion,
    ) -> Result<(), VaultError> {
        let name = self.inner.head.name(id);
        Ok(self.inner.store.remove(name, version.0).await?)
    }

    /// Moves a record that cannot be opened out of the way, so that another one can be written. It is not deleted.
    ///
    /// # Errors
    ///
    /// Returns an error if the store cannot move it.
    pub async fn set_aside(&self, id: &RecordId) -> Result<(), VaultError> {
        let name = self.inner.head.name(id);
        Ok(self.inner.store.set_aside(name).await?)
    }

    /// Waits at most `wait` for the lock of a record, which one task of all processes holds.
    ///
    /// To refresh tokens: lock, read the record *again*, refresh only if it is still necessary, write, and drop the
    /// lock. Reading and writing need no lock themselves. Hold one lock at a time.
    ///
    /// # Errors
    ///
    /// Returns [`VaultError::LockTimeout`] after that time.
    pub async fn lock(&self, id: &RecordId, wait: Duration) -> Result<VaultLock, VaultError> {
        let name = self.inner.head.name(id);
        Ok(self.inner.store.lock(name, wait).await?)
    }

    /// Removes the records that have expired, and returns their number.
    ///
    /// A write to a full store does this too.
    ///
    /// # Errors
    ///
    /// Returns an error if the store cannot be read or written.
    pub async fn remove_expired(&self) -> Result<usize, VaultError> {
        Ok(self.inner.store.remove_expired(self.clock.now()).await?)
    }

    /// Returns the version of a record, which is not authenticated.
    async fn version(&self, id: &RecordId) -> Result<Option<RecordVersion>, VaultError> {
        let record = self.inner.store.read(self.inner.head.name(id)).await?;
        Ok(record.map(|record| RecordVersion(record.version)))
    }

    pub(super) async fn attach(&self, created: bool) -> Result<(), VaultError> {
        let attached = self.inner.store.attach(self.inner.seal.clone(), created);
        Ok(attached.await?)
    }

    pub(super) fn inner(&self) -> &Inner {
        &self.inner
    }
}

impl fmt::Debug for TokenVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenVault")
            .field("keys", &self.inner.heads)
            .finish_non_exhaustive()
    }
}

/// A record of a [`TokenVault`].
#[derive(Clone, Debug)]
pub struct VaultRecord {
    value: Secret,
    version: RecordVersion,
    expires_at: Option<NumericDate>,
}

impl VaultRecord {
    /// Returns the value.
    pub fn value(&self) -> &Secret {
        &self.value
    }

    /// Returns the version, for [`TokenVault::write`].
    pub fn version(&self) -> RecordVersion {
        self.version
    }

    /// Returns the time from which the record may be removed, if any.
    pub fn expires_at(&self) -> Option<NumericDate> {
        self.expires_at
    }

    /// Returns the value.
    pub fn into_value(self) -> Secret {
        self.value
    }
}

/// The version of a record, which differs from that of each former record of the same identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RecordVersion(u64);

/// Chooses the version of a new record at random, so that it differs from those of a removed one.
fn first_version() -> Result<u64, VaultError> {
    let mut bytes = [0; 8];
    rand::fill(&mut bytes).map_err(|_| VaultError::NoRandomBytes)?;
    Ok(u64::from_be_bytes(bytes))
}

/// Runs a source of keys, which may block.
async fn blocking(
    source: impl FnOnce() -> Result<SealingKeys, KeySourceError> + Send + 'static,
) -> Result<SealingKeys, VaultError> {
    let keys = spawn_blocking(source).await;
    let keys = keys.map_err(|_| KeySourceError::Unavailable("the source of the key failed".into()));
    Ok(keys??)
}
