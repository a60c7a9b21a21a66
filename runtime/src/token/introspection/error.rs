//! Why an issuer could not tell whether a token is good.

use std::error::Error;
use std::fmt;

use crate::discovery::DiscoveryError;
use crate::https::HttpsError;

/// Why a token could not be introspected.
#[derive(Debug)]
#[non_exhaustive]
pub enum IntrospectionError {
    /// The issuer's discovery document could not be had, or names no introspection endpoint.
    Discovery(DiscoveryError),
    /// Where the endpoint is was last found in the discovery document a day ago.
    Undiscovered,
    /// The endpoint did not answer as it should.
    Https(HttpsError),
    /// The endpoint answered 401: it refuses this API's client id and secret (RFC 7662 §2.3).
    Credentials,
    /// Nothing was asked: as many tokens were asked about all the time as may be, or too many wait.
    Busy,
    /// The answer is no JSON object with unique members.
    NotAnAnswer,
    /// The endpoint calls a token active that nobody has issued.
    Credulous,
}

impl fmt::Display for IntrospectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Discovery(DiscoveryError::Document) => {
                "the discovery document lacks `issuer` or `introspection_endpoint`; \
                 `Introspection::endpoint` gives the address without it"
            }
            Self::Discovery(error) => return error.fmt(f),
            Self::Https(error) => return error.fmt(f),
            Self::Undiscovered => "where the issuer introspects tokens was not found for a day",
            Self::Credentials => "the issuer refuses this api's client id and secret",
            Self::Busy => "more tokens are to be asked about than may be at a time",
            Self::NotAnAnswer => "the issuer's answer is not a JSON object with unique members",
            Self::Credulous => "the issuer calls a token active that nobody has issued",
        };
        f.write_str(text)
    }
}

impl Error for IntrospectionError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Discovery(error) => error.source(),
            Self::Https(error) => error.source(),
            _ => None,
        }
    }
}

impl From<DiscoveryError> for IntrospectionError {
    fn from(error: DiscoveryError) -> Self {
        Self::Discovery(error)
    }
}

impl From<HttpsError> for IntrospectionError {
    fn from(error: HttpsError) -> Self {
        match error {
            HttpsError::Status(401) => Self::Credentials,
            error => Self::Https(error),
        }
    }
}
