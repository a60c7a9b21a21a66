//! The connections of a server: accepts them, serves them, and waits for them at shutdown.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Extension;
use axum::extract::ConnectInfo;
use hyper::server::conn::http1;
use hyper_util::rt::TokioTimer;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tower_layer::Layer;

use crate::routing::ShutdownSender;
use crate::serve::tracked::OpenStreams;

/// The delay before accepting again after an error, such as too many open files.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(100);

/// The default limit of hyper on header fields. If a request has more, hyper responds with 431
/// without a body.
const HYPER_HEADER_LIMIT: usize = 100;

/// The connections of one server.
pub(super) struct Connections {
    router: axum::Router,
    http: http1::Builder,
    shutdown: ShutdownSender,
    streams: OpenStreams,
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
            shutdown: ShutdownSender::new(),
            streams: OpenStreams::new(),
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
        let shutdown = self.shutdown.subscribe();
        let service = Extension(ConnectInfo(peer)).layer(self.router.clone());
        let service = Extension(shutdown.clone()).layer(service);
        let connection = self
            .http
            .serve_connection(
                self.streams.track(stream),
                TowerToHyperService::new(service),
            )
            .with_upgrades();
        while self.tasks.try_join_next().is_some() {}
        self.tasks.spawn(async move {
            let mut connection = pin!(connection);
            // an error only means that the client disconnected or was disconnected
            tokio::select! {
                _ = connection.as_mut() => {}
                () = shutdown.begun() => {
                    connection.as_mut().graceful_shutdown();
                    let _ = connection.await;
                }
            }
        });
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
