//! The reasons why a token is rejected: it is invalid, or it cannot be validated at present.

use std::sync::Arc;
use std::time::Duration;

use crate::keys::KeysUnavailable;
use crate::token::error::TokenError;
use crate::token::revocations::RevocationsUnavailable;
use crate::token::verified::VerifiedToken;

/// The delay after which a client should retry, if nothing more precise is known.
const DEFAULT_RETRY: Duration = Duration::from_secs(5);

/// The reason why a token is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenRejection {
    /// The credential has a character that RFC 6750 §2.1 does not allow in a bearer token.
    Malformed,
    /// The token is invalid.
    Invalid(TokenError),
    /// The token cannot be validated at present.
    Unavailable(Unavailable),
}

/// A rejected token, and its claims if they were verified before it was rejected.
#[derive(Debug)]
pub(crate) struct RejectedToken {
    pub(crate) rejection: TokenRejection,
    /// Only audit events use it.
    pub(crate) token: Option<Arc<VerifiedToken>>,
}

/// A dependency of token validation that is unavailable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unavailable {
    pub(crate) dependency: Dependency,
    /// The delay after which a client should retry.
    pub(crate) retry_after: Duration,
}

/// A dependency of token validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dependency {
    /// An issuer's keys, which were never loaded or are too old.
    Keys,
    /// An issuer's introspection endpoint.
    #[cfg(feature = "introspection")]
    Introspection,
    /// The store of revocations.
    Revocations,
}

impl From<TokenRejection> for RejectedToken {
    fn from(rejection: TokenRejection) -> Self {
        Self {
            rejection,
            token: None,
        }
    }
}

impl From<TokenError> for TokenRejection {
    fn from(error: TokenError) -> Self {
        Self::Invalid(error)
    }
}

impl From<KeysUnavailable> for Unavailable {
    fn from(keys: KeysUnavailable) -> Self {
        Self {
            dependency: Dependency::Keys,
            retry_after: keys.retry_after,
        }
    }
}

#[cfg(feature = "introspection")]
impl TokenRejection {
    /// The introspection endpoint returned no usable response.
    pub(super) const INTROSPECTION_UNAVAILABLE: Self = Self::Unavailable(Unavailable {
        dependency: Dependency::Introspection,
        retry_after: DEFAULT_RETRY,
    });
}

impl From<RevocationsUnavailable> for TokenRejection {
    fn from(_: RevocationsUnavailable) -> Self {
        Self::Unavailable(Unavailable {
            dependency: Dependency::Revocations,
            retry_after: DEFAULT_RETRY,
        })
    }
}
