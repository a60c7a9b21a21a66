//! Token revocation, which is checked after every validation, even of a cached token.
//!
//! No outcome is cached: a token that is revoked while it is validated is rejected too.

mod error;
mod list;

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use crate::token::verified::VerifiedToken;

pub use self::error::{RevocationError, UnknownIssuer};
pub use self::list::RevocationList;

/// A store of revoked tokens.
///
/// It is queried for every request, after all other checks of the token. [`RevocationList`] keeps
/// revocations in memory; implement this trait for a store that several servers share.
///
/// # Security
///
/// A store must compare the issuer exactly, as [`VerifiedToken::issuer`] returns it. To reject a
/// revocation with a misspelled issuer, such as one with another trailing slash, implement
/// [`add_issuers`](Self::add_issuers).
///
/// # Examples
///
/// ```
/// use palisade::{Revocations, RevocationsUnavailable, VerifiedToken};
///
/// struct BlockedClients(Vec<String>);
///
/// impl Revocations for BlockedClients {
///     async fn is_revoked(&self, token: &VerifiedToken) -> Result<bool, RevocationsUnavailable> {
///         let client = token.client_id();
///         Ok(self.0.iter().any(|blocked| Some(blocked.as_str()) == client))
///     }
/// }
/// ```
pub trait Revocations: Send + Sync + 'static {
    /// Returns whether the token has been revoked.
    ///
    /// The request waits without a time limit: apply one to a store that can be slow.
    ///
    /// # Errors
    ///
    /// Returns [`RevocationsUnavailable`] if the store cannot be queried. The response is then 503;
    /// the request is never accepted.
    fn is_revoked(
        &self,
        token: &VerifiedToken,
    ) -> impl Future<Output = Result<bool, RevocationsUnavailable>> + Send;

    /// Adds the issuers that a server trusts, whose tokens can be revoked.
    ///
    /// Called when a server is built. A store should reject the revocation of another issuer's
    /// tokens from then on, because it has no effect. The default implementation does nothing.
    ///
    /// # Errors
    ///
    /// Returns [`UnknownIssuer`] if the store already has revocations of another issuer's tokens. The
    /// server is then not built.
    fn add_issuers(&self, issuers: &[&str]) -> Result<(), UnknownIssuer> {
        let _ = issuers;
        Ok(())
    }

    /// Sets how long revocations must be retained: the longest time for which a revoked token
    /// would otherwise be accepted.
    ///
    /// Called when a server is built. The default implementation does nothing.
    fn retain_for(&self, lifetime: Duration) {
        let _ = lifetime;
    }
}

/// The store of revocations cannot be queried at present.
#[derive(Debug, Default)]
pub struct RevocationsUnavailable {
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl RevocationsUnavailable {
    /// Creates an error with a source, which is logged and never sent to clients.
    pub fn because(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
        }
    }
}

impl fmt::Display for RevocationsUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the store of revocations is unavailable")
    }
}

impl Error for RevocationsUnavailable {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let source = self.source.as_deref()?;
        Some(source)
    }
}

type Check<'a> = Pin<Box<dyn Future<Output = Result<bool, RevocationsUnavailable>> + Send + 'a>>;

/// An object-safe version of [`Revocations`].
pub(crate) trait DynRevocations: Send + Sync {
    fn check<'a>(&'a self, token: &'a VerifiedToken) -> Check<'a>;
    fn add_issuers(&self, issuers: &[&str]) -> Result<(), UnknownIssuer>;
    fn retain_for(&self, lifetime: Duration);
}

impl<R: Revocations> DynRevocations for R {
    fn check<'a>(&'a self, token: &'a VerifiedToken) -> Check<'a> {
        Box::pin(self.is_revoked(token))
    }

    fn add_issuers(&self, issuers: &[&str]) -> Result<(), UnknownIssuer> {
        Revocations::add_issuers(self, issuers)
    }

    fn retain_for(&self, lifetime: Duration) {
        Revocations::retain_for(self, lifetime);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn source_is_the_error_of_the_store() {
        assert!(RevocationsUnavailable::default().source().is_none());
        let error = RevocationsUnavailable::because("the store is down");
        assert_eq!(error.source().unwrap().to_string(), "the store is down");
    }
}
