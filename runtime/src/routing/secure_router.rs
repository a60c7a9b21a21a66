//! `SecureRouter`: declared handlers by path, before they have a state and a server.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::IntoResponse;
use axum::routing::Route as AxumRoute;
use tower_layer::{Identity, Layer};
use tower_service::Service;

#[cfg(feature = "tracing")]
use crate::audit::emit_unreachable_route;
use crate::guard::{Guard, TicketStore};
use crate::resource_server::ResourceServer;
use crate::routing::api::Api;
use crate::routing::declared::{DeclaresAccess, HandlerFacts, require_get};
use crate::routing::inner_layers::InnerLayers;
use crate::routing::inventory::{Inventory, Route};
use crate::routing::method_router::{SecureMethodRouter, outline};
use crate::routing::mount::Mount;
use crate::routing::mounting::{DeclaredRoutes, HasState, SecuredRoutes, ShareState};
use crate::routing::runs_with_state::RunsWithState;
use crate::routing::unmatched;

type Build<S> = Box<dyn FnOnce(&Mount<S>) -> axum::Router + Send>;

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
    /// The response to unknown paths with the layers added so far; `None` if there is a fallback.
    unmatched: Option<axum::Router>,
    has_layers: bool,
}

impl<S> SecureRouter<S>
where
    S: Send + Sync + 'static,
{
    /// Creates a router without routes: it answers every request with 404.
    pub fn new() -> Self {
        Self {
            build: Box::new(|_| unmatched::router()),
            inventory: Inventory::default(),
            outline: axum::Router::new(),
            unmatched: Some(unmatched::router()),
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
        self.then(move |mount, router| router.route(&path, method_router.mount(mount)))
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
        self.then(move |mount, outer| outer.nest(&path, (router.build)(mount)))
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
        // as in axum, the default of the other router is kept
        self.unmatched = self.unmatched.and(other.unmatched);
        self.has_layers |= other.has_layers;
        self.then(move |mount, router| router.merge((other.build)(mount)))
    }

    /// Sets the handler for requests that match no path.
    ///
    /// # Panics
    ///
    /// If the handler accepts tickets, which are for `GET` only.
    #[track_caller]
    pub fn fallback<H: DeclaresAccess<N, Handler: RunsWithState<S, M>>, N, M>(
        mut self,
        _: H,
    ) -> Self
    where
        M: 'static,
    {
        require_get::<H::Handler>(None);
        self.outline = self.outline.fallback(outline);
        self.inventory
            .push(Route::fallback(HandlerFacts::of::<H::Handler>()));
        self.unmatched = None;
        self.then(|mount, router| router.fallback_service(mount.handler::<H::Handler, M>()))
    }

    /// Applies a tower layer to the routes added so far.
    ///
    /// As in axum, it sees every request: to the routes, to unknown methods of their paths (`OPTIONS` of
    /// a CORS preflight included), and to unknown paths. A nested router's layers see the unknown paths
    /// below it only if it has a [`fallback`](Self::fallback).
    ///
    /// # Security
    ///
    /// A layer runs outside the guard, as in axum: it sees requests before their token is
    /// validated, and can answer them itself. No declaration covers it. It cannot reach a handler without
    /// the guard, and sees no caller; see [`inner_layer`](Self::inner_layer) for a layer that does.
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<AxumRoute> + Clone + Send + Sync + 'static,
        L::Service: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.unmatched = self.unmatched.map(|router| router.layer(layer.clone()));
        self.has_layers = true;
        self.then(move |_, router| router.layer(layer))
    }

    /// Applies a tower layer to the routes added so far, but not to the fallback.
    ///
    /// Like [`layer`](Self::layer), but requests to unknown paths do not pass the layer.
    ///
    /// # Panics
    ///
    /// As axum's `Router::route_layer`: if no routes have been added.
    #[track_caller]
    pub fn route_layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<AxumRoute> + Clone + Send + Sync + 'static,
        L::Service: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.outline = self.outline.route_layer(Identity::new());
        self.has_layers = true;
        self.then(move |_, router| router.route_layer(layer))
    }

    /// Applies a tower layer behind the guard, in front of the handlers added so far.
    ///
    /// It sees a request only after the guard has authorized it, and knows the [`Caller`](crate::Caller):
    /// as an argument of [`from_fn`](axum::middleware::from_fn), or by [`Caller::of`](crate::Caller::of). A
    /// layer added later runs earlier. Arguments are extracted and validated after all of them.
    ///
    /// The limits of the handler hold for a layer that reads the body, and again for the handler if a layer
    /// has replaced the body.
    ///
    /// # Security
    ///
    /// A layer cannot change the caller of the handler. The handler runs only in the task of its request: if
    /// a layer calls it in a task that it has spawned, or with the request of another caller, the response is
    /// 500.
    ///
    /// # Examples
    ///
    /// ```
    /// use axum::extract::Request;
    /// use axum::middleware::{Next, from_fn};
    /// use palisade::prelude::*;
    ///
    /// #[secured(scopes = "orders:read")]
    /// async fn list_orders() -> &'static str {
    ///     "[]"
    /// }
    ///
    /// /// Serves users of one client only, whatever the handler.
    /// async fn shop_only(caller: Caller, request: Request, next: Next) -> Response {
    ///     if caller.client_id() == Some("shop") {
    ///         return next.run(request).await;
    ///     }
    ///     Problem::new(StatusCode::FORBIDDEN).into_response()
    /// }
    ///
    /// let routes: SecureRouter = SecureRouter::new()
    ///     .route("/orders", get(list_orders))
    ///     .inner_layer(from_fn(shop_only));
    /// # let _ = routes;
    /// ```
    pub fn inner_layer<L>(self, layer: L) -> Self
    where
        L: Layer<AxumRoute> + Clone + Send + Sync + 'static,
        L::Service: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        let mut layers = InnerLayers::default();
        layers.push(layer);
        let build = self.build;
        Self {
            build: Box::new(move |mount| build(&mount.with_inner_layers(&layers))),
            ..self
        }
    }

    /// Supplies the state that `State` arguments extract from.
    ///
    /// All requests share it. It needs no [`Clone`], unless a handler extracts the whole state.
    pub fn with_state<S2>(self, state: S) -> SecureRouter<S2> {
        let build = self.build;
        SecureRouter {
            build: Box::new(move |mount| build(&mount.with_state(Arc::new(state)))),
            inventory: self.inventory,
            outline: self.outline,
            unmatched: self.unmatched,
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
    ///
    /// # Panics
    ///
    /// If the server names its [resource](crate::resource_server::Builder::resource), and a route has the path of
    /// the metadata document; or if a handler requires a login, and the server has no sessions.
    #[track_caller]
    pub fn protect(self, server: ResourceServer) -> Api
    where
        Self: HasState<Stateless = SecureRouter>,
    {
        let router = self.into_stateless();
        #[cfg(feature = "relying-party")]
        require_sessions(&router.inventory, &server);
        let inventory = router.inventory.protected_by(&server);
        #[cfg(feature = "tracing")]
        for route in inventory.unreachable() {
            emit_unreachable_route(route.declaration(), route.path());
        }
        let accepting = inventory.iter().filter(|route| route.accepts_tickets());
        let tickets = TicketStore::new(&server, accepting.map(|route| route.handler().id));
        let guard = Guard::new(server);
        let routes = (router.build)(&Mount::new(guard.clone(), tickets));
        Api::new(
            guard,
            routes,
            router.unmatched,
            inventory,
            router.has_layers,
        )
    }

    fn then(
        self,
        step: impl FnOnce(&Mount<S>, axum::Router) -> axum::Router + Send + 'static,
    ) -> Self {
        let build = self.build;
        Self {
            build: Box::new(move |mount| step(mount, build(mount))),
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

/// Panics if a handler requires a login, and the server has no sessions.
#[cfg(feature = "relying-party")]
#[track_caller]
fn require_sessions(inventory: &Inventory, server: &ResourceServer) {
    let mut routes = inventory.iter();
    let route = routes.find(|route| route.declaration().access.admits_login());
    let handler = route.map_or("", |route| route.declaration().handler);
    assert!(
        route.is_none() || server.sessions().is_some(),
        "`{handler}` requires a login, and the server has no sessions: add `.sessions(…)` to the builder of the server"
    );
}
