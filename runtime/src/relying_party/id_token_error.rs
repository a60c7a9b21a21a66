//! The reasons why an ID token, a logout token or a `UserInfo` response is invalid.

use std::fmt;
use std::time::Duration;

use crate::token::TokenError;

/// The reason why a token from the provider is invalid.
///
/// It contains no part of the token. It is for logs: browsers see no detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdTokenError {
    /// A check that access tokens have too: the format, the algorithm, the type, the signature, the issuer, the times,
    /// or the type of a claim.
    Token(TokenError),
    /// The provider's keys were never fetched, or are too old.
    KeysUnavailable {
        /// The time until the next fetch.
        retry_after: Duration,
    },
    /// There is no ID token, although one is necessary.
    Missing,
    /// `aud` names an audience besides this client that is not trusted.
    UntrustedAudience,
    /// `azp` is not this client, or is missing although `aud` has several values.
    AuthorizedParty,
    /// A claim says that the token is of another kind, for example an access token.
    Kind,
    /// The token was issued more than ten minutes before the response.
    IssuedLongAgo,
    /// `nonce` is missing, or is not the one of this login.
    Nonce,
    /// `acr` is not one of the requested values.
    AuthenticationContext,
    /// `auth_time` is missing although a maximum age was requested, is older, or is in the future.
    AuthenticationTime,
    /// `at_hash` is not the hash of the access token.
    AccessTokenHash,
    /// `c_hash` is not the hash of the authorization code.
    CodeHash,
    /// A refreshed ID token or a `UserInfo` response is about another user, client or login.
    Changed(&'static str),
    /// A logout token has no `events` member for back-channel logout.
    Events,
    /// A logout token has a `nonce`, which only ID tokens have.
    NonceInLogoutToken,
    /// A logout token was used before.
    Replayed,
}

impl fmt::Display for IdTokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Token(error) => return error.fmt(f),
            Self::KeysUnavailable { .. } => "the provider's keys are unavailable",
            Self::Missing => "there is no ID token",
            Self::UntrustedAudience => "the token names an audience that is not trusted",
            Self::AuthorizedParty => "the token's `azp` is not this client",
            Self::Kind => "the token is of another kind",
            Self::IssuedLongAgo => "the token was issued too long ago",
            Self::Nonce => "the token's `nonce` is not the one of this login",
            Self::AuthenticationContext => "the token's `acr` is not one of the requested values",
            Self::AuthenticationTime => {
                "the token's `auth_time` is missing, too old or in the future"
            }
            Self::AccessTokenHash => "the token's `at_hash` does not match the access token",
            Self::CodeHash => "the token's `c_hash` does not match the authorization code",
            Self::Changed(claim) => {
                return write!(f, "`{claim}` differs from the ID token of the login");
            }
            Self::Events => "the logout token has no `events` member for back-channel logout",
            Self::NonceInLogoutToken => "the logout token has a `nonce`",
            Self::Replayed => "the logout token was used before",
        };
        f.write_str(text)
    }
}

impl std::error::Error for IdTokenError {}

impl From<TokenError> for IdTokenError {
    fn from(error: TokenError) -> Self {
        Self::Token(error)
    }
}
