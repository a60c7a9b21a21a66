//! Events of the server that concern no request. A subscriber that panics does not affect the server.
#![cfg_attr(
    not(feature = "tracing"),
    allow(unused_variables, reason = "without `tracing` nothing reads them")
)]

#[cfg(feature = "tls")]
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
#[cfg(feature = "tls")]
use std::path::Path;

/// Every user of the host can read the private key.
#[cfg(feature = "tls")]
pub(super) fn tls_key_readable(path: &Path) {
    quietly(|| {
        #[cfg(feature = "tracing")]
        tracing::warn!(
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
            event = "tls_reload_failed",
            error = %error,
            "the certificate files cannot be used; the previous ones stay in use"
        );
    });
}

/// Discards a panic. Its payload is leaked, because its destructor may panic in turn.
fn quietly(emit: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(emit)) {
        std::mem::forget(payload);
    }
}
