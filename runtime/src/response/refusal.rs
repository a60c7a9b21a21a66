//! Responses to the guard's refusals ([RFC 6750 §3.1]).
//!
//! [RFC 6750 §3.1]: https://www.rfc-editor.org/rfc/rfc6750#section-3.1

use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};

use crate::claims::{Role, Scope};
use crate::guard::{RefusalCause, TicketRefusal};
use crate::policy::{Access, Requirement, UnmetRequirement};
use crate::resource_server::ResourceServer;
use crate::response::challenge::Challenge;
use crate::response::{Problem, ProblemType};
#[cfg(feature = "relying-party")]
use crate::session::SessionRefusal;

/// Returns the response to a refusal: status, challenge and problem.
///
/// `access` is that of the handler, which challenges name if the API has metadata.
pub(crate) fn refusal_response(
    cause: RefusalCause,
    server: &ResourceServer,
    access: &Access,
) -> Response {
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
            with_challenge(problem, discovery(server, access, None), server)
        }
        RefusalCause::MalformedCredential => {
            let problem = Problem::new(StatusCode::BAD_REQUEST)
                .with_type(ProblemType::MALFORMED_CREDENTIAL)
                .detail(
                    "the request must have exactly one well-formed `Authorization: Bearer` header",
                );
            let challenge = Challenge::new(server.realm()).error("invalid_request");
            with_challenge(problem, challenge, server)
        }
        RefusalCause::InvalidToken(_) => {
            let problem = Problem::new(StatusCode::UNAUTHORIZED)
                .with_type(ProblemType::INVALID_TOKEN)
                .detail("the access token is expired, malformed, or not valid for this API");
            let challenge = discovery(server, access, Some("invalid_token"));
            with_challenge(problem, challenge, server)
        }
        RefusalCause::Ticket(refusal) => ticket_refused(refusal, server, access),
        #[cfg(feature = "relying-party")]
        RefusalCause::Session(refusal) => session_refused(refusal, server),
        RefusalCause::Unavailable(unavailable) => retry_later(
            unavailable.retry_after,
            "access tokens cannot be validated at present",
        ),
        RefusalCause::Insufficient(unmet) => insufficient(unmet, server),
    }
}

/// Returns 400 for several credentials, and 401 for a ticket that is not valid, whatever the reason.
fn ticket_refused(refusal: TicketRefusal, server: &ResourceServer, access: &Access) -> Response {
    if refusal == TicketRefusal::SeveralCredentials {
        let problem = Problem::new(StatusCode::BAD_REQUEST)
            .with_type(ProblemType::MALFORMED_CREDENTIAL)
            .detail("the request must have either one ticket or an `Authorization` header");
        let challenge = Challenge::new(server.realm()).error("invalid_request");
        return with_challenge(problem, challenge, server);
    }
    let problem = Problem::new(StatusCode::UNAUTHORIZED)
        .with_type(ProblemType::INVALID_TICKET)
        .detail("the ticket is used, expired, malformed, or not valid for this request");
    let challenge = discovery(server, access, Some("invalid_token"));
    with_challenge(problem, challenge, server)
}

#[cfg(feature = "relying-party")]
fn session_refused(refusal: SessionRefusal, server: &ResourceServer) -> Response {
    match refusal {
        SessionRefusal::Malformed => Problem::new(StatusCode::BAD_REQUEST)
            .with_type(ProblemType::MALFORMED_CREDENTIAL)
            .detail("the request must have exactly one well-formed cookie of a session")
            .into_response(),
        SessionRefusal::CrossOrigin => Problem::new(StatusCode::FORBIDDEN)
            .with_type(ProblemType::CROSS_ORIGIN)
            .detail("a request with the cookie of a session must come from the application itself")
            .into_response(),
        SessionRefusal::Unavailable => retry_later(
            Duration::from_secs(1),
            "sessions cannot be checked at present",
        ),
        SessionRefusal::Missing | SessionRefusal::Unknown | SessionRefusal::Expired => {
            login_required(server)
        }
    }
}

/// Returns 401 with a challenge of the scheme `Cookie`.
///
/// RFC 9110 §15.5.2 demands a challenge, and none is registered for sessions; browsers ignore unknown schemes.
#[cfg(feature = "relying-party")]
fn login_required(server: &ResourceServer) -> Response {
    let mut response = Problem::new(StatusCode::UNAUTHORIZED)
        .with_type(ProblemType::LOGIN_REQUIRED)
        .detail("this endpoint requires a login")
        .into_response();
    let challenge = Challenge::of_cookie(server.realm());
    response
        .headers_mut()
        .insert(WWW_AUTHENTICATE, challenge.into_value());
    response
}

/// Returns the challenge of a 401.
///
/// A client that discovers the API by its metadata learns the scopes of this route here. Otherwise it could
/// only request those of all routes.
fn discovery(server: &ResourceServer, access: &Access, error: Option<&str>) -> Challenge {
    let mut challenge = Challenge::new(server.realm());
    if let Some(error) = error {
        challenge = challenge.error(error);
    }
    match access.scopes() {
        Some(scopes) if server.resource().is_some() => challenge.scope(&requested_scopes(scopes)),
        _ => challenge,
    }
}

/// Returns 503 with `Retry-After` in whole seconds ([RFC 9110 §10.2.3]), between 1 and 60.
///
/// [RFC 9110 §10.2.3]: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
fn retry_later(after: Duration, detail: &'static str) -> Response {
    let mut response = Problem::new(StatusCode::SERVICE_UNAVAILABLE)
        .with_type(ProblemType::VERIFICATION_UNAVAILABLE)
        .detail(detail)
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
fn insufficient(unmet: UnmetRequirement, server: &ResourceServer) -> Response {
    let challenge = Challenge::new(server.realm()).error("insufficient_scope");
    let forbidden = Problem::new(StatusCode::FORBIDDEN).with_type(ProblemType::INSUFFICIENT_SCOPE);
    match unmet {
        UnmetRequirement::Scopes(scopes) => {
            let problem = forbidden.detail("the access token does not have the required scopes");
            with_scopes(&scopes, problem, challenge, server)
        }
        UnmetRequirement::Roles(roles) => {
            let problem = forbidden.detail("the access token does not have the required roles");
            with_challenge(with_roles(&roles, problem), challenge, server)
        }
        UnmetRequirement::ScopesAndRoles(scopes, roles) => {
            let problem = forbidden
                .detail("the access token has neither the required scopes nor the required roles");
            with_scopes(&scopes, with_roles(&roles, problem), challenge, server)
        }
    }
}

/// Adds each alternative as one string of scopes; the challenge names the first one.
///
/// They are the narrowest: a client that has none should not request a broader scope instead.
fn with_scopes(
    scopes: &Requirement,
    problem: Problem,
    challenge: Challenge,
    server: &ResourceServer,
) -> Response {
    let alternatives = scopes.narrowest_alternatives();
    let alternatives: Vec<String> = alternatives.iter().map(|scopes| join(scopes)).collect();
    let problem = problem.member("required_scopes", alternatives);
    with_challenge(problem, challenge.scope(&requested_scopes(scopes)), server)
}

/// Returns the scopes that a client should request.
fn requested_scopes(scopes: &Requirement) -> Vec<Scope> {
    let alternatives = scopes.narrowest_alternatives().into_iter();
    alternatives.take(1).flatten().collect()
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

fn with_challenge(problem: Problem, challenge: Challenge, server: &ResourceServer) -> Response {
    let challenge = match server.resource_metadata_url() {
        Some(url) => challenge.resource_metadata(url),
        None => challenge,
    };
    let mut response = problem.into_response();
    response
        .headers_mut()
        .insert(WWW_AUTHENTICATE, challenge.into_value());
    response
}
