//! Responses to requests that match no path, or no method of a path.
//!
//! They take the place of axum's own defaults below every layer, so that layers see them as in axum, and
//! merging and nesting treat them as defaults.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::Response;
use axum::routing::{MethodRouter, Route as AxumRoute};
use tower_layer::Layer;
use tower_service::Service;

use crate::response::{method_not_allowed, not_found};

/// Replaces axum's empty default response by a problem.
#[derive(Clone, Copy)]
enum Unmatched {
    Path,
    Method,
}

/// Creates a router whose default fallback responds with a problem.
///
/// A layer on an empty router applies to its default fallback only. axum's `fallback` would make it a
/// custom one, which cannot be merged with another.
pub(super) fn router() -> axum::Router {
    axum::Router::new().layer(Unmatched::Path)
}

/// Creates a method router whose default fallback responds with a problem; axum adds `Allow`.
pub(super) fn method_router() -> MethodRouter {
    MethodRouter::new().layer(Unmatched::Method)
}

impl Layer<AxumRoute> for Unmatched {
    type Service = Self;

    fn layer(&self, _: AxumRoute) -> Self {
        *self
    }
}

impl Service<Request> for Unmatched {
    type Response = Response;
    type Error = Infallible;
    type Future = Ready<Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request) -> Self::Future {
        ready(Ok(match self {
            Self::Path => not_found(),
            Self::Method => method_not_allowed(),
        }))
    }
}
