//! Writes content to memory, and beyond a size to a file.

use std::io::{Seek as _, Write as _};
use std::mem;
use std::sync::Arc;

use tokio::task::spawn_blocking;

use crate::spool::reservation::{DiskFile, Reservation};
use crate::spool::{HEAD, Spool, SpoolError, Stored};

/// The size of a write to a file.
const BLOCK: usize = 64 << 10;

/// Content that is being written.
///
/// Dropping it removes the file.
pub(crate) struct SpoolWriter {
    max_memory: usize,
    len: u64,
    /// The content, if it is in memory; the bytes that the file lacks otherwise.
    buffer: Vec<u8>,
    /// The first bytes, at most [`HEAD`].
    head: Vec<u8>,
    state: State,
}

enum State {
    InMemory(Arc<Spool>),
    /// `None` while a write is in progress, and after it failed or was canceled.
    OnDisk(Option<DiskFile>),
}

impl SpoolWriter {
    /// Creates a writer that has at most `max_memory` bytes in memory at its end.
    pub(crate) fn new(spool: Arc<Spool>, max_memory: usize) -> Self {
        Self {
            max_memory,
            len: 0,
            buffer: Vec::new(),
            head: Vec::new(),
            state: State::InMemory(spool),
        }
    }

    /// Returns the number of bytes so far.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Appends bytes.
    ///
    /// # Errors
    ///
    /// Returns [`SpoolError`] if the file cannot be created or written, and for every later write.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<(), SpoolError> {
        self.len += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let head = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head
            .extend_from_slice(bytes.get(..head).unwrap_or_default());
        if let State::InMemory(spool) = &self.state {
            if self.buffer.len() + bytes.len() <= self.max_memory {
                append(&mut self.buffer, bytes, self.max_memory);
                return Ok(());
            }
            let spool = Arc::clone(spool);
            self.move_to_disk(spool).await?;
        }
        let mut rest = bytes;
        while let Some((block, others)) =
            rest.split_at_checked(BLOCK.saturating_sub(self.buffer.len()))
        {
            self.buffer.extend_from_slice(block);
            self.flush().await?;
            rest = others;
        }
        self.buffer.extend_from_slice(rest);
        Ok(())
    }

    /// Ends the content.
    ///
    /// # Errors
    ///
    /// Returns [`SpoolError`] if the file cannot be written.
    pub(crate) async fn finish(mut self) -> Result<Stored, SpoolError> {
        if let State::InMemory(_) = self.state {
            return Ok(Stored::in_memory(self.buffer));
        }
        self.flush().await?;
        let State::OnDisk(Some(mut file)) = self.state else {
            return Err(SpoolError::Stopped);
        };
        let rewound = spawn_blocking(move || file.file.rewind().map(|()| file));
        let file = rewound.await.map_err(|_| SpoolError::Stopped)??;
        Ok(Stored::on_disk(file, self.head, self.len))
    }

    /// Creates the file, and writes the bytes that were in memory.
    async fn move_to_disk(&mut self, spool: Arc<Spool>) -> Result<(), SpoolError> {
        self.state = State::OnDisk(None);
        let reservation = Reservation::new(spool);
        let created = spawn_blocking(move || {
            let file = reservation.spool().create()?;
            Ok::<_, SpoolError>(DiskFile { file, reservation })
        });
        let created = created.await.map_err(|_| SpoolError::Stopped)??;
        self.state = State::OnDisk(Some(created));
        self.flush().await
    }

    /// Writes the buffer to the file, on a thread for blocking work.
    async fn flush(&mut self) -> Result<(), SpoolError> {
        let State::OnDisk(slot) = &mut self.state else {
            return Ok(());
        };
        // the file of a write that fails or is canceled is closed with it
        let mut disk = slot.take().ok_or(SpoolError::Stopped)?;
        let mut buffer = mem::take(&mut self.buffer);
        disk.reservation
            .grow(u64::try_from(buffer.len()).unwrap_or(u64::MAX))?;
        let written = spawn_blocking(move || {
            disk.file.write_all(&buffer)?;
            buffer.clear();
            Ok::<_, SpoolError>((disk, buffer))
        });
        let (disk, buffer) = written.await.map_err(|_| SpoolError::Stopped)??;
        *slot = Some(disk);
        self.buffer = buffer;
        Ok(())
    }
}

/// Appends bytes to a buffer that has at most `max` bytes at its end.
pub(crate) fn append(buffer: &mut Vec<u8>, bytes: &[u8], max: usize) {
    let len = buffer.len() + bytes.len();
    if len > buffer.capacity() {
        // at most the limit, where `Vec` may reserve twice as much; the last step is from half of the limit or less,
        // because both buffers exist while it is copied
        let doubled = buffer.capacity().saturating_mul(2);
        let capacity = if doubled > max / 2 { max } else { doubled }.max(len);
        buffer.reserve_exact(capacity - buffer.len());
    }
    buffer.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::append;

    /// An odd first chunk must not end in a copy of nearly the whole content.
    #[test]
    fn buffer_is_copied_to_its_limit_from_half_of_it_at_most() {
        for (max, chunk) in [
            (1 << 20, 65_532),
            (1 << 20, 65_537),
            (100, 7),
            (100, 60),
            (1, 1),
            (1000, 1),
        ] {
            let mut buffer = Vec::new();
            let mut capacities = Vec::new();
            while buffer.len() < max {
                let bytes = vec![0; chunk.min(max - buffer.len())];
                append(&mut buffer, &bytes, max);
                if capacities.last() != Some(&buffer.capacity()) {
                    capacities.push(buffer.capacity());
                }
            }
            assert_eq!(capacities.pop(), Some(max), "{max} by {chunk}");
            let former = capacities.pop().unwrap_or_default();
            assert!(
                former <= max / 2 || former == chunk,
                "{max} by {chunk}: {former}"
            );
        }
    }
}
