//! Serves an `Api` over HTTP/1.1 and HTTP/2, with TLS, or without it on loopback, on Unix sockets and behind proxies.
//!
//! The server disconnects a client that sends the head of a request too slowly, or more header
//! fields than any route allows. A response that is ready before the request's body is read reaches
//! the client: the rest of the body is discarded within bounds. A shutdown lets requests
//! in flight and upgraded connections finish.

mod activity;
mod connection;
mod connection_limit;
mod connections;
mod error;
mod in_flight;
mod limits;
mod linger;
mod protocols;
mod proxy;
mod raw_socket;
mod request_limits;
#[cfg(feature = "http2")]
mod returned;
mod shutdown;
mod socket;
#[cfg(unix)]
mod socket_file;
mod stream;
#[cfg(feature = "http2")]
mod stream_executor;
mod telemetry;
#[cfg(feature = "tls")]
mod tls;
mod tracked;
mod unread;

use std::future::pending;
use std::io;
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::{TcpListener, ToSocketAddrs, lookup_host};
use tokio::sync::Notify;

use crate::policy::Limits;
use crate::resource_server::IssuerSummary;
use crate::routing::rules::IsProtected;
use crate::routing::{ErrorFormat, Inventory};
use crate::serve::connections::Connections;
use crate::serve::protocols::{HeadLimits, Protocols};
use crate::serve::proxy::Proxies;
use crate::serve::request_limits::RequestLimits;
use crate::serve::socket::Listener;
#[cfg(feature = "tls")]
use crate::serve::tls::{Handshake, Reloader, TlsSource};

pub use self::error::ServeError;
pub use self::limits::ServerLimits;
pub use self::proxy::{Network, NetworkError};
#[cfg(feature = "tls")]
pub use self::tls::{Pem, Tls, TlsError};

/// Creates a server for an API.
///
/// # Examples
///
/// ```no_run
/// # async fn run(api: palisade::Api) -> Result<(), palisade::ServeError> {
/// palisade::serve(api).listen("127.0.0.1:8080").await
/// # }
/// ```
pub fn serve<A: IsProtected>(api: A) -> Server {
    let api = api.into_api();
    let inventory = api.inventory();
    let routes = inventory.iter();
    let header_limit = routes.map(|route| route.limits().header_limit).max();
    let issuers = inventory.issuers().iter();
    let token_limit = issuers.map(IssuerSummary::token_limit).max();
    Server {
        head: HeadLimits {
            fields: header_limit.unwrap_or(Limits::DEFAULT.header_limit),
            token: token_limit.unwrap_or_default(),
            uri: 0,
        },
        limits: ServerLimits::of(inventory),
        probes: Vec::new(),
        inventory: inventory.clone(),
        format: api.error_format().clone(),
        router: api.into_router(),
        #[cfg(feature = "tls")]
        tls: None,
        proxies: Proxies::default(),
        #[cfg(unix)]
        socket_mode: socket_file::OWNER_ONLY,
    }
}

/// A server that is not bound to an address yet.
#[derive(Debug)]
#[must_use = "a server does nothing until it listens"]
pub struct Server {
    router: axum::Router,
    head: HeadLimits,
    /// `None` for plain HTTP.
    #[cfg(feature = "tls")]
    tls: Option<TlsSource>,
    proxies: Proxies,
    limits: ServerLimits,
    /// The paths of [`probe`](Self::probe).
    probes: Vec<String>,
    inventory: Inventory,
    format: ErrorFormat,
    #[cfg(unix)]
    socket_mode: u32,
}

/// A server that is bound to an address. Connections wait until it runs.
///
/// `A` is the type of the address: a `SocketAddr`, or the path of a Unix domain socket.
#[derive(Debug)]
#[must_use = "a server accepts no connection until it runs"]
pub struct BoundServer<A = SocketAddr> {
    listener: Listener,
    address: A,
    server: Server,
    /// `None` for plain HTTP.
    #[cfg(feature = "tls")]
    reloader: Option<Reloader>,
}

impl Server {
    /// Serves TLS with a certificate chain and its private key, each of which is a PEM file or [`Pem::text`].
    ///
    /// [`Tls`] describes the versions and ciphers, the reload of changed files, and the certificates of clients.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn run(api: palisade::Api) -> Result<(), palisade::ServeError> {
    /// palisade::serve(api).tls("cert.pem", "key.pem").listen("0.0.0.0:8443").await
    /// # }
    /// ```
    #[cfg(feature = "tls")]
    pub fn tls(self, certificate: impl Into<Pem>, key: impl Into<Pem>) -> Self {
        self.tls_with(Tls::new(certificate, key))
    }

    /// Serves TLS, with more settings than [`tls`](Self::tls) has.
    #[cfg(feature = "tls")]
    pub fn tls_with(mut self, tls: Tls) -> Self {
        self.tls = Some(TlsSource::Pem(tls));
        self
    }

    /// Serves TLS with a configuration of rustls, such as one whose certificates come from elsewhere.
    ///
    /// If it names no protocols (`alpn_protocols`), `h2` and `http/1.1` are offered.
    ///
    /// # Security
    ///
    /// Versions, ciphers, certificates and the verification of clients are those of the configuration.
    #[cfg(feature = "tls")]
    pub fn tls_config(mut self, config: impl Into<Arc<rustls::ServerConfig>>) -> Self {
        self.tls = Some(TlsSource::Config(config.into()));
        self
    }

    /// Names the networks of the proxies in front of the server.
    ///
    /// A request of a proxy has the client's address in `ConnectInfo`: the right-most one in `X-Forwarded-For` or
    /// `Forwarded` (RFC 7239) that does not belong to a proxy. The entries to its left are removed, because the client
    /// can have written them; so are the corresponding values of `X-Forwarded-Proto`, `-Host` and `-Port`. A request
    /// with both fields that name different clients, or with a malformed entry, gets 400.
    ///
    /// Requests that do not come from a proxy lose all of these fields, `X-Forwarded-*` in general, `Client-Cert`, and
    /// other names for the same data, such as `X-Real-IP`. Without this method, every request does.
    ///
    /// With proxies, plain HTTP is served on every address, as in a container. Then only proxies and processes of
    /// the same host may connect; others get 403. On a Unix domain socket, every peer is a proxy, and the list can be empty.
    ///
    /// # Security
    ///
    /// Every process in these networks can choose the address of its client. Tokens cross the network between the proxy
    /// and the server unencrypted, unless the server has TLS too. The proxies must append to or overwrite `X-Forwarded-For`, and
    /// overwrite the other fields.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn run(api: palisade::Api) -> Result<(), Box<dyn std::error::Error>> {
    /// palisade::serve(api).behind_proxy(["10.0.0.0/8".parse()?]).listen("0.0.0.0:8080").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn behind_proxy(mut self, networks: impl IntoIterator<Item = Network>) -> Self {
        self.proxies = Proxies::new(networks);
        self
    }

    /// Binds to the address, and serves until SIGTERM or Ctrl-C.
    ///
    /// # Errors
    ///
    /// Returns an error if [`bind`](Self::bind) or [`run`](BoundServer::run) does.
    pub async fn listen(self, address: impl ToSocketAddrs) -> Result<(), ServeError> {
        self.bind(address).await?.run().await
    }

    /// Binds to the address.
    ///
    /// # Errors
    ///
    /// Returns [`ServeError::NotLoopback`] if the address, or any address that its name resolves
    /// to, is not a loopback address and the server has neither TLS nor proxies, [`ServeError::NoProxy`] for an empty list of
    /// proxies, [`ServeError::Resolve`] if the name cannot be resolved,
    /// [`ServeError::Bind`] if the address is in use, and [`ServeError::Tls`] for a certificate or key that cannot be used.
    pub async fn bind(self, address: impl ToSocketAddrs) -> Result<BoundServer, ServeError> {
        let addresses = lookup_host(address).await.map_err(ServeError::Resolve)?;
        let addresses: Vec<SocketAddr> = addresses.collect();
        let public = addresses.iter().find(|address| !address.ip().is_loopback());
        if let Some(address) = public
            && self.is_plain()
            && !self.proxies.is_configured()
        {
            return Err(ServeError::NotLoopback { address: *address });
        }
        self.check_proxies()?;
        self.check_probes()?;
        #[cfg(feature = "tls")]
        let reloader = self.load_tls().await?;
        let (listener, address) = bind_first(&addresses).await?;
        Ok(BoundServer {
            listener: Listener::Tcp(listener),
            address,
            server: self,
            #[cfg(feature = "tls")]
            reloader,
        })
    }

    fn check_proxies(&self) -> Result<(), ServeError> {
        if self.proxies.is_configured() && self.proxies.networks().is_empty() {
            return Err(ServeError::NoProxy);
        }
        Ok(())
    }

    #[cfg(feature = "tls")]
    fn is_plain(&self) -> bool {
        self.tls.is_none()
    }

    #[cfg(not(feature = "tls"))]
    #[expect(clippy::unused_self, reason = "as with the feature `tls`")]
    fn is_plain(&self) -> bool {
        true
    }

    /// Reads the certificate and the key.
    #[cfg(feature = "tls")]
    async fn load_tls(&self) -> Result<Option<Reloader>, ServeError> {
        match self.tls.clone() {
            Some(source) => Ok(Some(source.load().await.map_err(ServeError::Tls)?)),
            None => Ok(None),
        }
    }

    /// Sets the permissions of the file that [`listen_unix`](Self::listen_unix) creates, `0o600` by default.
    ///
    /// With `0o660`, a proxy of another user can connect if the user is in the group of the file.
    #[cfg(unix)]
    pub fn socket_mode(mut self, mode: u32) -> Self {
        self.socket_mode = mode;
        self
    }

    /// Listens on a Unix domain socket, and serves until SIGTERM or Ctrl-C.
    ///
    /// # Errors
    ///
    /// Returns an error if [`bind_unix`](Self::bind_unix) or [`run`](BoundServer::run) does.
    #[cfg(unix)]
    pub async fn listen_unix(self, path: impl AsRef<Path>) -> Result<(), ServeError> {
        self.bind_unix(path).await?.run().await
    }

    /// Listens on a Unix domain socket.
    ///
    /// The file of a socket on which no process listens is replaced. The file is removed when the server stops.
    /// Requests have no `ConnectInfo`, because their connections have no IP address, unless a
    /// [proxy](Self::behind_proxy) names the client.
    ///
    /// # Errors
    ///
    /// Returns [`ServeError::SocketMode`] if all users of the host could connect, and [`ServeError::BindUnix`] if
    /// another process listens on the socket, the file is not a socket, or cannot be created.
    #[cfg(unix)]
    pub async fn bind_unix(
        self,
        path: impl AsRef<Path>,
    ) -> Result<BoundServer<PathBuf>, ServeError> {
        let (path, mode) = (path.as_ref().to_owned(), self.socket_mode);
        if mode & !0o770 != 0 {
            return Err(ServeError::SocketMode { mode });
        }
        self.check_probes()?;
        #[cfg(feature = "tls")]
        let reloader = self.load_tls().await?;
        match socket_file::listen(&path, mode).await {
            Ok((listener, file)) => Ok(BoundServer {
                listener: Listener::Unix {
                    listener,
                    _file: file,
                },
                address: path,
                server: self,
                #[cfg(feature = "tls")]
                reloader,
            }),
            Err(source) => Err(ServeError::BindUnix { path, source }),
        }
    }
}

impl BoundServer {
    /// Returns the address, with the actual port.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }
}

#[cfg(unix)]
impl BoundServer<PathBuf> {
    /// Returns the path of the socket.
    pub fn path(&self) -> &Path {
        &self.address
    }
}

impl<A> BoundServer<A> {
    /// Serves until SIGTERM or Ctrl-C. On SIGHUP, it looks whether the files of [`Tls`] have changed.
    ///
    /// The signal handlers are installed when this method is called, not when the future is
    /// first polled. From then on, the signals no longer end the process.
    ///
    /// # Errors
    ///
    /// Returns [`ServeError::Signal`] if the signal handlers cannot be installed.
    pub fn run(self) -> impl Future<Output = Result<(), ServeError>> {
        let signal = shutdown::signal();
        let hangup = Arc::new(Notify::new());
        let hangups = shutdown::hangups(Arc::clone(&hangup));
        async move {
            let stop = signal.map_err(ServeError::Signal)?;
            let hangups = hangups.map_err(ServeError::Signal)?;
            tokio::select! {
                served = self.serve_until(stop, &hangup) => served,
                never = hangups => match never {},
            }
        }
    }

    /// Serves until `stop` completes, then lets requests in flight finish. Does not handle signals.
    ///
    /// # Errors
    ///
    /// Returns no error at present: if the listener cannot accept a connection, it retries.
    pub async fn run_until(self, stop: impl Future<Output = ()>) -> Result<(), ServeError> {
        self.serve_until(stop, &Notify::new()).await
    }

    /// Serves until `stop` completes. `hangup` asks for a look at the files.
    #[cfg_attr(
        not(feature = "tls"),
        allow(unused_variables, reason = "only TLS has files")
    )]
    async fn serve_until(
        self,
        stop: impl Future<Output = ()>,
        hangup: &Notify,
    ) -> Result<(), ServeError> {
        let server = self.server;
        let head = HeadLimits {
            uri: server.limits.uri_limit,
            ..server.head
        };
        let protocols = Protocols::new(head, server.limits.write_timeout);
        #[cfg(feature = "tls")]
        let protocols = Protocols {
            handshake: self.reloader.as_ref().map(|reloader| {
                Handshake::new(reloader.subscribe(), server.limits.handshake_timeout)
            }),
            ..protocols
        };
        #[cfg(feature = "tls")]
        let reloading = async {
            match self.reloader {
                Some(reloader) => reloader.run(hangup).await,
                None => pending().await,
            }
        };
        #[cfg(not(feature = "tls"))]
        let reloading = pending();
        let probes = server.probes.into();
        let requests = RequestLimits::new(&server.limits, probes, server.format);
        let mut connections = Connections::new(
            server.router,
            protocols,
            server.proxies,
            &server.limits,
            requests,
        );
        telemetry::serving(&server.limits);
        tokio::select! {
            never = connections.accept(&self.listener) => match never {},
            never = reloading => match never {},
            () = stop => {}
        }
        drop(self.listener);
        connections.finish(server.limits.grace).await;
        Ok(())
    }
}

/// Binds to the first address that is available, and returns it with its actual port.
async fn bind_first(addresses: &[SocketAddr]) -> Result<(TcpListener, SocketAddr), ServeError> {
    let nothing = io::Error::from(io::ErrorKind::NotFound);
    let mut error = ServeError::Resolve(nothing);
    for &address in addresses {
        let bound = TcpListener::bind(address).await;
        match bound.and_then(|listener| Ok((listener.local_addr()?, listener))) {
            Ok((address, listener)) => return Ok((listener, address)),
            Err(source) => error = ServeError::Bind { address, source },
        }
    }
    Err(error)
}

#[cfg(all(test, feature = "testing"))]
mod tests;
