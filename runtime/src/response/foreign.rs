//! What extractors that are not ours answer, in our shape.
//!
//! axum's rejections quote the request and serde's messages; none of it goes out.

use std::any::Any;

use axum::extract::rejection::PathRejection;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use crate::input::path_error;
use crate::response::Problem;
use crate::response::problem::PROBLEM_JSON;

/// Turns any extractor's rejection into a problem.
///
/// A rejection that already is `application/problem+json` is kept; of every other
/// one the status is kept, where it is an error, and nothing else.
pub(crate) fn unify<R: IntoResponse + 'static>(rejection: R) -> Response {
    if let Some(rejection) = (&rejection as &dyn Any).downcast_ref::<PathRejection>() {
        return path_error(rejection).into_response();
    }
    let response = rejection.into_response();
    if response.headers().get(CONTENT_TYPE) == Some(&PROBLEM_JSON) {
        return response;
    }
    Problem::new(response.status()).into_response()
}
