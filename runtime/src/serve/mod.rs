//! Serves an `Api` over plain HTTP/1.1, on loopback only.
//!
//! A client that is slow to send a request's head, or sends more header fields than any route
//! takes, is cut off, and a shutdown lets what is
//! under way finish. Upgrades (WebSocket) are not served.

mod connection;
mod error;
mod shutdown;

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, ToSocketAddrs, lookup_host};

use crate::policy::Limits;
use crate::routing::api::Api;
use crate::serve::connection::Connections;

pub use self::error::ServeError;

/// How long a client may take to send a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How long requests under way may take to finish once a shutdown has begun.
const GRACE: Duration = Duration::from_secs(30);

/// Begins to serve an API.
///
/// # Examples
///
/// ```no_run
/// # async fn run(api: palisade::Api) -> Result<(), palisade::ServeError> {
/// palisade::serve(api).listen("127.0.0.1:8080").await
/// # }
/// ```
pub fn serve(api: Api) -> Server {
    let routes = api.inventory().iter();
    let header_limit = routes.map(|route| route.limits().header_limit).max();
    Server {
        header_limit: header_limit.unwrap_or(Limits::DEFAULT.header_limit),
        router: api.into_standalone_router(),
        head_timeout: HEAD_TIMEOUT,
        grace: GRACE,
    }
}

/// An API that is about to be served.
#[derive(Debug)]
#[must_use = "a server does nothing until it listens"]
pub struct Server {
    router: axum::Router,
    /// That of the route that takes the most.
    header_limit: usize,
    head_timeout: Duration,
    grace: Duration,
}

/// An API whose address is taken; connections wait until it runs.
#[derive(Debug)]
#[must_use = "a server answers nobody until it runs"]
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
    server: Server,
}

impl Server {
    /// Allows a client so long to send a request's head; by default 10 s.
    pub fn head_timeout(mut self, timeout: Duration) -> Self {
        self.head_timeout = timeout;
        self
    }

    /// Gives requests under way so long to finish in a shutdown; by default 30 s.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Takes the address, and serves until SIGTERM or Ctrl-C.
    ///
    /// # Errors
    ///
    /// As [`bind`](Self::bind).
    pub async fn listen(self, address: impl ToSocketAddrs) -> Result<(), ServeError> {
        self.bind(address).await?.run().await
    }

    /// Takes the address.
    ///
    /// # Errors
    ///
    /// [`ServeError::NotLoopback`] where the address, or any that its name stands for, can
    /// be reached from elsewhere; [`ServeError::Io`] where it cannot be resolved or is taken.
    pub async fn bind(self, address: impl ToSocketAddrs) -> Result<Bound, ServeError> {
        let addresses: Vec<SocketAddr> = lookup_host(address).await?.collect();
        if let Some(open) = addresses.iter().find(|address| !address.ip().is_loopback()) {
            return Err(ServeError::NotLoopback { address: *open });
        }
        let listener = TcpListener::bind(&*addresses).await?;
        let address = listener.local_addr()?;
        Ok(Bound {
            listener,
            address,
            server: self,
        })
    }
}

impl Bound {
    /// The address, with the port that was taken.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Serves until SIGTERM or Ctrl-C; from this call on, not only once it is awaited,
    /// these stop the server and not the process.
    ///
    /// # Errors
    ///
    /// [`ServeError::Io`] where the signals cannot be listened for.
    pub fn run(self) -> impl Future<Output = Result<(), ServeError>> {
        let signal = shutdown::signal();
        async move { self.run_until(signal?).await }
    }

    /// Serves until `stop` is ready, then lets what is under way finish.
    ///
    /// # Errors
    ///
    /// None at present; a listener that cannot accept for a while is tried again.
    pub async fn run_until(self, stop: impl Future<Output = ()>) -> Result<(), ServeError> {
        let mut connections = Connections::new(
            self.server.router,
            self.server.head_timeout,
            self.server.header_limit,
        );
        tokio::select! {
            never = connections.accept(&self.listener) => match never {},
            () = stop => {}
        }
        drop(self.listener);
        connections.finish(self.server.grace).await;
        Ok(())
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests;
