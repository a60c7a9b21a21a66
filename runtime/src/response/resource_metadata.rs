//! Responses with the metadata of a protected resource ([RFC 9728 §3.2]).
//!
//! [RFC 9728 §3.2]: https://www.rfc-editor.org/rfc/rfc9728#section-3.2

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue,
};
use axum::response::Response;

const METHODS: HeaderValue = HeaderValue::from_static("GET,HEAD,OPTIONS");
const ANY: HeaderValue = HeaderValue::from_static("*");

/// Returns the document, which every origin may read and every cache may store for an hour.
pub(crate) fn metadata_document(json: Bytes) -> Response {
    let fields = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (
            CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=3600"),
        ),
        (ACCESS_CONTROL_ALLOW_ORIGIN, ANY),
    ];
    with_fields(Response::new(Body::from(json)), fields)
}

/// Returns the response to `OPTIONS`, and so to a CORS preflight.
///
/// Clients send header fields of their protocol with the request, such as `MCP-Protocol-Version`.
pub(crate) fn metadata_options() -> Response {
    let fields = [
        (ALLOW, METHODS),
        (ACCESS_CONTROL_ALLOW_ORIGIN, ANY),
        (ACCESS_CONTROL_ALLOW_METHODS, METHODS),
        (ACCESS_CONTROL_ALLOW_HEADERS, ANY),
        (ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400")),
    ];
    let mut response = with_fields(Response::default(), fields);
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

fn with_fields<const N: usize>(
    mut response: Response,
    fields: [(HeaderName, HeaderValue); N],
) -> Response {
    response.headers_mut().extend(fields);
    response
}
