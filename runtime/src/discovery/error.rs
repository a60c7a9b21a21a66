//! Errors of discovery.

use std::error::Error;
use std::fmt;

use crate::https::HttpsError;

/// An error while fetching an issuer's metadata document or key set.
#[derive(Debug)]
#[non_exhaustive]
pub enum DiscoveryError {
    /// The HTTPS exchange failed.
    Https(HttpsError),
    /// The document is not a JSON object with unique members, or lacks `issuer` or the required URL.
    Document,
    /// The document names another issuer (RFC 8414 §3.3).
    Issuer,
}

impl fmt::Display for DiscoveryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Https(error) => error.fmt(f),
            Self::Document => f.write_str(
                "the discovery document is malformed, or lacks `issuer` or the required URL",
            ),
            Self::Issuer => f.write_str("the discovery document names another issuer"),
        }
    }
}

impl Error for DiscoveryError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Https(error) => error.source(),
            _ => None,
        }
    }
}

impl From<HttpsError> for DiscoveryError {
    fn from(error: HttpsError) -> Self {
        Self::Https(error)
    }
}
