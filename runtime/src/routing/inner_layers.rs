//! Layers between the guard and the handlers.
//!
//! A layer is applied to a handler once, when the router is protected. The handler at the end runs only while the
//! guard of its own route polls it: see [`Passage`].

use std::convert::Infallible;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, Route as AxumRoute, any_service};
use tower_layer::Layer;
use tower_service::Service;

#[cfg(feature = "tracing")]
use crate::audit::emit_handler_outside_guard;
use crate::policy::Declaration;
use crate::response::outside_guard;
use crate::routing::endpoint::Endpoint;
use crate::routing::handler_service::{HandlerService, Serve, Served};
use crate::routing::handling::{Shared, complete, prepare};
use crate::routing::passage::{Passage, RouteId};
use crate::routing::passed_guard::PassedGuard;
use crate::routing::runs_with_state::RunsWithState;

type Apply = Arc<dyn Fn(MethodRouter) -> MethodRouter + Send + Sync>;

/// The inner layers of a router, from the innermost to the outermost.
#[derive(Clone, Default)]
pub(super) struct InnerLayers(Vec<Apply>);

/// The inner layers of one route, with its handler inside.
pub(super) struct InnerStack {
    /// A service of one handler; axum creates the [`AxumRoute`]s that layers wrap only inside a router.
    service: MethodRouter,
    route: RouteId,
}

/// A handler behind inner layers.
pub(super) struct InnerHandler {
    handler: Box<dyn Run>,
    declaration: &'static Declaration,
    route: RouteId,
}

/// Runs a handler for a request that has passed its guard.
trait Run: Send + Sync {
    fn run<'r>(&'r self, request: &'r mut Request, guard: &'r PassedGuard) -> RunFuture<'r>;
}

type RunFuture<'r> = Pin<Box<dyn Future<Output = Response> + Send + 'r>>;

/// A handler with its state.
struct Handler<H, S, M> {
    state: Shared<S>,
    handler: PhantomData<fn() -> (H, M)>,
}

impl InnerLayers {
    /// Adds a layer outside the layers added so far.
    pub(super) fn push<L>(&mut self, layer: L)
    where
        L: Layer<AxumRoute> + Clone + Send + Sync + 'static,
        L::Service: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        let apply = move |service: MethodRouter| service.layer(layer.clone());
        self.0.push(Arc::new(apply));
    }

    /// Returns these layers with `outer` around them.
    pub(super) fn inside(&self, outer: &Self) -> Self {
        Self(self.0.iter().chain(&outer.0).cloned().collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Applies the layers to a handler.
    pub(super) fn around(&self, handler: InnerHandler) -> InnerStack {
        let route = handler.route.clone();
        let handler = HandlerService::new(handler);
        let service = self
            .0
            .iter()
            .fold(any_service(handler), |service, apply| apply(service));
        InnerStack { service, route }
    }
}

impl InnerStack {
    /// Runs the layers, and the handler if they call it, for a request that has passed the guard.
    pub(super) async fn run(&self, mut request: Request, guard: &PassedGuard) -> Response {
        let passage = Passage::new(&self.route, guard, request.extensions_mut());
        let mut service = self.service.clone();
        // the layers create their futures inside the passage, too
        let running = async move { service.call(request).await };
        match passage.poll_within(running).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

impl InnerHandler {
    pub(super) fn new<H, S, M>(declaration: &'static Declaration, state: Shared<S>) -> Self
    where
        H: RunsWithState<S, M> + 'static,
        S: Send + Sync + 'static,
        M: 'static,
    {
        Self {
            handler: Box::new(Handler::<H, S, M> {
                state,
                handler: PhantomData,
            }),
            declaration,
            route: RouteId::new(),
        }
    }
}

impl<H, S, M> Run for Handler<H, S, M>
where
    H: RunsWithState<S, M>,
    S: Send + Sync,
{
    fn run<'r>(&'r self, request: &'r mut Request, guard: &'r PassedGuard) -> RunFuture<'r> {
        Box::pin(H::Endpoint::call(request, &self.state, guard))
    }
}

impl Serve for InnerHandler {
    fn serve(self: Arc<Self>, mut request: Request) -> Served {
        Box::pin(async move {
            let Some(passage) = enter(&self.route, self.declaration, &mut request) else {
                return Ok(outside_guard());
            };
            let guard = passage.guard();
            let accepted_types = prepare(&mut request, guard);
            let mut response = self.handler.run(&mut request, guard).await;
            complete(&mut response, accepted_types, self.declaration, guard);
            Ok(response)
        })
    }
}

/// Returns the passage that leads to this route, and restores the extensions of the guard in the request.
///
/// Returns `None` for a request that has not passed the guard of the route.
fn enter(
    route: &RouteId,
    declaration: &'static Declaration,
    request: &mut Request,
) -> Option<Arc<Passage>> {
    let Some(passage) = Passage::current(route, request.extensions()) else {
        #[cfg(feature = "tracing")]
        emit_handler_outside_guard(declaration, request.extensions().get());
        #[cfg(not(feature = "tracing"))]
        let _ = declaration;
        return None;
    };
    let extensions = passage.guard().extensions();
    extensions.restore(request.extensions_mut());
    Some(passage)
}
