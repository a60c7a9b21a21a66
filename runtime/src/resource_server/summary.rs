//! The audit view of a trusted issuer.

use std::time::Duration;

use crate::claims::Grants;
#[cfg(all(feature = "discovery", feature = "openapi"))]
use crate::discovery::{FoundDocument, MetadataDocument};
#[cfg(any(feature = "attack", feature = "report"))]
use crate::evidence::TokenSettings;
use crate::keys::Algorithm;
#[cfg(feature = "introspection")]
use crate::resource_server::introspection::{IntrospectedTokens, IntrospectionSummary};
use crate::resource_server::issuer_keys::IssuerKeys;
use crate::token::Profile;

/// A trusted issuer with its relaxations, as the inventory lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerSummary {
    pub(super) issuer: String,
    pub(super) audiences: Vec<String>,
    pub(super) profile: Option<Profile>,
    /// Empty if JWTs are rejected.
    pub(super) algorithms: Vec<Algorithm>,
    /// Empty if JWTs are rejected.
    pub(super) keys: Vec<IssuerKeys>,
    /// `None` if no keys are fetched.
    pub(super) max_key_age: Option<Duration>,
    pub(super) clock_skew: Duration,
    pub(super) max_lifetime: Duration,
    pub(super) roles_claim: String,
    #[cfg(feature = "introspection")]
    pub(super) introspection: Option<IntrospectionSummary>,
    /// The metadata document that names its keys.
    #[cfg(all(feature = "discovery", feature = "openapi"))]
    pub(super) found_in: FoundDocument,
    pub(super) token_limit: usize,
    pub(super) grants: Option<Grants>,
    pub(super) hashes_subjects: bool,
    pub(super) relaxations: Vec<String>,
}

impl IssuerSummary {
    /// Returns the issuer's URL, the `iss` of its tokens.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Returns the audiences, one of which the `aud` of its tokens must contain.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        self.audiences.iter().map(String::as_str)
    }

    /// Returns the profile of its JWTs, or `None` if JWTs are rejected.
    pub fn profile(&self) -> Option<&Profile> {
        self.profile.as_ref()
    }

    /// Returns the algorithms with which its JWTs may be signed; none if JWTs are rejected.
    pub fn algorithms(&self) -> impl Iterator<Item = Algorithm> {
        self.algorithms.iter().copied()
    }

    /// Returns the sources of the keys that verify its JWTs; none if JWTs are rejected.
    pub fn keys(&self) -> impl Iterator<Item = &IssuerKeys> {
        self.keys.iter()
    }

    /// Returns how long fetched keys are used while the issuer is unavailable, or `None` if no keys are fetched.
    pub fn max_key_age(&self) -> Option<Duration> {
        self.max_key_age
    }

    /// Returns the tolerated clock difference, for which a token is accepted after its `exp`.
    pub fn clock_skew(&self) -> Duration {
        self.clock_skew
    }

    /// Returns the claim with the roles of its tokens: a JSON Pointer ([RFC 6901]).
    ///
    /// [RFC 6901]: https://www.rfc-editor.org/rfc/rfc6901
    pub fn roles_claim(&self) -> &str {
        &self.roles_claim
    }

    /// Returns which of its tokens are introspected, or `None` if no token is.
    #[cfg(feature = "introspection")]
    pub fn introspected(&self) -> Option<IntrospectedTokens> {
        self.introspection
            .as_ref()
            .map(IntrospectionSummary::tokens)
    }

    /// Returns how its tokens are introspected, or `None` if no token is.
    #[cfg(feature = "introspection")]
    pub fn introspection(&self) -> Option<&IntrospectionSummary> {
        self.introspection.as_ref()
    }

    /// Returns the metadata document that names its keys, with its URL; `None` if the keys are configured or not
    /// found yet.
    #[cfg(all(feature = "discovery", feature = "openapi"))]
    pub(crate) fn metadata_document(&self) -> Option<(MetadataDocument, String)> {
        let document = self.found_in.get()?;
        Some((document, document.url(&self.issuer)))
    }

    /// Returns whether some of its tokens are not JWTs.
    #[cfg(all(feature = "introspection", feature = "openapi"))]
    pub(crate) fn accepts_opaque_tokens(&self) -> bool {
        self.introspected()
            .is_some_and(IntrospectedTokens::accepts_opaque)
    }

    /// Returns the maximum length of a token, in bytes.
    #[cfg(any(feature = "schemas", feature = "serve"))]
    pub(crate) fn token_limit(&self) -> usize {
        self.token_limit
    }

    /// Returns the settings that decide which of its tokens are valid.
    #[cfg(any(feature = "attack", feature = "report"))]
    pub(crate) fn token_settings(&self) -> TokenSettings {
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        #[cfg(feature = "introspection")]
        let introspection = self.introspection();
        #[cfg(feature = "introspection")]
        let introspection_cache_ms = introspection.map(|summary| millis(summary.cache_for()));
        #[cfg(not(feature = "introspection"))]
        let introspection_cache_ms = None;
        TokenSettings {
            validation: self.validation(),
            algorithms: self.algorithms().map(|one| format!("{one:?}")).collect(),
            clock_skew_ms: millis(self.clock_skew),
            max_lifetime_ms: millis(self.max_lifetime),
            roles_claim: self.roles_claim.clone(),
            token_limit: u64::try_from(self.token_limit).unwrap_or(u64::MAX),
            introspection_cache_ms,
            relaxations: self.relaxations.iter().cloned().collect(),
        }
    }

    /// Returns the scopes and roles that it may grant, or `None` if it is the only issuer and grants
    /// everything because nothing is configured.
    pub fn grants(&self) -> Option<&Grants> {
        self.grants.as_ref()
    }

    /// Returns whether audit events carry a keyed hash of the subject, to join the events of one caller.
    pub fn hashes_subjects(&self) -> bool {
        self.hashes_subjects
    }

    /// Describes how its tokens are validated, as in `the profile Okta and introspection`.
    pub(crate) fn validation(&self) -> String {
        let profile = self
            .profile
            .as_ref()
            .map(|profile| format!("the profile {}", profile.name()));
        #[cfg(feature = "introspection")]
        if let Some(introspected) = self.introspected() {
            let Some(profile) = profile else {
                return "introspection".to_owned();
            };
            let jwts = if introspected.introspects_jwts() {
                " and introspection"
            } else {
                ""
            };
            let opaque = if introspected.accepts_opaque() {
                ", opaque ones by introspection"
            } else {
                ""
            };
            return format!("{profile}{jwts}{opaque}");
        }
        profile.unwrap_or_default()
    }

    /// Returns the checks that its configuration weakens, one sentence each.
    pub fn relaxations(&self) -> impl Iterator<Item = &str> {
        self.relaxations.iter().map(String::as_str)
    }
}
