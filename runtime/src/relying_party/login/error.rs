//! The errors of logins, and of their configuration.

use std::error::Error;
use std::fmt;

use crate::relying_party::endpoint_error::EndpointError;
use crate::relying_party::id_token_error::IdTokenError;
use crate::relying_party::provider_error::ProviderError;
use crate::seal::SealingKeyError;

/// The error that a provider reports in an authorization response ([RFC 6749 §4.1.2.1], [OpenID Connect Core §3.1.2.6]).
///
/// The list is fixed, so that a page which shows the error never shows text of the request. The provider's
/// description is dropped.
///
/// [RFC 6749 §4.1.2.1]: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1
/// [OpenID Connect Core §3.1.2.6]: https://openid.net/specs/openid-connect-core-1_0.html#AuthError
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthorizationError {
    /// `access_denied`: the user or the provider denied the request.
    AccessDenied,
    /// `login_required`: the user is not logged in at the provider, and [`Prompt::None`](super::Prompt::None) was requested.
    LoginRequired,
    /// `interaction_required`, for the same reason.
    InteractionRequired,
    /// `consent_required`, for the same reason.
    ConsentRequired,
    /// `account_selection_required`, for the same reason.
    AccountSelectionRequired,
    /// `unmet_authentication_requirements`: the user cannot authenticate as requested.
    UnmetAuthenticationRequirements,
    /// `temporarily_unavailable`: the provider is overloaded or in maintenance.
    TemporarilyUnavailable,
    /// `server_error`: the provider failed.
    ServerError,
    /// `invalid_scope`: a scope is unknown, or not allowed for the client.
    InvalidScope,
    /// `invalid_target`: a resource is unknown, or not allowed for the client (RFC 8707).
    InvalidTarget,
    /// `invalid_request`, `unauthorized_client` or another code: the client is configured wrongly.
    Other,
}

impl AuthorizationError {
    pub(super) fn from_code(code: &str) -> Self {
        match code {
            "access_denied" => Self::AccessDenied,
            "login_required" => Self::LoginRequired,
            "interaction_required" => Self::InteractionRequired,
            "consent_required" => Self::ConsentRequired,
            "account_selection_required" => Self::AccountSelectionRequired,
            "unmet_authentication_requirements" => Self::UnmetAuthenticationRequirements,
            "temporarily_unavailable" => Self::TemporarilyUnavailable,
            "server_error" => Self::ServerError,
            "invalid_scope" => Self::InvalidScope,
            "invalid_target" => Self::InvalidTarget,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for AuthorizationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AccessDenied => "access was denied",
            Self::LoginRequired => "the user is not logged in at the provider",
            Self::InteractionRequired => "the provider needs to interact with the user",
            Self::ConsentRequired => "the provider needs the user's consent",
            Self::AccountSelectionRequired => "the user must select an account",
            Self::UnmetAuthenticationRequirements => "the user cannot authenticate as requested",
            Self::TemporarilyUnavailable => "the provider is temporarily unavailable",
            Self::ServerError => "the provider failed",
            Self::InvalidScope => "the provider does not allow a requested scope",
            Self::InvalidTarget => "the provider does not allow a requested resource",
            Self::Other => "the provider rejected the request",
        })
    }
}

impl Error for AuthorizationError {}

/// The reason why a login failed.
///
/// Its message contains no text of the request or the provider. The [source](Error::source) of
/// [`Endpoint`](Self::Endpoint) does, and is for logs.
#[derive(Debug)]
#[non_exhaustive]
pub enum LoginError {
    /// A parameter of the [`LoginRequest`](super::LoginRequest) has an impossible value.
    Parameter(&'static str),
    /// The system has no randomness, or the pending login could not be sealed.
    NoRandomness,
    /// The authorization response is malformed: a parameter appears twice, is missing, or contradicts another one.
    Response(&'static str),
    /// The response comes from another provider, or lacks the `iss` that the provider sends ([RFC 9207 §2.4]).
    ///
    /// [RFC 9207 §2.4]: https://www.rfc-editor.org/rfc/rfc9207#section-2.4
    Issuer,
    /// The browser has no pending login for this `state`: it was completed, belongs to another browser, or is too old.
    NotPending,
    /// The login took longer than ten minutes.
    Expired,
    /// The response was used before.
    Replayed,
    /// The provider reports an error.
    Provider(AuthorizationError),
    /// A request to the provider failed: pushing the authorization request, or exchanging the code.
    Endpoint(EndpointError),
    /// The token response has no ID token.
    NoIdToken,
    /// The ID token is invalid.
    IdToken(IdTokenError),
}

impl fmt::Display for LoginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Parameter(name) => return write!(f, "`{name}` has an impossible value"),
            Self::NoRandomness => "the operating system supplied no random bytes",
            Self::Response(problem) => return write!(f, "the authorization response {problem}"),
            Self::Issuer => "the authorization response is not from the provider of the login",
            Self::NotPending => "no login is pending in this browser for the response",
            Self::Expired => "the login took longer than ten minutes",
            Self::Replayed => "the authorization response was used before",
            Self::Provider(error) => return error.fmt(f),
            Self::Endpoint(_) => "a request to the provider failed",
            Self::NoIdToken => "the token response has no ID token",
            Self::IdToken(error) => return error.fmt(f),
        })
    }
}

impl Error for LoginError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Endpoint(error) => Some(error),
            _ => None,
        }
    }
}

impl From<EndpointError> for LoginError {
    fn from(error: EndpointError) -> Self {
        Self::Endpoint(error)
    }
}

impl From<ProviderError> for LoginError {
    fn from(error: ProviderError) -> Self {
        Self::Endpoint(error.into())
    }
}

impl From<IdTokenError> for LoginError {
    fn from(error: IdTokenError) -> Self {
        Self::IdToken(error)
    }
}

/// An error in the configuration of [`Logins`](super::Logins).
#[derive(Debug)]
#[non_exhaustive]
pub enum LoginsError {
    /// The redirect URI is not an https URL without user, query and fragment.
    RedirectUri,
    /// The URI to return to after a logout is not an https URL without user, query and fragment.
    PostLogoutRedirectUri,
    /// The scopes are malformed.
    Scopes,
    /// A resource is not an absolute URI without fragment (RFC 8707 §2).
    Resource,
    /// The algorithm of ID tokens or `UserInfo` is symmetric, or the provider does not support it.
    Algorithm,
    /// The clock skew is more than five minutes.
    ClockSkew,
    /// The provider's metadata is unavailable.
    Provider(ProviderError),
    /// The provider's metadata lacks an endpoint that logins need.
    NoEndpoint(&'static str),
    /// The provider's keys cannot be fetched, or none is usable with the algorithm.
    Keys(Box<dyn Error + Send + Sync>),
    /// A sealing key is unusable.
    SealingKey(SealingKeyError),
}

impl fmt::Display for LoginsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RedirectUri => {
                "the redirect URI is not an https URL without user, query and fragment; \
                 `LoginsBuilder::allow_loopback_http` allows `http` on loopback"
            }
            Self::PostLogoutRedirectUri => {
                "the post-logout redirect URI is not an https URL without user, query and fragment"
            }
            Self::Scopes => "the scopes are not a list separated by single spaces",
            Self::Resource => "a resource is not an absolute URI without fragment",
            Self::Algorithm => {
                "the algorithm is symmetric, or the provider does not sign with it; set `id_token_algorithm`"
            }
            Self::ClockSkew => "the clock skew is more than five minutes",
            Self::Provider(error) => return error.fmt(f),
            Self::NoEndpoint(member) => return write!(f, "the provider's metadata has no `{member}`"),
            Self::Keys(error) => return error.fmt(f),
            Self::SealingKey(error) => return error.fmt(f),
        })
    }
}

impl Error for LoginsError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Provider(error) => error.source(),
            Self::Keys(error) => error.source(),
            _ => None,
        }
    }
}
