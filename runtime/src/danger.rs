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
