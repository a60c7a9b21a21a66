//! The connections of a server: accepts them, and waits for them at shutdown.

use std::convert::Infallible;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::routing::ShutdownSender;
use crate::serve::activity::Timeouts;
use crate::serve::connection::Connection;
use crate::serve::connection_limit::{ConnectionLimit, PeerNetwork};
#[cfg(feature = "explain")]
use crate::serve::explaining::ExplainedApi;
use crate::serve::limits::ServerLimits;
use crate::serve::linger::{Bounds, ConnectionState};
use crate::serve::protocols::Protocols;
use crate::serve::proxy::Proxies;
use crate::serve::request_limits::RequestLimits;
use crate::serve::socket::{Listener, Peer, Socket};
use crate::serve::telemetry;
use crate::serve::tracked::OpenStreams;

/// The connections of one server.
pub(super) struct Connections {
    router: axum::Router,
    protocols: Protocols,
    proxies: Proxies,
    shutdown: ShutdownSender,
    streams: OpenStreams,
    bounds: Bounds,
    limit: ConnectionLimit,
    /// Whether the limit of one peer applies to loopback addresses.
    limits_loopback: bool,
    timeouts: Timeouts,
    requests: Arc<RequestLimits>,
    #[cfg(feature = "explain")]
    explained: Option<Arc<ExplainedApi>>,
    tasks: JoinSet<()>,
}

impl Connections {
    pub(super) fn new(
        router: axum::Router,
        protocols: Protocols,
        proxies: Proxies,
        limits: &ServerLimits,
        requests: RequestLimits,
    ) -> Self {
        let shutdown = ShutdownSender::new();
        Self {
            router,
            protocols,
            proxies,
            streams: OpenStreams::new(),
            bounds: Bounds::new(
                limits.unread_limit,
                limits.stream_limit,
                shutdown.subscribe(),
            ),
            limit: ConnectionLimit::new(limits.connection_limit, limits.peer_connections()),
            limits_loopback: limits.peer_connection_limit.is_some(),
            timeouts: limits.timeouts(),
            requests: Arc::new(requests),
            #[cfg(feature = "explain")]
            explained: None,
            shutdown,
            tasks: JoinSet::new(),
        }
    }

    /// Sets the API whose requests are explained, if any.
    #[cfg(feature = "explain")]
    pub(super) fn explained(self, explained: Option<Arc<ExplainedApi>>) -> Self {
        Self { explained, ..self }
    }

    /// Accepts and serves connections until the future is dropped.
    pub(super) async fn accept(&mut self, listener: &Listener) -> Infallible {
        loop {
            match listener.accept().await {
                Ok((socket, peer)) => self.admit(socket, peer).await,
                // the client has disconnected
                Err(error) if is_of_connection(&error) => {}
                // too many open files, or no memory
                Err(_) => self.limit.make_room().await,
            }
        }
    }

    /// Serves a connection within the limits. If its peer has too many, it is closed.
    async fn admit(&mut self, mut socket: Socket, peer: Peer) {
        let Some(permit) = self.limit.admit(self.limited_peer(peer)) else {
            telemetry::connection_refused();
            return;
        };
        socket.count(permit);
        self.limit.within_total().await;
        self.serve(socket, peer);
    }

    /// Returns the peer whose connections are limited, if they are.
    fn limited_peer(&self, peer: Peer) -> Option<PeerNetwork> {
        match peer {
            Peer::Address(address) => {
                let address = address.ip().to_canonical();
                let is_exempt =
                    self.proxies.contains(peer) || (address.is_loopback() && !self.limits_loopback);
                (!is_exempt).then(|| PeerNetwork::new(address))
            }
            #[cfg(unix)]
            Peer::Unix => None,
        }
    }

    fn serve(&mut self, socket: Socket, peer: Peer) {
        let connection = Connection {
            router: self.router.clone(),
            peer,
            proxies: self.proxies.clone(),
            shutdown: self.shutdown.subscribe(),
            open: self.streams.reserve(),
            state: Arc::new(ConnectionState::new(
                self.bounds.clone(),
                Arc::clone(socket.activity()),
            )),
            limit: self.limit.clone(),
            timeouts: self.timeouts,
            requests: Arc::clone(&self.requests),
            #[cfg(feature = "explain")]
            explained: self.explained.clone(),
        };
        while self.tasks.try_join_next().is_some() {}
        self.tasks
            .spawn(connection.serve(socket, self.protocols.clone()));
    }

    /// Closes every connection after its current request, and aborts those that are still open
    /// after the grace period. An upgraded connection is open until its handler ends it.
    pub(super) async fn finish(mut self, grace: Duration) {
        self.shutdown.begin();
        let closed = async {
            while self.tasks.join_next().await.is_some() {}
            self.streams.closed().await;
        };
        let _ = timeout(grace, closed).await;
    }
}

/// Returns whether an error concerns the connection that would have been accepted.
fn is_of_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset
    )
}
