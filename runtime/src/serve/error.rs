//! Errors of the server.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::PathBuf;

#[cfg(feature = "tls")]
use crate::serve::tls::TlsError;

/// The error of [`serve`](crate::serve()): the API cannot be served.
///
/// `Debug` prints the same sentence as `Display`, since `main` prints the error that it returns with `Debug`.
#[non_exhaustive]
pub enum ServeError {
    /// The address is not a loopback address, and the server has neither TLS nor proxies.
    NotLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// [`behind_proxy`](crate::Server::behind_proxy) names no network.
    NoProxy,
    /// A [`probe`](crate::Server::probe) is not the path of a public handler for `GET`.
    Probe {
        /// The path.
        path: String,
    },
    /// The API [explains](crate::Api::explain) requests, and the address is not a loopback address.
    #[cfg(feature = "explain")]
    ExplainNotLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// The API [explains](crate::Api::explain) requests, and the server is [behind a proxy](crate::Server::behind_proxy).
    #[cfg(feature = "explain")]
    ExplainBehindProxy,
    /// The API [explains](crate::Api::explain) requests, and the server listens on a Unix domain socket.
    #[cfg(all(feature = "explain", unix))]
    ExplainOnUnixSocket,
    /// The name of the address cannot be resolved.
    Resolve(io::Error),
    /// The address is in use, or otherwise not available.
    Bind {
        /// The address; the last one, if a name resolves to several.
        address: SocketAddr,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The Unix domain socket is in use, or its file cannot be created.
    #[cfg(unix)]
    BindUnix {
        /// The path of the socket.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The mode of a Unix domain socket allows all users of the host to connect, or has bits beyond the permissions of owner
    /// and group.
    #[cfg(unix)]
    SocketMode {
        /// The mode.
        mode: u32,
    },
    /// The certificate, the key or another part of the configuration of TLS cannot be used.
    #[cfg(feature = "tls")]
    Tls(TlsError),
    /// The signal handlers cannot be installed.
    Signal(io::Error),
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLoopback { address } => write!(
                f,
                "{address} is not a loopback address, and plain HTTP would send tokens unencrypted; \
                 serve TLS (`.tls(\"cert.pem\", \"key.pem\")`), listen on loopback or a Unix socket, or name the proxies \
                 that terminate TLS (`.behind_proxy([\"10.0.0.0/8\".parse()?])`)"
            ),
            Self::Probe { path } => write!(
                f,
                "`{path}` has no public handler for `GET`; pass the full path of one to `probe`"
            ),
            Self::NoProxy => {
                f.write_str("`behind_proxy` names no network; name those of the proxies")
            }
            #[cfg(feature = "explain")]
            Self::ExplainNotLoopback { address } => write!(
                f,
                "{address} is not a loopback address, and `explain` is for development on this host; remove `.explain(…)`, \
                 or listen on 127.0.0.1"
            ),
            #[cfg(feature = "explain")]
            Self::ExplainBehindProxy => f.write_str(
                "`explain` is for development on this host, and the server is behind a proxy; remove `.explain(…)` or \
                 `.behind_proxy(…)`",
            ),
            #[cfg(all(feature = "explain", unix))]
            Self::ExplainOnUnixSocket => f.write_str(
                "`explain` is for development on loopback, and the server listens on a Unix socket; remove `.explain(…)`, or \
                 listen on 127.0.0.1",
            ),
            Self::Resolve(error) => write!(f, "cannot resolve the address to listen on: {error}"),
            Self::Bind { address, source } => write!(f, "cannot listen on {address}: {source}"),
            #[cfg(unix)]
            Self::BindUnix { path, source } => {
                write!(f, "cannot listen on `{}`: {source}", path.display())
            }
            #[cfg(unix)]
            Self::SocketMode { mode } => write!(
                f,
                "the mode 0o{mode:o} of the socket exceeds 0o770; only its owner and group may connect"
            ),
            #[cfg(feature = "tls")]
            Self::Tls(error) => error.fmt(f),
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
            Self::NotLoopback { .. } | Self::NoProxy | Self::Probe { .. } => None,
            #[cfg(unix)]
            Self::SocketMode { .. } => None,
            #[cfg(feature = "explain")]
            Self::ExplainNotLoopback { .. } | Self::ExplainBehindProxy => None,
            #[cfg(all(feature = "explain", unix))]
            Self::ExplainOnUnixSocket => None,
            // its message is this error's
            #[cfg(feature = "tls")]
            Self::Tls(error) => error.source(),
            #[cfg(unix)]
            Self::BindUnix { source, .. } => Some(source),
            Self::Resolve(source) | Self::Bind { source, .. } | Self::Signal(source) => {
                Some(source)
            }
        }
    }
}
