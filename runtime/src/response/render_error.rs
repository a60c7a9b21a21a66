//! Error responses in the format of `Api::render_errors`.

use std::future::{Ready, ready};
use std::mem;

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use axum::response::Response;
use http_body::Body as _;

use crate::response::error_body::ErrorBody;
use crate::response::headers::{NO_STORE, set_security_headers};
use crate::response::map_problem::remove_representation_metadata;
use crate::response::media_type::essence;
use crate::response::problem::{PROBLEM_JSON, Problem};

/// Marks the error response of a handler, whose text is not replaced.
#[derive(Clone, Copy)]
struct HandlerResponse;

/// Marks the response of a handler, if it is an error.
pub(crate) fn mark_handler_response(response: &mut Response) {
    if is_error(response) {
        response.extensions_mut().insert(HandlerResponse);
    }
}

/// Returns the problem of a response that has one as its body.
pub(crate) fn problem_of(response: &Response) -> Option<Problem> {
    if response.headers().get(CONTENT_TYPE) != Some(&PROBLEM_JSON) {
        return None;
    }
    let problem = response.extensions().get::<Problem>()?.clone();
    Some(problem.with_status(response.status()))
}

/// Returns a problem for an error response that has no format.
///
/// An empty response without a media type has none, such as that of `TimeoutLayer`, or of a handler that returns
/// a status. Neither has the plain text of a layer.
pub(crate) fn missing_problem(response: &Response) -> Option<Problem> {
    let has_format = match response.headers().get(CONTENT_TYPE) {
        None => response.body().size_hint().exact() != Some(0),
        Some(media_type) => {
            let is_of_handler = response.extensions().get::<HandlerResponse>().is_some();
            is_of_handler || !is_plain_text(media_type)
        }
    };
    (is_error(response) && !has_format).then(|| Problem::new(response.status()))
}

/// Replaces the body of an error response, and returns the former one.
///
/// The status stays, and so do the header fields that do not describe the former body.
#[must_use = "its destructor may panic"]
pub(crate) fn replace_body(response: &mut Response, problem: Problem, body: ErrorBody) -> Body {
    let (media_type, bytes) = body.into_parts();
    let status = response.status();
    let headers = response.headers_mut();
    remove_representation_metadata(headers, status);
    headers.insert(CONTENT_TYPE, media_type);
    response.extensions_mut().insert(problem);
    mem::replace(response.body_mut(), Body::from(bytes))
}

/// Sets the security headers of an error response that a layer has created.
///
/// The path may have a secured handler, so the response is not cached unless the layer allows it.
pub(crate) fn secure_layer_error(response: &mut Response) {
    let is_of_layer = response.extensions().get::<HandlerResponse>().is_none();
    let headers = response.headers_mut();
    set_security_headers(headers);
    if is_of_layer {
        headers.entry(CACHE_CONTROL).or_insert(NO_STORE);
    }
}

fn is_error(response: &Response) -> bool {
    response.status().is_client_error() || response.status().is_server_error()
}

fn is_plain_text(media_type: &HeaderValue) -> bool {
    essence(media_type.as_bytes()).eq_ignore_ascii_case(b"text/plain")
}

/// Marks a response whose problem stays as it is.
#[derive(Clone, Copy)]
struct ProblemFormat;

impl Problem {
    /// Keeps the problem of an error response as `application/problem+json`, whatever
    /// [`Api::render_errors`](crate::Api::render_errors) does: for the routes of programs beside those with pages.
    ///
    /// It is the function of [`map_response`](axum::middleware::map_response), in a layer of a route or a router.
    ///
    /// # Examples
    ///
    /// ```
    /// use axum::middleware::map_response;
    /// use palisade::prelude::*;
    ///
    /// #[secured(scopes = "orders:read")]
    /// async fn list_orders() {}
    ///
    /// let routes: SecureRouter =
    ///     SecureRouter::new().route("/orders", get(list_orders).route_layer(map_response(Problem::keep_format)));
    /// ```
    pub fn keep_format(mut response: Response) -> Ready<Response> {
        response.extensions_mut().insert(ProblemFormat);
        ready(response)
    }
}

/// Returns whether the problem of a response stays as it is.
pub(crate) fn keeps_format(response: &Response) -> bool {
    response.extensions().get::<ProblemFormat>().is_some()
}
