//! `Api`: protected routes, which can be served.

use std::fmt;
use std::sync::Arc;

use crate::response::Problem;
use crate::routing::boundary::{BoundaryLayer, MapProblem};
use crate::routing::inventory::Inventory;

/// Declared handlers behind their guard.
///
/// Only [`SecureRouter::protect`](crate::SecureRouter::protect) creates one. It can be served, called in
/// tests, or converted into an [`axum::Router`]; the guard always stays in front of the handlers.
#[derive(Clone)]
pub struct Api {
    router: axum::Router,
    inventory: Inventory,
    has_layers: bool,
    map: Option<MapProblem>,
}

impl Api {
    pub(super) fn new(router: axum::Router, inventory: Inventory, has_layers: bool) -> Self {
        Self {
            router,
            inventory,
            has_layers,
            map: None,
        }
    }

    /// Changes every problem response: Palisade's refusals, problems of handlers, 404, 405, and 500 of
    /// a panic.
    ///
    /// `map` may set `type`, `title` and `detail`, change the entries of `errors`, and add members. The
    /// status stays, and so do the headers, except those that describe the former body, such as
    /// `Content-Encoding` and `ETag` ([RFC 9110 §8]). A second call replaces the first.
    ///
    /// If `map` panics, the response is a problem with status 500 that is not mapped.
    ///
    /// [RFC 9110 §8]: https://www.rfc-editor.org/rfc/rfc9110#section-8
    ///
    /// # Examples
    ///
    /// ```
    /// use palisade::prelude::*;
    /// use palisade::{Api, ProblemType};
    ///
    /// fn with_support_address(api: Api) -> Api {
    ///     api.map_problems(|problem| {
    ///         let problem = match problem.problem_type() {
    ///             Some(ProblemType::INVALID_INPUT) => problem.detail("please correct the marked fields"),
    ///             _ => problem,
    ///         };
    ///         problem.member("support", "help@example.govt.nz")
    ///     })
    /// }
    /// ```
    #[must_use]
    pub fn map_problems(self, map: impl Fn(Problem) -> Problem + Send + Sync + 'static) -> Self {
        Self {
            map: Some(Arc::new(map)),
            ..self
        }
    }

    /// Returns every route with its declaration.
    pub fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    /// Converts the API into an axum router, for a listener of your own or beside other routes.
    ///
    /// Every route keeps its guard. Requests that match no path get a problem with status 404, unless the
    /// router is merged with one that has a fallback.
    pub fn into_router(self) -> axum::Router {
        self.with_boundary()
    }

    /// Adds the outermost layer, unless it has nothing to do: it costs an allocation per request.
    fn with_boundary(self) -> axum::Router {
        if self.has_layers || self.map.is_some() {
            self.router.layer(BoundaryLayer { map: self.map })
        } else {
            self.router
        }
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api")
            .field("inventory", &self.inventory)
            .finish_non_exhaustive()
    }
}
