//! The stream of an HTTP/2 connection, which hyper drops at the end instead of returning it.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::rt::{Read, ReadBufCursor, Write};
use tokio::sync::oneshot;

use crate::serve::tracked::TrackedStream;

/// A stream that is sent to a receiver when it is dropped.
pub(super) struct ReturnedStream {
    /// `None` only while it is dropped.
    stream: Option<TrackedStream>,
    receiver: Option<oneshot::Sender<TrackedStream>>,
}

impl ReturnedStream {
    pub(super) fn new(stream: TrackedStream) -> (Self, oneshot::Receiver<TrackedStream>) {
        let (sender, receiver) = oneshot::channel();
        let returned = Self {
            stream: Some(stream),
            receiver: Some(sender),
        };
        (returned, receiver)
    }

    fn stream(&mut self) -> io::Result<Pin<&mut TrackedStream>> {
        let stream = self.stream.as_mut().map(Pin::new);
        stream.ok_or_else(|| ErrorKind::NotConnected.into())
    }
}

impl Drop for ReturnedStream {
    fn drop(&mut self) {
        if let (Some(stream), Some(receiver)) = (self.stream.take(), self.receiver.take()) {
            let _ = receiver.send(stream);
        }
    }
}

impl Read for ReturnedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream()?.poll_read(context, buffer)
    }
}

impl Write for ReturnedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.stream()?.poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.as_ref().is_some_and(Write::is_write_vectored)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream()?.poll_write_vectored(context, buffers)
    }
}
