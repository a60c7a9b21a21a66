//! Audit events of sessions, through the `tracing` facade.
//!
//! They name a session by a hash, and never its person. `audit` has the events of requests.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::session::ends::SessionEnd;
use crate::session::login::Login;

/// The target of every audit event.
const TARGET: &str = "palisade::audit";

/// Emits one event for a session that has started.
pub(super) fn emit_started(login: &Login) {
    tracing::info!(
        target: TARGET,
        event = "session_created",
        outcome = "allow",
        session_hash = hash(login),
        issuer = login.issuer(),
        client_id = login.client_id(),
        "session started"
    );
}

/// Emits one event for a session that has ended.
///
/// `session_expired` is the name in the OWASP logging vocabulary, for each reason.
pub(super) fn emit_ended(login: &Login, end: SessionEnd) {
    tracing::info!(
        target: TARGET,
        event = "session_expired",
        outcome = "allow",
        reason = end.as_str(),
        session_hash = hash(login),
        issuer = login.issuer(),
        client_id = login.client_id(),
        "session ended"
    );
}

/// Hashes the key of a session with SHA-256, as base64url: events join, and no log contains the key of a store.
fn hash(login: &Login) -> String {
    let key = login.session_key();
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, key.as_bytes()))
}
