//! One connection: its requests, and its end.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1::{self, UpgradeableConnection};
#[cfg(feature = "http2")]
use hyper::server::conn::http2;
use hyper::service::service_fn;
use tokio::io::AsyncWrite;
use tokio::task::unconstrained;
use tokio::time::timeout;

use crate::response::HEAD_TIMEOUT;
use crate::routing::Shutdown;
use crate::serve::activity::{Expiry, Timeouts};
use crate::serve::connection_limit::ConnectionLimit;
#[cfg(feature = "explain")]
use crate::serve::explaining::ExplainedApi;
use crate::serve::linger::ConnectionState;
use crate::serve::protocols::Protocols;
use crate::serve::proxy::Proxies;
use crate::serve::request_context::RequestContext;
use crate::serve::request_limits::RequestLimits;
use crate::serve::responding::Responding;
#[cfg(feature = "http2")]
use crate::serve::returned::ReturnedStream;
use crate::serve::socket::{Peer, Socket};
use crate::serve::stream::Stream;
#[cfg(feature = "http2")]
use crate::serve::stream_executor::StreamExecutor;
use crate::serve::telemetry;
#[cfg(feature = "tls")]
use crate::serve::tls::Protocol;
use crate::serve::tracked::OpenStream;
use crate::serve::woken::Woken;

/// The time for the last bytes of a connection that is closed.
const FAREWELL_TIME: Duration = Duration::from_secs(1);

/// A connection that is accepted.
pub(super) struct Connection {
    pub(super) router: axum::Router,
    pub(super) peer: Peer,
    pub(super) proxies: Proxies,
    pub(super) shutdown: Shutdown,
    pub(super) open: OpenStream,
    pub(super) state: Arc<ConnectionState>,
    pub(super) limit: ConnectionLimit,
    pub(super) timeouts: Timeouts,
    pub(super) requests: Arc<RequestLimits>,
    #[cfg(feature = "explain")]
    pub(super) explained: Option<Arc<ExplainedApi>>,
}

impl Connection {
    /// Serves the requests of the connection until it closes.
    pub(super) async fn serve(self, socket: Socket, protocols: Protocols) {
        #[cfg(feature = "tls")]
        if let Some(handshake) = &protocols.handshake {
            let is_remote = socket.is_remote();
            let established = tokio::select! {
                established = handshake.run(socket) => established,
                () = self.shutdown.begun() => None,
            };
            let Some(established) = established else {
                return;
            };
            let mut context = self.context();
            context.certificate = established.certificate;
            context.requires_tls = is_remote;
            let context = Arc::new(context);
            let stream = established.stream;
            return match established.protocol {
                Protocol::Http1 => self.serve_http1(stream, context, &protocols.http1).await,
                #[cfg(feature = "http2")]
                Protocol::Http2 => self.serve_http2(stream, context, &protocols.http2).await,
            };
        }
        let mut context = self.context();
        context.is_admitted = self.proxies.admits(self.peer);
        self.serve_http1(Stream::Plain(socket), Arc::new(context), &protocols.http1)
            .await;
    }

    fn context(&self) -> RequestContext {
        RequestContext {
            router: self.router.clone(),
            peer: self.peer,
            proxies: self.proxies.clone(),
            is_admitted: true,
            #[cfg(feature = "tls")]
            certificate: None,
            #[cfg(feature = "tls")]
            requires_tls: false,
            shutdown: self.shutdown.clone(),
            state: Arc::clone(&self.state),
            requests: Arc::clone(&self.requests),
            #[cfg(feature = "explain")]
            explained: self.explained.clone(),
        }
    }

    async fn serve_http1(
        self,
        stream: Stream,
        context: Arc<RequestContext>,
        http: &http1::Builder,
    ) {
        let service = service_fn(move |request| Responding::new(&context, request));
        let stream = self.open.track(stream).with_large_buffer();
        let mut connection = http.serve_connection(stream, service).with_upgrades();
        self.state.activity().begin(false);
        let stop = |connection: Pin<&mut _>| UpgradeableConnection::graceful_shutdown(connection);
        let expiry = self.serve_until_end(&mut connection, stop).await;
        let stream = match connection.into_parts() {
            Some(parts) => parts.io,
            None => match self.state.refused_tunnel().await {
                Some(stream) => stream,
                // after an upgrade, the handler has the stream
                None => return,
            },
        };
        let stream = stream.into_inner();
        match expiry {
            None => self.state.close(stream).await,
            Some(expiry) => {
                telemetry::connection_expired(expiry);
                let farewell = match expiry {
                    Expiry::Write => return stream.into_socket().discard_on_close(),
                    Expiry::Head if self.state.activity().has_partial_head() => HEAD_TIMEOUT,
                    Expiry::Head | Expiry::Idle | Expiry::Flood | Expiry::Evicted => "",
                };
                let _ = timeout(FAREWELL_TIME, end(stream, farewell)).await;
            }
        }
    }

    #[cfg(feature = "http2")]
    async fn serve_http2(
        self,
        stream: Stream,
        context: Arc<RequestContext>,
        http: &http2::Builder<StreamExecutor>,
    ) {
        let service = service_fn(move |request| Responding::new(&context, request));
        let (stream, returned) = ReturnedStream::new(self.open.track(stream.metered()));
        let mut connection = http.serve_connection(stream, service);
        self.state.activity().begin(true);
        let stop = |connection: Pin<&mut _>| http2::Connection::graceful_shutdown(connection);
        let expiry = self.serve_until_end(&mut connection, stop).await;
        if let Some(expiry) = expiry {
            telemetry::connection_expired(expiry);
            let time = match expiry {
                Expiry::Write => {
                    drop(connection);
                    if let Ok(stream) = returned.await {
                        stream.into_inner().into_socket().discard_on_close();
                    }
                    return;
                }
                Expiry::Flood => Duration::ZERO,
                Expiry::Head | Expiry::Idle | Expiry::Evicted => FAREWELL_TIME,
            };
            // GOAWAY: the client may repeat a request that it is about to send
            Pin::new(&mut connection).graceful_shutdown();
            let _ = timeout(time, &mut connection).await;
            return;
        }
        drop(connection);
        if let Ok(stream) = returned.await {
            // frames may arrive at any time, and a reset in reply would discard the last responses
            self.state.set_unread();
            self.state.close(stream.into_inner()).await;
        }
    }

    /// Serves requests until the connection ends or expires. When the server stops, or the connection has
    /// discarded too much, `stop` lets only the requests in progress finish.
    async fn serve_until_end<C: Future + Unpin>(
        &self,
        connection: &mut C,
        stop: impl Fn(Pin<&mut C>),
    ) -> Option<Expiry> {
        let activity = self.state.activity();
        let _serving = self.limit.serving(Arc::clone(activity));
        // a client that sends without a pause uses up the budget of the task, so the times must not depend on it
        let expiring = pin!(unconstrained(activity.expired(self.timeouts)));
        let stopping = pin!(unconstrained(async {
            tokio::select! {
                () = self.shutdown.begun() => {}
                () = self.state.retired() => {}
            }
        }));
        let (mut expiring, mut stopping) = (Woken::new(expiring), Woken::new(stopping));
        let mut is_stopping = false;
        loop {
            tokio::select! {
                // first, so that bytes that have arrived in time are processed
                biased;
                // an error only means that the client disconnected or was disconnected
                _ = &mut *connection => return None,
                expiry = &mut expiring => return Some(expiry),
                () = &mut stopping, if !is_stopping => {
                    is_stopping = true;
                    stop(Pin::new(&mut *connection));
                }
            }
        }
    }
}

/// Sends the last bytes of a connection, and closes its direction; with TLS, the client learns that nothing is missing.
async fn end(mut stream: Stream, farewell: &str) {
    let mut rest = farewell.as_bytes();
    while !rest.is_empty() {
        let writing = poll_fn(|context| Pin::new(&mut stream).poll_write(context, rest));
        match writing.await {
            Ok(length) if length > 0 => rest = rest.get(length..).unwrap_or_default(),
            _ => return,
        }
    }
    let _ = poll_fn(|context| Pin::new(&mut stream).poll_shutdown(context)).await;
}
