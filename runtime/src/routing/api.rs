//! `Api`: all that can be served.

use std::fmt;
use std::sync::Arc;

use axum::middleware::map_response;
use axum::response::Response;

use crate::response::{Problem, map_problem, not_found};
use crate::routing::inventory::Inventory;

/// Declared handlers behind their guard.
///
/// Made by [`SecureRouter::protect`](crate::SecureRouter::protect) only. It can be
/// served, called in tests, or made an [`axum::Router`] to stand beside others; the
/// guard goes with it.
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

    /// Puts every problem that is answered into the API's own words: Palisade's refusals,
    /// those of its handlers, 404 and 405.
    ///
    /// `map` may set another `type`, `title` or `detail`, change each entry of `errors`, and add
    /// members. The status and the headers stay. A second call replaces the first.
    ///
    /// # Examples
    ///
    /// ```
    /// use palisade::prelude::*;
    /// use palisade::{Api, ProblemType};
    ///
    /// fn in_our_words(api: Api) -> Api {
    ///     api.map_problems(|problem| {
    ///         let problem = match problem.problem_type() {
    ///             Some(ProblemType::INVALID_INPUT) => problem.detail("please mend what is marked"),
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

    /// Every route with its declaration.
    pub fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    /// The routes as an axum router, each with its guard, to be merged with others.
    ///
    /// What axum answers where no route matches is then the other router's business;
    /// a [`fallback`](crate::SecureRouter::fallback) of one's own goes along.
    pub fn into_router(self) -> axum::Router {
        reworded(self.router, self.map)
    }

    /// The whole API as an axum router, to be served by a listener of one's own.
    ///
    /// As [`into_router`](Self::into_router), and where no route matches the answer is a
    /// problem. It cannot be merged with a router that has a fallback.
    pub fn into_standalone_router(self) -> axum::Router {
        let router = if self.has_fallback {
            self.router
        } else {
            self.router.fallback(not_found)
        };
        reworded(router, self.map)
    }
}

fn reworded(router: axum::Router, map: Option<MapProblem>) -> axum::Router {
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
