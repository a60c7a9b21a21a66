//! The stream of a connection, which the server can close after an upgrade too.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::sync::watch;
use tokio::task::unconstrained;

use crate::serve::stream::Stream;

/// Counts the open streams of a server, and closes them when it is dropped.
pub(super) struct OpenStreams(watch::Sender<()>);

impl OpenStreams {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(()))
    }

    /// Counts a connection whose stream is not ready yet.
    pub(super) fn reserve(&self) -> OpenStream {
        OpenStream(self.0.subscribe())
    }

    /// Completes when no stream is open.
    pub(super) async fn closed(&self) {
        self.0.closed().await;
    }
}

/// A stream that the server counts.
pub(super) struct OpenStream(watch::Receiver<()>);

impl OpenStream {
    /// Tracks the stream of the connection.
    pub(super) fn track(&self, stream: Stream) -> TrackedStream {
        let server = self.0.clone();
        let mut dropped = server.clone();
        TrackedStream {
            stream: TokioIo::new(stream),
            server,
            closed: Box::pin(unconstrained(async move {
                // never sent: the result is an error, when the server is dropped
                let _ = dropped.changed().await;
            })),
            registered: None,
            is_first_read: false,
        }
    }
}

/// The stream of a connection.
///
/// Its owner changes with an upgrade, from the task of the server to the callback of a handler, which the
/// server cannot abort.
pub(super) struct TrackedStream {
    stream: TokioIo<Stream>,
    server: watch::Receiver<()>,
    /// Completes when the server is dropped.
    closed: Pin<Box<dyn Future<Output = ()> + Send>>,
    /// The task that `closed` wakes.
    registered: Option<Waker>,
    /// Whether the next read returns one byte only.
    is_first_read: bool,
}

impl TrackedStream {
    /// Returns the stream, which the server no longer tracks.
    pub(super) fn into_inner(self) -> Stream {
        self.stream.into_inner()
    }

    /// Lets the first read return one byte, so that hyper grows its buffer for HTTP/1.1 from 8 KiB to 16 KiB.
    ///
    /// While a request is in progress, hyper looks for the end of the stream, and wants 8 KiB for the bytes that it may find. Next to
    /// the request, the smaller buffer does not have them, so each request would cost a buffer.
    pub(super) fn with_large_buffer(mut self) -> Self {
        self.is_first_read = true;
        self
    }

    fn poll_first_read(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let mut byte = [0];
        let mut first = ReadBuf::new(&mut byte);
        ready!(Pin::new(&mut self.stream).poll_read(context, first.unfilled()))?;
        buffer.put_slice(first.filled());
        self.is_first_read = false;
        Poll::Ready(Ok(()))
    }

    fn check_open(&self) -> io::Result<()> {
        match self.server.has_changed() {
            Ok(_) => Ok(()),
            Err(_) => Err(ErrorKind::ConnectionAborted.into()),
        }
    }

    /// Registers for the end of the server, if the stream is not ready.
    fn poll_open<T>(
        &mut self,
        context: &mut Context<'_>,
        result: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if result.is_ready() {
            return result;
        }
        let waker = context.waker();
        // registering takes a lock that the connections share
        if self
            .registered
            .as_ref()
            .is_some_and(|task| task.will_wake(waker))
        {
            return Poll::Pending;
        }
        self.registered = Some(waker.clone());
        ready!(self.closed.as_mut().poll(context));
        Poll::Ready(Err(ErrorKind::ConnectionAborted.into()))
    }
}

impl Read for TrackedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        self.check_open()?;
        let result = if self.is_first_read && buffer.remaining() > 0 {
            self.poll_first_read(context, &mut buffer)
        } else {
            Pin::new(&mut self.stream).poll_read(context, buffer)
        };
        self.poll_open(context, result)
    }
}

impl Write for TrackedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check_open()?;
        let result = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.poll_open(context, result)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check_open()?;
        let result = Pin::new(&mut self.stream).poll_write_vectored(context, buffers);
        self.poll_open(context, result)
    }
}
