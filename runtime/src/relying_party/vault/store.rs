//! The interface to a store, which keeps sealed records and cannot open them.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::claims::NumericDate;
use crate::seal::{OpenError, SealError, Sealer};
use crate::text::hexadecimal;

/// A store of sealed records.
///
/// [`FileStore`](super::FileStore) keeps them in a directory, [`MemoryStore`](super::MemoryStore) in memory. Implement
/// the trait for a database that several hosts share.
///
/// # Security
///
/// A store has no keys: it sees sealed bytes, versions and expiry times, and names that are keyed hashes. It can delete
/// a record, or return an older one; it cannot read, change or exchange one without an error of the vault. All clients
/// of a store share its [`lock`](Self::lock)s, and each [`write`](Self::write) is atomic.
pub trait VaultStore: Send + Sync + 'static {
    /// Returns a record, or `None` if there is no record of this name.
    ///
    /// # Errors
    ///
    /// Returns an error if the store cannot be read, and never `None`.
    fn read(
        &self,
        name: RecordName,
    ) -> impl Future<Output = Result<Option<StoredRecord>, VaultStoreError>> + Send;

    /// Writes a record if the stored one has the expected version: `None` if there must be no record.
    ///
    /// The comparison and the write are one atomic operation. When it completes, the record survives a crash.
    ///
    /// # Errors
    ///
    /// Returns [`VaultStoreError::Conflict`] if the stored record has another version, and
    /// [`VaultStoreError::Full`] if there are too many. Every error leaves the former record.
    fn write(
        &self,
        name: RecordName,
        expected: Option<u64>,
        record: StoredRecord,
    ) -> impl Future<Output = Result<(), VaultStoreError>> + Send;

    /// Removes a record if it has the expected version.
    ///
    /// # Errors
    ///
    /// Returns [`VaultStoreError::Conflict`] if the stored record has another version or is missing.
    fn remove(
        &self,
        name: RecordName,
        expected: u64,
    ) -> impl Future<Output = Result<(), VaultStoreError>> + Send;

    /// Moves a record that cannot be opened out of the way, without deleting it.
    ///
    /// # Errors
    ///
    /// Returns an error if the record cannot be moved, or if the store does not support it.
    fn set_aside(
        &self,
        name: RecordName,
    ) -> impl Future<Output = Result<(), VaultStoreError>> + Send;

    /// Returns the names of all records, without [`RecordName::HEAD`].
    ///
    /// # Errors
    ///
    /// Returns an error if the names cannot be read.
    fn names(&self) -> impl Future<Output = Result<Vec<RecordName>, VaultStoreError>> + Send;

    /// Removes the records that have expired at this time, and returns their number.
    ///
    /// # Errors
    ///
    /// Returns an error if the store cannot be read or written.
    fn remove_expired(
        &self,
        now: NumericDate,
    ) -> impl Future<Output = Result<usize, VaultStoreError>> + Send;

    /// Waits at most `wait` until no other task and no other process holds the lock of this name.
    ///
    /// # Errors
    ///
    /// Returns [`VaultStoreError::LockTimeout`] after that time.
    fn lock(
        &self,
        name: RecordName,
        wait: Duration,
    ) -> impl Future<Output = Result<VaultLock, VaultStoreError>> + Send;

    /// Receives what the store needs to seal data about all records, such as an index.
    ///
    /// Called when a vault is opened, or `created` on a store without records. Also called when the vault is re-keyed:
    /// seal data again that is not sealed with the [current](StoreSeal::is_current) key. The default implementation does nothing.
    ///
    /// # Errors
    ///
    /// Returns an error if the store's own data cannot be read or created.
    fn attach(
        &self,
        seal: StoreSeal,
        created: bool,
    ) -> impl Future<Output = Result<(), VaultStoreError>> + Send {
        let _ = (seal, created);
        async { Ok(()) }
    }
}

/// The name of a record in a store: a keyed hash of its identity, which reveals nothing about it.
///
/// `Display` prints 32 lower-case hexadecimal digits, which are a valid file name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordName([u8; Self::LEN]);

impl RecordName {
    /// The length in bytes.
    pub const LEN: usize = 16;

    /// The name of the vault's own record, which each vault has.
    pub const HEAD: Self = Self([0; Self::LEN]);

    /// Creates a name from bytes, as [`to_bytes`](Self::to_bytes) returned them.
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes.
    pub const fn to_bytes(self) -> [u8; Self::LEN] {
        self.0
    }

    /// Returns the number of this name's lock, below `locks`; the head has the lock `locks`.
    pub(super) fn lock_number(self, locks: usize) -> usize {
        let [first, ..] = self.0;
        match self {
            Self::HEAD => locks,
            _ => usize::from(first) % locks,
        }
    }
}

impl fmt::Display for RecordName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&hexadecimal(&self.0), f)
    }
}

impl fmt::Debug for RecordName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A sealed record as a store keeps it.
///
/// The vault authenticates all fields: a store that returns another version or expiry time returns a record that cannot
/// be opened.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredRecord {
    /// The version, which differs from that of each former record of this name.
    pub version: u64,
    /// The time from which the record may be removed, if any.
    pub expires_at: Option<NumericDate>,
    /// The sealed bytes, at most 256 KiB.
    pub sealed: Vec<u8>,
}

impl fmt::Debug for StoredRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredRecord")
            .field("version", &self.version)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// A lock of a record, which is released on drop.
///
/// Hold at most one at a time: two names may share a lock.
#[must_use = "the lock is released when it is dropped"]
pub struct VaultLock {
    _guard: Box<dyn Any + Send + Sync>,
}

impl VaultLock {
    /// Creates a lock from the store's guard, which releases it on drop.
    pub fn new(guard: impl Send + Sync + 'static) -> Self {
        Self {
            _guard: Box::new(guard),
        }
    }
}

impl fmt::Debug for VaultLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VaultLock")
    }
}

/// Seals data that a store keeps about all records of one vault.
///
/// A store without such data has no use for it.
#[derive(Clone)]
pub struct StoreSeal {
    sealer: Arc<Sealer>,
    vault: [u8; 16],
}

impl StoreSeal {
    pub(super) fn new(sealer: Arc<Sealer>, vault: [u8; 16]) -> Self {
        Self { sealer, vault }
    }

    /// Seals bytes, at most 1 MiB, with the vault's current key.
    ///
    /// # Errors
    ///
    /// Returns an error if there are too many bytes.
    pub fn seal(&self, bytes: &[u8]) -> Result<Vec<u8>, VaultStoreError> {
        self.sealer
            .seal(bytes, &[&self.vault])
            .map_err(|error| match error {
                SealError::TooLong => VaultStoreError::Full,
                SealError::NoRandomBytes => VaultStoreError::because(error),
            })
    }

    /// Returns whether bytes were sealed with the current key; otherwise they should be sealed again.
    pub fn is_current(&self, sealed: &[u8]) -> bool {
        self.sealer.is_current(sealed)
    }

    /// Opens bytes that the same vault sealed.
    ///
    /// # Errors
    ///
    /// Returns an error if they are not authentic, or sealed with an unknown key.
    pub fn open(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultStoreError> {
        self.sealer
            .open(sealed, &[&self.vault])
            .map_err(|error: OpenError| VaultStoreError::because(error))
    }
}

impl fmt::Debug for StoreSeal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreSeal")
    }
}

/// A store could not perform an operation.
#[derive(Debug)]
#[non_exhaustive]
pub enum VaultStoreError {
    /// The stored record has another version: another task or process has written it.
    Conflict,
    /// The store has as many records as it may have.
    Full,
    /// Another task or process holds the lock.
    LockTimeout,
    /// The store cannot be read or written, or its data is damaged.
    Unavailable(Box<dyn Error + Send + Sync>),
}

impl VaultStoreError {
    /// Creates an error with a source, which is logged and never sent to clients.
    pub fn because(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(source.into())
    }
}

impl fmt::Display for VaultStoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict => f.write_str("the record has another version"),
            Self::Full => f.write_str("the store has as many records as it may have"),
            Self::LockTimeout => f.write_str("the lock was not released in time"),
            Self::Unavailable(source) => write!(f, "the store is unavailable: {source}"),
        }
    }
}

impl Error for VaultStoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unavailable(source) => Some(source.as_ref()),
            _ => None,
        }
    }
}

type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, VaultStoreError>> + Send + 'a>>;

/// An object-safe version of [`VaultStore`].
pub(super) trait DynVaultStore: Send + Sync {
    fn read(&self, name: RecordName) -> Pending<'_, Option<StoredRecord>>;
    fn write(
        &self,
        name: RecordName,
        expected: Option<u64>,
        record: StoredRecord,
    ) -> Pending<'_, ()>;
    fn remove(&self, name: RecordName, expected: u64) -> Pending<'_, ()>;
    fn set_aside(&self, name: RecordName) -> Pending<'_, ()>;
    fn names(&self) -> Pending<'_, Vec<RecordName>>;
    fn remove_expired(&self, now: NumericDate) -> Pending<'_, usize>;
    fn lock(&self, name: RecordName, wait: Duration) -> Pending<'_, VaultLock>;
    fn attach(&self, seal: StoreSeal, created: bool) -> Pending<'_, ()>;
}

impl<S: VaultStore> DynVaultStore for S {
    fn read(&self, name: RecordName) -> Pending<'_, Option<StoredRecord>> {
        Box::pin(VaultStore::read(self, name))
    }

    fn write(
        &self,
        name: RecordName,
        expected: Option<u64>,
        record: StoredRecord,
    ) -> Pending<'_, ()> {
        Box::pin(VaultStore::write(self, name, expected, record))
    }

    fn remove(&self, name: RecordName, expected: u64) -> Pending<'_, ()> {
        Box::pin(VaultStore::remove(self, name, expected))
    }

    fn set_aside(&self, name: RecordName) -> Pending<'_, ()> {
        Box::pin(VaultStore::set_aside(self, name))
    }

    fn names(&self) -> Pending<'_, Vec<RecordName>> {
        Box::pin(VaultStore::names(self))
    }

    fn remove_expired(&self, now: NumericDate) -> Pending<'_, usize> {
        Box::pin(VaultStore::remove_expired(self, now))
    }

    fn lock(&self, name: RecordName, wait: Duration) -> Pending<'_, VaultLock> {
        Box::pin(VaultStore::lock(self, name, wait))
    }

    fn attach(&self, seal: StoreSeal, created: bool) -> Pending<'_, ()> {
        Box::pin(VaultStore::attach(self, seal, created))
    }
}
