//! Errors of the server.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::SocketAddr;

/// The error of [`serve`](crate::serve()): the API cannot be served.
#[derive(Debug)]
#[non_exhaustive]
pub enum ServeError {
    /// The address is not a loopback address, and only plain HTTP is served.
    NotLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// The operating system returned an error.
    Io(io::Error),
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLoopback { address } => write!(
                f,
                "{address} is not a loopback address, and plain HTTP would send tokens unencrypted; \
                 listen on loopback, behind a proxy that terminates TLS"
            ),
            Self::Io(error) => write!(f, "cannot listen: {error}"),
        }
    }
}

impl Error for ServeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NotLoopback { .. } => None,
            Self::Io(error) => Some(error),
        }
    }
}

impl From<io::Error> for ServeError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
