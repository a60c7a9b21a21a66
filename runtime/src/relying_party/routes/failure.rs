//! A login that failed, as a problem response.

use http::StatusCode;

use crate::Problem;
use crate::relying_party::login::{AuthorizationError, LoginError};

/// The title of each problem.
const TITLE: &str = "Login failed";

/// Returns the problem of a login that failed. Its detail has no text of the request or the provider.
pub(super) fn login_failed(error: &LoginError) -> Problem {
    report(error);
    let status = match error {
        LoginError::Provider(
            AuthorizationError::TemporarilyUnavailable | AuthorizationError::ServerError,
        ) => StatusCode::SERVICE_UNAVAILABLE,
        LoginError::Provider(
            AuthorizationError::InvalidScope
            | AuthorizationError::InvalidTarget
            | AuthorizationError::Other,
        )
        | LoginError::Endpoint(_)
        | LoginError::NoIdToken
        | LoginError::IdToken(_) => StatusCode::BAD_GATEWAY,
        LoginError::Provider(_) => StatusCode::FORBIDDEN,
        LoginError::Parameter(_)
        | LoginError::Response(_)
        | LoginError::Issuer
        | LoginError::NotPending
        | LoginError::Expired
        | LoginError::Replayed => StatusCode::BAD_REQUEST,
        LoginError::NoRandomness => StatusCode::INTERNAL_SERVER_ERROR,
    };
    Problem::new(status).title(TITLE).detail(error.to_string())
}

/// Returns the problem of a login whose session or tokens could not be stored.
pub(super) fn not_stored(error: &(dyn std::error::Error + 'static)) -> Problem {
    report(error);
    let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE).title(TITLE);
    problem.detail("the session could not be stored")
}

/// Reports the cause, which the browser does not learn.
pub(super) fn report(error: &(dyn std::error::Error + 'static)) {
    #[cfg(feature = "tracing")]
    tracing::warn!(
        target: "palisade::relying_party",
        event = "login_failed",
        error,
        "a login or logout failed"
    );
    #[cfg(not(feature = "tracing"))]
    let _ = error;
}
