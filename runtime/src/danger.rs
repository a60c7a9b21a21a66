//! Relaxations of security that no other configuration allows, each with a reason.
//!
//! Nothing here is on by default, and each name begins with `dangerous_`. Every relaxation in use
//! appears in [`ResourceServer::relaxations`](crate::ResourceServer::relaxations).

use std::time::Duration;

use crate::resource_server::Issuer;

/// Accepts tokens with a lifetime above 90 minutes.
///
/// # Security
///
/// A stolen token stays usable for that long. Prefer short lifetimes and refresh tokens.
pub fn dangerous_token_lifetime<A>(
    issuer: Issuer<A>,
    lifetime: Duration,
    reason: impl Into<String>,
) -> Issuer<A> {
    issuer.dangerous_lifetime(lifetime, reason.into())
}

/// Adds the subjects of an issuer's tokens to audit events, as the field `subject`.
///
/// # Security
///
/// A subject is personal data if it identifies a person, and every reader of the logs sees it. Prefer
/// [`Builder::audit_subject_key`](crate::resource_server::Builder::audit_subject_key), which adds a keyed hash.
pub fn dangerous_plain_subjects<A>(issuer: Issuer<A>, reason: impl Into<String>) -> Issuer<A> {
    issuer.dangerous_plain_subjects(reason.into())
}
