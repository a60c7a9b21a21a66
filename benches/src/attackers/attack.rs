//! The attacks: how many connections, how fast they open, and how long the server may take to close them.

use std::time::Duration;

use crate::outcome::Outcome;

/// A kind of attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attack {
    Idle,
    SlowBody,
    SlowReading,
    ClosedWindows,
    SlowHeaders,
    NoRequest,
    NoHandshake,
    Handshakes,
    LargeHeads,
    LargeHeadsHttp2,
    RapidReset,
    Continuation,
    Settings,
    Ping,
    EmptyData,
    HeaderTable,
}

/// The size of an attack.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    /// The connections that are open at the same time. One that the server closes is replaced.
    pub(crate) connections: usize,
    /// The connections that open per second at most.
    pub(crate) per_second: u32,
    /// The time after the measurement for which the attackers wait for their ends.
    pub(crate) patience: Duration,
}

impl Size {
    /// Returns the least time until all connections can be open.
    pub(crate) fn opening(self) -> Duration {
        let connections = u32::try_from(self.connections).unwrap_or(u32::MAX);
        Duration::from_secs(1) * connections / self.per_second
    }
}

impl Attack {
    /// In the order of the run: those that wait the longest for their ends go first.
    pub(crate) const ALL: [Self; 16] = [
        Self::Idle,
        Self::SlowBody,
        Self::SlowReading,
        Self::ClosedWindows,
        Self::SlowHeaders,
        Self::NoRequest,
        Self::NoHandshake,
        Self::Handshakes,
        Self::LargeHeads,
        Self::LargeHeadsHttp2,
        Self::RapidReset,
        Self::Continuation,
        Self::Settings,
        Self::Ping,
        Self::EmptyData,
        Self::HeaderTable,
    ];

    /// Returns the attack with a name.
    pub(crate) fn named(name: &str) -> Outcome<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|attack| format!("{attack:?}") == name)
            .ok_or_else(|| format!("no attack is named `{name}`").into())
    }

    /// Returns the row of the table.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Idle => "idle after a response",
            Self::SlowBody => "slow body",
            Self::SlowReading => "slow reading",
            Self::ClosedWindows => "HTTP/2, no window for 16 responses",
            Self::SlowHeaders => "slow headers",
            Self::NoRequest => "handshake, no request",
            Self::NoHandshake => "no handshake",
            Self::Handshakes => "handshakes, closed at once",
            Self::LargeHeads => "10 MB of headers",
            Self::LargeHeadsHttp2 => "HTTP/2, 10 MB of headers",
            Self::RapidReset => "HTTP/2, rapid reset",
            Self::Continuation => "HTTP/2, CONTINUATION flood",
            Self::Settings => "HTTP/2, SETTINGS flood",
            Self::Ping => "HTTP/2, PING flood",
            Self::EmptyData => "HTTP/2, empty DATA flood",
            Self::HeaderTable => "HTTP/2, header table flood",
        }
    }

    pub(crate) const fn size(self) -> Size {
        let (connections, per_second, patience) = match self {
            Self::Idle => (2_000, 400, 80),
            Self::SlowBody | Self::SlowReading | Self::ClosedWindows => (2_000, 400, 45),
            Self::SlowHeaders | Self::NoRequest | Self::NoHandshake => (2_000, 400, 15),
            Self::Handshakes => (100, 100, 1),
            _ => (16, 16, 1),
        };
        Size {
            connections,
            per_second,
            patience: Duration::from_secs(patience),
        }
    }

    pub(crate) const fn is_http2(self) -> bool {
        matches!(
            self,
            Self::ClosedWindows
                | Self::LargeHeadsHttp2
                | Self::RapidReset
                | Self::Continuation
                | Self::Settings
                | Self::Ping
                | Self::EmptyData
                | Self::HeaderTable
        )
    }

    /// Returns whether the attackers close their connections themselves.
    pub(crate) const fn closes(self) -> bool {
        matches!(self, Self::Handshakes)
    }
}
