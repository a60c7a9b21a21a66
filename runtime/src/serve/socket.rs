//! The sockets that a server listens on, and those of its connections.

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::UnixListener;

use crate::serve::activity::Activity;
use crate::serve::connection_limit::ConnectionPermit;
use crate::serve::raw_socket::RawSocket;
#[cfg(unix)]
use crate::serve::socket_file::SocketFile;

/// A socket that accepts connections.
#[derive(Debug)]
pub(super) enum Listener {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix {
        listener: UnixListener,
        /// Removed when the listener is dropped.
        _file: SocketFile,
    },
}

/// The socket of a connection, which records its activity.
pub(super) struct Socket {
    raw: RawSocket,
    activity: Arc<Activity>,
    /// The connection counts until its socket is closed, after an upgrade too.
    permit: Option<ConnectionPermit>,
}

/// The other end of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Peer {
    Address(SocketAddr),
    /// A process of this host, which may open the file of the socket.
    #[cfg(unix)]
    Unix,
}

impl Listener {
    /// Accepts the next connection. If the future is dropped, no connection is lost.
    pub(super) async fn accept(&self) -> io::Result<(Socket, Peer)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, address) = listener.accept().await?;
                Ok((Socket::new(RawSocket::Tcp(stream)), Peer::Address(address)))
            }
            #[cfg(unix)]
            Self::Unix { listener, .. } => {
                let (stream, _) = listener.accept().await?;
                Ok((Socket::new(RawSocket::Unix(stream)), Peer::Unix))
            }
        }
    }
}

impl Socket {
    pub(super) fn new(raw: RawSocket) -> Self {
        Self {
            raw,
            activity: Arc::new(Activity::new()),
            permit: None,
        }
    }

    /// Lets the connection count until the socket is closed.
    pub(super) fn count(&mut self, permit: ConnectionPermit) {
        self.permit = Some(permit);
    }

    pub(super) fn activity(&self) -> &Arc<Activity> {
        &self.activity
    }

    /// Returns whether the client has connected to an address that other hosts have a route to.
    ///
    /// On loopback, a policy of one server would apply to every port of the developer's machine.
    #[cfg(feature = "tls")]
    pub(super) fn is_remote(&self) -> bool {
        self.raw.is_remote()
    }

    /// Lets the system discard the bytes that the client has not read when the socket is closed.
    pub(super) fn discard_on_close(&self) {
        self.raw.discard_on_close();
    }

    /// Completes when bytes, the end of the stream or an error can be read.
    pub(super) async fn readable(&self) -> io::Result<()> {
        self.raw.readable().await
    }

    /// Reads the bytes that are available.
    pub(super) fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.raw.try_read(buffer)
    }

    fn record_write(&self, result: &Poll<io::Result<usize>>) {
        match result {
            Poll::Ready(Ok(bytes)) => self.activity.record_written(*bytes),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => self.activity.record_blocked(),
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.raw).poll_read(context, buffer);
        let bytes = buffer.filled().len() - before;
        if bytes > 0 {
            self.activity.record_read(bytes);
        }
        result
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.raw).poll_write(context, bytes);
        self.record_write(&result);
        result
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.raw).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.raw).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.raw).poll_write_vectored(context, buffers);
        self.record_write(&result);
        result
    }

    fn is_write_vectored(&self) -> bool {
        self.raw.is_write_vectored()
    }
}
