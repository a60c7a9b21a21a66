//! Errors of a token source.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::relying_party::endpoint_error::EndpointError;
use crate::relying_party::id_token_error::IdTokenError;
use crate::relying_party::vault::VaultError;

/// A token source has no usable token.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum TokenSourceError {
    /// The grant has ended: its refresh token is expired, revoked or used by another client (`invalid_grant`), or
    /// its record was removed. A person logs in again.
    Ended,
    /// The provider did not issue a token.
    Endpoint(Arc<EndpointError>),
    /// The ID token of a refresh response is invalid, or about another login ([OpenID Connect Core §12.2]).
    ///
    /// The access token of the response is dropped, and its refresh token is kept: from then on, only a response with a
    /// valid ID token is used. A former access token can be used until it expires.
    ///
    /// [OpenID Connect Core §12.2]: https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse
    IdToken(IdTokenError),
    /// The record with the tokens is unavailable.
    Vault(Arc<VaultError>),
    /// The record has another format than this version writes.
    Format,
    /// The task that obtained the token panicked, or the runtime shuts down.
    Canceled,
}

impl TokenSourceError {
    /// Returns whether a later attempt can succeed without a new login or a change of the configuration.
    pub fn is_retryable(&self) -> bool {
        match self {
            // a malformed response has not ended the grant
            Self::Endpoint(error) => {
                error.is_retryable() || matches!(**error, EndpointError::Malformed { .. })
            }
            Self::IdToken(error) => matches!(error, IdTokenError::KeysUnavailable { .. }),
            Self::Vault(_) | Self::Canceled => true,
            Self::Ended | Self::Format => false,
        }
    }
}

impl fmt::Display for TokenSourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended => f.write_str("the provider has ended the grant: log in again"),
            Self::Endpoint(error) => error.fmt(f),
            Self::IdToken(error) => {
                write!(f, "the ID token of a refresh response is invalid: {error}")
            }
            Self::Vault(error) => write!(f, "the tokens cannot be read or stored: {error}"),
            Self::Format => f.write_str("the tokens' record has an unknown format"),
            Self::Canceled => f.write_str("the request for a token was canceled"),
        }
    }
}

impl Error for TokenSourceError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Endpoint(error) => error.source(),
            Self::IdToken(error) => Some(error),
            Self::Vault(error) => error.source(),
            Self::Ended | Self::Format | Self::Canceled => None,
        }
    }
}

impl From<EndpointError> for TokenSourceError {
    fn from(error: EndpointError) -> Self {
        Self::Endpoint(Arc::new(error))
    }
}

impl From<IdTokenError> for TokenSourceError {
    fn from(error: IdTokenError) -> Self {
        Self::IdToken(error)
    }
}

impl From<VaultError> for TokenSourceError {
    fn from(error: VaultError) -> Self {
        Self::Vault(Arc::new(error))
    }
}
