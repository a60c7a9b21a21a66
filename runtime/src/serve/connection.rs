//! The connections of a server: accepts them, serves them, and waits for them at shutdown.

use std::convert::Infallible;
use std::net::SocketAddr;
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
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tower_service::Service;

use crate::routing::ShutdownSender;
use crate::serve::linger::{Bounds, ConnectionState};
use crate::serve::tracked::OpenStreams;
use crate::serve::unread::RequestBody;

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
    bounds: Bounds,
    tasks: JoinSet<()>,
}

impl Connections {
    pub(super) fn new(
        router: axum::Router,
        head_timeout: Duration,
        header_limit: usize,
        unread_limit: u64,
    ) -> Self {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(head_timeout);
        // any limit other than hyper's default costs two allocations per request
        if header_limit > HYPER_HEADER_LIMIT {
            http.max_headers(header_limit);
        }
        let shutdown = ShutdownSender::new();
        Self {
            router,
            http,
            streams: OpenStreams::new(),
            bounds: Bounds::new(unread_limit, shutdown.subscribe()),
            shutdown,
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
        let state = Arc::new(ConnectionState::new(self.bounds.clone()));
        let (http, router) = (self.http.clone(), self.router.clone());
        let shutdown = self.shutdown.subscribe();
        let stream = self.streams.track(stream);
        while self.tasks.try_join_next().is_some() {}
        self.tasks.spawn(async move {
            let stopping = shutdown.begun();
            let connection = Arc::clone(&state);
            let service = service_fn(move |mut request: Request<Incoming>| {
                request.extensions_mut().insert(shutdown.clone());
                respond(router.clone(), request, peer, Arc::clone(&connection))
            });
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
                state.close(parts.io.into_inner()).await;
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

/// Responds to a request, and settles the rest of its body.
async fn respond(
    mut router: axum::Router,
    request: Request<Incoming>,
    peer: SocketAddr,
    connection: Arc<ConnectionState>,
) -> Result<Response, Infallible> {
    let (mut request, rest) = RequestBody::wrap(request);
    request.extensions_mut().insert(ConnectInfo(peer));
    let mut response = router.call(request).await?;
    if let Some(rest) = rest {
        rest.settle(&mut response, &connection);
    }
    Ok(response)
}
