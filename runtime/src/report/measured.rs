//! The results of attacks, as far as they were measured on the present declarations.

use std::collections::BTreeMap;

use axum::http::Method;

use crate::evidence::{AttackResults, RouteResults};
use crate::lock::digests;
use crate::routing::{Inventory, Route};

/// Results, and the endpoints to whose present declarations they do not belong.
pub(super) struct Measured<'a> {
    pub(super) results: &'a AttackResults,
    /// The reason for each endpoint, as the rest of a sentence.
    outdated: BTreeMap<String, String>,
}

/// The results of one endpoint.
#[derive(Clone, Copy)]
pub(super) enum Found<'a> {
    Nothing,
    /// Results of another declaration, with the reason as the rest of a sentence.
    Outdated(&'a str, &'a RouteResults),
    Current(&'a RouteResults),
}

/// Returns the methods of a route: `*` for a fallback.
pub(super) fn method_names(route: &Route) -> Vec<&str> {
    if route.is_fallback() {
        vec!["*"]
    } else {
        route.methods().iter().map(Method::as_str).collect()
    }
}

impl<'a> Measured<'a> {
    /// Compares the digest of each route's declaration with the one that was attacked.
    pub(super) fn of(inventory: &Inventory, results: &'a AttackResults) -> Self {
        let mut outdated = BTreeMap::new();
        for route in inventory {
            let selection = route.selection().map(ToString::to_string);
            for (method, digest) in digests(route) {
                let found = results.selected_route(&method, route.path(), selection.as_deref());
                let Some(found) = found else { continue };
                let reason = match (found.declaration(), results.date()) {
                    (Some(attacked), _) if attacked == digest => continue,
                    (Some(_), Some(date)) => format!("had a different declaration on {date}"),
                    (Some(_), None) => {
                        "had a different declaration when it was attacked".to_owned()
                    }
                    (None, _) => "was attacked without a record of its declaration".to_owned(),
                };
                outdated.insert(found.name(), reason);
            }
        }
        Self { results, outdated }
    }

    /// Returns the results of an endpoint.
    pub(super) fn find(&self, method: &str, route: &Route) -> Found<'_> {
        let selection = route.selection().map(ToString::to_string);
        let results = self.results;
        match results.selected_route(method, route.path(), selection.as_deref()) {
            None => Found::Nothing,
            Some(found) => match self.outdated.get(&found.name()) {
                Some(reason) => Found::Outdated(reason, found),
                None => Found::Current(found),
            },
        }
    }
}
