//! The facts of a whole API.

use crate::lock::entry::{ApiEntry, RouteEntry};
use crate::lock::issuer_entry::IssuerEntry;
use crate::routing::Inventory;

/// The version of the format.
pub(super) const VERSION: u32 = 2;

/// The oldest version that can be read. It lacks the verification of issuers' tokens, revocations and claims.
pub(super) const OLDEST_VERSION: u32 = 1;

/// The access, limits, input, claims and exceptions of every route, and the issuers, as a lock file has them.
///
/// A lock does not depend on the names of handlers, modules, types and path parameters, nor on the order of routes. It has
/// the name of a type, with the path of its module, only for typed claims without a
/// [schema](crate::routing::ClaimsDescription::schema).
/// Two locks are compared by logic: see [`compare`](Self::compare). In tests,
/// `palisade::testing::assert_lock` compares the API with its file.
///
/// The `Display` form is the content of the file: one block for each route, sorted, with one fact on each line.
///
/// # Examples
///
/// ```
/// use palisade::lock::{Lock, Verdict};
/// use palisade::prelude::*;
///
/// #[secured(scopes = all("orders:read", "orders:list"))]
/// async fn list_before() {}
///
/// #[secured(scopes = "orders:read")]
/// async fn list() {}
///
/// let before: SecureRouter = SecureRouter::new().route("/orders", get(list_before));
/// let after: SecureRouter = SecureRouter::new().route("/orders", get(list));
///
/// let file = Lock::of(before.inventory()).to_string();
/// let locked: Lock = file.parse().unwrap();
/// let comparison = locked.compare(&Lock::of(after.inventory()));
/// assert_eq!(comparison.changes()[0].verdict(), Verdict::Weaker);
/// assert_eq!(
///     comparison.changes()[0].to_string(),
///     "weaker: `GET /orders`: a caller with only `orders:read` is now admitted"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// That of the file, which may be older than [`VERSION`].
    pub(super) version: u32,
    pub(super) api: ApiEntry,
    /// Sorted by their URLs, which are unique.
    pub(super) issuers: Vec<IssuerEntry>,
    /// Sorted by their keys, which are unique.
    pub(super) routes: Vec<RouteEntry>,
}

impl Lock {
    /// Collects the facts of an inventory.
    ///
    /// The inventory of a [`SecureRouter`](crate::SecureRouter) has no issuers: its lock suits APIs whose issuers
    /// depend on the deployment.
    pub fn of(inventory: &Inventory) -> Self {
        let mut issuers: Vec<_> = inventory.issuers().iter().map(IssuerEntry::of).collect();
        issuers.sort();
        let mut routes: Vec<_> = inventory.iter().flat_map(RouteEntry::of).collect();
        routes.sort_by(|one, other| one.key.cmp(&other.key));
        Self {
            version: VERSION,
            api: ApiEntry::of(inventory),
            issuers,
            routes,
        }
    }

    /// Returns whether it has facts that a file of version 1 lacks.
    pub(super) fn has_facts_of_version_2(&self) -> bool {
        let is_verified = |issuer: &IssuerEntry| issuer.verification.is_some();
        self.api.checks_revocations
            || self.issuers.iter().any(is_verified)
            || self.routes.iter().any(|route| !route.claims.is_empty())
    }
}
