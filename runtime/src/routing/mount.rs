//! The guard, the state and the inner layers that handlers are mounted with.

use std::sync::Arc;

use crate::guard::{Guard, TicketStore};
use crate::routing::declared::{Declares, HandlerFacts};
use crate::routing::guarded::GuardedHandler;
use crate::routing::handler_service::HandlerService;
use crate::routing::handling::Shared;
use crate::routing::inner_layers::{InnerHandler, InnerLayers};
use crate::routing::route_guard::RouteGuard;
use crate::routing::runs_with_state::RunsWithState;

/// The guard, the state and the inner layers of the handlers of a router.
pub(super) struct Mount<S> {
    guard: Guard,
    tickets: Arc<TicketStore>,
    state: Shared<S>,
    inner_layers: InnerLayers,
}

/// Puts the inner layers and the guard in front of one handler.
pub(super) type MountHandler<S> = fn(&Mount<S>) -> HandlerService;

impl Mount<()> {
    pub(super) fn new(guard: Guard, tickets: TicketStore) -> Self {
        Self {
            guard,
            tickets: Arc::new(tickets),
            state: Arc::new(()),
            inner_layers: InnerLayers::default(),
        }
    }
}

impl<S> Mount<S> {
    /// Returns the same guard and layers with another state.
    pub(super) fn with_state<S2>(&self, state: Shared<S2>) -> Mount<S2> {
        Mount {
            guard: self.guard.clone(),
            tickets: Arc::clone(&self.tickets),
            state,
            inner_layers: self.inner_layers.clone(),
        }
    }

    /// Adds layers inside those of this mount.
    pub(super) fn with_inner_layers(&self, layers: &InnerLayers) -> Self {
        Self {
            guard: self.guard.clone(),
            tickets: Arc::clone(&self.tickets),
            state: Arc::clone(&self.state),
            inner_layers: layers.inside(&self.inner_layers),
        }
    }

    /// Puts the inner layers and the guard in front of a handler.
    pub(super) fn handler<H, M>(&self) -> HandlerService
    where
        H: Declares + RunsWithState<S, M> + 'static,
        S: Send + Sync + 'static,
        M: 'static,
    {
        self.declared_handler::<H, M>(&HandlerFacts::of::<H>())
    }

    /// Does the same as [`handler`](Self::handler), for a handler of Palisade's own whose declaration the API completes.
    pub(super) fn declared_handler<H, M>(&self, facts: &HandlerFacts) -> HandlerService
    where
        H: RunsWithState<S, M> + 'static,
        S: Send + Sync + 'static,
        M: 'static,
    {
        let inner = (!self.inner_layers.is_empty()).then(|| {
            let state = Arc::clone(&self.state);
            let handler = InnerHandler::new::<H, S, M>(facts.declaration, state);
            self.inner_layers.around(handler)
        });
        let guard = RouteGuard::new(facts, self.guard.clone(), inner, &self.tickets);
        let state = Arc::clone(&self.state);
        HandlerService::new(GuardedHandler::<H, S, M>::new(guard, state))
    }
}
