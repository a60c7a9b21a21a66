//! A refused authorization request.

use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::Problem;
use crate::authorization_server::authorization::response::AuthorizationRedirect;
use crate::authorization_server::error::{ErrorCode, OAuthFailure, no_store};

/// A refused authorization request ([RFC 6749 §4.1.2.1]), which is a response.
///
/// [RFC 6749 §4.1.2.1]: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1
#[derive(Debug)]
#[non_exhaustive]
pub enum AuthorizationFailure {
    /// The client is unknown, or the redirect URI is not registered: the browser must not be redirected, and the user sees
    /// the error.
    Shown(OAuthFailure),
    /// The browser is redirected to the client with the error.
    Redirected(AuthorizationRedirect, OAuthFailure),
}

impl AuthorizationFailure {
    /// Returns the error.
    pub fn failure(&self) -> &OAuthFailure {
        match self {
            Self::Shown(failure) | Self::Redirected(_, failure) => failure,
        }
    }
}

/// A shown error is a [`Problem`] with the status 400, 500 or 503.
impl IntoResponse for AuthorizationFailure {
    fn into_response(self) -> Response {
        match self {
            Self::Shown(failure) => {
                let status = match failure.code() {
                    ErrorCode::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
                    ErrorCode::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
                    _ => StatusCode::BAD_REQUEST,
                };
                let problem = Problem::new(status).title("The request cannot be authorized");
                (no_store(), problem.detail(failure.description())).into_response()
            }
            Self::Redirected(redirect, _) => redirect.into_response(),
        }
    }
}
