//! A layer that replaces a service by a response to the method of the request.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;
use axum::routing::Route;
use tower_layer::Layer;
use tower_service::Service;

use crate::response::identify_problem;
use crate::routing::unread_body::Upload;

/// Responds to every request with the result of the function.
#[derive(Clone, Copy)]
pub(super) struct RespondWith(pub(super) fn(&Method) -> Response);

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

    fn call(&mut self, request: Request) -> Self::Future {
        ready(Ok(respond(request, self.0)))
    }
}

/// Responds to the method of a request, whose body nothing reads.
pub(super) fn respond(mut request: Request, respond: fn(&Method) -> Response) -> Response {
    let upload = Upload::watch(&mut request);
    let mut response = respond(request.method());
    identify_problem(&mut response, request.extensions().get());
    drop(request);
    if let Some(upload) = upload {
        upload.settle(&mut response);
    }
    response
}
