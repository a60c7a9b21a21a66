//! The outermost layer of an `Api` that has layers or maps problems.

use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::Response;
use axum::routing::Route as AxumRoute;
use tower_layer::Layer;
use tower_service::Service;

use crate::audit::{PanicOrigin, emit_panic};
use crate::response::{Problem, map_problem, panicked};
use crate::routing::guard_extensions::remove_guard_extensions;
use crate::routing::panics::{Panicked, catch, catch_async, guard_body};

/// The function of `Api::map_problems`.
pub(super) type MapProblem = Arc<dyn Fn(Problem) -> Problem + Send + Sync>;

/// Creates the outermost service of a route.
#[derive(Clone)]
pub(super) struct BoundaryLayer {
    pub(super) map: Option<MapProblem>,
}

/// Removes what another guard has added to a request, so that a layer outside the guard of this
/// `Api` sees no caller. Responds to a panic of a layer, and maps problems.
#[derive(Clone)]
pub(super) struct Boundary {
    route: AxumRoute,
    map: Option<MapProblem>,
}

impl Layer<AxumRoute> for BoundaryLayer {
    type Service = Boundary;

    fn layer(&self, route: AxumRoute) -> Boundary {
        Boundary {
            route,
            map: self.map.clone(),
        }
    }
}

impl Service<Request> for Boundary {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(())) // as axum's routes are
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        remove_guard_extensions(request.extensions_mut());
        let Self { mut route, map } = self.clone();
        Box::pin(async move {
            let response = {
                let responding = pin!(async { route.call(request).await });
                catch_async(responding).await
            };
            let response = match response {
                Ok(Ok(response)) => guard_body(response, PanicOrigin::Layer, None),
                Ok(Err(never)) => match never {},
                Err(Panicked) => {
                    emit_panic(PanicOrigin::Layer, None, None);
                    panicked()
                }
            };
            Ok(match map {
                Some(map) => mapped(response, &*map),
                None => response,
            })
        })
    }
}

/// Maps the problem of a response; if the map panics, the response is a problem without a mapping.
fn mapped(response: Response, map: &dyn Fn(Problem) -> Problem) -> Response {
    catch(|| map_problem(response, map)).unwrap_or_else(|Panicked| {
        emit_panic(PanicOrigin::ProblemMap, None, None);
        panicked()
    })
}
