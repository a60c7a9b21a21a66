//! Accepts connections, serves each, and waits for them in the end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Extension;
use axum::extract::ConnectInfo;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tower_layer::Layer;

/// How long to wait before accepting again when the system has no more descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// The most header fields that hyper reads where nothing is said; more is a bare 431.
const HYPERS_HEADER_LIMIT: usize = 100;

/// The connections of one server.
pub(super) struct Connections {
    router: axum::Router,
    http: http1::Builder,
    graceful: GracefulShutdown,
    tasks: JoinSet<()>,
}

impl Connections {
    pub(super) fn new(router: axum::Router, head_timeout: Duration, header_limit: usize) -> Self {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(head_timeout);
        // to hyper, another number than its own costs each request two allocations
        if header_limit > HYPERS_HEADER_LIMIT {
            http.max_headers(header_limit);
        }
        Self {
            router,
            http,
            graceful: GracefulShutdown::new(),
            tasks: JoinSet::new(),
        }
    }

    /// Accepts and serves, until it is dropped.
    pub(super) async fn accept(&mut self, listener: &TcpListener) -> Infallible {
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => self.serve(stream, peer),
                Err(_) => sleep(PAUSE).await,
            }
        }
    }

    fn serve(&mut self, stream: TcpStream, peer: SocketAddr) {
        let service = Extension(ConnectInfo(peer)).layer(self.router.clone());
        let connection = self
            .http
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        let connection = self.graceful.watch(connection);
        while self.tasks.try_join_next().is_some() {}
        self.tasks.spawn(async move {
            // a client that breaks off, or is cut off, is nobody's fault here
            let _ = connection.await;
        });
    }

    /// Asks every connection to end after the request under way, and waits for that; what
    /// is not done by then is cut off.
    pub(super) async fn finish(self, grace: Duration) {
        let _ = timeout(grace, self.graceful.shutdown()).await;
    }
}
