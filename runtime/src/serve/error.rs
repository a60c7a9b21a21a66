//! Errors of the server.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::SocketAddr;

/// The error of [`serve`](crate::serve()): the API cannot be served.
///
/// `Debug` prints the same sentence as `Display`, since `main` prints the error that it returns with `Debug`.
#[non_exhaustive]
pub enum ServeError {
    /// The address is not a loopback address, and only plain HTTP is served.
    NotLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// The name of the address cannot be resolved.
    Resolve(io::Error),
    /// The address is in use, or otherwise not available.
    Bind {
        /// The address; the last one, if a name resolves to several.
        address: SocketAddr,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The signal handlers cannot be installed.
    Signal(io::Error),
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLoopback { address } => write!(
                f,
                "{address} is not a loopback address, and plain HTTP would send tokens unencrypted; \
                 listen on loopback, behind a proxy that terminates TLS"
            ),
            Self::Resolve(error) => write!(f, "cannot resolve the address to listen on: {error}"),
            Self::Bind { address, source } => write!(f, "cannot listen on {address}: {source}"),
            Self::Signal(error) => write!(f, "cannot install the signal handlers: {error}"),
        }
    }
}

impl fmt::Debug for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for ServeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NotLoopback { .. } => None,
            Self::Resolve(source) | Self::Bind { source, .. } | Self::Signal(source) => {
                Some(source)
            }
        }
    }
}
