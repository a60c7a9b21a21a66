//! The settings of HTTP/1.1, HTTP/2 and TLS for every connection of a server.

use std::time::Duration;

use hyper::server::conn::http1;
#[cfg(feature = "http2")]
use hyper::server::conn::http2;
use hyper_util::rt::TokioTimer;

#[cfg(feature = "http2")]
use crate::serve::control_bytes::STREAM_WINDOW;
#[cfg(feature = "http2")]
use crate::serve::stream_executor::StreamExecutor;
#[cfg(feature = "tls")]
use crate::serve::tls::Handshake;

/// The default limit of hyper on header fields. If a request has more, hyper responds with 431
/// without a body.
const HYPER_HEADER_LIMIT: usize = 100;

/// The bytes of all bodies of a connection that a client may send before they are read.
#[cfg(feature = "http2")]
pub(super) const CONNECTION_WINDOW: u32 = 1024 * 1024;

/// The bytes of a response that a stream buffers for a client that does not read: one frame of its body.
#[cfg(feature = "http2")]
const SEND_BUFFER: usize = 64 * 1024;

/// The time without a frame after which the server pings a client.
#[cfg(feature = "http2")]
pub(super) const PING_INTERVAL: Duration = Duration::from_secs(30);

/// The time for a client to answer a ping.
#[cfg(feature = "http2")]
pub(super) const PING_TIMEOUT: Duration = Duration::from_secs(20);

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

/// The limits of the streams of an HTTP/2 connection.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(
    not(feature = "http2"),
    allow(dead_code, reason = "HTTP/1.1 has no streams")
)]
pub(super) struct StreamLimits {
    /// The requests that may be in progress at the same time.
    pub(super) streams: u32,
    /// The streams that a client may reset before the server has accepted them ("rapid reset", CVE-2023-44487).
    pub(super) resets: usize,
    /// The time for which a client may not read a response.
    pub(super) write_timeout: Duration,
}

impl Protocols {
    #[cfg_attr(
        not(feature = "http2"),
        allow(unused_variables, reason = "they are those of HTTP/2")
    )]
    pub(super) fn new(head: HeadLimits, limits: StreamLimits) -> Self {
        Self {
            http1: http1(head),
            #[cfg(feature = "http2")]
            http2: http2(head, limits),
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
fn http2(head: HeadLimits, limits: StreamLimits) -> http2::Builder<StreamExecutor> {
    let mut http2 = http2::Builder::new(StreamExecutor::new(limits.write_timeout));
    http2
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams)
        .max_send_buf_size(SEND_BUFFER)
        .max_pending_accept_reset_streams(limits.resets)
        .max_header_list_size(u32::try_from(head.size()).unwrap_or(u32::MAX))
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PING_TIMEOUT);
    http2
}
