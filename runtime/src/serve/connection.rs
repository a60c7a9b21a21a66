//! One connection: its requests, and its end.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::response::Response;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioTimer;
use tower_service::Service;

use crate::routing::Shutdown;
use crate::routing::WatchedBody;
use crate::serve::linger::ConnectionState;
use crate::serve::socket::{Peer, Socket};
use crate::serve::stream::Stream;
use crate::serve::tracked::OpenStream;
use crate::serve::unread;

/// The default limit of hyper on header fields. If a request has more, hyper responds with 431
/// without a body.
const HYPER_HEADER_LIMIT: usize = 100;

/// The settings of the protocols of every connection.
#[derive(Clone)]
pub(super) struct Protocols {
    http1: http1::Builder,
}

impl Protocols {
    pub(super) fn new(head_timeout: Duration, header_limit: usize) -> Self {
        let mut http1 = http1::Builder::new();
        http1
            .timer(TokioTimer::new())
            .header_read_timeout(head_timeout);
        // any limit other than hyper's default costs two allocations per request
        if header_limit > HYPER_HEADER_LIMIT {
            http1.max_headers(header_limit);
        }
        Self { http1 }
    }
}

/// A connection that is accepted.
pub(super) struct Connection {
    pub(super) router: axum::Router,
    pub(super) peer: Peer,
    pub(super) shutdown: Shutdown,
    pub(super) open: OpenStream,
    pub(super) state: Arc<ConnectionState>,
}

/// The parts of a connection that each of its requests needs.
#[derive(Clone)]
struct RequestContext {
    router: axum::Router,
    peer: Peer,
    shutdown: Shutdown,
    state: Arc<ConnectionState>,
}

impl Connection {
    /// Serves the requests of the connection until it closes.
    pub(super) async fn serve(self, socket: Socket, protocols: Protocols) {
        let stream = Stream::Plain(socket);
        self.serve_http1(stream, &protocols.http1).await;
    }

    async fn serve_http1(self, stream: Stream, http: &http1::Builder) {
        let context = RequestContext {
            router: self.router,
            peer: self.peer,
            shutdown: self.shutdown.clone(),
            state: Arc::clone(&self.state),
        };
        let service = service_fn(move |request| context.clone().respond(request));
        let stopping = self.shutdown.begun();
        let stream = self.open.track(stream);
        let mut connection = http.serve_connection(stream, service).with_upgrades();
        // an error only means that the client disconnected or was disconnected
        let is_stopping = tokio::select! {
            _ = &mut connection => false,
            () = stopping => true,
        };
        if is_stopping {
            Pin::new(&mut connection).graceful_shutdown();
            let _ = (&mut connection).await;
        }
        // after an upgrade, the handler has the stream
        if let Some(parts) = connection.into_parts() {
            self.state.close(parts.io.into_inner()).await;
        }
    }
}

impl RequestContext {
    /// Responds to a request, and settles the rest of its body.
    async fn respond(mut self, request: Request<Incoming>) -> Result<Response, Infallible> {
        let (mut request, rest) = WatchedBody::wrap(request);
        let extensions = request.extensions_mut();
        extensions.insert(self.shutdown);
        if let Peer::Address(address) = self.peer {
            extensions.insert(ConnectInfo(address));
        }
        let mut response = self.router.call(request).await?;
        if let Some(rest) = rest {
            unread::settle(&rest, &mut response, &self.state);
        }
        Ok(response)
    }
}
