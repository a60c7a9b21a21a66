//! The path of one request through a route: removal of foreign extensions → ticket → guard → typed claims →
//! time limit → inner layers → body limits → arguments → handler → audit of rejected input → security headers.

use std::marker::PhantomData;
use std::pin::pin;
use std::sync::Arc;

use axum::extract::Request;

use crate::routing::endpoint::Endpoint;
use crate::routing::handler_service::{Serve, Served};
use crate::routing::handling::Shared;
use crate::routing::route_guard::{AdmittedRequest, Exchange, RouteGuard};
use crate::routing::runs_with_state::RunsWithState;

/// A declared handler with its guard and its state.
pub(super) struct GuardedHandler<H, S, M> {
    guard: RouteGuard,
    state: Shared<S>,
    handler: PhantomData<fn() -> (H, M)>,
}

impl<H, S, M> GuardedHandler<H, S, M> {
    pub(super) fn new(guard: RouteGuard, state: Shared<S>) -> Self {
        Self {
            guard,
            state,
            handler: PhantomData,
        }
    }
}

// compiled once per handler, so everything else is in `RouteGuard`
impl<H, S, M> Serve for GuardedHandler<H, S, M>
where
    H: RunsWithState<S, M> + 'static,
    S: Send + Sync + 'static,
    M: 'static,
{
    fn serve(self: Arc<Self>, request: Request) -> Served {
        let mut slot = Some(request);
        // the future owns the request once; an `async fn` with a parameter would store it a second time
        Box::pin(async move {
            let request = slot.get_or_insert_default();
            let mut exchange = Exchange::default();
            if let Some(AdmittedRequest {
                request,
                passed,
                response,
            }) = self.guard.admit(request, &mut exchange).await
            {
                let handled = {
                    let handler = pin!(Some(H::Endpoint::call(request, &self.state, passed)));
                    self.guard.run(handler, passed, response).await
                };
                self.guard.complete_response(&mut exchange, handled);
            }
            Ok(self.guard.finish(&mut slot, &mut exchange))
        })
    }
}
