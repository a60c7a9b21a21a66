//! A share of the bytes that all files of a server may have.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::spool::{Spool, SpoolError};

/// A file with its reservation, which outlives it.
#[derive(Debug)]
pub(super) struct DiskFile {
    // closed first
    pub(super) file: File,
    pub(super) reservation: Reservation,
}

/// The bytes of one file, returned when it is closed.
#[derive(Debug)]
pub(super) struct Reservation {
    spool: Arc<Spool>,
    bytes: u64,
}

impl Reservation {
    pub(super) fn new(spool: Arc<Spool>) -> Self {
        Self { spool, bytes: 0 }
    }

    /// Adds bytes before they are written.
    ///
    /// # Errors
    ///
    /// Returns [`SpoolError::Limit`] if all files together would have too many.
    pub(super) fn grow(&mut self, bytes: u64) -> Result<(), SpoolError> {
        let limit = self.spool.limit;
        let grown = self
            .spool
            .used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                used.checked_add(bytes).filter(|used| *used <= limit)
            });
        grown.map_err(|_| SpoolError::Limit(limit))?;
        self.bytes += bytes;
        Ok(())
    }

    pub(super) fn spool(&self) -> &Spool {
        &self.spool
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.spool.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}
