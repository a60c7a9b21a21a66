//! The guard's refusals in HTTP ([RFC 6750 §3.1]).
//!
//! [RFC 6750 §3.1]: https://www.rfc-editor.org/rfc/rfc6750#section-3.1

use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};

use crate::claims::{Role, Scope};
use crate::guard::Refusal;
use crate::policy::{Lacking, Requirement};
use crate::response::challenge::Challenge;
use crate::response::{Problem, ProblemType};

/// Answers a refusal: status, challenge and problem.
pub(crate) fn refuse(refusal: Refusal, realm: &str) -> Response {
    let challenge = Challenge::new(realm);
    match refusal {
        // RFC 6585 §5; no challenge: a token would change nothing
        Refusal::TooManyHeaders(most) => Problem::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE)
            .with_type(ProblemType::TOO_MANY_HEADERS)
            .detail(format!("the request has more than {most} header fields"))
            .into_response(),
        // RFC 6750 §3.1: no error code where no authentication was sent
        Refusal::NoCredential => {
            let problem = Problem::new(StatusCode::UNAUTHORIZED)
                .with_type(ProblemType::MISSING_TOKEN)
                .detail("this endpoint needs an access token");
            answer(problem, challenge)
        }
        Refusal::MalformedCredential => {
            let problem = Problem::new(StatusCode::BAD_REQUEST)
                .with_type(ProblemType::MALFORMED_CREDENTIAL)
                .detail(
                    "the request must carry exactly one well-formed `Authorization: Bearer` header",
                );
            answer(problem, challenge.error("invalid_request"))
        }
        Refusal::InvalidToken(_) => {
            let problem = Problem::new(StatusCode::UNAUTHORIZED)
                .with_type(ProblemType::INVALID_TOKEN)
                .detail("the access token is expired, malformed, or not meant for this API");
            answer(problem, challenge.error("invalid_token"))
        }
        Refusal::Unavailable(unavailable) => try_again(unavailable.retry_after),
        Refusal::Insufficient(lacking) => {
            insufficient(lacking, challenge.error("insufficient_scope"))
        }
    }
}

/// 503 with `Retry-After` in whole seconds ([RFC 9110 §10.2.3]), at least one.
///
/// [RFC 9110 §10.2.3]: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
fn try_again(after: Duration) -> Response {
    let mut response = Problem::new(StatusCode::SERVICE_UNAVAILABLE)
        .with_type(ProblemType::VERIFICATION_UNAVAILABLE)
        .detail("access tokens cannot be verified at present")
        .into_response();
    let seconds = after.as_millis().div_ceil(1_000).clamp(1, 60);
    response.headers_mut().insert(
        RETRY_AFTER,
        HeaderValue::from(u16::try_from(seconds).unwrap_or(60)),
    );
    response
}

/// Tells what is needed and not held. The RFC has a parameter for scopes only, so roles stand
/// in the problem alone.
fn insufficient(lacking: Lacking, challenge: Challenge) -> Response {
    let forbidden = Problem::new(StatusCode::FORBIDDEN).with_type(ProblemType::INSUFFICIENT_SCOPE);
    match lacking {
        Lacking::Scopes(scopes) => {
            let problem = forbidden
                .detail("the access token does not hold the scopes that this endpoint needs");
            with_scopes(&scopes, problem, challenge)
        }
        Lacking::Roles(roles) => {
            let problem = forbidden
                .detail("the access token does not hold the roles that this endpoint needs");
            answer(with_roles(&roles, problem), challenge)
        }
        Lacking::ScopesAndRoles(scopes, roles) => {
            let problem = forbidden.detail(
                "the access token holds neither the scopes nor the roles that this endpoint needs",
            );
            with_scopes(&scopes, with_roles(&roles, problem), challenge)
        }
    }
}

/// Each alternative as one text, as scopes are asked for; the challenge has the first.
fn with_scopes(scopes: &Requirement, problem: Problem, challenge: Challenge) -> Response {
    let alternatives: Vec<String> = scopes
        .alternatives()
        .iter()
        .map(|alternative| joined(alternative))
        .collect();
    let challenge = match alternatives.first() {
        Some(first) => challenge.scope(first),
        None => challenge,
    };
    answer(problem.member("required_scopes", alternatives), challenge)
}

/// Each alternative as a list of roles: a role may hold a space.
fn with_roles(roles: &Requirement<Role>, problem: Problem) -> Problem {
    let alternatives: Vec<Vec<&str>> = roles
        .alternatives()
        .iter()
        .map(|alternative| alternative.iter().map(|role| role.as_str()).collect())
        .collect();
    problem.member("required_roles", alternatives)
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
