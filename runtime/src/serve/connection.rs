//! One connection: its requests, and its end.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;

use axum::extract::ConnectInfo;
use axum::response::Response;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
#[cfg(feature = "http2")]
use hyper::server::conn::http2;
use hyper::service::service_fn;
#[cfg(feature = "http2")]
use hyper_util::rt::TokioExecutor;
use tower_service::Service;

#[cfg(feature = "tls")]
use crate::guard::{ClientCertificate, PresentedCertificate};
use crate::response::{outside_proxies, unreliable_proxy_fields};
use crate::routing::{Shutdown, WatchedBody};
use crate::serve::linger::ConnectionState;
use crate::serve::protocols::Protocols;
use crate::serve::proxy::Proxies;
#[cfg(feature = "http2")]
use crate::serve::returned::ReturnedStream;
use crate::serve::socket::{Peer, Socket};
use crate::serve::stream::Stream;
#[cfg(feature = "tls")]
use crate::serve::tls::Protocol;
use crate::serve::tracked::OpenStream;
use crate::serve::unread;

/// A connection that is accepted.
pub(super) struct Connection {
    pub(super) router: axum::Router,
    pub(super) peer: Peer,
    pub(super) proxies: Proxies,
    pub(super) shutdown: Shutdown,
    pub(super) open: OpenStream,
    pub(super) state: Arc<ConnectionState>,
}

/// The data of a connection that each of its requests needs.
#[derive(Clone)]
struct RequestContext {
    router: axum::Router,
    peer: Peer,
    proxies: Proxies,
    /// Whether requests may come on this connection.
    is_admitted: bool,
    #[cfg(feature = "tls")]
    certificate: Option<ClientCertificate>,
    shutdown: Shutdown,
    state: Arc<ConnectionState>,
}

impl Connection {
    /// Serves the requests of the connection until it closes.
    pub(super) async fn serve(self, socket: Socket, protocols: Protocols) {
        #[cfg(feature = "tls")]
        if let Some(handshake) = &protocols.handshake {
            let established = tokio::select! {
                established = handshake.run(socket) => established,
                () = self.shutdown.begun() => None,
            };
            let Some(established) = established else {
                return;
            };
            let mut context = self.context();
            context.certificate = established.certificate;
            let stream = established.stream;
            return match established.protocol {
                Protocol::Http1 => self.serve_http1(stream, context, &protocols.http1).await,
                #[cfg(feature = "http2")]
                Protocol::Http2 => self.serve_http2(stream, context, &protocols.http2).await,
            };
        }
        let mut context = self.context();
        context.is_admitted = self.proxies.admits(self.peer);
        self.serve_http1(Stream::Plain(socket), context, &protocols.http1)
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
            shutdown: self.shutdown.clone(),
            state: Arc::clone(&self.state),
        }
    }

    async fn serve_http1(self, stream: Stream, context: RequestContext, http: &http1::Builder) {
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

    #[cfg(feature = "http2")]
    async fn serve_http2(
        self,
        stream: Stream,
        context: RequestContext,
        http: &http2::Builder<TokioExecutor>,
    ) {
        let service = service_fn(move |request| context.clone().respond(request));
        let stopping = self.shutdown.begun();
        let (stream, returned) = ReturnedStream::new(self.open.track(stream));
        let mut connection = http.serve_connection(stream, service);
        let is_stopping = tokio::select! {
            _ = &mut connection => false,
            () = stopping => true,
        };
        if is_stopping {
            Pin::new(&mut connection).graceful_shutdown();
            let _ = (&mut connection).await;
        }
        drop(connection);
        if let Ok(stream) = returned.await {
            self.state.close(stream.into_inner()).await;
        }
    }
}

impl RequestContext {
    /// Responds to a request, and settles the rest of its body.
    async fn respond(self, request: Request<Incoming>) -> Result<Response, Infallible> {
        let (version, state) = (request.version(), Arc::clone(&self.state));
        let (request, rest) = WatchedBody::wrap(request);
        let mut response = self.route(request).await?;
        if let Some(rest) = rest {
            unread::settle(&rest, version, &mut response, &state);
        }
        Ok(response)
    }

    /// Calls the API, unless the request has not come through a proxy of the server as it should have.
    async fn route(
        mut self,
        mut request: Request<WatchedBody<Incoming>>,
    ) -> Result<Response, Infallible> {
        if !self.is_admitted {
            return Ok(outside_proxies());
        }
        let Ok(client) = self.proxies.sanitize(self.peer, request.headers_mut()) else {
            return Ok(unreliable_proxy_fields());
        };
        let extensions = request.extensions_mut();
        extensions.insert(self.shutdown);
        #[cfg(feature = "tls")]
        if let Some(certificate) = self.certificate {
            extensions.insert(PresentedCertificate(certificate));
        }
        if let Some(client) = client {
            extensions.insert(ConnectInfo(client));
        }
        self.router.call(request).await
    }
}
