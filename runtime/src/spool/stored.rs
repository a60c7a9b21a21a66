//! Content that was written, in memory or in a file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Cursor, SeekFrom};
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncSeek, ReadBuf};
use tokio::task::spawn_blocking;

use crate::spool::reservation::{DiskFile, Reservation};

/// The length of the beginning that stays in memory.
pub(crate) const HEAD: usize = 4096;

/// Content in memory, or in a file without a name.
#[derive(Debug)]
pub(crate) struct Stored {
    len: u64,
    /// The content, if it is in memory; its first bytes otherwise.
    memory: Vec<u8>,
    disk: Option<DiskFile>,
}

impl Stored {
    pub(crate) fn in_memory(content: Vec<u8>) -> Self {
        Self {
            len: u64::try_from(content.len()).unwrap_or(u64::MAX),
            memory: content,
            disk: None,
        }
    }

    pub(super) fn on_disk(disk: DiskFile, head: Vec<u8>, len: u64) -> Self {
        Self {
            len,
            memory: head,
            disk: Some(disk),
        }
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    pub(crate) fn is_on_disk(&self) -> bool {
        self.disk.is_some()
    }

    /// Returns the first bytes, at most [`HEAD`].
    pub(crate) fn head(&self) -> &[u8] {
        self.memory.get(..HEAD).unwrap_or(&self.memory)
    }

    pub(crate) fn into_reader(self) -> SpooledReader {
        SpooledReader(match self.disk {
            None => Source::Memory(Cursor::new(self.memory)),
            Some(DiskFile { file, reservation }) => Source::Disk {
                file: tokio::fs::File::from_std(file),
                _reservation: reservation,
            },
        })
    }

    /// Copies the content to a new file, on a thread for blocking work.
    pub(crate) async fn save_as(self, path: PathBuf) -> io::Result<()> {
        let saved = spawn_blocking(move || {
            let mut target = create_private(&path)?;
            let saved = self.copy_to(&mut target);
            if saved.is_err() {
                drop(target);
                // the first error is the one to report
                let _ = fs::remove_file(&path);
            }
            saved
        });
        saved.await.map_err(io::Error::other)?
    }

    fn copy_to(mut self, target: &mut File) -> io::Result<()> {
        let copied = match &mut self.disk {
            None => io::copy(&mut self.memory.as_slice(), target)?,
            Some(disk) => io::copy(&mut disk.file, target)?,
        };
        if copied != self.len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        target.sync_all()
    }
}

/// Creates a file that does not exist yet, for this user only.
fn create_private(path: &PathBuf) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

/// Reads the content of a [`SpooledFile`](crate::input::SpooledFile) from its start.
///
/// Dropping it removes the temporary file.
#[derive(Debug)]
pub struct SpooledReader(Source);

#[derive(Debug)]
enum Source {
    Memory(Cursor<Vec<u8>>),
    Disk {
        file: tokio::fs::File,
        _reservation: Reservation,
    },
}

impl AsyncRead for SpooledReader {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.get_mut().0 {
            Source::Memory(content) => Pin::new(content).poll_read(context, buffer),
            Source::Disk { file, .. } => Pin::new(file).poll_read(context, buffer),
        }
    }
}

impl AsyncSeek for SpooledReader {
    fn start_seek(self: Pin<&mut Self>, position: SeekFrom) -> io::Result<()> {
        match &mut self.get_mut().0 {
            Source::Memory(content) => Pin::new(content).start_seek(position),
            Source::Disk { file, .. } => Pin::new(file).start_seek(position),
        }
    }

    fn poll_complete(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<u64>> {
        match &mut self.get_mut().0 {
            Source::Memory(content) => Pin::new(content).poll_complete(context),
            Source::Disk { file, .. } => Pin::new(file).poll_complete(context),
        }
    }
}
