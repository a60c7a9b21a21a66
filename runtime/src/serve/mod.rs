//! Serves an `Api` over HTTP/1.1 and HTTP/2, with TLS, or without it on loopback, on Unix sockets and behind proxies.
//!
//! The server disconnects a client that sends the head of a request too slowly, or more header
//! fields than any route allows. A response that is ready before the request's body is read reaches
//! the client: the rest of the body is discarded within bounds. A shutdown lets requests
//! in flight and upgraded connections finish.

mod bound;
mod connection;
mod connections;
mod error;
mod linger;
mod protocols;
mod proxy;
#[cfg(feature = "http2")]
mod returned;
mod server;
mod settings;
mod shutdown;
mod socket;
#[cfg(unix)]
mod socket_file;
mod stream;
mod summary;
#[cfg(feature = "tls")]
mod telemetry;
#[cfg(feature = "tls")]
mod tls;
mod tracked;
mod unread;

pub use self::bound::BoundServer;
pub use self::error::ServeError;
pub use self::proxy::{Network, NetworkError};
pub use self::server::{Server, serve};
#[cfg(feature = "tls")]
pub use self::tls::{Pem, Tls, TlsError};

#[cfg(all(test, feature = "testing"))]
mod tests;
