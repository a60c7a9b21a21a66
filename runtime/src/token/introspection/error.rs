//! Errors of introspection.

use std::error::Error;
use std::fmt;

use crate::discovery::DiscoveryError;
use crate::https::HttpsError;

/// An error while introspecting a token.
#[derive(Debug)]
#[non_exhaustive]
pub enum IntrospectionError {
    /// The issuer's discovery document is unavailable, or has no introspection endpoint.
    Discovery(DiscoveryError),
    /// The endpoint's URL is unknown: discovery has not succeeded within the last 24 hours.
    EndpointUnknown,
    /// The request to the endpoint failed.
    Https(HttpsError),
    /// The endpoint returned status 401: it rejects this API's client ID and secret (RFC 7662 §2.3).
    Credentials,
    /// No request was sent: the limit of requests in flight or waiting was reached.
    Busy,
    /// The response is not a JSON object with unique members.
    MalformedResponse,
    /// The endpoint reports a random token as active, so its responses cannot be trusted.
    AcceptsAnyToken,
}

impl fmt::Display for IntrospectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Discovery(error) => {
                error.fmt(f)?;
                "; `Introspection::endpoint` sets the endpoint's URL without discovery"
            }
            Self::Https(error) => return error.fmt(f),
            Self::EndpointUnknown => {
                "the URL of the introspection endpoint has been unknown for 24 hours"
            }
            Self::Credentials => "the issuer rejects this API's client ID and secret",
            Self::Busy => "too many introspection requests are in flight or waiting",
            Self::MalformedResponse => {
                "the introspection response is not a JSON object with unique members"
            }
            Self::AcceptsAnyToken => "the introspection endpoint reports a random token as active",
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
            HttpsError::Status { status: 401, .. } => Self::Credentials,
            error => Self::Https(error),
        }
    }
}
