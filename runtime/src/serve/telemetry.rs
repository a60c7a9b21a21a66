//! Events and metrics of the server that concern no handler. A subscriber that panics does not affect the server.
#![cfg_attr(
    not(feature = "tracing"),
    allow(unused_variables, reason = "without `tracing` nothing reads them")
)]

#[cfg(feature = "tls")]
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
#[cfg(feature = "tls")]
use std::path::Path;

use crate::audit::RequestId;
use crate::serve::activity::Expiry;
use crate::serve::limits::ServerLimits;

/// Every user of the host can read the private key.
#[cfg(feature = "tls")]
pub(super) fn tls_key_readable(path: &Path) {
    quietly(|| {
        #[cfg(feature = "tracing")]
        tracing::warn!(
            target: "palisade::serve",
            event = "tls_key_readable",
            path = %path.display(),
            "every user of this host can read the private key; remove the permission"
        );
    });
}

/// Another certificate or key is in use.
#[cfg(feature = "tls")]
pub(super) fn tls_reloaded() {
    quietly(|| {
        #[cfg(feature = "tracing")]
        tracing::info!(
            target: "palisade::serve",
            event = "tls_reloaded",
            "new connections use the changed certificate files"
        );
    });
}

/// The files have changed, but cannot be used.
#[cfg(feature = "tls")]
pub(super) fn tls_reload_failed(error: &dyn Display) {
    quietly(|| {
        #[cfg(feature = "tracing")]
        tracing::error!(
            target: "palisade::serve",
            event = "tls_reload_failed",
            error = %error,
            "the certificate files cannot be used; the previous ones stay in use"
        );
    });
}

/// The server accepts connections.
pub(super) fn serving(limits: &ServerLimits) {
    quietly(|| {
        #[cfg(feature = "tracing")]
        tracing::info!(
            target: "palisade::serve",
            event = "serving",
            connection_limit = limits.connection_limit,
            peer_connection_limit = limits.peer_connections(),
            request_limit = limits.request_limit,
            uri_limit = limits.uri_limit,
            handshake_timeout = ?limits.handshake_timeout,
            head_timeout = ?limits.head_timeout,
            idle_timeout = ?limits.idle_timeout,
            request_timeout = ?limits.request_timeout,
            write_timeout = ?limits.write_timeout,
            grace = ?limits.grace,
            stream_limit = limits.stream_limit,
            reset_limit = limits.reset_limit,
            unread_limit = limits.unread_limit,
            "serving"
        );
    });
}

/// A connection is closed, because its peer has too many.
pub(super) fn connection_refused() {
    quietly(|| {
        #[cfg(feature = "tracing")]
        tracing::debug!(
            target: "palisade::serve",
            event = "excess_rate_limit_exceeded",
            limit = "peer_connection_limit",
            "a peer has too many connections"
        );
        #[cfg(feature = "metrics")]
        metrics::counter!("palisade_refused_connections_total").increment(1);
    });
}

/// A request is refused, because too many are in flight.
pub(super) fn request_shed(id: &RequestId) {
    quietly(|| {
        #[cfg(feature = "tracing")]
        tracing::debug!(
            target: "palisade::serve",
            event = "excess_rate_limit_exceeded",
            limit = "request_limit",
            request_id = %id,
            "too many requests are in flight"
        );
        #[cfg(feature = "metrics")]
        metrics::counter!("palisade_shed_requests_total").increment(1);
    });
}

/// A connection is closed, because its time is over.
pub(super) fn connection_expired(expiry: Expiry) {
    quietly(|| {
        #[cfg(feature = "tracing")]
        tracing::debug!(
            target: "palisade::serve",
            event = "connection_expired",
            reason = expiry.as_str(),
            "a connection is closed"
        );
        #[cfg(feature = "metrics")]
        metrics::counter!("palisade_expired_connections_total", "reason" => expiry.as_str())
            .increment(1);
    });
}

/// Discards a panic. Its payload is leaked, because its destructor may panic in turn.
fn quietly(emit: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(emit)) {
        std::mem::forget(payload);
    }
}
