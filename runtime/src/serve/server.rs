//! The builder of a server.

use std::io;
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::{Path, PathBuf};
#[cfg(feature = "tls")]
use std::sync::Arc;

use http::Method;
use tokio::net::{TcpListener, ToSocketAddrs, lookup_host};

use crate::routing::rules::IsProtected;
use crate::routing::{Inventory, Route};
use crate::serve::bound::BoundServer;
use crate::serve::error::ServeError;
#[cfg(feature = "explain")]
use crate::serve::explaining::require_loopback;
use crate::serve::proxy::{Network, Proxies};
use crate::serve::settings::Settings;
use crate::serve::socket::Listener;
#[cfg(unix)]
use crate::serve::socket_file;
#[cfg(feature = "tls")]
use crate::serve::tls::{Pem, Reloader, Tls, TlsSource};

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
    Server {
        settings: Settings::new(api.into_api()),
    }
}

/// A server that is not bound to an address yet.
#[derive(Debug)]
#[must_use = "a server does nothing until it listens"]
pub struct Server {
    pub(super) settings: Settings,
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
        self.settings.tls = Some(TlsSource::Pem(tls));
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
        self.settings.tls = Some(TlsSource::Config(config.into()));
        self
    }

    /// Names the networks of the proxies in front of the server.
    ///
    /// A request of a proxy has the client's address in `ConnectInfo`: the right-most one in `X-Forwarded-For` or
    /// `Forwarded` (RFC 7239) that does not belong to a proxy. The entries to its left are removed, because the client
    /// can have written them; so are the corresponding values of `X-Forwarded-Proto`, `-Host` and `-Port`. A request
    /// with both fields that name different clients, or with a malformed entry, gets 400.
    ///
    /// A proxy also names the request: a well-formed `X-Request-Id` becomes its [id](crate::RequestId).
    ///
    /// Requests that do not come from a proxy lose all of these fields, `X-Forwarded-*` in general, `Client-Cert`, and
    /// other names for the same data, such as `X-Real-IP`, and `X-Request-Id`. Without this method, every request does.
    ///
    /// With proxies, plain HTTP is served on every address, as in a container. Then only proxies and processes of
    /// the same host may connect; others get 403. On a Unix domain socket, every peer is a proxy, and the list can be empty.
    ///
    /// # Security
    ///
    /// Every process in these networks can choose the address of its client. Tokens cross the network between the proxy
    /// and the server unencrypted, unless the server has TLS too. The proxies must append to or overwrite `X-Forwarded-For`, and
    /// overwrite the other fields, `X-Request-Id` included: otherwise clients choose their ids.
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
        self.settings.proxies = Proxies::new(networks);
        self
    }

    /// Describes how clients connect to the server, one sentence each: the transport, the certificates of clients, the
    /// proxies, the probes. The [limits](Self::limits) follow, one line each.
    ///
    /// The [inventory](Self::inventory) lists the routes that clients can call.
    ///
    /// # Examples
    ///
    /// ```
    /// # fn show(api: palisade::Api) -> Result<(), palisade::NetworkError> {
    /// let server = palisade::serve(api).behind_proxy(["10.0.0.0/8".parse()?]);
    /// assert_eq!(server.summary()[..3], [
    ///     "plain HTTP, for proxies and processes of this host",
    ///     "forwarded header fields and `X-Request-Id` are trusted from 10.0.0.0/8",
    ///     "connection_limit: 8192",
    /// ]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn summary(&self) -> Vec<String> {
        self.settings.summary()
    }

    /// Returns the inventory of the API, including the [listener](Inventory::listener) with its current settings.
    ///
    /// # Examples
    ///
    /// ```
    /// # fn show(api: palisade::Api) {
    /// let server = palisade::serve(api).tls("cert.pem", "key.pem");
    /// let inventory = server.inventory();
    /// assert!(inventory.listener().unwrap().transport.is_encrypted());
    /// # }
    /// ```
    pub fn inventory(&self) -> Inventory {
        self.settings.served_inventory()
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
    /// proxies, [`ServeError::Probe`] for a probe without a public handler, [`ServeError::Resolve`] if the name cannot be resolved,
    /// [`ServeError::Bind`] if the address is in use, `ServeError::ExplainNotLoopback` or `ServeError::ExplainBehindProxy` for an API that
    /// [explains](crate::Api::explain) requests beyond loopback, and [`ServeError::Tls`] for a certificate or key that cannot be used.
    pub async fn bind(self, address: impl ToSocketAddrs) -> Result<BoundServer, ServeError> {
        let addresses = lookup_host(address).await.map_err(ServeError::Resolve)?;
        let addresses: Vec<SocketAddr> = addresses.collect();
        let public = addresses.iter().find(|address| !address.ip().is_loopback());
        if let Some(address) = public
            && self.is_plain()
            && !self.settings.proxies.is_configured()
        {
            return Err(ServeError::NotLoopback { address: *address });
        }
        #[cfg(feature = "explain")]
        if self.settings.explained.is_some() {
            require_loopback(&addresses, &self.settings.proxies)?;
        }
        self.check_proxies()?;
        self.check_probes()?;
        #[cfg(feature = "tls")]
        let reloader = self.load_tls().await?;
        let (listener, address) = bind_first(&addresses).await?;
        Ok(BoundServer {
            listener: Listener::Tcp(listener),
            address,
            settings: self.settings,
            #[cfg(feature = "tls")]
            reloader,
        })
    }

    fn check_proxies(&self) -> Result<(), ServeError> {
        if self.settings.proxies.is_configured() && self.settings.proxies.networks().is_empty() {
            return Err(ServeError::NoProxy);
        }
        Ok(())
    }

    fn check_probes(&self) -> Result<(), ServeError> {
        let is_public = |path: &str| {
            let mut routes = self.settings.inventory.iter();
            routes.any(|route| route.path() == path && is_public_get(route))
        };
        match self.settings.probes.iter().find(|path| !is_public(path)) {
            None => Ok(()),
            Some(path) => Err(ServeError::Probe { path: path.clone() }),
        }
    }

    #[cfg(feature = "tls")]
    fn is_plain(&self) -> bool {
        self.settings.tls.is_none()
    }

    #[cfg(not(feature = "tls"))]
    #[expect(clippy::unused_self, reason = "as with the feature `tls`")]
    fn is_plain(&self) -> bool {
        true
    }

    /// Reads the certificate and the key.
    #[cfg(feature = "tls")]
    async fn load_tls(&self) -> Result<Option<Reloader>, ServeError> {
        match self.settings.tls.clone() {
            Some(source) => Ok(Some(source.load().await.map_err(ServeError::Tls)?)),
            None => Ok(None),
        }
    }

    /// Sets the permissions of the file that [`listen_unix`](Self::listen_unix) creates, `0o600` by default.
    ///
    /// With `0o660`, a proxy of another user can connect if the user is in the group of the file.
    #[cfg(unix)]
    pub fn socket_mode(mut self, mode: u32) -> Self {
        self.settings.socket_mode = mode;
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
    /// Returns [`ServeError::SocketMode`] if all users of the host could connect, `ServeError::ExplainOnUnixSocket` for an API that
    /// [explains](crate::Api::explain) requests, and [`ServeError::BindUnix`] if another process listens on the socket, the
    /// file is not a socket, or cannot be created.
    #[cfg(unix)]
    pub async fn bind_unix(
        self,
        path: impl AsRef<Path>,
    ) -> Result<BoundServer<PathBuf>, ServeError> {
        let (path, mode) = (path.as_ref().to_owned(), self.settings.socket_mode);
        if mode & !0o770 != 0 {
            return Err(ServeError::SocketMode { mode });
        }
        #[cfg(feature = "explain")]
        if self.settings.explained.is_some() {
            return Err(ServeError::ExplainOnUnixSocket);
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
                settings: self.settings,
                #[cfg(feature = "tls")]
                reloader,
            }),
            Err(source) => Err(ServeError::BindUnix { path, source }),
        }
    }
}

fn is_public_get(route: &Route) -> bool {
    route.methods().contains(&Method::GET) && route.declaration().is_public()
}

/// Binds to the first address that is available, and returns it with its actual port.
/// The bytes of a response that the system accepts before it sends those it has: enough for a fast client.
#[cfg(any(target_os = "android", target_os = "linux"))]
pub(super) const UNSENT_LIMIT: u32 = 128 * 1024;

/// Limits the bytes that the system buffers for a client that does not read, by default megabytes for each connection.
///
/// Connections inherit the option `TCP_NOTSENT_LOWAT`. Bytes that are sent and not acknowledged do not count, so that the
/// throughput to distant clients is not limited. Other systems have smaller buffers.
#[cfg(any(target_os = "android", target_os = "linux"))]
fn limit_unsent(listener: &TcpListener) {
    // without the option, the server still works
    let _ = socket2::SockRef::from(listener).set_tcp_notsent_lowat(UNSENT_LIMIT);
}

#[cfg(not(any(target_os = "android", target_os = "linux")))]
fn limit_unsent(_: &TcpListener) {}

async fn bind_first(addresses: &[SocketAddr]) -> Result<(TcpListener, SocketAddr), ServeError> {
    let nothing = io::Error::from(io::ErrorKind::NotFound);
    let mut error = ServeError::Resolve(nothing);
    for &address in addresses {
        let bound = TcpListener::bind(address).await;
        match bound.and_then(|listener| Ok((listener.local_addr()?, listener))) {
            Ok((address, listener)) => {
                limit_unsent(&listener);
                return Ok((listener, address));
            }
            Err(source) => error = ServeError::Bind { address, source },
        }
    }
    Err(error)
}

#[cfg(test)]
mod tests {
    #[cfg(any(target_os = "android", target_os = "linux"))]
    #[tokio::test]
    async fn unsent_bytes_of_accepted_connections_are_limited() {
        use super::*;

        for address in ["127.0.0.1:0", "[::1]:0"] {
            let Ok((listener, address)) = bind_first(&[address.parse().unwrap()]).await else {
                // a host without IPv6
                continue;
            };
            let _client = tokio::net::TcpStream::connect(address).await.unwrap();
            let (stream, _) = listener.accept().await.unwrap();
            let limit = socket2::SockRef::from(&stream).tcp_notsent_lowat();
            assert_eq!(limit.unwrap(), UNSENT_LIMIT, "{address}");
        }
    }
}
