//! The routes that handle the requests of a route which does not exist.

use crate::lock::entry::{FALLBACK, RouteEntry, RouteKey, Selection};
use crate::lock::snapshot::Lock;
use crate::path_parts::has_parameter;

impl Lock {
    /// Returns the route with this key.
    pub(super) fn route(&self, key: &RouteKey) -> Option<&RouteEntry> {
        let found = self.routes.binary_search_by(|route| route.key.cmp(key));
        found.ok().and_then(|at| self.routes.get(at))
    }

    /// Returns the route that handles requests for `key` while no route has that key.
    ///
    /// A selection by header fields falls back to the handler without one, `HEAD` to `GET`, and a path to the routes
    /// with parameters in its segments, or to a fallback.
    pub(super) fn handler_of(&self, key: &RouteKey) -> Option<&RouteEntry> {
        let otherwise = RouteKey {
            selection: Some(Selection::Otherwise),
            ..key.clone()
        };
        if key.selection.is_some() {
            return self.route(&otherwise);
        }
        if key.method == "HEAD" {
            let get = RouteKey {
                method: "GET".to_owned(),
                ..key.clone()
            };
            if let Some(route) = self.route(&get) {
                return Some(route);
            }
        }
        // axum selects by path first: another method of the same path answers 405
        if key.method != FALLBACK
            && self
                .routes
                .iter()
                .any(|route| route.key.pattern == key.pattern)
        {
            return None;
        }
        let covering = self.routes.iter().filter(|route| {
            let is_fallback = route.key.method == FALLBACK;
            let is_method = route.key.method == key.method
                || (key.method == "HEAD" && route.key.method == "GET");
            route.key != *key
                && route.key.selection.is_none()
                && ((is_fallback && is_below(&key.pattern, &route.key.pattern))
                    || (!is_fallback && is_method && covers(&route.key.pattern, &key.pattern)))
        });
        // the most specific one, and a route rather than a fallback
        covering.max_by_key(|route| {
            let segments = route.key.pattern.split('/');
            let literal = segments.filter(|segment| !has_parameter(segment)).count();
            (
                route.key.method != FALLBACK,
                literal,
                !route.key.pattern.contains('*'),
                // `/v{}` before `/{}`
                route.key.pattern.len(),
            )
        })
    }
}

/// Returns whether a path with parameters matches every path of the other pattern.
fn covers(pattern: &str, other: &str) -> bool {
    let mut segments = other.split('/');
    for segment in pattern.split('/') {
        if segment == "{*}" {
            return segments.next().is_some_and(|segment| !segment.is_empty());
        }
        let Some(other) = segments.next() else {
            return false;
        };
        let is_covered = match segment.strip_suffix("{}") {
            Some(prefix) => {
                let rest = other.strip_prefix(prefix);
                rest.is_some_and(|rest| !rest.is_empty() && rest != "{*}")
            }
            None => segment == other,
        };
        if !is_covered {
            return false;
        }
    }
    segments.next().is_none()
}

/// Returns whether a path is below the prefix of a fallback.
fn is_below(path: &str, prefix: &str) -> bool {
    let rest = path.strip_prefix(prefix);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
