//! `SecureRouter`: declared handlers by path, before they have a state and a server.

use std::convert::Infallible;

use axum::extract::Request;
use axum::response::IntoResponse;
use axum::routing::Route as AxumRoute;
use tower_layer::Layer;
use tower_service::Service;

#[cfg(feature = "tracing")]
use crate::audit::emit_unreachable_route;
use crate::guard::Guard;
use crate::resource_server::ResourceServer;
use crate::response::method_not_allowed;
use crate::routing::api::Api;
use crate::routing::declared::DeclaresAccess;
use crate::routing::guarded::{Guarded, Shared};
use crate::routing::inventory::{Inventory, Route};
use crate::routing::method_router::{SecureMethodRouter, outline};
use crate::routing::mounting::{DeclaredRoutes, HasState, SecuredRoutes, ShareState};
use crate::routing::runs_with_state::RunsWithState;

type Build<S> = Box<dyn FnOnce(&Guard) -> axum::Router<Shared<S>> + Send>;

/// A router of declared handlers that still lacks a state of type `S` and a server.
///
/// Its methods have the names and meanings of axum's. A module builds one without either;
/// [`with_state`](Self::with_state) and [`protect`](Self::protect) supply them.
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
/// axum's own router does not accept a declared handler, because no guard would run before it:
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
    /// The same paths with handlers that do nothing, so that axum reports a path that is
    /// malformed or mounted twice at the line that mounts it, not in `protect`.
    outline: axum::Router<()>,
    has_fallback: bool,
    has_layers: bool,
}

impl<S> SecureRouter<S>
where
    S: Send + Sync + 'static,
{
    /// Creates a router without routes: it answers every request with 404.
    pub fn new() -> Self {
        Self {
            build: Box::new(|_| axum::Router::new()),
            inventory: Inventory::default(),
            outline: axum::Router::new(),
            has_fallback: false,
            has_layers: false,
        }
    }

    /// Adds the handlers of a path.
    ///
    /// # Panics
    ///
    /// As axum's `Router::route`: if the path is malformed, or already has a handler for the
    /// same method.
    #[track_caller]
    pub fn route<R: DeclaredRoutes<Routes: ShareState<SecureMethodRouter<S>>>>(
        mut self,
        path: &str,
        method_router: R,
    ) -> Self {
        let method_router = method_router.into_routes().share();
        self.outline = self.outline.route(path, method_router.outline());
        self.inventory.append(method_router.inventory(path));
        self.has_layers |= method_router.has_layers();
        let path = path.to_owned();
        self.then(move |guard, router| router.route(&path, method_router.protect(guard)))
    }

    /// Adds the routes of another router below a path.
    ///
    /// # Panics
    ///
    /// As axum's `Router::nest`: at the root, or if routes overlap.
    #[track_caller]
    pub fn nest<R: SecuredRoutes<Routes: ShareState<Self>>>(
        mut self,
        path: &str,
        router: R,
    ) -> Self {
        let router = router.into_routes().share();
        self.outline = self.outline.nest(path, router.outline);
        self.inventory.append(router.inventory.under(path));
        self.has_layers |= router.has_layers;
        let path = path.to_owned();
        self.then(move |guard, outer| outer.nest(&path, (router.build)(guard)))
    }

    /// Adds the routes of another router.
    ///
    /// # Panics
    ///
    /// As axum's `Router::merge`: if routes overlap, or both routers have a fallback.
    #[track_caller]
    pub fn merge<R: SecuredRoutes<Routes: ShareState<Self>>>(mut self, other: R) -> Self {
        let other = other.into_routes().share();
        self.outline = self.outline.merge(other.outline);
        self.inventory.append(other.inventory);
        self.has_fallback |= other.has_fallback;
        self.has_layers |= other.has_layers;
        self.then(move |guard, router| router.merge((other.build)(guard)))
    }

    /// Sets the handler for requests that match no path.
    #[track_caller]
    pub fn fallback<H: DeclaresAccess<N, Handler: RunsWithState<S, M>>, N, M>(
        mut self,
        _: H,
    ) -> Self
    where
        M: 'static,
    {
        self.outline = self.outline.fallback(outline);
        self.inventory.push(Route::fallback::<H::Handler>());
        self.has_fallback = true;
        self.then(|guard, router| router.fallback(Guarded::<H::Handler>::new(guard.clone())))
    }

    /// Applies a tower layer to the routes added so far.
    ///
    /// # Security
    ///
    /// A layer runs outside the guard, as in axum: it sees requests before their token is
    /// validated, and can answer them itself. No declaration covers it.
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<AxumRoute> + Clone + Send + Sync + 'static,
        L::Service: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.has_layers = true;
        self.then(move |_, router| router.layer(layer))
    }

    /// Supplies the state that `State` arguments extract from.
    ///
    /// All requests share it. It needs no [`Clone`], unless a handler extracts the whole state.
    pub fn with_state<S2>(self, state: S) -> SecureRouter<S2> {
        let build = self.build;
        SecureRouter {
            build: Box::new(move |guard| build(guard).with_state(Shared::new(state))),
            inventory: self.inventory,
            outline: self.outline,
            has_fallback: self.has_fallback,
            has_layers: self.has_layers,
        }
    }

    /// Returns the routes added so far.
    pub fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    /// Puts the guard in front of every route.
    ///
    /// The state of the router must be supplied before, see [`HasState`].
    ///
    /// A route whose scopes or roles no issuer [may grant](crate::Issuer::grants) is reported by an
    /// event and by the [inventory](Inventory::unreachable); it refuses every token.
    pub fn protect(self, server: ResourceServer) -> Api
    where
        Self: HasState<Stateless = SecureRouter>,
    {
        let router = self.into_stateless();
        let inventory = router.inventory.trusting(server.shared_issuers());
        #[cfg(feature = "tracing")]
        for route in inventory.unreachable() {
            emit_unreachable_route(route.declaration(), route.path());
        }
        let routes = (router.build)(&Guard::new(server))
            .method_not_allowed_fallback(method_not_allowed)
            .with_state(Shared::new(()));
        Api::new(routes, inventory, router.has_fallback, router.has_layers)
    }

    fn then(
        self,
        step: impl FnOnce(&Guard, axum::Router<Shared<S>>) -> axum::Router<Shared<S>> + Send + 'static,
    ) -> Self {
        let build = self.build;
        Self {
            build: Box::new(move |guard| step(guard, build(guard))),
            ..self
        }
    }
}

#[diagnostic::do_not_recommend]
impl<S> SecuredRoutes for SecureRouter<S> {
    type Routes = Self;

    fn into_routes(self) -> Self {
        self
    }
}

#[diagnostic::do_not_recommend]
impl HasState for SecureRouter {
    type Stateless = Self;

    fn into_stateless(self) -> Self {
        self
    }
}

impl<S> Default for SecureRouter<S>
where
    S: Send + Sync + 'static,
{
    fn default() -> Self {
        Self::new()
    }
}
