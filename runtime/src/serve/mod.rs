//! Serves an `Api` over HTTP/1.1 and HTTP/2, with TLS, or without it on loopback, on Unix sockets and behind proxies.
//!
//! The server limits connections, requests in flight and times: a client that sends a head or reads a response too
//! slowly is disconnected. A response that is ready before the request's body is read reaches
//! the client: the rest of the body is discarded within bounds. A shutdown lets requests
//! in flight and upgraded connections finish.

mod activity;
mod bound;
mod connection;
mod connection_limit;
mod connections;
mod control_bytes;
mod counted_body;
mod error;
#[cfg(feature = "explain")]
mod explaining;
#[cfg(feature = "http2")]
mod frame_meter;
mod in_flight;
mod in_flight_body;
mod limit_setters;
mod limits;
mod linger;
mod protocols;
mod proxy;
mod raw_socket;
mod received_body;
mod request_context;
mod request_limits;
mod responding;
#[cfg(feature = "http2")]
mod returned;
mod server;
mod settings;
mod shutdown;
mod socket;
#[cfg(unix)]
mod socket_file;
mod stream;
#[cfg(feature = "http2")]
mod stream_executor;
mod summary;
mod telemetry;
#[cfg(feature = "tls")]
mod tls;
mod tracked;
mod unread;
mod woken;

pub use self::bound::BoundServer;
pub use self::error::ServeError;
pub use self::limits::ServerLimits;
pub use self::proxy::{Network, NetworkError};
pub use self::server::{Server, serve};
#[cfg(feature = "tls")]
pub use self::tls::{Pem, RevocationListError, Tls, TlsError};

#[cfg(all(test, feature = "testing"))]
mod tests;
