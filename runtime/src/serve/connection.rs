//! One connection: its requests, and its end.

use std::convert::Infallible;
use std::future::poll_fn;
use std::mem;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::response::Response;
use axum::routing::future::RouteFuture;
#[cfg(feature = "http2")]
use http::Method;
#[cfg(feature = "http2")]
use http::header::CONTENT_LENGTH;
#[cfg(feature = "tls")]
use http::header::{Entry, HeaderMap, HeaderValue, STRICT_TRANSPORT_SECURITY};
use http::{Request, Version};
#[cfg(feature = "http2")]
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::server::conn::http1::{self, UpgradeableConnection};
#[cfg(feature = "http2")]
use hyper::server::conn::http2;
use hyper::service::service_fn;
use tokio::io::AsyncWrite;
use tokio::task::unconstrained;
use tokio::time::timeout;
use tower_service::Service;

use crate::audit::RequestId;
#[cfg(feature = "tls")]
use crate::guard::{ClientCertificate, PresentedCertificate};
use crate::response::{HEAD_TIMEOUT, identify, outside_proxies, unreliable_proxy_fields};
use crate::routing::{Shutdown, WatchedBody, refuse_target, use_host_of_target};
use crate::serve::activity::{Expiry, Timeouts};
use crate::serve::connection_limit::ConnectionLimit;
use crate::serve::counted_body::CountedBody;
use crate::serve::in_flight::{InFlightPermit, ReceivedBody};
use crate::serve::in_flight_body::InFlightBody;
use crate::serve::linger::ConnectionState;
use crate::serve::protocols::Protocols;
use crate::serve::proxy::Proxies;
use crate::serve::request_limits::RequestLimits;
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
use crate::serve::unread;
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
}

/// The data of a connection that each of its requests needs.
struct RequestContext {
    router: axum::Router,
    peer: Peer,
    proxies: Proxies,
    /// Whether requests may come on this connection.
    is_admitted: bool,
    #[cfg(feature = "tls")]
    certificate: Option<ClientCertificate>,
    /// Whether responses have `Strict-Transport-Security`.
    #[cfg(feature = "tls")]
    requires_tls: bool,
    shutdown: Shutdown,
    state: Arc<ConnectionState>,
    requests: Arc<RequestLimits>,
}

/// A request that the API responds to, or one that it does not get.
#[expect(
    clippy::large_enum_variant,
    reason = "almost every request runs, so a box would only cost an allocation"
)]
enum Routed {
    Running(RouteFuture<Infallible>),
    Refused(Box<Response>),
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
            #[cfg(feature = "tls")]
            requires_tls: false,
            shutdown: self.shutdown.clone(),
            state: Arc::clone(&self.state),
            requests: Arc::clone(&self.requests),
        }
    }

    async fn serve_http1(self, stream: Stream, context: RequestContext, http: &http1::Builder) {
        let service = service_fn(move |request| context.respond(request));
        let stream = self.open.track(stream);
        let mut connection = http.serve_connection(stream, service).with_upgrades();
        self.state.activity().begin(false);
        let stop = |connection: Pin<&mut _>| UpgradeableConnection::graceful_shutdown(connection);
        let expiry = self.serve_until_end(&mut connection, stop).await;
        // after an upgrade, the handler has the stream
        let Some(parts) = connection.into_parts() else {
            return;
        };
        let stream = parts.io.into_inner();
        match expiry {
            None => self.state.close(stream).await,
            Some(expiry) => {
                telemetry::connection_expired(expiry);
                let farewell = match expiry {
                    Expiry::Write => return,
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
        context: RequestContext,
        http: &http2::Builder<StreamExecutor>,
    ) {
        let service = service_fn(move |request| context.respond(request));
        let (stream, returned) = ReturnedStream::new(self.open.track(stream));
        let mut connection = http.serve_connection(stream, service);
        self.state.activity().begin(true);
        let stop = |connection: Pin<&mut _>| http2::Connection::graceful_shutdown(connection);
        let expiry = self.serve_until_end(&mut connection, stop).await;
        if let Some(expiry) = expiry {
            telemetry::connection_expired(expiry);
            let time = match expiry {
                Expiry::Write => return,
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
        let is_crowded = || self.requests.in_flight().is_crowded();
        let expiring = pin!(unconstrained(activity.expired(self.timeouts, is_crowded)));
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

/// Lets browsers use TLS only for the host of the request ([RFC 6797]), unless the handler has set its own policy.
///
/// [RFC 6797]: https://www.rfc-editor.org/rfc/rfc6797
#[cfg(feature = "tls")]
fn set_transport_security(headers: &mut HeaderMap) {
    if let Entry::Vacant(entry) = headers.entry(STRICT_TRANSPORT_SECURITY) {
        entry.insert(HeaderValue::from_static("max-age=31536000"));
    }
}

/// Removes the body of a response to `HEAD` (RFC 9110 §9.3.2), and keeps its length. hyper sends the body in HTTP/2, and axum
/// removes only those of routes.
#[cfg(feature = "http2")]
fn remove_body(response: &mut Response) {
    if response.body().is_end_stream() {
        return;
    }
    let body = mem::take(response.body_mut());
    let length = body.size_hint().exact();
    if let (Entry::Vacant(entry), Some(length)) =
        (response.headers_mut().entry(CONTENT_LENGTH), length)
    {
        entry.insert(length.into());
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

/// Returns the size of a head before compression, without the method and the scheme.
fn head_size<B>(request: &Request<B>) -> usize {
    let uri = request.uri();
    let path = uri.path_and_query().map_or(0, |path| path.as_str().len());
    let host = uri.authority().map_or(0, |host| host.as_str().len());
    let fields = request.headers().iter();
    let fields: usize = fields
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    path + host + fields
}

impl RequestContext {
    /// Responds to a request within the limits, and settles the rest of its body.
    ///
    /// hyper moves the future several times, so the future contains the request only once.
    fn respond(
        &self,
        mut request: Request<Incoming>,
    ) -> impl Future<Output = Result<http::Response<InFlightBody>, Infallible>> + Send + use<> {
        let (version, state) = (request.version(), Arc::clone(&self.state));
        let requests = Arc::clone(&self.requests);
        #[cfg(feature = "tls")]
        let requires_tls = self.requires_tls;
        #[cfg(feature = "http2")]
        let is_head = version == Version::HTTP_2 && request.method() == Method::HEAD;
        let active = state.activity().request();
        let is_from_proxy = self.proxies.contains(self.peer);
        let id = RequestId::of(request.headers_mut(), is_from_proxy);
        if version == Version::HTTP_2 {
            state.activity().record_head(head_size(&request));
        }
        let mut entered = requests.enter(&request, &id);
        let request = request.map(|body| {
            let body = CountedBody::new(body, state.activity());
            ReceivedBody::new(body, entered.as_mut().ok())
        });
        let (request, rest) = WatchedBody::wrap(request);
        let reception = entered.as_ref().ok().and_then(InFlightPermit::reception);
        let (mut routed, permit) = match entered {
            Ok(permit) => (self.route(request, &id), Some(permit)),
            Err(response) => (Routed::Refused(response), None),
        };
        async move {
            let response = match &mut routed {
                Routed::Running(responding) => {
                    let reception = reception.as_deref();
                    requests.timed(responding, reception, &id).await
                }
                Routed::Refused(response) => Err(mem::take(response)),
            };
            // the rest of the body returns when the handler drops it
            drop(routed);
            let mut response = match response {
                Ok(Ok(response)) => response,
                Err(response) => requests.format(*response, &id),
            };
            identify(&mut response, &id);
            #[cfg(feature = "tls")]
            if requires_tls {
                set_transport_security(response.headers_mut());
            }
            if let Some(rest) = rest {
                unread::settle(&rest, version, &mut response, &state);
            }
            #[cfg(feature = "http2")]
            if is_head {
                remove_body(&mut response);
            }
            Ok(response.map(|body| InFlightBody::new(body, active, permit)))
        }
    }

    /// Calls the API, unless the request names no host or a foreign scheme, or has not come through a proxy of the server as it should have.
    fn route(&self, mut request: Request<WatchedBody<ReceivedBody>>, id: &RequestId) -> Routed {
        let refused = |response| Routed::Refused(Box::new(response));
        if !self.is_admitted {
            return refused(outside_proxies());
        }
        if let Some(refusal) = refuse_target(&request) {
            return refused(refusal);
        }
        use_host_of_target(&mut request);
        let Ok(client) = self.proxies.sanitize(self.peer, request.headers_mut()) else {
            return refused(unreliable_proxy_fields());
        };
        let extensions = request.extensions_mut();
        extensions.insert(self.shutdown.clone());
        extensions.insert(id.clone());
        #[cfg(feature = "tls")]
        if let Some(certificate) = &self.certificate {
            extensions.insert(PresentedCertificate(certificate.clone()));
        }
        if let Some(client) = client {
            extensions.insert(ConnectInfo(client));
        }
        Routed::Running(self.router.clone().call(request))
    }
}
