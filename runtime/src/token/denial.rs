//! Why no token was accepted: it is bad, or nobody can tell at present.

use std::sync::Arc;
use std::time::Duration;

use crate::keys::KeysUnavailable;
use crate::token::error::TokenError;
use crate::token::revocations::RevocationsUnavailable;
use crate::token::verified::VerifiedToken;

/// When to ask again, where nothing better is known.
const USUAL_RETRY: Duration = Duration::from_secs(5);

/// Why no token was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denial {
    /// The credential is no token at all: a character stands in it that RFC 6750 §2.1 does not know.
    Malformed,
    /// The token is bad.
    Invalid(TokenError),
    /// Whether it is good cannot be told at present.
    Unavailable(Unavailable),
}

/// A denial, with the token where it was verified and denied all the same.
#[derive(Debug)]
pub(crate) struct Denied {
    pub(crate) denial: Denial,
    /// For the operator's eyes.
    pub(crate) token: Option<Arc<VerifiedToken>>,
}

/// What is missing for telling whether a token is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unavailable {
    pub(crate) missing: Missing,
    /// When it makes sense to ask again.
    pub(crate) retry_after: Duration,
}

/// Who did not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// An issuer's keys were never loaded, or not for too long.
    Keys,
    /// An issuer does not say what its tokens are.
    #[cfg(feature = "introspection")]
    Introspection,
    /// The store of revocations.
    Revocations,
}

impl From<Denial> for Denied {
    fn from(denial: Denial) -> Self {
        Self {
            denial,
            token: None,
        }
    }
}

impl From<TokenError> for Denial {
    fn from(error: TokenError) -> Self {
        Self::Invalid(error)
    }
}

impl From<KeysUnavailable> for Unavailable {
    fn from(keys: KeysUnavailable) -> Self {
        Self {
            missing: Missing::Keys,
            retry_after: keys.retry_after,
        }
    }
}

#[cfg(feature = "introspection")]
impl Denial {
    /// The token's issuer does not say what it is.
    pub(super) const fn not_introspected() -> Self {
        Self::Unavailable(Unavailable {
            missing: Missing::Introspection,
            retry_after: USUAL_RETRY,
        })
    }
}

impl From<RevocationsUnavailable> for Denial {
    fn from(_: RevocationsUnavailable) -> Self {
        Self::Unavailable(Unavailable {
            missing: Missing::Revocations,
            retry_after: USUAL_RETRY,
        })
    }
}
