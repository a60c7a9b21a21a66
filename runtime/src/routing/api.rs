//! `Api`: all that can be served.

use crate::response::not_found;
use crate::routing::inventory::Inventory;

/// Declared handlers behind their guard.
///
/// Made by [`SecureRouter::protect`](crate::SecureRouter::protect) only. It can be
/// served, called in tests, or made an [`axum::Router`] to stand beside others; the
/// guard goes with it.
#[derive(Clone, Debug)]
pub struct Api {
    router: axum::Router,
    inventory: Inventory,
    has_fallback: bool,
}

impl Api {
    pub(crate) fn new(router: axum::Router, inventory: Inventory, has_fallback: bool) -> Self {
        Self {
            router,
            inventory,
            has_fallback,
        }
    }

    /// Every route with its declaration.
    pub fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    /// The routes as an axum router, each with its guard, to be merged with others.
    ///
    /// What axum answers where no route matches is then the other router's business;
    /// a [`fallback`](crate::SecureRouter::fallback) of one's own goes along.
    pub fn into_router(self) -> axum::Router {
        self.router
    }

    /// The whole API as an axum router, to be served by a listener of one's own.
    ///
    /// As [`into_router`](Self::into_router), and where no route matches the answer is a
    /// problem. It cannot be merged with a router that has a fallback.
    pub fn into_service(self) -> axum::Router {
        if self.has_fallback {
            self.router
        } else {
            self.router.fallback(not_found)
        }
    }
}
