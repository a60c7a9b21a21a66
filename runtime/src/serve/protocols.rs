//! The settings of HTTP/1.1, HTTP/2 and TLS for every connection of a server.

use std::time::Duration;

use hyper::server::conn::http1;
#[cfg(feature = "http2")]
use hyper::server::conn::http2;
use hyper_util::rt::TokioTimer;

use crate::serve::in_flight::InFlight;
#[cfg(feature = "http2")]
use crate::serve::stream_executor::StreamExecutor;
#[cfg(feature = "tls")]
use crate::serve::tls::Handshake;

/// The default limit of hyper on header fields. If a request has more, hyper responds with 431
/// without a body.
const HYPER_HEADER_LIMIT: usize = 100;

/// The requests of an HTTP/2 connection that may be in progress at the same time.
#[cfg(feature = "http2")]
const MAX_STREAMS: u32 = 100;

/// The streams that a client may reset before the server has accepted them ("rapid reset", CVE-2023-44487).
#[cfg(feature = "http2")]
const MAX_PENDING_RESETS: usize = 20;

/// The bytes of a request's body that a client may send before they are read.
pub(super) const STREAM_WINDOW: u32 = 256 * 1024;

/// The bytes of all bodies of a connection that a client may send before they are read.
#[cfg(feature = "http2")]
const CONNECTION_WINDOW: u32 = 1024 * 1024;

/// The time without a frame after which the server pings a client.
#[cfg(feature = "http2")]
const PING_INTERVAL: Duration = Duration::from_secs(30);

/// The time for a client to answer a ping.
#[cfg(feature = "http2")]
const PING_TIMEOUT: Duration = Duration::from_secs(20);

/// The bytes of a header field, with 32 bytes of overhead (RFC 9113 §6.5.2), on average.
const FIELD_SIZE: usize = 256;

/// The settings of every connection.
#[derive(Clone)]
pub(super) struct Protocols {
    pub(super) http1: http1::Builder,
    #[cfg(feature = "http2")]
    pub(super) http2: http2::Builder<StreamExecutor>,
    /// `None` for plain HTTP.
    #[cfg(feature = "tls")]
    pub(super) handshake: Option<Handshake>,
}

/// The limits of a request's head.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeadLimits {
    /// The largest header limit of any route.
    pub(super) fields: usize,
    /// The longest token, in bytes.
    pub(super) token: usize,
    /// The longest path with a query, in bytes.
    pub(super) uri: usize,
}

impl Protocols {
    #[cfg_attr(
        not(feature = "http2"),
        allow(unused_variables, reason = "the socket has the time of HTTP/1.1")
    )]
    pub(super) fn new(limits: HeadLimits, write_timeout: Duration, in_flight: &InFlight) -> Self {
        Self {
            http1: http1(limits),
            #[cfg(feature = "http2")]
            http2: http2(
                limits,
                StreamExecutor::new(write_timeout, in_flight.clone()),
            ),
            #[cfg(feature = "tls")]
            handshake: None,
        }
    }
}

impl HeadLimits {
    /// Returns the maximum size of a head, in bytes.
    fn size(self) -> usize {
        self.uri + self.token + self.fields.max(HYPER_HEADER_LIMIT) * FIELD_SIZE
    }
}

fn http1(limits: HeadLimits) -> http1::Builder {
    let mut http1 = http1::Builder::new();
    http1
        .timer(TokioTimer::new())
        // the activity of the connection has the time, which distinguishes it from the time between requests
        .header_read_timeout(None)
        .max_header_size(limits.size());
    // any limit other than hyper's default costs two allocations per request
    if limits.fields > HYPER_HEADER_LIMIT {
        http1.max_headers(limits.fields);
    }
    http1
}

/// Extended CONNECT (RFC 8441) stays disabled.
#[cfg(feature = "http2")]
fn http2(limits: HeadLimits, executor: StreamExecutor) -> http2::Builder<StreamExecutor> {
    let mut http2 = http2::Builder::new(executor);
    http2
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_pending_accept_reset_streams(MAX_PENDING_RESETS)
        .max_header_list_size(u32::try_from(limits.size()).unwrap_or(u32::MAX))
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PING_TIMEOUT);
    http2
}
