//! The audit view of a server's settings.

use crate::routing::{Inventory, ListenerSummary, Transport};
#[cfg(feature = "http2")]
use crate::serve::control_bytes::STREAM_WINDOW;
#[cfg(feature = "http2")]
use crate::serve::linger::{DROPPED_BODIES, UNREAD_BODIES};
#[cfg(feature = "http2")]
use crate::serve::protocols::{CONNECTION_WINDOW, PING_INTERVAL, PING_TIMEOUT};
use crate::serve::settings::Settings;
#[cfg(unix)]
use crate::serve::socket_file::OWNER_ONLY;
#[cfg(feature = "tls")]
use crate::serve::tls::TlsSource;
#[cfg(feature = "http2")]
use crate::serve::{control_bytes, frame_meter};

impl Settings {
    /// Describes how clients connect, one sentence each, and lists the limits.
    pub(super) fn summary(&self) -> Vec<String> {
        let mut lines = vec![self.transport()];
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            lines.extend(tls.client_certificates());
        }
        if let Some(peers) = self.listener().trusted_peers() {
            lines.push(format!(
                "forwarded header fields and `X-Request-Id` are trusted from {peers}"
            ));
        }
        #[cfg(unix)]
        if self.socket_mode != OWNER_ONLY {
            lines.push(format!(
                "the Unix socket has the mode 0o{:o}",
                self.socket_mode
            ));
        }
        for path in &self.probes {
            lines.push(format!("`{path}` is served beyond `request_limit`"));
        }
        lines.extend(self.limits.to_string().lines().map(str::to_owned));
        #[cfg(feature = "http2")]
        if self.tls.is_some() {
            lines.extend(self.http2_limits());
        }
        lines
    }

    /// Lists the limits of an HTTP/2 connection that no method sets.
    #[cfg(feature = "http2")]
    fn http2_limits(&self) -> [String; 7] {
        let requests = self.limits.request_limit.saturating_mul(2);
        let discarded = self.limits.unread_limit.saturating_mul(UNREAD_BODIES);
        [
            format!(
                "fixed, HTTP/2: {} frames without a request at once, {} per second",
                frame_meter::BURST,
                frame_meter::PER_SECOND
            ),
            format!(
                "fixed, HTTP/2: {} bytes without a request at once, {} per second",
                control_bytes::MAX,
                control_bytes::PER_SECOND
            ),
            format!(
                "fixed, HTTP/2: {STREAM_WINDOW} bytes of a body that no handler has read, {CONNECTION_WINDOW} of a connection"
            ),
            format!(
                "fixed, HTTP/2: {requests} responses that no client reads, or bodies that no client sends"
            ),
            format!("fixed, HTTP/2: {discarded} bytes of bodies that are discarded"),
            format!("fixed, HTTP/2: {DROPPED_BODIES} bodies that are dropped"),
            format!(
                "fixed, HTTP/2: a ping after {PING_INTERVAL:?}, with {PING_TIMEOUT:?} for its answer"
            ),
        ]
    }

    fn transport(&self) -> String {
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            return tls.summary();
        }
        self.transport_kind().to_string()
    }

    fn transport_kind(&self) -> Transport {
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            return tls.transport();
        }
        if self.proxies.is_configured() {
            Transport::PlainBehindProxy
        } else {
            Transport::PlainOnHost
        }
    }

    /// Returns the inventory of the API with the listener.
    pub(super) fn served_inventory(&self) -> Inventory {
        self.inventory.clone().served_by(self.listener())
    }

    /// Returns the facts that the inventory lists.
    pub(super) fn listener(&self) -> ListenerSummary {
        let networks = || {
            let networks = self.proxies.networks().iter();
            networks.map(ToString::to_string).collect()
        };
        ListenerSummary {
            transport: self.transport_kind(),
            #[cfg(feature = "tls")]
            client_certificates: self.tls.as_ref().and_then(TlsSource::client_certificates),
            #[cfg(not(feature = "tls"))]
            client_certificates: None,
            proxies: self.proxies.is_configured().then(networks),
            probes: self.probes.clone(),
            limits: self.limits.values().to_vec(),
            fixed_limits: self.fixed_limits(),
        }
    }

    /// Lists the limits that no method sets, and the exceptions to the others.
    fn fixed_limits(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.limits.peer_connection_limit.is_none() {
            lines.push("`peer_connection_limit` does not apply to loopback addresses".to_owned());
        }
        #[cfg(feature = "http2")]
        if self.tls.is_some() {
            lines.extend(self.http2_limits());
        }
        lines
    }
}
