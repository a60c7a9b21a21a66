//! Responses that depend on nothing in the request: unknown routes, and errors of the API itself.

use axum::http::StatusCode;
#[cfg(feature = "serve")]
use axum::http::header::RETRY_AFTER;
use axum::http::header::{ALLOW, HeaderValue};
use axum::response::{IntoResponse, Response};

use crate::guard::{NoCaller, RefusalCause};
use crate::policy::Access;
use crate::response::{
    Problem, ProblemType, forbid_shared_caching, refusal_response, set_security_headers,
};
use crate::token::TokenError;

/// Returns 404 for an unknown path.
pub(crate) fn not_found() -> Response {
    without_route(StatusCode::NOT_FOUND)
}

/// Returns 405 for a method that the path does not have.
///
/// axum adds `Allow` ([RFC 9110 §15.5.6](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6)).
pub(crate) fn method_not_allowed() -> Response {
    without_route(StatusCode::METHOD_NOT_ALLOWED)
}

/// Returns 405 for a method that no path has without a handler that names it: TRACE and CONNECT.
///
/// An empty `Allow` states that the resource has no method ([RFC 9110 §10.2.1]); a CONNECT has not even a path.
///
/// [RFC 9110 §10.2.1]: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.1
pub(crate) fn no_method() -> Response {
    let mut response = method_not_allowed();
    let no_methods = HeaderValue::from_static("");
    response.headers_mut().insert(ALLOW, no_methods);
    response
}

/// Returns 400 for a request that names no host, several, or a malformed one ([RFC 9112 §3.2]).
///
/// [RFC 9112 §3.2]: https://www.rfc-editor.org/rfc/rfc9112#section-3.2
pub(crate) fn malformed_host() -> Response {
    with_detail(
        StatusCode::BAD_REQUEST,
        "the request must name exactly one host",
    )
}

/// Returns 400 for a request whose target has another scheme than `http` and `https`, such as `ftp://host/` ([RFC 9110 §7.1]).
///
/// [RFC 9110 §7.1]: https://www.rfc-editor.org/rfc/rfc9110#section-7.1
pub(crate) fn foreign_scheme() -> Response {
    let detail = "the scheme of the request's target must be `http` or `https`";
    with_detail(StatusCode::BAD_REQUEST, detail)
}

/// Returns 421 for a request that names a host that the API does not serve ([RFC 9110 §15.5.20]).
///
/// [RFC 9110 §15.5.20]: https://www.rfc-editor.org/rfc/rfc9110#section-15.5.20
pub(crate) fn misdirected() -> Response {
    let detail = "this API does not serve the host that the request names";
    with_detail(StatusCode::MISDIRECTED_REQUEST, detail)
}

fn with_detail(status: StatusCode, detail: &'static str) -> Response {
    let mut response = Problem::new(status).detail(detail).into_response();
    set_security_headers(response.headers_mut());
    forbid_shared_caching(response.headers_mut());
    response
}

/// Returns 500 for a handler whose declaration did not compile.
pub(crate) fn invalid_declaration() -> Response {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}

/// Returns 500 for code that panicked.
pub(crate) fn panicked() -> Response {
    without_route(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Returns 503 for a handler that did not respond within its time ([RFC 9110 §15.6.4]).
///
/// 504 is for a gateway, and 408 for a request that did not arrive in time, which clients may repeat. There is no
/// `Retry-After`, because the handler may have done part of its work.
///
/// [RFC 9110 §15.6.4]: https://www.rfc-editor.org/rfc/rfc9110#section-15.6.4
pub(crate) fn handler_timeout() -> Response {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE)
        .with_type(ProblemType::HANDLER_TIMEOUT)
        .detail("the request took too long and was canceled")
        .into_response()
}

/// Returns 500 for a handler that a layer runs outside its guard.
pub(crate) fn outside_guard() -> Response {
    without_route(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Returns 403 for a request over plain HTTP that did not come through one of the server's proxies.
#[cfg(feature = "serve")]
pub(crate) fn outside_proxies() -> Response {
    let detail = "this server accepts connections from its proxies only";
    before_routes(Problem::new(StatusCode::FORBIDDEN).detail(detail))
}

/// Returns 400 for header fields of proxies that are malformed, or that contradict each other.
#[cfg(feature = "serve")]
pub(crate) fn unreliable_proxy_fields() -> Response {
    let detail = "`Forwarded` or `X-Forwarded-For` is malformed, or they name different clients";
    before_routes(Problem::new(StatusCode::BAD_REQUEST).detail(detail))
}

/// Returns 503 for a request beyond the limit of requests in flight, with `Retry-After` ([RFC 9110 §10.2.3]).
///
/// Its work has not begun, so that every client may repeat it.
///
/// [RFC 9110 §10.2.3]: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
#[cfg(feature = "serve")]
pub(crate) fn overloaded() -> Response {
    let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE).with_type(ProblemType::OVERLOADED);
    let mut response = before_routes(problem.detail("the server has too many requests in flight"));
    let seconds = HeaderValue::from_static("1");
    response.headers_mut().insert(RETRY_AFTER, seconds);
    response
}

/// Returns 503 for a request that did not get a response in time.
#[cfg(feature = "serve")]
pub(crate) fn request_timeout() -> Response {
    let problem =
        Problem::new(StatusCode::SERVICE_UNAVAILABLE).with_type(ProblemType::HANDLER_TIMEOUT);
    before_routes(problem.detail("the request took too long and was canceled"))
}

/// Returns 414 for a path with a query that is too long.
#[cfg(feature = "serve")]
pub(crate) fn uri_too_long(limit: usize) -> Response {
    let problem = Problem::new(StatusCode::URI_TOO_LONG).with_type(ProblemType::URI_TOO_LONG);
    before_routes(problem.detail(format!(
        "the path and the query have more than {limit} bytes"
    )))
}

/// Returns 408 for a head that did not arrive in time, as the bytes of HTTP/1.1: there is no request to respond to.
#[cfg(feature = "serve")]
pub(crate) const HEAD_TIMEOUT: &str = concat!(
    "HTTP/1.1 408 Request Timeout\r\n",
    "connection: close\r\n",
    "content-type: application/problem+json\r\n",
    "content-length: 110\r\n",
    "cache-control: no-store\r\n",
    "x-content-type-options: nosniff\r\n\r\n",
    r#"{"detail":"the head of the request took too long","status":408,"title":"Request Timeout","type":"about:blank"}"#,
);

#[cfg(feature = "serve")]
fn before_routes(problem: Problem) -> Response {
    let mut response = problem.into_response();
    set_security_headers(response.headers_mut());
    forbid_shared_caching(response.headers_mut());
    response
}

impl IntoResponse for NoCaller {
    fn into_response(self) -> Response {
        match self.refused_by() {
            None => Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response(),
            Some(server) => {
                let cause = RefusalCause::InvalidToken(TokenError::TypedClaims);
                refusal_response(cause, server, &Access::Authenticated)
            }
        }
    }
}

/// Responds as a secured handler would, because the path may have one.
fn without_route(status: StatusCode) -> Response {
    let mut response = Problem::new(status).into_response();
    set_security_headers(response.headers_mut());
    forbid_shared_caching(response.headers_mut());
    response
}
