//! A handler as a service of axum.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::Response;
use tower_service::Service;

/// A handler whose type is erased, so that rustc compiles the routes of axum once, and not for each handler.
///
/// It is one reference, because axum clones it for each request.
#[derive(Clone)]
pub(super) struct HandlerService(Arc<dyn Serve>);

/// Serves a request.
pub(super) trait Serve: Send + Sync {
    fn serve(self: Arc<Self>, request: Request) -> Served;
}

/// The future of a [`HandlerService`].
pub(super) type Served = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

impl HandlerService {
    pub(super) fn new(handler: impl Serve + 'static) -> Self {
        Self(Arc::new(handler))
    }
}

impl Service<Request> for HandlerService {
    type Response = Response;
    type Error = Infallible;
    type Future = Served;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        Arc::clone(&self.0).serve(request)
    }
}
