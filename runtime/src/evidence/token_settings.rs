//! The settings of an issuer that decide which of its tokens are valid.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The settings of the issuer whose broken tokens were sent, so that a report can compare them with those of a trusted issuer.
///
/// They have no URL and no source of keys: those of a test always differ from those of production.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenSettings {
    /// As in `the profile Okta and introspection`.
    pub(crate) validation: String,
    /// Empty if JWTs are rejected.
    pub(crate) algorithms: BTreeSet<String>,
    pub(crate) clock_skew_ms: u64,
    /// The maximum time between `iat` and `exp`.
    pub(crate) max_lifetime_ms: u64,
    /// A JSON Pointer.
    pub(crate) roles_claim: String,
    /// In bytes.
    pub(crate) token_limit: u64,
    /// `None` if no token is introspected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) introspection_cache_ms: Option<u64>,
    /// One sentence each, with its reason.
    pub(crate) relaxations: BTreeSet<String>,
}
