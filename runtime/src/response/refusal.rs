//! The guard's refusals in HTTP ([RFC 6750 §3.1]).
//!
//! [RFC 6750 §3.1]: https://www.rfc-editor.org/rfc/rfc6750#section-3.1

use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};

use crate::claims::Scope;
use crate::guard::Refusal;
use crate::policy::Requirement;
use crate::response::Problem;
use crate::response::challenge::Challenge;

/// Answers a refusal: status, challenge and problem.
pub(crate) fn refuse(refusal: Refusal, realm: &str) -> Response {
    let challenge = Challenge::new(realm);
    match refusal {
        // RFC 6750 §3.1: no error code where no authentication was sent
        Refusal::NoCredential => {
            let problem = Problem::new(StatusCode::UNAUTHORIZED)
                .detail("this endpoint needs an access token");
            answer(problem, challenge)
        }
        Refusal::MalformedCredential => {
            let problem = Problem::new(StatusCode::BAD_REQUEST).detail(
                "the request must carry exactly one well-formed `Authorization: Bearer` header",
            );
            answer(problem, challenge.error("invalid_request"))
        }
        Refusal::InvalidToken(_) => {
            let problem = Problem::new(StatusCode::UNAUTHORIZED)
                .detail("the access token is expired, malformed, or not meant for this API");
            answer(problem, challenge.error("invalid_token"))
        }
        Refusal::Unavailable(unavailable) => try_again(unavailable.retry_after),
        Refusal::InsufficientScope(requirement) => insufficient_scope(&requirement, challenge),
    }
}

/// 503 with `Retry-After` in whole seconds ([RFC 9110 §10.2.3]), at least one.
///
/// [RFC 9110 §10.2.3]: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
fn try_again(after: Duration) -> Response {
    let mut response = Problem::new(StatusCode::SERVICE_UNAVAILABLE)
        .detail("access tokens cannot be verified at present")
        .into_response();
    let seconds = after.as_millis().div_ceil(1_000).clamp(1, 60);
    response.headers_mut().insert(
        RETRY_AFTER,
        HeaderValue::from(u16::try_from(seconds).unwrap_or(60)),
    );
    response
}

fn insufficient_scope(requirement: &Requirement, challenge: Challenge) -> Response {
    let alternatives: Vec<String> = requirement
        .alternatives()
        .iter()
        .map(|scopes| joined(scopes))
        .collect();
    let first = alternatives.first().cloned().unwrap_or_default();
    let problem = Problem::new(StatusCode::FORBIDDEN)
        .detail("the access token does not hold the scopes that this endpoint needs")
        .member("required_scopes", alternatives);
    answer(problem, challenge.error("insufficient_scope").scope(&first))
}

fn joined(scopes: &[Scope]) -> String {
    scopes
        .iter()
        .map(|scope| scope.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

fn answer(problem: Problem, challenge: Challenge) -> Response {
    let mut response = problem.into_response();
    response
        .headers_mut()
        .insert(WWW_AUTHENTICATE, challenge.into_value());
    response
}
