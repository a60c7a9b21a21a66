//! `Api`: protected routes, which can be served.

use std::fmt;
use std::sync::Arc;

use axum::middleware::map_response;
use axum::response::Response;

use crate::response::{Problem, map_problem, not_found};
use crate::routing::inventory::Inventory;

/// Declared handlers behind their guard.
///
/// Only [`SecureRouter::protect`](crate::SecureRouter::protect) creates one. It can be served, called in
/// tests, or converted into an [`axum::Router`]; the guard always stays in front of the handlers.
#[derive(Clone)]
pub struct Api {
    router: axum::Router,
    inventory: Inventory,
    has_fallback: bool,
    map: Option<MapProblem>,
}

type MapProblem = Arc<dyn Fn(Problem) -> Problem + Send + Sync>;

impl Api {
    pub(crate) fn new(router: axum::Router, inventory: Inventory, has_fallback: bool) -> Self {
        Self {
            router,
            inventory,
            has_fallback,
            map: None,
        }
    }

    /// Changes every problem response: Palisade's refusals, problems of handlers, 404 and 405.
    ///
    /// `map` may set `type`, `title` and `detail`, change the entries of `errors`, and add members. The
    /// status and the headers stay. A second call replaces the first.
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

    /// Converts the API into an axum router that can be merged with others.
    ///
    /// Every route keeps its guard. Without a [`fallback`](crate::SecureRouter::fallback) of this API, the
    /// other router answers requests that match no route.
    pub fn into_router(self) -> axum::Router {
        with_mapped_problems(self.router, self.map)
    }

    /// Converts the API into an axum router for a listener of your own.
    ///
    /// Like [`into_router`](Self::into_router), but requests that match no route get a problem with status
    /// 404. The router cannot be merged with one that has a fallback.
    pub fn into_standalone_router(self) -> axum::Router {
        let router = if self.has_fallback {
            self.router
        } else {
            self.router.fallback(not_found)
        };
        with_mapped_problems(router, self.map)
    }
}

fn with_mapped_problems(router: axum::Router, map: Option<MapProblem>) -> axum::Router {
    let Some(map) = map else {
        return router;
    };
    router.layer(map_response(move |response: Response| {
        let mapped = map_problem(response, &*map);
        async { mapped }
    }))
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api")
            .field("inventory", &self.inventory)
            .finish_non_exhaustive()
    }
}
