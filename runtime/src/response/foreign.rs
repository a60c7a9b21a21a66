//! What extractors that are not ours answer, in our shape.
//!
//! axum's rejections quote the request and serde's messages; none of it goes out.

use std::any::Any;

use axum::extract::path::ErrorKind;
use axum::extract::rejection::PathRejection;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use crate::response::Problem;
use crate::response::problem::PROBLEM_JSON;

/// Turns any extractor's rejection into a problem.
///
/// A rejection that already is `application/problem+json` is kept; of every other
/// one the status is kept, where it is an error, and nothing else.
pub(crate) fn unify<R: IntoResponse + 'static>(rejection: R) -> Response {
    if let Some(rejection) = (&rejection as &dyn Any).downcast_ref::<PathRejection>() {
        return path(rejection).into_response();
    }
    let response = rejection.into_response();
    if response.headers().get(CONTENT_TYPE) == Some(&PROBLEM_JSON) {
        return response;
    }
    Problem::new(response.status()).into_response()
}

/// A path that does not decode is 400; a segment of another type than declared is 422.
pub(crate) fn path(rejection: &PathRejection) -> Problem {
    let PathRejection::FailedToDeserializePathParams(failure) = rejection else {
        return Problem::new(StatusCode::INTERNAL_SERVER_ERROR);
    };
    let (status, pointer) = match failure.kind() {
        ErrorKind::InvalidUtf8InPathParam { key } => (StatusCode::BAD_REQUEST, Some(key.clone())),
        ErrorKind::ParseErrorAtKey { key, .. } | ErrorKind::DeserializeError { key, .. } => {
            (StatusCode::UNPROCESSABLE_ENTITY, Some(key.clone()))
        }
        ErrorKind::ParseErrorAtIndex { index, .. } => {
            (StatusCode::UNPROCESSABLE_ENTITY, Some(index.to_string()))
        }
        ErrorKind::ParseError { .. } | ErrorKind::Message(_) => {
            (StatusCode::UNPROCESSABLE_ENTITY, None)
        }
        _ => (StatusCode::INTERNAL_SERVER_ERROR, None),
    };
    let problem = Problem::new(status);
    if status.is_server_error() {
        return problem;
    }
    problem.detail("the path does not fit").error(
        pointer.unwrap_or_default(),
        "does not decode to the type that is expected here",
    )
}
