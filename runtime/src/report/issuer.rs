//! The facts about a trusted issuer: how its tokens are verified, and what they may grant.

use serde::Serialize;

use crate::report::text::duration;
use crate::resource_server::{IssuerKeys, IssuerSummary};

/// One issuer in the report.
#[derive(Debug, Serialize)]
pub(super) struct IssuerView {
    pub(super) url: String,
    pub(super) audiences: Vec<String>,
    pub(super) validation: String,
    /// Those of its JWTs; empty if JWTs are rejected.
    pub(super) algorithms: Vec<String>,
    /// The sources of the keys that verify its JWTs; empty if JWTs are rejected.
    pub(super) keys: Vec<String>,
    /// `None` if no keys are fetched.
    pub(super) max_key_age: Option<String>,
    pub(super) clock_skew: String,
    /// A JSON Pointer.
    pub(super) roles_claim: String,
    /// `None` if no token is introspected.
    pub(super) introspection: Option<String>,
    pub(super) grants: String,
    pub(super) relaxations: Vec<String>,
}

impl IssuerView {
    pub(super) fn of(issuer: &IssuerSummary) -> Self {
        let algorithms = issuer.algorithms();
        Self {
            url: issuer.issuer().to_owned(),
            audiences: issuer.audiences().map(str::to_owned).collect(),
            validation: issuer.validation(),
            algorithms: algorithms
                .map(|algorithm| format!("{algorithm:?}"))
                .collect(),
            keys: issuer.keys().map(source).collect(),
            max_key_age: issuer.max_key_age().map(duration),
            clock_skew: duration(issuer.clock_skew()),
            roles_claim: issuer.roles_claim().to_owned(),
            introspection: introspection(issuer),
            grants: issuer.grants().map_or_else(
                || "everything (the only issuer)".to_owned(),
                ToString::to_string,
            ),
            relaxations: issuer.relaxations().map(str::to_owned).collect(),
        }
    }

    /// Returns the facts with their names, for people. Relaxations are not among them.
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let or_none = |list: &[String], separator: &str| match list {
            [] => "none: JWTs are rejected".to_owned(),
            list => list.join(separator),
        };
        let mut facts = vec![
            ("Audiences", self.audiences.join(", ")),
            ("Tokens are validated by", self.validation.clone()),
            ("Algorithms", or_none(&self.algorithms, ", ")),
            ("Keys", or_none(&self.keys, "; ")),
        ];
        if let Some(age) = &self.max_key_age {
            let age = format!("{age}, while the issuer is unavailable");
            facts.push(("Maximum age of keys", age));
        }
        facts.push(("Clock skew", self.clock_skew.clone()));
        facts.push(("Claim with the roles", self.roles_claim.clone()));
        if let Some(introspection) = &self.introspection {
            facts.push(("Introspection", introspection.clone()));
        }
        facts.push(("Grants", self.grants.clone()));
        facts
    }
}

/// Describes whether the API refuses revoked tokens.
pub(super) fn revocations(are_checked: bool) -> &'static str {
    if are_checked {
        "Revocations are checked: a revoked token is refused."
    } else {
        "Revocations are not checked: a token is accepted until it expires, unless introspection rejects it."
    }
}

fn source(keys: &IssuerKeys) -> String {
    match keys {
        IssuerKeys::Secret(algorithm) => {
            format!("a secret that the issuer shares with the API ({algorithm:?})")
        }
        IssuerKeys::Pem(algorithm) => format!("a public key in the configuration ({algorithm:?})"),
        IssuerKeys::Jwks => "a JWK set in the configuration".to_owned(),
        IssuerKeys::Url(url) => format!("fetched from {url}"),
        IssuerKeys::Discovered => {
            "fetched from the URL in the issuer's metadata document".to_owned()
        }
    }
}

#[cfg(feature = "introspection")]
fn introspection(issuer: &IssuerSummary) -> Option<String> {
    let introspection = issuer.introspection()?;
    let endpoint = introspection
        .endpoint()
        .unwrap_or("the endpoint in the issuer's metadata document");
    let cached = introspection.cache_for();
    Some(if cached.is_zero() {
        format!("by {endpoint}; no response is cached")
    } else {
        format!(
            "by {endpoint}; a response is cached for {}",
            duration(cached)
        )
    })
}

#[cfg(not(feature = "introspection"))]
fn introspection(_: &IssuerSummary) -> Option<String> {
    None
}
