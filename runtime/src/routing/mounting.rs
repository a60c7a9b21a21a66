//! The rules of mounting: which routes a router accepts, and with which state.

use crate::routing::api::Api;
use crate::routing::method_router::SecureMethodRouter;

/// Routes whose every handler declares who may call it.
///
/// [`SecureRouter::route`](crate::SecureRouter::route) requires this. Palisade's
/// [`SecureMethodRouter`](crate::routing::SecureMethodRouter) satisfies it; axum's own does not, because it
/// accepts any handler.
///
/// The usual cause is a remaining `use axum::routing::get;`, which shadows the prelude's. Remove it:
///
/// ```compile_fail,E0277
/// use axum::routing::get;
/// use palisade::prelude::*;
///
/// async fn list_orders() {}
///
/// let routes: SecureRouter = SecureRouter::new().route("/orders", get(list_orders));
/// ```
#[diagnostic::on_unimplemented(
    message = "a route needs handlers that declare who may call them",
    label = "not a `SecureMethodRouter`",
    note = "help: write `get(…)`, `post(…)`, … of `palisade::prelude`, not of `axum::routing`, around a handler with `#[secured]` or `#[public]`"
)]
pub trait DeclaredRoutes {
    #[doc(hidden)]
    type Routes;

    #[doc(hidden)]
    fn into_routes(self) -> Self::Routes;
}

#[diagnostic::do_not_recommend]
impl<S> DeclaredRoutes for SecureMethodRouter<S> {
    type Routes = Self;

    fn into_routes(self) -> Self {
        self
    }
}

/// The handlers and their router share one state.
///
/// [`SecureRouter::route`](crate::SecureRouter::route), [`nest`](crate::SecureRouter::nest) and
/// [`merge`](crate::SecureRouter::merge) require this. `State<T>` in a handler needs a router of `T`,
/// or `T: FromRef<S>` on a router of `S`:
///
/// ```
/// use axum::extract::FromRef;
/// use palisade::prelude::*;
///
/// #[derive(Clone)]
/// struct Database;
///
/// #[derive(Clone)]
/// struct App {
///     database: Database,
/// }
///
/// impl FromRef<App> for Database {
///     fn from_ref(app: &App) -> Self {
///         app.database.clone()
///     }
/// }
///
/// #[secured(scopes = "orders:read")]
/// async fn list_orders(_: State<Database>) {}
///
/// let routes: SecureRouter<App> = SecureRouter::new().route("/orders", get(list_orders));
/// # let _ = routes;
/// ```
#[diagnostic::on_unimplemented(
    message = "these handlers need another state than this router has",
    label = "found `{Self}`, expected `{Expected}`",
    note = "help: `State<T>` needs a `SecureRouter<T>`, or `axum::extract::FromRef<S>` for `T` on a `SecureRouter<S>`; an extractor needs `FromRequestParts<S>` for every `S`"
)]
pub trait ShareState<Expected> {
    #[doc(hidden)]
    fn share(self) -> Expected;
}

#[diagnostic::do_not_recommend]
impl<R> ShareState<R> for R {
    fn share(self) -> Self {
        self
    }
}

/// A router whose every handler declares who may call it.
///
/// [`merge`](crate::SecureRouter::merge) and [`nest`](crate::SecureRouter::nest) require this. An
/// [`axum::Router`] does not satisfy it: mount its handlers on a
/// [`SecureRouter`](crate::SecureRouter), or serve it with [`Api::beside`](crate::Api::beside), where its
/// routes stay without a guard.
#[diagnostic::on_unimplemented(
    message = "the handlers of `{Self}` do not declare who may call them",
    label = "not a `SecureRouter`",
    note = "help: build these routes with `SecureRouter::new()`; to serve other routes without a guard, write `api.beside(router, \"…\")`"
)]
pub trait SecuredRoutes {
    #[doc(hidden)]
    type Routes;

    #[doc(hidden)]
    fn into_routes(self) -> Self::Routes;
}

/// A router has the state that its handlers need.
///
/// [`SecureRouter::protect`](crate::SecureRouter::protect) requires this: call
/// [`with_state`](crate::SecureRouter::with_state) first.
#[diagnostic::on_unimplemented(
    message = "this router has no state yet",
    label = "found `{Self}`, expected `SecureRouter<()>`",
    note = "help: call `.with_state(…)` before `.protect(…)`"
)]
pub trait HasState {
    #[doc(hidden)]
    type Stateless;

    #[doc(hidden)]
    fn into_stateless(self) -> Self::Stateless;
}

/// Only a protected API is served.
///
/// [`palisade::serve`](crate::serve) requires this. A [`SecureRouter`](crate::SecureRouter) has no
/// guard until [`protect`](crate::SecureRouter::protect) turns it into an [`Api`](crate::Api).
#[diagnostic::on_unimplemented(
    message = "only a protected API can be served",
    label = "`{Self}` has no guard",
    note = "help: call `.protect(server)` on the `SecureRouter` first"
)]
pub trait IsProtected {
    #[doc(hidden)]
    fn into_api(self) -> Api;
}

#[diagnostic::do_not_recommend]
impl IsProtected for Api {
    fn into_api(self) -> Self {
        self
    }
}
