//! The connections of a server: accepts them, and waits for them at shutdown.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::routing::ShutdownSender;
use crate::serve::connection::Connection;
use crate::serve::linger::{Bounds, ConnectionState};
use crate::serve::protocols::Protocols;
use crate::serve::proxy::Proxies;
use crate::serve::socket::{Listener, Peer, Socket};
use crate::serve::tracked::OpenStreams;

/// The delay before accepting again after an error, such as too many open files.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(100);

/// The connections of one server.
pub(super) struct Connections {
    router: axum::Router,
    protocols: Protocols,
    proxies: Proxies,
    shutdown: ShutdownSender,
    streams: OpenStreams,
    bounds: Bounds,
    tasks: JoinSet<()>,
}

impl Connections {
    pub(super) fn new(
        router: axum::Router,
        protocols: Protocols,
        proxies: Proxies,
        unread_limit: u64,
    ) -> Self {
        let shutdown = ShutdownSender::new();
        Self {
            router,
            protocols,
            proxies,
            streams: OpenStreams::new(),
            bounds: Bounds::new(unread_limit, shutdown.subscribe()),
            shutdown,
            tasks: JoinSet::new(),
        }
    }

    /// Accepts and serves connections until the future is dropped.
    pub(super) async fn accept(&mut self, listener: &Listener) -> Infallible {
        loop {
            match listener.accept().await {
                Ok((socket, peer)) => self.serve(socket, peer),
                Err(_) => sleep(ACCEPT_RETRY_DELAY).await,
            }
        }
    }

    fn serve(&mut self, socket: Socket, peer: Peer) {
        let connection = Connection {
            router: self.router.clone(),
            peer,
            proxies: self.proxies.clone(),
            shutdown: self.shutdown.subscribe(),
            open: self.streams.reserve(),
            state: Arc::new(ConnectionState::new(self.bounds.clone())),
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
