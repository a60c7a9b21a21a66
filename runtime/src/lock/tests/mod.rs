//! Tests of locks: declared APIs, the text, and comparisons against brute force.

mod access;
mod api;
mod changes;
#[cfg(feature = "openapi")]
mod claims;
mod exceptions;
mod inputs;
mod next;
mod schema_rules;
mod schemas;
mod sentences;
mod text;
mod verification;
mod versions;

use crate::lock::Lock;
use crate::routing::SecureMethodRouter;
use crate::routing::secure_router::SecureRouter;

/// Returns the sentences of a comparison, and checks that both locks survive their text.
fn sentences(old: &SecureRouter, new: &SecureRouter) -> Vec<String> {
    let [old, new] = [old, new].map(|router| {
        let lock = Lock::of(router.inventory());
        assert_eq!(lock.to_string().parse().as_ref(), Ok(&lock), "{lock}");
        lock
    });
    assert!(old.compare(&old).is_unchanged() && new.compare(&new).is_unchanged());
    let comparison = old.compare(&new);
    comparison
        .changes()
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn at(path: &str, method: SecureMethodRouter) -> SecureRouter {
    SecureRouter::new().route(path, method)
}
