//! A server that is bound to an address, and its run.

use std::future::pending;
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::Notify;

use crate::routing::Inventory;
use crate::serve::connections::Connections;
use crate::serve::error::ServeError;
use crate::serve::protocols::{HeadLimits, Protocols, StreamLimits};
use crate::serve::request_limits::RequestLimits;
use crate::serve::settings::Settings;
use crate::serve::shutdown;
use crate::serve::socket::Listener;
use crate::serve::telemetry;
#[cfg(feature = "tls")]
use crate::serve::tls::{Handshake, Reloader};

/// A server that is bound to an address. Connections wait until it runs.
///
/// `A` is the type of the address: a `SocketAddr`, or the path of a Unix domain socket.
#[derive(Debug)]
#[must_use = "a server accepts no connection until it runs"]
pub struct BoundServer<A = SocketAddr> {
    pub(super) listener: Listener,
    pub(super) address: A,
    pub(super) settings: Settings,
    /// `None` for plain HTTP.
    #[cfg(feature = "tls")]
    pub(super) reloader: Option<Reloader>,
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
    /// Returns the inventory of the API, including the [listener](Inventory::listener), as
    /// [`Server::inventory`](crate::Server::inventory) does.
    ///
    /// # Examples
    ///
    /// ```
    /// # async fn show(api: palisade::Api) -> Result<(), palisade::ServeError> {
    /// let bound = palisade::serve(api).bind("127.0.0.1:0").await?;
    /// assert!(bound.inventory().listener().is_some());
    /// bound.run().await
    /// # }
    /// ```
    pub fn inventory(&self) -> Inventory {
        self.settings.served_inventory()
    }

    /// Serves until SIGTERM or Ctrl-C. On SIGHUP, it looks whether the files of [`Tls`](crate::Tls) have changed.
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
        let settings = self.settings;
        let limits = settings.limits;
        let head = HeadLimits {
            uri: limits.uri_limit,
            ..settings.head
        };
        let requests = RequestLimits::new(&limits, settings.probes.into(), settings.format);
        let streams = StreamLimits {
            streams: limits.stream_limit,
            resets: limits.reset_limit,
            write_timeout: limits.write_timeout,
        };
        let protocols = Protocols::new(head, streams);
        #[cfg(feature = "tls")]
        let protocols = Protocols {
            handshake: self.reloader.as_ref().map(|reloader| {
                let (config, timeout) = (reloader.subscribe(), limits.handshake_timeout);
                Handshake::new(config, timeout, reloader.verifies_issuer())
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
        let connections = Connections::new(
            settings.router,
            protocols,
            settings.proxies,
            &limits,
            requests,
        );
        #[cfg(feature = "explain")]
        let connections = connections.explained(settings.explained);
        let mut connections = connections;
        telemetry::serving(&limits);
        tokio::select! {
            never = connections.accept(&self.listener) => match never {},
            never = reloading => match never {},
            () = stop => {}
        }
        drop(self.listener);
        connections.finish(limits.grace).await;
        Ok(())
    }
}
