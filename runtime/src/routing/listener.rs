//! The facts about the listener that serves an API, for audits.

use std::fmt;
use std::time::Duration;

/// The listener of an API, as the inventory of a [`Server`](crate::Server) lists it.
///
/// An API that another listener serves has no summary: its code does not know how clients connect.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListenerSummary {
    /// The transport of connections.
    pub transport: Transport,
    /// The certificates that clients present, in one sentence; `None` if none is requested.
    pub client_certificates: Option<String>,
    /// The networks of the proxies whose header fields are trusted: `None` without a proxy, empty if every peer of the
    /// Unix socket is one.
    pub proxies: Option<Vec<String>>,
    /// The paths that are served even if too many requests are in flight.
    pub probes: Vec<String>,
    /// Each limit with the name of the [`Server`](crate::Server) method that sets it.
    pub limits: Vec<(&'static str, ListenerLimit)>,
    /// The limits that no method sets, one sentence each.
    pub fixed_limits: Vec<String>,
}

/// The transport of a listener's connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Transport {
    /// TLS 1.2 and 1.3, with the ciphers of [`Tls`](crate::Tls).
    Tls,
    /// TLS with a custom rustls configuration, which supports only TLS 1.2 and 1.3.
    CustomTls,
    /// Plain HTTP for proxies, and for processes of the same host.
    PlainBehindProxy,
    /// Plain HTTP on loopback or a Unix socket.
    PlainOnHost,
}

/// The value of a listener's limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListenerLimit {
    /// A number, of bytes for `uri_limit` and `unread_limit`.
    Number(u64),
    /// A duration.
    Time(Duration),
}

impl Transport {
    /// Returns whether TLS protects each connection up to the program.
    pub const fn is_encrypted(self) -> bool {
        matches!(self, Self::Tls | Self::CustomTls)
    }
}

/// The transport in words: `TLS 1.2 and 1.3`.
impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tls => "TLS 1.2 and 1.3",
            Self::CustomTls => "TLS with a custom rustls configuration",
            Self::PlainBehindProxy => "plain HTTP, for proxies and processes of this host",
            Self::PlainOnHost => "plain HTTP, on loopback or a Unix socket",
        })
    }
}

/// The number, or the time as in `1.5s`.
impl fmt::Display for ListenerLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Time(time) => write!(f, "{time:?}"),
        }
    }
}

impl ListenerSummary {
    /// Returns the networks of the proxies in words, if there is a proxy.
    pub(crate) fn trusted_peers(&self) -> Option<String> {
        let proxies = self.proxies.as_ref()?;
        Some(if proxies.is_empty() {
            "every peer of the Unix socket".to_owned()
        } else {
            proxies.join(", ")
        })
    }
}
