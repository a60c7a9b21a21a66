//! A layer that replaces a service by a constant response.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::Response;
use axum::routing::Route;
use tower_layer::Layer;
use tower_service::Service;

/// Responds to every request with the result of the function.
#[derive(Clone, Copy)]
pub(super) struct RespondWith(pub(super) fn() -> Response);

impl Layer<Route> for RespondWith {
    type Service = Self;

    fn layer(&self, _: Route) -> Self {
        *self
    }
}

impl Service<Request> for RespondWith {
    type Response = Response;
    type Error = Infallible;
    type Future = Ready<Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request) -> Self::Future {
        ready(Ok(self.0()))
    }
}
