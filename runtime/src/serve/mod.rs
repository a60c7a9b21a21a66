//! Serves an `Api` over plain HTTP/1.1, on loopback only.
//!
//! The server disconnects a client that sends the head of a request too slowly, or more header
//! fields than any route allows. A response that is ready before the request's body is read reaches
//! the client: the rest of the body is discarded within bounds. A shutdown lets requests
//! in flight and upgraded connections finish.

mod connection;
mod connections;
mod error;
mod linger;
mod shutdown;
mod socket;
#[cfg(unix)]
mod socket_file;
mod stream;
mod tracked;
mod unread;

use std::io;
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::net::{TcpListener, ToSocketAddrs, lookup_host};

use crate::policy::Limits;
use crate::routing::UNREAD_LIMIT;
use crate::routing::rules::IsProtected;
use crate::serve::connection::Protocols;
use crate::serve::connections::Connections;
use crate::serve::socket::Listener;

pub use self::error::ServeError;

/// The default time for reading the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// The default time for requests in flight to finish after a shutdown begins.
const GRACE: Duration = Duration::from_secs(30);

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
    let routes = api.inventory().iter();
    let header_limit = routes.map(|route| route.limits().header_limit).max();
    Server {
        header_limit: header_limit.unwrap_or(Limits::DEFAULT.header_limit),
        router: api.into_router(),
        head_timeout: HEAD_TIMEOUT,
        grace: GRACE,
        unread_limit: UNREAD_LIMIT,
        #[cfg(unix)]
        socket_mode: socket_file::OWNER_ONLY,
    }
}

/// A server that is not bound to an address yet.
#[derive(Debug)]
#[must_use = "a server does nothing until it listens"]
pub struct Server {
    router: axum::Router,
    /// The largest header limit of any route.
    header_limit: usize,
    head_timeout: Duration,
    grace: Duration,
    unread_limit: u64,
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
}

impl Server {
    /// Sets the time that a client has to send the head of a request, 10 s by default.
    pub fn head_timeout(mut self, timeout: Duration) -> Self {
        self.head_timeout = timeout;
        self
    }

    /// Sets the time that requests in flight have to finish after a shutdown begins, 30 s by default.
    ///
    /// The same time applies to upgraded connections. A handler learns of the shutdown from its argument
    /// [`Shutdown`](crate::Shutdown).
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Sets the number of bytes that are discarded after a response that is ready before the request's body
    /// is read, 8 MiB by default.
    ///
    /// Many clients read the response only after they have sent the whole body. If the body is longer than
    /// this limit, they get an error instead of the response. With `0`, nothing is discarded.
    ///
    /// # Security
    ///
    /// The client needs no token to make the server read these bytes. They are not stored, discarding ends
    /// after 30 s, or 5 s without a byte, and they are never parsed as another request.
    pub fn unread_limit(mut self, bytes: u64) -> Self {
        self.unread_limit = bytes;
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
    /// to, is not a loopback address, [`ServeError::Resolve`] if the name cannot be resolved, and
    /// [`ServeError::Bind`] if the address is in use.
    pub async fn bind(self, address: impl ToSocketAddrs) -> Result<BoundServer, ServeError> {
        let addresses = lookup_host(address).await.map_err(ServeError::Resolve)?;
        let addresses: Vec<SocketAddr> = addresses.collect();
        if let Some(public) = addresses.iter().find(|address| !address.ip().is_loopback()) {
            return Err(ServeError::NotLoopback { address: *public });
        }
        let (listener, address) = bind_first(&addresses).await?;
        Ok(BoundServer {
            listener: Listener::Tcp(listener),
            address,
            server: self,
        })
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
    /// Requests have no `ConnectInfo`, because their connections have no IP address.
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
        match socket_file::listen(&path, mode).await {
            Ok((listener, file)) => Ok(BoundServer {
                listener: Listener::Unix {
                    listener,
                    _file: file,
                },
                address: path,
                server: self,
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
    /// Serves until SIGTERM or Ctrl-C.
    ///
    /// The signal handlers are installed when this method is called, not when the future is
    /// first polled. From then on, the signals no longer end the process.
    ///
    /// # Errors
    ///
    /// Returns [`ServeError::Signal`] if the signal handlers cannot be installed.
    pub fn run(self) -> impl Future<Output = Result<(), ServeError>> {
        let signal = shutdown::signal();
        async move { self.run_until(signal.map_err(ServeError::Signal)?).await }
    }

    /// Serves until `stop` completes, then lets requests in flight finish.
    ///
    /// # Errors
    ///
    /// Returns no error at present: if the listener cannot accept a connection, it retries.
    pub async fn run_until(self, stop: impl Future<Output = ()>) -> Result<(), ServeError> {
        let server = self.server;
        let protocols = Protocols::new(server.head_timeout, server.header_limit);
        let mut connections = Connections::new(server.router, protocols, server.unread_limit);
        tokio::select! {
            never = connections.accept(&self.listener) => match never {},
            () = stop => {}
        }
        drop(self.listener);
        connections.finish(server.grace).await;
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
