//! The facts about an issuer that a lock file has. It has no key, no secret, and no digest of either.

use std::collections::BTreeSet;

use crate::lock::entry::{millis, saturating};
use crate::resource_server::{IssuerKeys, IssuerSummary};

/// The facts about one issuer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct IssuerEntry {
    pub(super) url: String,
    pub(super) audiences: BTreeSet<String>,
    pub(super) validation: String,
    /// `None` in a file of version 1.
    pub(super) verification: Option<Verification>,
    /// In bytes.
    pub(super) token_limit: u64,
    /// `None` if everything is granted.
    pub(super) grants: Option<LockedGrants>,
    /// Sorted.
    pub(super) relaxations: Vec<String>,
}

/// How the tokens of an issuer are verified.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Verification {
    /// Empty if JWTs are rejected.
    pub(super) algorithms: BTreeSet<String>,
    /// Empty if JWTs are rejected.
    pub(super) keys: BTreeSet<KeyEntry>,
    /// In milliseconds; `None` if no keys are fetched.
    pub(super) max_key_age: Option<u64>,
    /// In milliseconds.
    pub(super) clock_skew: u64,
    /// A JSON Pointer.
    pub(super) roles_claim: String,
    /// `None` if no token is introspected.
    pub(super) introspection: Option<IntrospectionEntry>,
}

/// A source of keys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum KeyEntry {
    /// A shared secret, for this algorithm.
    Secret(String),
    /// A public key, for this algorithm.
    Pem(String),
    /// Keys in the configuration.
    Jwks,
    /// Without its query.
    Url(String),
    Discovered,
}

/// The introspection of an issuer's tokens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct IntrospectionEntry {
    /// Without its query; `None` if it is discovered.
    pub(super) endpoint: Option<String>,
    /// How long a response is cached, in milliseconds.
    pub(super) cache_time: u64,
}

/// The scopes and roles that an issuer may grant.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LockedGrants {
    pub(super) scopes: BTreeSet<String>,
    pub(super) roles: BTreeSet<String>,
}

impl IssuerEntry {
    pub(super) fn of(issuer: &IssuerSummary) -> Self {
        let mut relaxations: Vec<_> = issuer.relaxations().map(str::to_owned).collect();
        relaxations.sort();
        let grants = issuer.grants().filter(|grants| !grants.is_everything());
        Self {
            url: issuer.issuer().to_owned(),
            audiences: issuer.audiences().map(str::to_owned).collect(),
            validation: issuer.validation(),
            verification: Some(Verification::of(issuer)),
            token_limit: saturating(issuer.token_limit()),
            grants: grants.map(|grants| LockedGrants {
                scopes: grants.listed_scopes().map(str::to_owned).collect(),
                roles: grants.listed_roles().map(str::to_owned).collect(),
            }),
            relaxations,
        }
    }
}

impl Verification {
    fn of(issuer: &IssuerSummary) -> Self {
        let algorithms = issuer.algorithms();
        Self {
            algorithms: algorithms
                .map(|algorithm| format!("{algorithm:?}"))
                .collect(),
            keys: issuer.keys().map(KeyEntry::of).collect(),
            max_key_age: issuer.max_key_age().map(millis),
            clock_skew: millis(issuer.clock_skew()),
            roles_claim: issuer.roles_claim().to_owned(),
            introspection: introspection(issuer),
        }
    }

    /// Returns each source of keys with each algorithm that its keys may have.
    pub(super) fn signatures(&self) -> BTreeSet<(KeyEntry, String)> {
        let each = self.keys.iter().flat_map(|key| {
            let algorithms = match key {
                KeyEntry::Secret(only) | KeyEntry::Pem(only) => vec![only.clone()],
                KeyEntry::Jwks | KeyEntry::Url(_) | KeyEntry::Discovered => {
                    self.algorithms.iter().cloned().collect()
                }
            };
            algorithms
                .into_iter()
                .map(move |algorithm| (key.clone(), algorithm))
        });
        each.collect()
    }
}

impl KeyEntry {
    fn of(keys: &IssuerKeys) -> Self {
        match keys {
            IssuerKeys::Secret(algorithm) => Self::Secret(format!("{algorithm:?}")),
            IssuerKeys::Pem(algorithm) => Self::Pem(format!("{algorithm:?}")),
            IssuerKeys::Jwks => Self::Jwks,
            IssuerKeys::Url(url) => Self::Url(url.clone()),
            IssuerKeys::Discovered => Self::Discovered,
        }
    }
}

#[cfg(feature = "introspection")]
fn introspection(issuer: &IssuerSummary) -> Option<IntrospectionEntry> {
    let introspection = issuer.introspection()?;
    Some(IntrospectionEntry {
        endpoint: introspection.endpoint().map(str::to_owned),
        cache_time: millis(introspection.cache_for()),
    })
}

#[cfg(not(feature = "introspection"))]
fn introspection(_: &IssuerSummary) -> Option<IntrospectionEntry> {
    None
}
