//! Answers where no handler is: unknown path, unknown method.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::response::{Problem, harden_secured};

/// 404; says nothing of what else is there.
pub(crate) async fn not_found() -> Response {
    plain(StatusCode::NOT_FOUND)
}

/// 405; axum adds `Allow` ([RFC 9110 §15.5.6](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6)).
pub(crate) async fn method_not_allowed() -> Response {
    plain(StatusCode::METHOD_NOT_ALLOWED)
}

fn plain(status: StatusCode) -> Response {
    let mut response = Problem::new(status).into_response();
    // what is behind the path may be secured: nobody keeps the answer
    harden_secured(response.headers_mut());
    response
}
