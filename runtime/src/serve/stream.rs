//! The stream of a connection: a socket, or TLS over a socket.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
#[cfg(feature = "tls")]
use tokio_rustls::server::TlsStream;

#[cfg(feature = "http2")]
use crate::serve::frame_meter::FrameMeter;
use crate::serve::socket::Socket;

/// The bytes of HTTP in both directions.
pub(super) enum Stream {
    Plain(Socket),
    #[cfg(feature = "tls")]
    Tls(Box<TlsStream<Socket>>),
    /// A stream of HTTP/2, which records if the client sends too many frames without a request.
    #[cfg(feature = "http2")]
    Metered(Box<(TlsStream<Socket>, FrameMeter)>),
}

impl Stream {
    /// Counts the frames of the client.
    #[cfg(feature = "http2")]
    pub(super) fn metered(self) -> Self {
        match self {
            Self::Tls(stream) => Self::Metered(Box::new((*stream, FrameMeter::new()))),
            other => other,
        }
    }

    /// Returns the socket. Bytes that TLS has read ahead are lost.
    pub(super) fn into_socket(self) -> Socket {
        match self {
            Self::Plain(socket) => socket,
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.into_inner().0,
            #[cfg(feature = "http2")]
            Self::Metered(metered) => metered.0.into_inner().0,
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(socket) => Pin::new(socket).poll_read(context, buffer),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
            #[cfg(feature = "http2")]
            Self::Metered(metered) => {
                let (stream, meter) = &mut **metered;
                let before = buffer.filled().len();
                let result = Pin::new(&mut *stream).poll_read(context, buffer);
                let read = buffer.filled().get(before..).unwrap_or_default();
                if meter.receive(read) {
                    return result;
                }
                // the connection ends
                buffer.set_filled(before);
                stream.get_ref().0.activity().record_flood();
                Poll::Pending
            }
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(socket) => Pin::new(socket).poll_write(context, bytes),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
            #[cfg(feature = "http2")]
            Self::Metered(metered) => {
                let (stream, meter) = &mut **metered;
                let result = Pin::new(stream).poll_write(context, bytes);
                if let Poll::Ready(Ok(length)) = result {
                    meter.send(length);
                }
                result
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(socket) => Pin::new(socket).poll_flush(context),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => Pin::new(stream).poll_flush(context),
            #[cfg(feature = "http2")]
            Self::Metered(metered) => Pin::new(&mut metered.0).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(socket) => Pin::new(socket).poll_shutdown(context),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(context),
            #[cfg(feature = "http2")]
            Self::Metered(metered) => Pin::new(&mut metered.0).poll_shutdown(context),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(socket) => Pin::new(socket).poll_write_vectored(context, buffers),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => Pin::new(stream).poll_write_vectored(context, buffers),
            #[cfg(feature = "http2")]
            Self::Metered(metered) => {
                let (stream, meter) = &mut **metered;
                let result = Pin::new(stream).poll_write_vectored(context, buffers);
                if let Poll::Ready(Ok(length)) = result {
                    meter.send(length);
                }
                result
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(socket) => socket.is_write_vectored(),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.is_write_vectored(),
            #[cfg(feature = "http2")]
            Self::Metered(metered) => metered.0.is_write_vectored(),
        }
    }
}
