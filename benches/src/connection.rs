//! An HTTP/1.1 connection in memory: hyper as in a server, without sockets, threads and system calls.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use axum::Router;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::server::conn::http1::{Builder, Connection as Served};
use hyper_util::service::TowerToHyperService;

use crate::outcome::Outcome;

/// A connection that the server keeps open.
pub(crate) struct Connection {
    wire: Wire,
    served: Pin<Box<Served<Wire, TowerToHyperService<Router>>>>,
}

/// Both directions of the connection, shared with hyper.
#[derive(Clone, Default)]
struct Wire(Rc<RefCell<Buffers>>);

#[derive(Default)]
struct Buffers {
    request: Vec<u8>,
    response: Vec<u8>,
}

impl Connection {
    pub(crate) fn new(router: Router) -> Self {
        let wire = Wire::default();
        let service = TowerToHyperService::new(router);
        let served = Builder::new().serve_connection(wire.clone(), service);
        Self {
            wire,
            served: Box::pin(served),
        }
    }

    /// Sends a request, and drops its response.
    ///
    /// # Errors
    ///
    /// Returns an error if the server does not respond with 200, without waiting.
    pub(crate) fn send(&mut self, request: &[u8]) -> Outcome<()> {
        self.wire.0.borrow_mut().request.extend_from_slice(request);
        let mut context = Context::from_waker(Waker::noop());
        if self.served.as_mut().poll(&mut context).is_ready() {
            return Err("the server closed the connection".into());
        }
        let mut buffers = self.wire.0.borrow_mut();
        if !buffers.response.starts_with(b"HTTP/1.1 200 ") {
            let response = String::from_utf8_lossy(&buffers.response);
            return Err(format!("a valid token got the response `{response}`").into());
        }
        buffers.response.clear();
        Ok(())
    }
}

impl Read for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let request = &mut self.0.borrow_mut().request;
        if request.is_empty() {
            // the next call of `send` polls again
            return Poll::Pending;
        }
        let length = request.len().min(buffer.remaining());
        buffer.put_slice(request.get(..length).unwrap_or_default());
        request.drain(..length);
        Poll::Ready(Ok(()))
    }
}

impl Write for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.0.borrow_mut().response.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
