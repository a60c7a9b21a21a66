//! The errors that clients see ([RFC 6749 §4.1.2.1, §5.2]).
//!
//! [RFC 6749 §4.1.2.1, §5.2]: https://www.rfc-editor.org/rfc/rfc6749#section-5.2

use std::error::Error;
use std::fmt;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

use crate::response::ProtocolResponse;

/// An error code of OAuth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// `access_denied`: the user or the server denies the request.
    AccessDenied,
    /// `account_selection_required`: the user must select an account, which `prompt=none` forbids.
    AccountSelectionRequired,
    /// `consent_required`: the user must consent, which `prompt=none` forbids.
    ConsentRequired,
    /// `interaction_required`: the user must act, which `prompt=none` forbids.
    InteractionRequired,
    /// `invalid_client`: the client is unknown, or its authentication failed.
    InvalidClient,
    /// `invalid_grant`: the code or the refresh token is invalid, expired, revoked, used, or another client's.
    InvalidGrant,
    /// `invalid_request`: a parameter is missing, repeated or malformed.
    InvalidRequest,
    /// `invalid_scope`: a scope is malformed, unknown, or not allowed for the client.
    InvalidScope,
    /// `invalid_target`: a resource is malformed or unknown ([RFC 8707](https://www.rfc-editor.org/rfc/rfc8707)).
    InvalidTarget,
    /// `login_required`: the user must log in, which `prompt=none` forbids.
    LoginRequired,
    /// `registration_not_supported`: clients cannot register.
    RegistrationNotSupported,
    /// `request_not_supported`: requests in a JWT are not supported.
    RequestNotSupported,
    /// `server_error`: the server failed.
    ServerError,
    /// `temporarily_unavailable`: the server is overloaded.
    TemporarilyUnavailable,
    /// `unauthorized_client`: the client may not use this grant.
    UnauthorizedClient,
    /// `unmet_authentication_requirements`: the user cannot authenticate as the request requires.
    UnmetAuthenticationRequirements,
    /// `unsupported_grant_type`: the grant does not exist here.
    UnsupportedGrantType,
    /// `unsupported_response_type`: the response type is not `code`.
    UnsupportedResponseType,
}

impl ErrorCode {
    /// Returns the code as it is sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::AccountSelectionRequired => "account_selection_required",
            Self::ConsentRequired => "consent_required",
            Self::InteractionRequired => "interaction_required",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::LoginRequired => "login_required",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::RequestNotSupported => "request_not_supported",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
        }
    }
}

/// An error response of an endpoint that clients call: an error code, and a fixed description without text of the request.
///
/// As a response, it is JSON with the status 400, or 401 for [`ErrorCode::InvalidClient`], 500 for
/// [`ErrorCode::ServerError`] and 503 for [`ErrorCode::TemporarilyUnavailable`]; or 429 with `Retry-After` if the client
/// is over one of its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OAuthFailure {
    code: ErrorCode,
    description: &'static str,
    challenges_basic: bool,
    /// In seconds; set if the client is over a limit.
    retry_after: Option<u16>,
}

#[derive(Serialize)]
struct Body {
    error: &'static str,
    error_description: &'static str,
}

impl OAuthFailure {
    /// Creates an error; the description is for developers of clients, in characters of RFC 6749 §5.2.
    pub(super) const fn new(code: ErrorCode, description: &'static str) -> Self {
        Self {
            code,
            description,
            challenges_basic: false,
            retry_after: None,
        }
    }

    /// Adds a challenge for HTTP Basic, which a client that used it must receive.
    pub(super) const fn with_basic_challenge(mut self) -> Self {
        self.challenges_basic = true;
        self
    }

    /// Sets the time after which the client may try again, in seconds: the status is then 429.
    pub(super) const fn with_retry_after(mut self, seconds: u16) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Returns the time after which the client may try again, in seconds, if it is over one of its limits.
    pub fn retry_after(&self) -> Option<u16> {
        self.retry_after
    }

    /// Returns the code.
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// Returns the description.
    pub fn description(&self) -> &'static str {
        self.description
    }
}

impl IntoResponse for OAuthFailure {
    fn into_response(self) -> Response {
        let status = match self.code {
            _ if self.retry_after.is_some() => StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::InvalidClient => StatusCode::UNAUTHORIZED,
            ErrorCode::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        };
        let body = Json(Body {
            error: self.code.as_str(),
            error_description: self.description,
        });
        let mut response = (status, no_store(), body).into_response();
        response.extensions_mut().insert(ProtocolResponse);
        if let Some(seconds) = self.retry_after {
            let fields = response.headers_mut();
            fields.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.challenges_basic {
            let challenge = HeaderValue::from_static("Basic realm=\"clients\", charset=\"UTF-8\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// Keeps a response out of caches, which is one of a client or user.
pub(super) const fn no_store() -> [(HeaderName, HeaderValue); 1] {
    [(CACHE_CONTROL, HeaderValue::from_static("no-store"))]
}

impl fmt::Display for OAuthFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.description)
    }
}

impl Error for OAuthFailure {}
