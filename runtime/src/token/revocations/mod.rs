//! The revocation seam: asked after every verification, whether the token was remembered or not.

mod list;

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use crate::token::verified::VerifiedToken;

pub use self::list::RevocationList;

/// Tells whether a token that is otherwise good has been revoked.
///
/// Asked at every request, after every other check of the token. [`RevocationList`] keeps
/// revocations in memory; implement it for a store that several servers share.
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
    /// Whether the token has been revoked.
    ///
    /// # Errors
    ///
    /// [`RevocationsUnavailable`] where that cannot be told; the request is then answered
    /// with 503, never let through.
    fn is_revoked(
        &self,
        token: &VerifiedToken,
    ) -> impl Future<Output = Result<bool, RevocationsUnavailable>> + Send;

    /// Learns how long a revocation matters: for so long a token can be accepted after it was
    /// revoked.
    ///
    /// Told when a server is built. By default nobody listens.
    fn retain_for(&self, lifetime: Duration) {
        let _ = lifetime;
    }
}

/// Whether a token has been revoked cannot be told at present.
#[derive(Debug, Default)]
pub struct RevocationsUnavailable {
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl RevocationsUnavailable {
    /// With the reason, for the operator's eyes.
    pub fn because(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
        }
    }
}

impl fmt::Display for RevocationsUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("whether the token has been revoked cannot be told at present")
    }
}

impl Error for RevocationsUnavailable {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let source = self.source.as_deref()?;
        Some(source)
    }
}

type Check<'a> = Pin<Box<dyn Future<Output = Result<bool, RevocationsUnavailable>> + Send + 'a>>;

/// [`Revocations`] of whatever type.
pub(crate) trait AnyRevocations: Send + Sync {
    fn check<'a>(&'a self, token: &'a VerifiedToken) -> Check<'a>;
    fn retain_for(&self, lifetime: Duration);
}

impl<R: Revocations> AnyRevocations for R {
    fn check<'a>(&'a self, token: &'a VerifiedToken) -> Check<'a> {
        Box::pin(self.is_revoked(token))
    }

    fn retain_for(&self, lifetime: Duration) {
        Revocations::retain_for(self, lifetime);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_store_says_is_there_for_the_operator() {
        assert!(RevocationsUnavailable::default().source().is_none());
        let error = RevocationsUnavailable::because("the store is down");
        assert_eq!(error.source().unwrap().to_string(), "the store is down");
    }
}
