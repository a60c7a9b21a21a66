//! The guard's "no", as a decision; the response room puts it into HTTP.

use crate::policy::Requirement;
use crate::token::{Denial, TokenError, Unavailable};

/// Why the guard did not let a request through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No `Authorization` header, or one of another scheme.
    NoCredential,
    /// Several `Authorization` headers, or one that is no bearer credential.
    MalformedCredential,
    /// A credential that is not a valid token.
    InvalidToken(TokenError),
    /// Whether the credential is a valid token cannot be told at present.
    Unavailable(Unavailable),
    /// A valid token that holds too little.
    InsufficientScope(Requirement),
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        Self::InvalidToken(error)
    }
}

impl From<Denial> for Refusal {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::Invalid(error) => Self::InvalidToken(error),
            Denial::Unavailable(unavailable) => Self::Unavailable(unavailable),
        }
    }
}
