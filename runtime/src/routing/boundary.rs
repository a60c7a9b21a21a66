//! The outermost layer of an `Api` whose routes have layers, which run before the guard.

use std::convert::Infallible;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::routing::Route as AxumRoute;
use axum::routing::future::RouteFuture;
use tower_layer::Layer;
use tower_service::Service;

use crate::routing::guarded::remove_guard_extensions;

/// Creates the outermost service of a route.
#[derive(Clone)]
pub(super) struct BoundaryLayer;

/// Removes what another guard has added to a request, so that a layer outside the guard of this
/// `Api` sees no caller.
#[derive(Clone)]
pub(super) struct Boundary {
    route: AxumRoute,
}

impl Layer<AxumRoute> for BoundaryLayer {
    type Service = Boundary;

    fn layer(&self, route: AxumRoute) -> Boundary {
        Boundary { route }
    }
}

impl Service<Request> for Boundary {
    type Response = axum::response::Response;
    type Error = Infallible;
    type Future = RouteFuture<Infallible>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request>::poll_ready(&mut self.route, context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        remove_guard_extensions(request.extensions_mut());
        self.route.call(request)
    }
}
