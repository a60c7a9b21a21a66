//! The limits of a server.

use std::fmt;
use std::time::Duration;

use http::Method;

use crate::routing::{Inventory, Route, UNREAD_LIMIT};
use crate::serve::activity::Timeouts;
use crate::serve::{ServeError, Server};

/// The limits of a server, which apply to all of its routes.
///
/// `Server::limits` returns them; each field has a method of [`Server`](crate::Server) with its name. The limits of
/// one route are its [`Limits`](crate::policy::Limits). `Display` lists all of them, one per line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerLimits {
    /// The maximum number of connections, 8192 by default.
    pub connection_limit: usize,
    /// The maximum number of connections of one peer: an IPv4 address, or an IPv6 network of 64 bits.
    ///
    /// By default, it is `None`: 256, except for loopback addresses.
    pub peer_connection_limit: Option<usize>,
    /// The maximum number of requests in flight, 1024 by default.
    pub request_limit: usize,
    /// The maximum length of the path with the query, in bytes, 8 KiB by default.
    pub uri_limit: usize,
    /// The maximum time for a TLS handshake, 10 s by default.
    pub handshake_timeout: Duration,
    /// The maximum time for the head of a request, 10 s by default.
    pub head_timeout: Duration,
    /// The maximum time between two requests on a connection, 75 s by default.
    pub idle_timeout: Duration,
    /// The maximum time until the head of a response.
    ///
    /// By default, it is the longest `body_timeout` and `timeout` of any route, with 30 s for the guard and the layers.
    pub request_timeout: Duration,
    /// The maximum time for which a client may not read a response, 30 s by default.
    pub write_timeout: Duration,
    /// The maximum time for requests in flight after a shutdown begins, 30 s by default.
    pub grace: Duration,
    /// The maximum number of unread bytes of a request's body that are discarded, 8 MiB by default.
    pub unread_limit: u64,
}

impl ServerLimits {
    /// The limit of connections of one peer, unless it is set.
    pub(super) const PEER_CONNECTIONS: usize = 256;

    /// The time for the guard and for layers, in the default of the time of a request.
    pub(super) const OVERHEAD: Duration = Duration::from_secs(30);

    pub(super) const DEFAULT: Self = Self {
        connection_limit: 8192,
        peer_connection_limit: None,
        request_limit: 1024,
        uri_limit: 8 * 1024,
        handshake_timeout: Duration::from_secs(10),
        head_timeout: Duration::from_secs(10),
        idle_timeout: Duration::from_secs(75),
        request_timeout: Duration::from_secs(90),
        write_timeout: Duration::from_secs(30),
        grace: Duration::from_secs(30),
        unread_limit: UNREAD_LIMIT,
    };

    /// Returns the defaults for these routes.
    pub(super) fn of(inventory: &Inventory) -> Self {
        let times = inventory.iter().map(|route| {
            let limits = route.limits();
            limits.body_timeout.saturating_add(limits.timeout)
        });
        let longest = times
            .max()
            .unwrap_or_default()
            .saturating_add(Self::OVERHEAD);
        Self {
            request_timeout: longest.max(Self::DEFAULT.request_timeout),
            ..Self::DEFAULT
        }
    }

    /// Returns the limit of connections of one peer.
    pub(super) fn peer_connections(&self) -> usize {
        self.peer_connection_limit.unwrap_or(Self::PEER_CONNECTIONS)
    }

    /// Returns the times after which a connection is closed.
    pub(super) fn timeouts(&self) -> Timeouts {
        Timeouts {
            head: self.head_timeout,
            idle: self.idle_timeout,
            write: self.write_timeout,
        }
    }
}

/// The limits. All of them apply before the guard; a handler has [`Limits`](crate::policy::Limits) of its own declaration.
impl Server {
    /// Returns the limits.
    ///
    /// # Examples
    ///
    /// ```
    /// # fn print(api: palisade::Api) {
    /// let server = palisade::serve(api).connection_limit(20_000);
    /// println!("{}", server.limits());
    /// # }
    /// ```
    pub fn limits(&self) -> &ServerLimits {
        &self.limits
    }

    /// Sets the maximum number of connections, 8192 by default.
    ///
    /// If the limit is reached, a new connection replaces the one that has waited longest for a request; those that have never
    /// sent one go first. If all have a request in flight, new connections wait in the queue of the system. The same happens if the
    /// process has too many open files: the limit of the system (`ulimit -n`) should be larger, because handlers open
    /// files and connections, too.
    ///
    /// # Panics
    ///
    /// If the limit is zero.
    #[track_caller]
    pub fn connection_limit(mut self, connections: usize) -> Self {
        assert!(connections > 0, "a server needs a connection");
        self.limits.connection_limit = connections;
        self
    }

    /// Sets the maximum number of connections of one peer.
    ///
    /// A peer is an IPv4 address, or an IPv6 network of 64 bits. Connections beyond the limit are closed at once. By default,
    /// the limit is 256, and does not apply to loopback addresses, on which proxies of the same host connect; a limit that is set here does.
    /// It never applies to a proxy of [`behind_proxy`](Self::behind_proxy), or to a Unix socket.
    ///
    /// # Panics
    ///
    /// If the limit is zero.
    #[track_caller]
    pub fn peer_connection_limit(mut self, connections: usize) -> Self {
        assert!(connections > 0, "a peer needs a connection");
        self.limits.peer_connection_limit = Some(connections);
        self
    }

    /// Sets the maximum number of requests in flight, 1024 by default.
    ///
    /// A request is in flight until the body of its response has ended, so that a stream of events counts as long as it lasts;
    /// an upgraded connection does not. A request beyond the limit is refused before the guard: 503 with `Retry-After`. The requests of a
    /// [`probe`](Self::probe) have a separate limit.
    ///
    /// # Panics
    ///
    /// If the limit is zero.
    #[track_caller]
    pub fn request_limit(mut self, requests: usize) -> Self {
        assert!(requests > 0, "a server needs a request");
        self.limits.request_limit = requests;
        self
    }

    /// Serves `GET` and `HEAD` of a path even if too many requests are in flight: up to 16 such requests.
    ///
    /// Use it for a liveness probe: a server that is restarted because it is overloaded makes the overload of the others
    /// worse. A readiness probe should be refused, so that other servers get the requests.
    ///
    /// [`bind`](Self::bind) returns [`ServeError::Probe`] if the path is not that of a public handler for `GET`.
    pub fn probe(mut self, path: impl Into<String>) -> Self {
        self.probes.push(path.into());
        self
    }

    /// Sets the maximum length of the path with the query, in bytes, 8 KiB by default.
    ///
    /// A longer one gets 414. Above 65 534 bytes, the parser of HTTP/1.1 responds, without a body.
    pub fn uri_limit(mut self, bytes: usize) -> Self {
        self.limits.uri_limit = bytes;
        self
    }

    /// Sets the time that a client has for the TLS handshake, 10 s by default.
    #[cfg(feature = "tls")]
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.limits.handshake_timeout = timeout;
        self
    }

    /// Sets the time that a client has to send the head of a request, 10 s by default.
    ///
    /// For the first request of a connection, it starts when the connection is open; for others, with the first byte
    /// ([`idle_timeout`](Self::idle_timeout) limits the time until then). If a part of the head has arrived, the
    /// response is 408; otherwise the connection is closed without one.
    pub fn head_timeout(mut self, timeout: Duration) -> Self {
        self.limits.head_timeout = timeout;
        self
    }

    /// Sets the time that a connection without a request stays open, 75 s by default.
    ///
    /// It should be longer than the idle timeout of a proxy in front (60 s in nginx and in common load balancers). Otherwise the proxy may
    /// send a request on a connection that the server is about to close. An HTTP/2 connection is announced to close
    /// (`GOAWAY`), whatever other frames the client sends.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.limits.idle_timeout = timeout;
        self
    }

    /// Sets the time until the head of a response, from the head of the request.
    ///
    /// By default, it is the longest `body_timeout` and `timeout` of any route, with 30 s for the guard and the layers, and at least 90 s. It
    /// therefore ends only what no declaration limits: layers, and routes [beside](crate::Api::beside) the API. The
    /// response is 503, like that of the `timeout` of a handler.
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.limits.request_timeout = timeout;
        self
    }

    /// Sets the time for which a client may not read a response, 30 s by default.
    ///
    /// Times in which the server waits for the client add up, and each 256 bytes that the client reads subtract a second: a
    /// client that reads slower than 256 B/s is disconnected eventually. In HTTP/2, only its stream is reset.
    pub fn write_timeout(mut self, timeout: Duration) -> Self {
        self.limits.write_timeout = timeout;
        self
    }

    /// Sets the time that requests in flight have to finish after a shutdown begins, 30 s by default.
    ///
    /// The same time applies to upgraded connections. A handler learns of the shutdown from its argument
    /// [`Shutdown`](crate::Shutdown).
    pub fn grace(mut self, grace: Duration) -> Self {
        self.limits.grace = grace;
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
        self.limits.unread_limit = bytes;
        self
    }

    pub(super) fn check_probes(&self) -> Result<(), ServeError> {
        let is_public = |path: &str| {
            let mut routes = self.inventory.iter();
            routes.any(|route| route.path() == path && is_public_get(route))
        };
        match self.probes.iter().find(|path| !is_public(path)) {
            None => Ok(()),
            Some(path) => Err(ServeError::Probe { path: path.clone() }),
        }
    }
}

fn is_public_get(route: &Route) -> bool {
    let declaration = route.declaration();
    route.methods().contains(&Method::GET) && declaration.is_public()
}

impl fmt::Display for ServerLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "connection_limit: {}", self.connection_limit)?;
        match self.peer_connection_limit {
            Some(limit) => writeln!(f, "peer_connection_limit: {limit}")?,
            None => writeln!(
                f,
                "peer_connection_limit: {} except loopback",
                Self::PEER_CONNECTIONS
            )?,
        }
        writeln!(f, "request_limit: {}", self.request_limit)?;
        writeln!(f, "uri_limit: {}", self.uri_limit)?;
        for (name, time) in [
            ("handshake_timeout", self.handshake_timeout),
            ("head_timeout", self.head_timeout),
            ("idle_timeout", self.idle_timeout),
            ("request_timeout", self.request_timeout),
            ("write_timeout", self.write_timeout),
            ("grace", self.grace),
        ] {
            writeln!(f, "{name}: {time:?}")?;
        }
        write!(f, "unread_limit: {}", self.unread_limit)
    }
}
