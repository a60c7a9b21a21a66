//! The errors for revocations that would have no effect.

use std::error::Error;
use std::fmt;

/// The error for the revocation of tokens whose issuer is not trusted, which would have no effect.
///
/// The URL of an issuer is compared byte by byte, as in `iss`: `https://login.example/` is not
/// `https://login.example`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownIssuer {
    issuer: String,
    trusted: Vec<String>,
}

impl UnknownIssuer {
    /// Creates an error for `issuer`, which is not one of the trusted issuers.
    pub fn new<T: ToString>(
        issuer: impl Into<String>,
        trusted: impl IntoIterator<Item = T>,
    ) -> Self {
        Self {
            issuer: issuer.into(),
            trusted: trusted.into_iter().map(|url| url.to_string()).collect(),
        }
    }

    /// Returns the issuer that is not trusted.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }
}

impl fmt::Display for UnknownIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let trusted: Vec<_> = self.trusted.iter().map(|url| format!("`{url}`")).collect();
        write!(
            f,
            "`{}` is not a trusted issuer: use {}",
            self.issuer,
            trusted.join(" or ")
        )
    }
}

impl Error for UnknownIssuer {}

/// The error for a revocation that would have no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevocationError {
    /// The issuer of the tokens is not trusted.
    UnknownIssuer(UnknownIssuer),
    /// The identifier of the token is empty, and no token is accepted with such a one.
    EmptyIdentifier,
    /// The subject is empty, and no token is accepted with such a one.
    EmptySubject,
}

impl fmt::Display for RevocationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownIssuer(error) => error.fmt(f),
            Self::EmptyIdentifier => {
                f.write_str("the identifier of the token is empty: revoke its subject instead")
            }
            Self::EmptySubject => {
                f.write_str("the subject is empty: set it to the `sub` of its tokens")
            }
        }
    }
}

impl Error for RevocationError {}

impl From<UnknownIssuer> for RevocationError {
    fn from(error: UnknownIssuer) -> Self {
        Self::UnknownIssuer(error)
    }
}
