//! Responses to input errors.

use axum::http::header::{ACCEPT, ACCEPT_ENCODING, CONNECTION, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::audit::RejectedInput;
use crate::input::InputError;
use crate::response::{Problem, ProblemType};

const IDENTITY: HeaderValue = HeaderValue::from_static("identity");
static ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");
static ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");
const CLOSE: HeaderValue = HeaderValue::from_static("close");

impl IntoResponse for InputError {
    /// Returns the problem, with the audit record in the response's extensions.
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

/// For handlers that read a [`StreamedBody`](crate::input::StreamedBody), and return other errors too.
///
/// The response has the header fields, and the audit event the reason, of the input error.
impl From<InputError> for Problem {
    fn from(error: InputError) -> Self {
        let record = RejectedInput::new(&error);
        let problem = Self::new(status(&error)).with_rejection(header(&error), record);
        let Some(problem_type) = problem_type(&error) else {
            return problem;
        };
        let problem = problem.with_type(problem_type).detail(error.to_string());
        match error {
            InputError::Malformed(_, violation) | InputError::TypeMismatch(_, violation) => {
                problem.with_errors([violation])
            }
            InputError::Invalid(_, violations) => problem.with_errors(violations),
            _ => problem,
        }
    }
}

/// Returns the header field that helps the client, or its connection, to go on.
fn header(error: &InputError) -> Option<(HeaderName, HeaderValue)> {
    match error {
        // RFC 9110 §15.5.16: name the media types and the coding that are accepted
        InputError::MediaType(accepted) => {
            let accepted = HeaderValue::try_from(accepted.join(", ")).ok()?;
            Some((ACCEPT, accepted))
        }
        InputError::ContentCoding => Some((ACCEPT_ENCODING, IDENTITY)),
        // RFC 9110 §15.5.9: do not wait for the rest of the body
        InputError::TooSlow(_) | InputError::Stalled(_) => Some((CONNECTION, CLOSE)),
        _ => None,
    }
}

fn status(error: &InputError) -> StatusCode {
    match error {
        InputError::MediaType(_) | InputError::ContentCoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        InputError::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
        InputError::TooSlow(_) | InputError::Stalled(_) => StatusCode::REQUEST_TIMEOUT,
        InputError::Incomplete | InputError::Malformed(..) => StatusCode::BAD_REQUEST,
        InputError::TypeMismatch(..) | InputError::Invalid(..) => StatusCode::UNPROCESSABLE_ENTITY,
        InputError::StorageUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        InputError::HandlerMismatch => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Returns `None` for an error of the API itself, of which the client learns only the status.
fn problem_type(error: &InputError) -> Option<ProblemType> {
    Some(match error {
        InputError::MediaType(_) => ProblemType::UNSUPPORTED_MEDIA_TYPE,
        InputError::ContentCoding => ProblemType::UNSUPPORTED_CONTENT_CODING,
        InputError::TooLarge(_) => ProblemType::BODY_TOO_LARGE,
        InputError::TooSlow(_) | InputError::Stalled(_) => ProblemType::BODY_TIMEOUT,
        InputError::Incomplete => ProblemType::INCOMPLETE_BODY,
        InputError::Malformed(..) => ProblemType::MALFORMED_INPUT,
        InputError::TypeMismatch(..) => ProblemType::TYPE_MISMATCH,
        InputError::Invalid(..) => ProblemType::INVALID_INPUT,
        InputError::StorageUnavailable => ProblemType::STORAGE_UNAVAILABLE,
        InputError::HandlerMismatch => return None,
    })
}

/// Returns the header field that lists the accepted media types for a method: `Accept-Patch` ([RFC 5789 §2.2]) or
/// `Accept-Post` ([LDP §7.1]).
///
/// [LDP §7.1]: https://www.w3.org/TR/ldp/#header-accept-post
/// [RFC 5789 §2.2]: https://www.rfc-editor.org/rfc/rfc5789#section-2.2
pub(crate) fn accepted_types_field(method: &Method) -> Option<&'static HeaderName> {
    match *method {
        Method::PATCH => Some(&ACCEPT_PATCH),
        Method::POST => Some(&ACCEPT_POST),
        _ => None,
    }
}

/// Repeats the accepted media types of a 415 response in another header field.
pub(crate) fn name_accepted_types(field: &'static HeaderName, response: &mut Response) {
    if response.status() != StatusCode::UNSUPPORTED_MEDIA_TYPE {
        return;
    }
    if let Some(accepted) = response.headers().get(ACCEPT).cloned() {
        response.headers_mut().insert(field, accepted);
    }
}

#[cfg(test)]
mod tests;
