//! Layers between the guard and the handlers.
//!
//! A layer is applied to a handler once, when the router is protected. The handler at the end runs only while the
//! guard of its own route polls it: see [`Passage`].

use std::convert::Infallible;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, Route as AxumRoute, any_service};
use tower_layer::Layer;
use tower_service::Service;

use crate::response::outside_guard;
use crate::routing::declared::Declares;
use crate::routing::passage::{Passage, RouteId};
use crate::routing::passed_guard::PassedGuard;
use crate::routing::run_handler::{Shared, run_handler};
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
pub(super) struct InnerHandler<H, S, M> {
    state: Shared<S>,
    route: RouteId,
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

    /// Applies the layers to a handler; `None` if there are no layers.
    pub(super) fn around<H, S, M>(&self, handler: InnerHandler<H, S, M>) -> Option<Arc<InnerStack>>
    where
        H: Declares + RunsWithState<S, M> + 'static,
        S: Send + Sync + 'static,
        M: 'static,
    {
        if self.0.is_empty() {
            return None;
        }
        let route = handler.route.clone();
        let service = self
            .0
            .iter()
            .fold(any_service(handler), |service, apply| apply(service));
        Some(Arc::new(InnerStack { service, route }))
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

impl<H, S, M> InnerHandler<H, S, M> {
    pub(super) fn new(state: Shared<S>) -> Self {
        Self {
            state,
            route: RouteId::new(),
            handler: PhantomData,
        }
    }
}

impl<H, S, M> Clone for InnerHandler<H, S, M> {
    fn clone(&self) -> Self {
        Self {
            state: Arc::clone(&self.state),
            route: self.route.clone(),
            handler: PhantomData,
        }
    }
}

impl<H, S, M> Service<Request> for InnerHandler<H, S, M>
where
    H: Declares + RunsWithState<S, M> + 'static,
    S: Send + Sync + 'static,
    M: 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let Self { state, route, .. } = self.clone();
        Box::pin(async move {
            let Some(passage) = Passage::current(&route, request.extensions()) else {
                #[cfg(feature = "tracing")]
                crate::audit::emit_handler_outside_guard(
                    H::DECLARATION,
                    request.extensions().get(),
                );
                return Ok(outside_guard());
            };
            let guard = passage.guard();
            guard.extensions().restore(request.extensions_mut());
            Ok(run_handler::<H, S, M>(&mut request, &state, guard).await)
        })
    }
}
