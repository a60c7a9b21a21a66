//! Every lowering of security below what configuration allows, each with a reason.
//!
//! Nothing here is on by default, and each name begins with `dangerous_`. What is
//! used appears in [`ResourceServer::relaxations`](crate::ResourceServer::relaxations).

use std::time::Duration;

use crate::resource_server::Issuer;

/// Accepts tokens that live longer than 90 minutes.
///
/// # Security
///
/// A stolen token is good for as long. Prefer short tokens and refresh tokens.
pub fn dangerous_token_lifetime<A>(
    issuer: Issuer<A>,
    lifetime: Duration,
    reason: impl Into<String>,
) -> Issuer<A> {
    issuer.dangerous_lifetime(lifetime, reason.into())
}
