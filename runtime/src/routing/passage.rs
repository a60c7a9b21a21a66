//! The way from a guard through inner layers to the handler.
//!
//! Layers can replace, copy and store requests, so the proof of the guard does not travel in the request. It is set
//! while the guard polls the layers, and the handler takes it from there.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;

use axum::http::Extensions;

use crate::guard::SharedProof;
use crate::routing::passed_guard::PassedGuard;
use crate::routing::run_handler::remove_guard_extensions;

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
    /// For extractors of the API.
    shared: Option<SharedProof>,
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
    /// Creates the passage of a request that has passed the guard, which left `extensions` in it.
    pub(super) fn new(route: &RouteId, guard: &PassedGuard, extensions: &Extensions) -> Arc<Self> {
        Arc::new(Self {
            route: route.clone(),
            guard: guard.duplicate(),
            shared: extensions.get().map(SharedProof::for_handler),
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

    /// Returns the current passage, if it leads to this route.
    ///
    /// Another task has no current passage, and a guard that has responded leaves none. The current
    /// passage leads to another route if a layer calls a handler that it has kept from there.
    pub(super) fn current(route: &RouteId) -> Option<Arc<Self>> {
        let current = CURRENT.with_borrow(Option::clone)?;
        current.route.is(route).then_some(current)
    }

    /// Replaces what layers have made of the guard's extensions.
    pub(super) fn restore(&self, extensions: &mut Extensions) {
        remove_guard_extensions(extensions);
        if let Some(shared) = &self.shared {
            extensions.insert(shared.clone());
        }
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
