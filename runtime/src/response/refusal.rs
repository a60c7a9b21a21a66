//! Responses to the guard's refusals ([RFC 6750 §3.1]).
//!
//! [RFC 6750 §3.1]: https://www.rfc-editor.org/rfc/rfc6750#section-3.1

use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};

use crate::claims::{Role, Scope};
use crate::guard::{RefusalCause, TicketRefusal};
use crate::policy::{Requirement, UnmetRequirement};
use crate::response::challenge::Challenge;
use crate::response::{Problem, ProblemType};

/// Returns the response to a refusal: status, challenge and problem.
pub(crate) fn refusal_response(cause: RefusalCause, realm: &str) -> Response {
    let challenge = Challenge::new(realm);
    match cause {
        // RFC 6585 §5; no challenge, because a token would not help
        RefusalCause::TooManyHeaders { limit } => {
            Problem::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE)
                .with_type(ProblemType::TOO_MANY_HEADERS)
                .detail(format!("the request has more than {limit} header fields"))
                .into_response()
        }
        // RFC 6750 §3.1: no error code if the request has no credential
        RefusalCause::MissingCredential => {
            let problem = Problem::new(StatusCode::UNAUTHORIZED)
                .with_type(ProblemType::MISSING_TOKEN)
                .detail("this endpoint requires an access token");
            with_challenge(problem, challenge)
        }
        RefusalCause::MalformedCredential => {
            let problem = Problem::new(StatusCode::BAD_REQUEST)
                .with_type(ProblemType::MALFORMED_CREDENTIAL)
                .detail(
                    "the request must have exactly one well-formed `Authorization: Bearer` header",
                );
            with_challenge(problem, challenge.error("invalid_request"))
        }
        RefusalCause::InvalidToken(_) => {
            let problem = Problem::new(StatusCode::UNAUTHORIZED)
                .with_type(ProblemType::INVALID_TOKEN)
                .detail("the access token is expired, malformed, or not valid for this API");
            with_challenge(problem, challenge.error("invalid_token"))
        }
        RefusalCause::Ticket(TicketRefusal::SeveralCredentials) => {
            let problem = Problem::new(StatusCode::BAD_REQUEST)
                .with_type(ProblemType::MALFORMED_CREDENTIAL)
                .detail("the request must have either one ticket or an `Authorization` header");
            with_challenge(problem, challenge.error("invalid_request"))
        }
        RefusalCause::Ticket(_) => {
            let problem = Problem::new(StatusCode::UNAUTHORIZED)
                .with_type(ProblemType::INVALID_TICKET)
                .detail("the ticket is used, expired, malformed, or not valid for this request");
            with_challenge(problem, challenge.error("invalid_token"))
        }
        RefusalCause::Unavailable(unavailable) => retry_later(unavailable.retry_after),
        RefusalCause::Insufficient(unmet) => {
            insufficient(unmet, challenge.error("insufficient_scope"))
        }
    }
}

/// Returns 503 with `Retry-After` in whole seconds ([RFC 9110 §10.2.3]), between 1 and 60.
///
/// [RFC 9110 §10.2.3]: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
fn retry_later(after: Duration) -> Response {
    let mut response = Problem::new(StatusCode::SERVICE_UNAVAILABLE)
        .with_type(ProblemType::VERIFICATION_UNAVAILABLE)
        .detail("access tokens cannot be validated at present")
        .into_response();
    let seconds = after.as_millis().div_ceil(1_000).clamp(1, 60);
    response.headers_mut().insert(
        RETRY_AFTER,
        HeaderValue::from(u16::try_from(seconds).unwrap_or(60)),
    );
    response
}

/// Returns 403 with the required scopes and roles.
///
/// RFC 6750 has a challenge parameter for scopes only, so roles are only in the problem.
fn insufficient(unmet: UnmetRequirement, challenge: Challenge) -> Response {
    let forbidden = Problem::new(StatusCode::FORBIDDEN).with_type(ProblemType::INSUFFICIENT_SCOPE);
    match unmet {
        UnmetRequirement::Scopes(scopes) => {
            let problem = forbidden.detail("the access token does not have the required scopes");
            with_scopes(&scopes, problem, challenge)
        }
        UnmetRequirement::Roles(roles) => {
            let problem = forbidden.detail("the access token does not have the required roles");
            with_challenge(with_roles(&roles, problem), challenge)
        }
        UnmetRequirement::ScopesAndRoles(scopes, roles) => {
            let problem = forbidden
                .detail("the access token has neither the required scopes nor the required roles");
            with_scopes(&scopes, with_roles(&roles, problem), challenge)
        }
    }
}

/// Adds each alternative as one string of scopes; the challenge names the first alternative.
fn with_scopes(scopes: &Requirement, problem: Problem, challenge: Challenge) -> Response {
    let alternatives: Vec<String> = scopes
        .alternatives()
        .iter()
        .map(|alternative| join(alternative))
        .collect();
    let challenge = match alternatives.first() {
        Some(first) => challenge.scope(first),
        None => challenge,
    };
    with_challenge(problem.member("required_scopes", alternatives), challenge)
}

/// Adds each alternative as a list of roles, because a role may contain a space.
fn with_roles(roles: &Requirement<Role>, problem: Problem) -> Problem {
    let alternatives: Vec<Vec<&str>> = roles
        .alternatives()
        .iter()
        .map(|alternative| alternative.iter().map(|role| role.as_str()).collect())
        .collect();
    problem.member("required_roles", alternatives)
}

fn join(scopes: &[Scope]) -> String {
    scopes
        .iter()
        .map(|scope| scope.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

fn with_challenge(problem: Problem, challenge: Challenge) -> Response {
    let mut response = problem.into_response();
    response
        .headers_mut()
        .insert(WWW_AUTHENTICATE, challenge.into_value());
    response
}
