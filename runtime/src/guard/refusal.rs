//! The guard's "no", as a decision; the response room puts it into HTTP.

use crate::policy::Lacking;
use crate::token::TokenError;

/// Why the guard did not let a request through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No `Authorization` header, or one of another scheme.
    NoCredential,
    /// Several `Authorization` headers, or one that is no bearer credential.
    MalformedCredential,
    /// A credential that is not a valid token.
    InvalidToken(TokenError),
    /// A valid token that holds too little.
    Insufficient(Lacking),
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
