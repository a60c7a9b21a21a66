//! The way from a guard through inner layers to the handler.
//!
//! Layers can replace, copy and store requests, so the proof of the guard does not travel in the request. It is set
//! while the guard polls the layers, and the handler takes it from there.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;

use axum::http::Extensions;

use crate::routing::guard_extensions::RequestMark;
use crate::routing::passed_guard::PassedGuard;

thread_local! {
    /// The passage whose guard polls on this thread.
    static CURRENT: RefCell<Option<Arc<Passage>>> = const { RefCell::new(None) };
}

/// Identifies a route with inner layers.
#[derive(Clone)]
pub(super) struct RouteId(Arc<()>);

/// The proof that a request has passed the guard of a route, for the handler of this route only.
pub(super) struct Passage {
    route: RouteId,
    guard: PassedGuard,
    mark: RequestMark,
}

impl RouteId {
    pub(super) fn new() -> Self {
        Self(Arc::new(()))
    }

    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Passage {
    /// Creates the passage of a request that has passed the guard, and marks the request.
    pub(super) fn new(
        route: &RouteId,
        guard: &PassedGuard,
        extensions: &mut Extensions,
    ) -> Arc<Self> {
        let mark = RequestMark::new();
        extensions.insert(mark.clone());
        Arc::new(Self {
            route: route.clone(),
            guard: guard.duplicate(),
            mark,
        })
    }

    /// Polls the layers to their end; meanwhile, this is the current passage.
    pub(super) async fn poll_within<F: Future>(self: Arc<Self>, layers: F) -> F::Output {
        let mut layers = pin!(layers);
        poll_fn(|context| {
            let _scope = Scope::enter(Arc::clone(&self));
            layers.as_mut().poll(context)
        })
        .await
    }

    /// Returns the current passage, if it leads to this route, for a request with these extensions.
    ///
    /// Another task has no current passage, and a guard that has responded leaves none. The current
    /// passage leads to another route if a layer calls a handler that it has kept from there. It
    /// is that of another request if layers share a queue: its caller did not send this request.
    pub(super) fn current(route: &RouteId, extensions: &Extensions) -> Option<Arc<Self>> {
        let current = CURRENT.with_borrow(Option::clone)?;
        let leads_here = current.route.is(route) && !current.mark.is_replaced_in(extensions);
        leads_here.then_some(current)
    }

    pub(super) fn guard(&self) -> &PassedGuard {
        &self.guard
    }
}

/// Restores the former passage when it is dropped, also by a panic.
struct Scope(Option<Arc<Passage>>);

impl Scope {
    fn enter(passage: Arc<Passage>) -> Self {
        Self(CURRENT.replace(Some(passage)))
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}
