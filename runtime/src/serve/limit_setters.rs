//! The methods of a server that set its limits.

use std::time::Duration;

use crate::serve::limits::ServerLimits;
use crate::serve::server::Server;

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
        &self.settings.limits
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
        self.settings.limits.connection_limit = connections;
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
        self.settings.limits.peer_connection_limit = Some(connections);
        self
    }

    /// Sets the maximum number of requests in flight, 1024 by default.
    ///
    /// A request is in flight until the body of its response has ended, so that a stream of events counts as long as it lasts;
    /// an upgraded connection does not. A request beyond the limit is refused before the guard: 503 with `Retry-After`. The requests of a
    /// [`probe`](Self::probe) have a separate limit.
    ///
    /// A request that waits for the rest of its body does not count, nor does one whose client does not read the response.
    /// Up to twice as many requests may wait. One more that waits for its body gets 503, too. Of those whose clients do not read,
    /// a quarter of the limit have 1 s, and others are ended at once.
    ///
    /// # Panics
    ///
    /// If the limit is zero.
    #[track_caller]
    pub fn request_limit(mut self, requests: usize) -> Self {
        assert!(requests > 0, "a server needs a request");
        self.settings.limits.request_limit = requests;
        self
    }

    /// Serves `GET` and `HEAD` of a path even if too many requests are in flight: up to 16 such requests.
    ///
    /// Use it for a liveness probe: a server that is restarted because it is overloaded makes the overload of the others
    /// worse. A readiness probe should be refused, so that other servers get the requests.
    ///
    /// [`bind`](Self::bind) returns [`ServeError::Probe`](crate::ServeError::Probe) if the path is not that of a public handler for `GET`.
    pub fn probe(mut self, path: impl Into<String>) -> Self {
        self.settings.probes.push(path.into());
        self
    }

    /// Sets the maximum length of the path with the query, in bytes, 8 KiB by default.
    ///
    /// A longer one gets 414. Above 65 534 bytes, the parser of HTTP/1.1 responds, without a body.
    pub fn uri_limit(mut self, bytes: usize) -> Self {
        self.settings.limits.uri_limit = bytes;
        self
    }

    /// Sets the time that a client has for the TLS handshake, 10 s by default.
    #[cfg(feature = "tls")]
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.settings.limits.handshake_timeout = timeout;
        self
    }

    /// Sets the time that a client has to send the head of a request, 10 s by default.
    ///
    /// For the first request of a connection, it starts when the connection is open; for others, with the first byte
    /// ([`idle_timeout`](Self::idle_timeout) limits the time until then). If a part of the head has arrived, the
    /// response is 408; otherwise the connection is closed without one.
    pub fn head_timeout(mut self, timeout: Duration) -> Self {
        self.settings.limits.head_timeout = timeout;
        self
    }

    /// Sets the time that a connection without a request stays open, 75 s by default.
    ///
    /// It should be longer than the idle timeout of a proxy in front (60 s in nginx and in common load balancers). Otherwise the proxy may
    /// send a request on a connection that the server is about to close. An HTTP/2 connection is announced to close
    /// (`GOAWAY`), whatever other frames the client sends.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.settings.limits.idle_timeout = timeout;
        self
    }

    /// Sets the time until the head of a response, from the head of the request.
    ///
    /// By default, it is the longest `body_timeout` and `timeout` of any route, with 30 s for the guard and the layers, and at least 90 s. It
    /// therefore ends only what no declaration limits: layers, and routes [beside](crate::Api::beside) the API. The
    /// response is 503, like that of the `timeout` of a handler.
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.settings.limits.request_timeout = timeout;
        self
    }

    /// Sets the time for which a client may not read a response, 30 s by default.
    ///
    /// Times in which the server waits for the client add up, and each 256 bytes that the client reads subtract a second: a
    /// client that reads slower than 256 B/s is disconnected eventually. In HTTP/2, only its stream is reset.
    ///
    /// A connection that ends so is reset: the system discards the bytes that the client has not read.
    ///
    /// If too many clients do not read, each has less time: [`request_limit`](Self::request_limit).
    pub fn write_timeout(mut self, timeout: Duration) -> Self {
        self.settings.limits.write_timeout = timeout;
        self
    }

    /// Sets the time that requests in flight have to finish after a shutdown begins, 30 s by default.
    ///
    /// The same time applies to upgraded connections. A handler learns of the shutdown from its argument
    /// [`Shutdown`](crate::Shutdown).
    pub fn grace(mut self, grace: Duration) -> Self {
        self.settings.limits.grace = grace;
        self
    }

    /// Sets the maximum number of requests that an HTTP/2 connection has at the same time, 100 by default.
    ///
    /// A client waits before it sends another one, or opens another connection. Raise the limit if one proxy sends the requests of
    /// many clients on few connections. [`request_limit`](Self::request_limit) limits the requests of all connections.
    ///
    /// # Panics
    ///
    /// If the limit is zero.
    #[cfg(feature = "http2")]
    #[track_caller]
    pub fn stream_limit(mut self, streams: u32) -> Self {
        assert!(streams > 0, "a connection needs a stream");
        self.settings.limits.stream_limit = streams;
        self
    }

    /// Sets the maximum number of HTTP/2 requests that a client may cancel before the server has looked at them, 20 by default.
    ///
    /// A client that cancels more is disconnected. Raise the limit if a proxy cancels the requests of many clients at once.
    ///
    /// # Security
    ///
    /// Each such request costs the server as much as one that it answers, but does not count as a request in flight ("rapid
    /// reset", CVE-2023-44487).
    #[cfg(feature = "http2")]
    pub fn reset_limit(mut self, resets: usize) -> Self {
        self.settings.limits.reset_limit = resets;
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
        self.settings.limits.unread_limit = bytes;
        self
    }
}
