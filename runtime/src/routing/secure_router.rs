//! `SecureRouter`: declared handlers by path, still without state and server.

use std::convert::Infallible;

use axum::extract::Request;
use axum::response::IntoResponse;
use axum::routing::Route as AxumRoute;
use tower_layer::Layer;
use tower_service::Service;

use crate::guard::Guard;
use crate::resource_server::ResourceServer;
use crate::response::method_not_allowed;
use crate::routing::api::Api;
use crate::routing::declared::Declared;
use crate::routing::endpoint::Endpoint;
use crate::routing::guarded::Guarded;
use crate::routing::inventory::{Inventory, Route};
use crate::routing::method_router::{MethodRouter, outline};

type Build<S> = Box<dyn FnOnce(&Guard) -> axum::Router<S> + Send>;

/// A router of declared handlers that still misses a state of type `S`, and a server.
///
/// Has axum's method names and meanings. A module builds one without knowing
/// either; [`with_state`](Self::with_state) and [`protect`](Self::protect) supply them.
///
/// # Examples
///
/// ```
/// use palisade::prelude::*;
///
/// #[secured(scopes = "orders:read")]
/// async fn list() -> &'static str {
///     "[]"
/// }
///
/// fn routes() -> SecureRouter {
///     SecureRouter::new().route("/orders", get(list))
/// }
/// # let _ = routes();
/// ```
///
/// A declared handler is nothing to axum's own router, where no guard would stand before it:
///
/// ```compile_fail
/// use palisade::prelude::*;
///
/// #[secured(scopes = "orders:read")]
/// async fn list() -> &'static str {
///     "[]"
/// }
///
/// let _: axum::Router = axum::Router::new().route("/orders", axum::routing::get(list));
/// ```
#[must_use = "a router serves nothing until it is protected"]
pub struct SecureRouter<S = ()> {
    build: Build<S>,
    inventory: Inventory,
    /// The same paths with handlers that do nothing: axum finds a path that is
    /// malformed or mounted twice at the line that does it, not in `protect`.
    outline: axum::Router<()>,
    has_fallback: bool,
}

impl<S> SecureRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// A router without routes: every request is answered 404.
    pub fn new() -> Self {
        Self {
            build: Box::new(|_| axum::Router::new()),
            inventory: Inventory::default(),
            outline: axum::Router::new(),
            has_fallback: false,
        }
    }

    /// Mounts declared handlers at a path.
    ///
    /// # Panics
    ///
    /// Where axum's `Router::route` does: a path that is malformed, or that has a
    /// handler for the same method already.
    #[track_caller]
    pub fn route(mut self, path: &str, method_router: MethodRouter<S>) -> Self {
        self.outline = self.outline.route(path, method_router.outline());
        self.inventory.append(method_router.inventory(path));
        let path = path.to_owned();
        self.then(move |guard, router| router.route(&path, method_router.protect(guard)))
    }

    /// Mounts another router below a path.
    ///
    /// # Panics
    ///
    /// Where axum's `Router::nest` does: at the root, or where routes overlap.
    #[track_caller]
    pub fn nest(mut self, path: &str, router: Self) -> Self {
        self.outline = self.outline.nest(path, router.outline);
        self.inventory.append(router.inventory.under(path));
        let path = path.to_owned();
        self.then(move |guard, outer| outer.nest(&path, (router.build)(guard)))
    }

    /// Adds another router's routes beside these.
    ///
    /// # Panics
    ///
    /// Where axum's `Router::merge` does: routes that overlap, or two fallbacks.
    #[track_caller]
    pub fn merge(mut self, other: Self) -> Self {
        self.outline = self.outline.merge(other.outline);
        self.inventory.append(other.inventory);
        self.has_fallback |= other.has_fallback;
        self.then(move |guard, router| router.merge((other.build)(guard)))
    }

    /// Sets the declared handler for requests that match no path.
    #[track_caller]
    pub fn fallback<H, M>(mut self, _: H) -> Self
    where
        H: Declared + 'static,
        H::Run: Endpoint<S, M>,
        M: 'static,
    {
        self.outline = self.outline.fallback(outline);
        self.inventory.push(Route::fallback::<H>());
        self.has_fallback = true;
        self.then(|guard, router| router.fallback(Guarded::<H>::new(guard.clone())))
    }

    /// Wraps the routes mounted so far in a tower layer.
    ///
    /// # Security
    ///
    /// A layer runs outside the guard, as in axum: it sees requests before any token
    /// was looked at, and can answer them itself. What it does is not covered by the
    /// promises of a declaration.
    pub fn layer<L>(self, layer: L) -> Self
    where
        L: Layer<AxumRoute> + Clone + Send + Sync + 'static,
        L::Service: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.then(move |_, router| router.layer(layer))
    }

    /// Supplies the state that the handlers' `State` arguments come from.
    pub fn with_state<S2>(self, state: S) -> SecureRouter<S2> {
        let build = self.build;
        SecureRouter {
            build: Box::new(move |guard| build(guard).with_state(state)),
            inventory: self.inventory,
            outline: self.outline,
            has_fallback: self.has_fallback,
        }
    }

    /// What was mounted so far.
    pub fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    fn then(
        self,
        step: impl FnOnce(&Guard, axum::Router<S>) -> axum::Router<S> + Send + 'static,
    ) -> Self {
        let build = self.build;
        Self {
            build: Box::new(move |guard| step(guard, build(guard))),
            ..self
        }
    }
}

impl SecureRouter {
    /// Puts the guard in front of every route.
    pub fn protect(self, server: ResourceServer) -> Api {
        let inventory = self.inventory.trusting(server.shared_issuers());
        let router =
            (self.build)(&Guard::new(server)).method_not_allowed_fallback(method_not_allowed);
        Api::new(router, inventory, self.has_fallback)
    }
}

impl<S> Default for SecureRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    fn default() -> Self {
        Self::new()
    }
}
