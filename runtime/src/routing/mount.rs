//! The guard, the state and the inner layers that handlers are mounted with.

use std::sync::Arc;

use axum::extract::Request;
use tower_service::Service;

use crate::guard::{Guard, TicketStore};
use crate::routing::declared::Declares;
use crate::routing::guarded::{Guarded, Served};
use crate::routing::inner_layers::{InnerHandler, InnerLayers};
use crate::routing::run_handler::Shared;
use crate::routing::runs_with_state::RunsWithState;

/// The guard, the state and the inner layers of the handlers of a router.
pub(super) struct Mount<S> {
    guard: Guard,
    tickets: Arc<TicketStore>,
    state: Shared<S>,
    inner_layers: InnerLayers,
}

/// A handler behind its inner layers and its guard, whatever its type.
pub(super) type MountedHandler = Arc<dyn Fn(Request) -> Served + Send + Sync>;

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
    pub(super) fn handler<H, M>(&self) -> Guarded<H, S, M>
    where
        H: Declares + RunsWithState<S, M> + 'static,
        S: Send + Sync + 'static,
        M: 'static,
    {
        let state = Arc::clone(&self.state);
        let inner = self
            .inner_layers
            .around(InnerHandler::<H, S, M>::new(state));
        let state = Arc::clone(&self.state);
        Guarded::new(self.guard.clone(), inner, &self.tickets, state)
    }

    /// Does the same as [`handler`](Self::handler), for a table of handlers.
    pub(super) fn erased_handler<H, M>(&self) -> MountedHandler
    where
        H: Declares + RunsWithState<S, M> + 'static,
        S: Send + Sync + 'static,
        M: 'static,
    {
        let guarded = self.handler::<H, M>();
        Arc::new(move |request| guarded.clone().call(request))
    }
}
