//! The check that routes beside an `Api` do not share paths with it silently.

use std::collections::BTreeMap;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use axum::body::Body;
use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use tower_service::Service;

use crate::path_parts::{PathPart, path_parts};
use crate::routing::inventory::{Inventory, Route};
use crate::routing::method_router::outline;
use crate::routing::respond_with::RespondWith;

/// Marks the responses of the router beside an `Api`.
#[derive(Clone, Copy)]
struct Beside;

/// Requires that a router has no handler for a method and path of an `Api`.
///
/// # Panics
///
/// Panics if the routers overlap. `HEAD` belongs to `GET`, because a handler for `HEAD` takes precedence. A
/// handler for all other methods of a path would silently lose those that the `Api` declares.
#[track_caller]
pub(super) fn require_disjoint(inventory: &Inventory, router: &axum::Router) {
    let (paths, fallbacks) = declared(inventory);
    let mut declared = axum::Router::new();
    for (path, methods) in &paths {
        declared = declared.route(path, on(*methods, outline));
    }
    for prefix in fallbacks {
        let fallback = axum::Router::new().fallback(outline);
        declared = match prefix {
            "" => declared.fallback(outline),
            prefix => declared.nest(prefix, fallback),
        };
    }
    // axum names the path, and the line of our caller
    let merged = router
        .clone()
        .layer(RespondWith(respond_beside))
        .merge(declared);
    for path in paths.keys() {
        assert!(
            !is_beside(merged.clone(), path),
            "`{path}` is a path of this API, and the router beside it handles every other method of the path: \
             move the path to one of them"
        );
    }
}

/// Returns the methods of each path, and the prefixes of the fallbacks.
fn declared(inventory: &Inventory) -> (BTreeMap<&str, MethodFilter>, Vec<&str>) {
    let mut paths: BTreeMap<&str, MethodFilter> = BTreeMap::new();
    let mut fallbacks = Vec::new();
    for route in inventory {
        if route.is_fallback() {
            fallbacks.push(route.path());
        }
        for filter in filters(route) {
            let methods = paths.entry(route.path()).or_insert(filter);
            *methods = methods.or(filter);
        }
    }
    (paths, fallbacks)
}

fn filters(route: &Route) -> impl Iterator<Item = MethodFilter> {
    let filter = |method: &Method| MethodFilter::try_from(method.clone()).ok();
    route
        .methods()
        .iter()
        .filter_map(filter)
        .map(|filter| match filter {
            MethodFilter::GET | MethodFilter::HEAD => MethodFilter::GET.or(MethodFilter::HEAD),
            other => other,
        })
}

/// Whether the router beside an `Api` responds to an unknown method of this path.
fn is_beside(mut merged: axum::Router, path: &str) -> bool {
    let request = Request::builder()
        .method("PALISADE")
        .uri(example(path))
        .body(Body::empty());
    let Ok(request) = request else {
        return false;
    };
    // both routers respond at once
    let response = pin!(merged.call(request)).poll(&mut Context::from_waker(Waker::noop()));
    match response {
        Poll::Ready(Ok(response)) => response.extensions().get::<Beside>().is_some(),
        Poll::Pending => false,
    }
}

/// Returns a path that matches the pattern, and hardly any other.
fn example(pattern: &str) -> String {
    let parts = path_parts(pattern).map(|part| match part {
        PathPart::Literal(text) => text,
        PathPart::Parameter { .. } => "~",
    });
    parts.collect()
}

/// Responds in the place of every handler of the router beside an `Api`.
fn respond_beside(_: &Method) -> Response {
    let mut response = Response::default();
    response.extensions_mut().insert(Beside);
    response
}
