//! Refused input in HTTP.

use axum::http::StatusCode;
use axum::http::header::{ACCEPT, ACCEPT_ENCODING, CONNECTION, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};

use crate::audit::RefusedInput;
use crate::input::InputError;
use crate::response::{Problem, ProblemType};

const IDENTITY: HeaderValue = HeaderValue::from_static("identity");
const CLOSE: HeaderValue = HeaderValue::from_static("close");

impl IntoResponse for InputError {
    /// Leaves in the answer what operators are told.
    fn into_response(self) -> Response {
        let refused = RefusedInput::of(&self);
        let mut response = self.answer();
        if let Some(refused) = refused {
            response.extensions_mut().insert(refused);
        }
        response
    }
}

impl InputError {
    fn answer(self) -> Response {
        let problem = Problem::new(status(&self));
        let Some(problem_type) = problem_type(&self) else {
            return problem.into_response();
        };
        let problem = problem.with_type(problem_type).detail(self.to_string());
        match self {
            // RFC 9110 §15.5.16: what would have been accepted
            Self::MediaType(expected) => {
                hinting(problem, ACCEPT, HeaderValue::from_static(expected))
            }
            Self::ContentCoding => hinting(problem, ACCEPT_ENCODING, IDENTITY),
            // RFC 9110 §15.5.9: the rest of the body is not waited for
            Self::TooSlow(_) => hinting(problem, CONNECTION, CLOSE),
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

/// None for the API's own fault, of which the client learns nothing.
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

fn hinting(problem: Problem, name: HeaderName, value: HeaderValue) -> Response {
    let mut response = problem.into_response();
    response.headers_mut().insert(name, value);
    response
}

#[cfg(test)]
mod tests;
