//! The limits of a server.

use std::fmt;
use std::time::Duration;

use crate::routing::{Inventory, ListenerLimit, UNREAD_LIMIT};
use crate::serve::activity::Timeouts;

/// The limits of a server, which apply to all of its routes.
///
/// `Server::limits` returns them, and a method of `Server` sets each field. The limits of
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
    /// The maximum number of requests that an HTTP/2 connection has at the same time, 100 by default.
    pub stream_limit: u32,
    /// The maximum number of HTTP/2 requests that a client may cancel before the server has looked at them, 20 by default.
    pub reset_limit: usize,
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
        stream_limit: 100,
        reset_limit: 20,
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

impl ServerLimits {
    /// Lists the limits with their names.
    pub(super) fn values(&self) -> [(&'static str, ListenerLimit); 13] {
        let number = |limit: usize| ListenerLimit::Number(limit as u64);
        let time = ListenerLimit::Time;
        [
            ("connection_limit", number(self.connection_limit)),
            ("peer_connection_limit", number(self.peer_connections())),
            ("request_limit", number(self.request_limit)),
            ("uri_limit", number(self.uri_limit)),
            ("handshake_timeout", time(self.handshake_timeout)),
            ("head_timeout", time(self.head_timeout)),
            ("idle_timeout", time(self.idle_timeout)),
            ("request_timeout", time(self.request_timeout)),
            ("write_timeout", time(self.write_timeout)),
            ("grace", time(self.grace)),
            (
                "stream_limit",
                ListenerLimit::Number(u64::from(self.stream_limit)),
            ),
            ("reset_limit", number(self.reset_limit)),
            ("unread_limit", ListenerLimit::Number(self.unread_limit)),
        ]
    }
}

impl fmt::Display for ServerLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (name, value)) in self.values().into_iter().enumerate() {
            let separator = if at > 0 { "\n" } else { "" };
            write!(f, "{separator}{name}: {value}")?;
            if name == "peer_connection_limit" && self.peer_connection_limit.is_none() {
                f.write_str(" except loopback")?;
            }
        }
        Ok(())
    }
}
