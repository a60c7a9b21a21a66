//! Responses to input errors.

use axum::http::header::{ACCEPT, ACCEPT_ENCODING, CONNECTION, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::audit::RejectedInput;
use crate::input::InputError;
use crate::response::{Problem, ProblemType};

const IDENTITY: HeaderValue = HeaderValue::from_static("identity");
const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");
const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");
const CLOSE: HeaderValue = HeaderValue::from_static("close");

impl IntoResponse for InputError {
    /// Returns the problem, with the audit record in the response's extensions.
    fn into_response(self) -> Response {
        let rejected = RejectedInput::new(&self);
        let mut response = self.into_problem_response();
        if let Some(rejected) = rejected {
            response.extensions_mut().insert(rejected);
        }
        response
    }
}

impl InputError {
    fn into_problem_response(self) -> Response {
        let problem = Problem::new(status(&self));
        let Some(problem_type) = problem_type(&self) else {
            return problem.into_response();
        };
        let problem = problem.with_type(problem_type).detail(self.to_string());
        match self {
            // RFC 9110 §15.5.16: name the media type and coding that are accepted
            Self::MediaType(accepted) => with_accepted(problem, accepted),
            Self::ContentCoding => with_header(problem, ACCEPT_ENCODING, IDENTITY),
            // RFC 9110 §15.5.9: do not wait for the rest of the body
            Self::TooSlow(_) => with_header(problem, CONNECTION, CLOSE),
            Self::Malformed(_, violation) | Self::TypeMismatch(_, violation) => {
                problem.with_errors([violation]).into_response()
            }
            Self::Invalid(_, violations) => problem.with_errors(violations).into_response(),
            Self::TooLarge(_) | Self::Incomplete | Self::HandlerMismatch => problem.into_response(),
        }
    }
}

fn status(error: &InputError) -> StatusCode {
    match error {
        InputError::MediaType(_) | InputError::ContentCoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        InputError::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
        InputError::TooSlow(_) => StatusCode::REQUEST_TIMEOUT,
        InputError::Incomplete | InputError::Malformed(..) => StatusCode::BAD_REQUEST,
        InputError::TypeMismatch(..) | InputError::Invalid(..) => StatusCode::UNPROCESSABLE_ENTITY,
        InputError::HandlerMismatch => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Returns `None` for an error of the API itself, of which the client learns only the status.
fn problem_type(error: &InputError) -> Option<ProblemType> {
    Some(match error {
        InputError::MediaType(_) => ProblemType::UNSUPPORTED_MEDIA_TYPE,
        InputError::ContentCoding => ProblemType::UNSUPPORTED_CONTENT_CODING,
        InputError::TooLarge(_) => ProblemType::BODY_TOO_LARGE,
        InputError::TooSlow(_) => ProblemType::BODY_TIMEOUT,
        InputError::Incomplete => ProblemType::INCOMPLETE_BODY,
        InputError::Malformed(..) => ProblemType::MALFORMED_INPUT,
        InputError::TypeMismatch(..) => ProblemType::TYPE_MISMATCH,
        InputError::Invalid(..) => ProblemType::INVALID_INPUT,
        InputError::HandlerMismatch => return None,
    })
}

/// Names the accepted media types.
fn with_accepted(problem: Problem, accepted: &'static [&'static str]) -> Response {
    match HeaderValue::try_from(accepted.join(", ")) {
        Ok(accepted) => with_header(problem, ACCEPT, accepted),
        Err(_) => problem.into_response(),
    }
}

/// Repeats the accepted media types in the field for requests with this method: `Accept-Patch`
/// ([RFC 5789 §2.2]) or `Accept-Post` ([LDP §7.1]).
///
/// [LDP §7.1]: https://www.w3.org/TR/ldp/#header-accept-post
/// [RFC 5789 §2.2]: https://www.rfc-editor.org/rfc/rfc5789#section-2.2
pub(crate) fn name_accepted_types(method: &Method, response: &mut Response) {
    if response.status() != StatusCode::UNSUPPORTED_MEDIA_TYPE {
        return;
    }
    let name = match *method {
        Method::PATCH => ACCEPT_PATCH,
        Method::POST => ACCEPT_POST,
        _ => return,
    };
    if let Some(accepted) = response.headers().get(ACCEPT).cloned() {
        response.headers_mut().insert(name, accepted);
    }
}

fn with_header(problem: Problem, name: HeaderName, value: HeaderValue) -> Response {
    let mut response = problem.into_response();
    response.headers_mut().insert(name, value);
    response
}

#[cfg(test)]
mod tests;
