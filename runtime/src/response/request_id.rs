//! The id of a request in the problem of its response.

use axum::body::Body;
use axum::http::Version;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::Response;
use http_body::Body as _;

use crate::audit::RequestId;
use crate::response::map_problem::describes_body;
use crate::response::problem::{PROBLEM_JSON, Problem};

/// Sets the id of the request in the header of a response, and in its problem.
///
/// `version` is that of the request.
pub(crate) fn identify(response: &mut Response, id: &RequestId, version: Version) {
    identify_problem(response, Some(id));
    id.set_header(response.headers_mut(), version);
}

/// Adds the id of the request to the problem of a response.
///
/// A body that a layer has compressed, hashed, signed or replaced stays as it is.
pub(crate) fn identify_problem(response: &mut Response, id: Option<&RequestId>) {
    let Some(id) = id else {
        return;
    };
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || !has_own_body(response) {
        return;
    }
    let Some(problem) = response.extensions_mut().remove::<Problem>() else {
        return;
    };
    let problem = problem.with_request_id(Some(id));
    *response.body_mut() = Body::from(problem.body());
    response.headers_mut().remove(CONTENT_LENGTH);
    response.extensions_mut().insert(problem);
}

/// Returns whether the body is that of a problem without an id.
fn has_own_body(response: &Response) -> bool {
    let headers = response.headers();
    if headers.get(CONTENT_TYPE) != Some(&PROBLEM_JSON) {
        return false;
    }
    let Some(problem) = response.extensions().get::<Problem>() else {
        return false;
    };
    let is_encoded = headers
        .keys()
        .any(|name| *name != CONTENT_LENGTH && describes_body(name, response.status()));
    if problem.request_id().is_some() || is_encoded {
        return false;
    }
    let length = u64::try_from(problem.body().len()).ok();
    length.is_some() && response.body().size_hint().exact() == length
}
