//! The connections of a server: accepts them, serves them, and waits for them at shutdown.

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

/// The delay before accepting again after an error, such as too many open files.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(100);

/// The default limit of hyper on header fields. If a request has more, hyper responds with 431
/// without a body.
const HYPER_HEADER_LIMIT: usize = 100;

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
        // any limit other than hyper's default costs two allocations per request
        if header_limit > HYPER_HEADER_LIMIT {
            http.max_headers(header_limit);
        }
        Self {
            router,
            http,
            graceful: GracefulShutdown::new(),
            tasks: JoinSet::new(),
        }
    }

    /// Accepts and serves connections until the future is dropped.
    pub(super) async fn accept(&mut self, listener: &TcpListener) -> Infallible {
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => self.serve(stream, peer),
                Err(_) => sleep(ACCEPT_RETRY_DELAY).await,
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
            // an error only means that the client disconnected or was disconnected
            let _ = connection.await;
        });
    }

    /// Closes every connection after its current request, and aborts those that are still open
    /// after the grace period.
    pub(super) async fn finish(self, grace: Duration) {
        let _ = timeout(grace, self.graceful.shutdown()).await;
    }
}
