//! The guard's "no", as a decision; the response room puts it into HTTP.

use std::sync::Arc;

use crate::audit::Reason;
use crate::policy::Lacking;
use crate::token::{Denial, Denied, Missing, TokenError, Unavailable, VerifiedToken};

/// Why the guard did not let a request through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// More header fields than so many.
    TooManyHeaders(usize),
    /// No `Authorization` header, or one of another scheme.
    NoCredential,
    /// Several `Authorization` headers, or one that is no bearer credential.
    MalformedCredential,
    /// A credential that is not a valid token.
    InvalidToken(TokenError),
    /// Whether the credential is a valid token cannot be told at present.
    Unavailable(Unavailable),
    /// A valid token that holds too little.
    Insufficient(Lacking),
}

impl Refusal {
    /// The reason as operators see it.
    pub(crate) fn reason(&self) -> Reason {
        match self {
            Self::TooManyHeaders(_) => Reason::TooManyHeaders,
            Self::NoCredential => Reason::NoCredential,
            Self::MalformedCredential => Reason::MalformedCredential,
            Self::InvalidToken(error) => Reason::from(*error),
            Self::Unavailable(unavailable) => match unavailable.missing {
                Missing::Keys => Reason::KeysUnavailable,
                #[cfg(feature = "introspection")]
                Missing::Introspection => Reason::IntrospectionUnavailable,
                Missing::Revocations => Reason::RevocationsUnavailable,
            },
            Self::Insufficient(_) => Reason::InsufficientScope,
        }
    }
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        Self::InvalidToken(error)
    }
}

impl From<Lacking> for Refusal {
    fn from(lacking: Lacking) -> Self {
        Self::Insufficient(lacking)
    }
}

impl From<Denial> for Refusal {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::Malformed => Self::MalformedCredential,
            Denial::Invalid(error) => Self::InvalidToken(error),
            Denial::Unavailable(unavailable) => Self::Unavailable(unavailable),
        }
    }
}

/// A refusal, with the token where it was verified and did not suffice.
pub(crate) struct Refused {
    pub(crate) refusal: Refusal,
    /// For the operator's eyes.
    pub(crate) token: Option<Arc<VerifiedToken>>,
}

impl Refused {
    /// Refuses a caller whose token was verified.
    pub(crate) fn known(token: &Arc<VerifiedToken>, refusal: impl Into<Refusal>) -> Self {
        Self {
            refusal: refusal.into(),
            token: Some(Arc::clone(token)),
        }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self {
            refusal,
            token: None,
        }
    }
}

impl From<Denied> for Refused {
    fn from(denied: Denied) -> Self {
        Self {
            refusal: denied.denial.into(),
            token: denied.token,
        }
    }
}
