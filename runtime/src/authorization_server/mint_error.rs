//! Errors in minting tokens.

use std::error::Error;
use std::fmt;

/// An error in minting a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MintError {
    /// The subject, the client's ID, an audience or a role is empty.
    Empty,
    /// The scopes are malformed.
    Scopes,
    /// The token cannot be signed, or the system has no randomness.
    Signature,
}

impl fmt::Display for MintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the subject, the client ID, an audience or a role is empty",
            Self::Scopes => "the scopes are malformed",
            Self::Signature => "the token cannot be signed",
        })
    }
}

impl Error for MintError {}
