//! The layer of `Api::request_ids`: an id for every request of another listener.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::Response;
use axum::routing::Route as AxumRoute;
use tower_layer::Layer;
use tower_service::Service;

use crate::audit::RequestId;
use crate::response::identify;

/// Gives an id to every request that has none, and to its response.
#[derive(Clone, Copy)]
pub(super) struct RequestIdLayer;

/// A route whose requests have ids.
#[derive(Clone)]
pub(super) struct WithRequestId(AxumRoute);

impl Layer<AxumRoute> for RequestIdLayer {
    type Service = WithRequestId;

    fn layer(&self, route: AxumRoute) -> WithRequestId {
        WithRequestId(route)
    }
}

impl Service<Request> for WithRequestId {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(())) // as axum's routes are
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let given: Option<RequestId> = request.extensions().get().cloned();
        let id = match given {
            Some(id) => {
                id.remove_others(request.headers_mut());
                id
            }
            None => RequestId::of(request.headers_mut(), false),
        };
        request.extensions_mut().insert(id.clone());
        let version = request.version();
        let responding = self.0.call(request);
        Box::pin(async move {
            let mut response = responding.await?;
            identify(&mut response, &id, version);
            Ok(response)
        })
    }
}
