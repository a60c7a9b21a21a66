//! The stored record of a login's tokens, which several processes share.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

/// The future of an operation on a record.
pub(crate) type Operation<'a, T> =
    Pin<Box<dyn Future<Output = Result<T, RecordError>> + Send + 'a>>;

/// A record as it was read.
pub(crate) struct ReadRecord {
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    pub(crate) version: u64,
}

/// Releases the lock of a record when it is dropped.
pub(crate) type RecordGuard = Box<dyn Send>;

/// One sealed record, of which a client reads and replaces the tokens.
pub(crate) trait GrantRecord: Send + Sync + 'static {
    /// Waits at most `wait` until no other task and no other process holds the record's lock.
    fn lock(&self, wait: Duration) -> Operation<'_, RecordGuard>;

    /// Reads the record.
    fn read(&self) -> Operation<'_, Option<ReadRecord>>;

    /// Replaces the record if it has the expected version, and returns the new version.
    fn write<'a>(&'a self, expected: u64, bytes: &'a [u8]) -> Operation<'a, u64>;

    /// Removes the record if it has the expected version.
    fn remove(&self, expected: u64) -> Operation<'_, ()>;
}

/// A store that could not perform an operation.
#[derive(Clone, Debug)]
pub struct RecordError(Arc<dyn Error + Send + Sync>);

impl RecordError {
    pub(crate) fn new(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(source.into().into())
    }
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the tokens' record is unavailable: {}", self.0)
    }
}

impl Error for RecordError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}
