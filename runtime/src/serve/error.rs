//! Why an API cannot be served.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::SocketAddr;

/// Why an API cannot be served.
#[derive(Debug)]
#[non_exhaustive]
pub enum ServeError {
    /// Plain HTTP was asked for on an address that others can reach.
    NotLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// The operating system refused.
    Io(io::Error),
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLoopback { address } => write!(
                f,
                "{address} can be reached from elsewhere, and plain HTTP would carry tokens in clear; \
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
