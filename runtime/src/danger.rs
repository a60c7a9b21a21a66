//! Relaxations of security that no other configuration allows, each with a reason.
//!
//! Nothing here is on by default, and each name begins with `dangerous_`. Every relaxation in use
//! appears in [`ResourceServer::relaxations`](crate::ResourceServer::relaxations).

use std::time::Duration;

#[cfg(feature = "authorization-server")]
use crate::Secret;
#[cfg(feature = "authorization-server")]
use crate::authorization_server::ClientCredential;
#[cfg(feature = "relying-party")]
use crate::claims::Scope;
#[cfg(feature = "relying-party")]
use crate::relying_party::{ProviderBuilder, RequestedScopes};
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

/// Accepts a provider whose metadata has no `code_challenge_methods_supported`.
///
/// Every login uses PKCE with S256 in any case. A document with a list that lacks `S256` is refused.
///
/// # Security
///
/// A provider that ignores PKCE accepts a stolen code, and a code that was injected into another person's
/// login ([RFC 9700 §2.1.1]). Its documentation must state that it verifies the challenge.
///
/// [RFC 9700 §2.1.1]: https://www.rfc-editor.org/rfc/rfc9700#section-2.1.1
#[cfg(feature = "relying-party")]
pub fn dangerous_unlisted_pkce(
    provider: ProviderBuilder,
    reason: impl Into<String>,
) -> ProviderBuilder {
    provider.dangerous_unlisted_pkce(reason.into())
}

/// Requests scopes beyond those that the work needs.
///
/// [`RequestedScopes::relaxations`] lists them with the reason.
///
/// # Security
///
/// A stolen token permits everything that its scopes permit. Prefer another client, or another
/// [`RequestedScopes`], for the other work.
#[cfg(feature = "relying-party")]
pub fn dangerous_more_scopes(
    scopes: RequestedScopes,
    more: &[Scope],
    reason: impl Into<String>,
) -> RequestedScopes {
    scopes.dangerous_more(more, &reason.into())
}

/// Authenticates a client of an authorization server by a secret of any length.
///
/// [`Client::relaxation`](crate::authorization_server::Client::relaxation) returns the reason.
///
/// # Security
///
/// A short secret can be guessed ([RFC 6749 §10.10]). Prefer
/// [`ClientCredential::secret`](crate::authorization_server::ClientCredential::secret), which demands 32 bytes.
///
/// [RFC 6749 §10.10]: https://www.rfc-editor.org/rfc/rfc6749#section-10.10
#[cfg(feature = "authorization-server")]
pub fn dangerous_short_client_secret(
    secret: &Secret,
    reason: impl Into<String>,
) -> ClientCredential {
    ClientCredential::dangerous_short_secret(secret, reason.into())
}
