//! Responses to requests that match no path, or no method of a path.
//!
//! They take the place of axum's own defaults below every layer, so that layers see them as in axum, and
//! merging and nesting treat them as defaults.

use axum::http::Method;
use axum::response::Response;
use axum::routing::MethodRouter;

use crate::response::{method_not_allowed, no_method, not_found};
use crate::routing::respond_with::RespondWith;

/// Creates a router whose default fallback responds with a problem.
///
/// A layer on an empty router applies to its default fallback only. axum's `fallback` would make it a
/// custom one, which cannot be merged with another.
pub(super) fn router() -> axum::Router {
    axum::Router::new().layer(RespondWith(unknown_path))
}

/// Creates a method router whose default fallback responds with a problem; axum adds `Allow`.
pub(super) fn method_router() -> MethodRouter {
    MethodRouter::new().layer(RespondWith(|_| method_not_allowed()))
}

/// A TRACE would echo credentials, and a CONNECT open a tunnel: both are refused whatever the target.
fn unknown_path(method: &Method) -> Response {
    match *method {
        Method::TRACE | Method::CONNECT => no_method(),
        _ => not_found(),
    }
}
