//! Why an issuer's document or keys could not be fetched.

use std::error::Error;
use std::fmt;

use crate::https::HttpsError;

/// Why discovery failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum DiscoveryError {
    /// The exchange failed.
    Https(HttpsError),
    /// The document is no strict JSON object with `issuer` and the address that is looked for.
    Document,
    /// The document is another issuer's (RFC 8414 §3.3).
    Issuer,
}

impl fmt::Display for DiscoveryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Https(error) => error.fmt(f),
            Self::Document => f.write_str(
                "the discovery document lacks `issuer` or the address that is looked for",
            ),
            Self::Issuer => f.write_str("the discovery document is of another issuer"),
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
