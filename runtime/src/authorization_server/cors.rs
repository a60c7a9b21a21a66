//! Requests of applications in browsers from other origins ([Fetch §3.3]).
//!
//! [Fetch §3.3]: https://fetch.spec.whatwg.org/#http-cors-protocol

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ALLOW, CONTENT_TYPE, ORIGIN, VARY,
};
use http::{HeaderName, HeaderValue, StatusCode};

use crate::session::AppOrigin;

/// The methods of the endpoints for clients.
const METHODS: HeaderValue = HeaderValue::from_static("POST, OPTIONS");

/// The origins whose pages may read the responses to clients.
#[derive(Clone, Debug, Default)]
pub(super) struct BrowserOrigins(Arc<[HeaderValue]>);

impl BrowserOrigins {
    pub(super) fn new(origins: &[AppOrigin]) -> Self {
        let values = origins
            .iter()
            .map(|origin| HeaderValue::from_str(origin.as_str()));
        Self(values.filter_map(Result::ok).collect())
    }
}

/// Lets pages of the allowed origins read a response. Credentials of browsers, such as cookies, are never allowed.
pub(super) async fn share(
    State(BrowserOrigins(allowed)): State<BrowserOrigins>,
    request: Request,
    next: Next,
) -> Response {
    let mut fields = request.headers().get_all(ORIGIN).iter();
    let origin = match (fields.next(), fields.next()) {
        (Some(origin), None) => allowed.iter().find(|allowed| *allowed == origin).cloned(),
        _ => None,
    };
    let mut response = next.run(request).await;
    if allowed.is_empty() {
        return response;
    }
    let fields = response.headers_mut();
    fields.append(VARY, HeaderValue::from(ORIGIN));
    if let Some(origin) = origin {
        let exposed = HeaderValue::from_static("retry-after, www-authenticate");
        fields.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        fields.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
    response
}

/// Returns the response to `OPTIONS` at an endpoint for clients, and so to a preflight. [`share`] adds the origin.
pub(super) fn preflight() -> (StatusCode, [(HeaderName, HeaderValue); 4]) {
    let fields = [
        (ALLOW, METHODS),
        (ACCESS_CONTROL_ALLOW_METHODS, METHODS),
        (
            ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from(CONTENT_TYPE),
        ),
        (ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600")),
    ];
    (StatusCode::NO_CONTENT, fields)
}
