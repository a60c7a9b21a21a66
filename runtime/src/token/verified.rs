//! A token that passed every check.

use std::fmt;
use std::sync::Arc;

use crate::claims::{NumericDate, RoleSet, ScopeSet};
use crate::token::cache::allocation_size;
use crate::token::error::TokenError;
use crate::token::lifetime::Validity;

/// An access token that passed every check of its issuer's profile.
#[derive(Clone)]
pub struct VerifiedToken {
    claims: VerifiedClaims,
    /// The JSON object that the claims were read from, with every other claim.
    json: Box<[u8]>,
}

/// The claims of a verified token.
#[derive(Clone)]
pub(super) struct VerifiedClaims {
    pub(super) issuer: Arc<str>,
    pub(super) subject: Box<str>,
    pub(super) client_id: Option<Box<str>>,
    pub(super) token_id: Option<Box<str>>,
    pub(super) scopes: ScopeSet,
    pub(super) roles: RoleSet,
    pub(super) expires_at: NumericDate,
    pub(super) issued_at: NumericDate,
    /// The earliest time by our clock at which the token could have been issued.
    pub(super) earliest_issue: NumericDate,
    pub(super) validity: Validity,
    /// The number of scopes and roles that were ignored, because the issuer may not grant them.
    pub(super) ungranted: usize,
    /// Whether the roles claim was malformed, so that the token has no roles.
    pub(super) has_malformed_roles: bool,
    /// The keyed hash of issuer and subject, if the server has a key.
    pub(super) subject_hash: Option<Box<str>>,
    /// Whether audit events have the subject itself.
    pub(super) is_subject_audited: bool,
}

impl VerifiedToken {
    /// Creates a token; `claims` must have been read from `json`.
    pub(super) fn new(claims: VerifiedClaims, json: &[u8]) -> Self {
        Self {
            claims,
            json: json.into(),
        }
    }

    /// Creates a token without verification, for unit tests that call a handler directly.
    #[cfg(feature = "testing")]
    pub(crate) fn for_testing(issuer: &str, subject: &str, scopes: ScopeSet) -> Self {
        let claims = VerifiedClaims {
            issuer: issuer.into(),
            subject: subject.into(),
            client_id: None,
            token_id: None,
            scopes,
            roles: RoleSet::default(),
            expires_at: NumericDate::MAX,
            issued_at: NumericDate::from_secs(0),
            earliest_issue: NumericDate::from_secs(0),
            validity: Validity::ALWAYS,
            ungranted: 0,
            has_malformed_roles: false,
            subject_hash: None,
            is_subject_audited: false,
        };
        Self::new(claims, b"{}")
    }

    /// Creates a token with this JSON of its claims.
    #[cfg(all(test, feature = "introspection", feature = "testing"))]
    pub(super) fn with_json_for_testing(json: &[u8]) -> Self {
        let token = Self::for_testing("https://a.example", "alice", ScopeSet::default());
        Self::new(token.claims, json)
    }

    /// Replaces the expiry.
    #[cfg(all(test, feature = "introspection", feature = "testing"))]
    pub(super) fn expiring_for_testing(mut self, expires_at: NumericDate) -> Self {
        self.claims.expires_at = expires_at;
        self
    }

    /// Replaces the roles.
    #[cfg(feature = "testing")]
    pub(crate) fn with_roles_for_testing(mut self, roles: RoleSet) -> Self {
        self.claims.roles = roles;
        self
    }

    /// Returns the issuer (`iss`).
    pub fn issuer(&self) -> &str {
        &self.claims.issuer
    }

    /// Returns the subject (`sub`), which is unique only within the issuer.
    pub fn subject(&self) -> &str {
        &self.claims.subject
    }

    /// Returns the hash of issuer and subject that audit events carry, if the server has a key for it.
    ///
    /// Log it in your own events, instead of the subject, to join them with those of Palisade; see
    /// [`Builder::audit_subject_key`](crate::resource_server::Builder::audit_subject_key).
    pub fn subject_hash(&self) -> Option<&str> {
        self.claims.subject_hash.as_deref()
    }

    /// Returns the subject, if audit events may carry it.
    #[cfg_attr(
        not(feature = "tracing"),
        allow(dead_code, reason = "events report it")
    )]
    pub(crate) fn audited_subject(&self) -> Option<&str> {
        self.claims.is_subject_audited.then(|| self.subject())
    }

    /// Returns the client that the token was issued to, if the token names it.
    pub fn client_id(&self) -> Option<&str> {
        self.claims.client_id.as_deref()
    }

    /// Returns the token's identifier, if it has one: `jti`, or the claim that the profile uses.
    pub fn jti(&self) -> Option<&str> {
        self.claims.token_id.as_deref()
    }

    /// Returns the scopes that the token grants.
    pub fn scopes(&self) -> &ScopeSet {
        &self.claims.scopes
    }

    /// Returns the roles that the token grants.
    pub fn roles(&self) -> &RoleSet {
        &self.claims.roles
    }

    /// Returns the time at which the token expires (`exp`).
    pub fn expires_at(&self) -> NumericDate {
        self.claims.expires_at
    }

    /// Returns the time at which the token was issued (`iat`), by the issuer's clock.
    pub fn issued_at(&self) -> NumericDate {
        self.claims.issued_at
    }

    /// Returns whether the token may have been issued at or before `instant`, by our clock.
    ///
    /// The issuer's clock may be ahead of ours by the clock skew, and `iat` later by as much. Use
    /// this to reject every token that was issued before an event.
    pub fn may_predate(&self, instant: NumericDate) -> bool {
        self.claims.earliest_issue <= instant
    }

    /// Returns the number of scopes and roles.
    pub(super) fn grant_count(&self) -> usize {
        self.claims.scopes.iter().count() + self.claims.roles.iter().count()
    }

    /// Records the number of scopes and roles that the issuer may not grant.
    pub(super) fn with_ungranted(mut self, ungranted: usize) -> Self {
        self.claims.ungranted = ungranted;
        self
    }

    /// Records that this token is a narrowed `original`, whose roles claim may have been malformed.
    pub(super) fn narrowed_from(mut self, original: &Self) -> Self {
        self.claims.has_malformed_roles |= original.claims.has_malformed_roles;
        self
    }

    /// Returns whether the roles claim was malformed, so that the token has no roles.
    #[cfg_attr(
        not(feature = "tracing"),
        allow(dead_code, reason = "events report it")
    )]
    pub(crate) fn has_malformed_roles(&self) -> bool {
        self.claims.has_malformed_roles
    }

    /// Returns the number of scopes and roles that were ignored, because the issuer may not grant
    /// them.
    #[cfg_attr(
        not(feature = "tracing"),
        allow(dead_code, reason = "events report it")
    )]
    pub(crate) fn ungranted(&self) -> usize {
        self.claims.ungranted
    }

    /// Checks that the token is valid at `now`.
    pub(super) fn check_time(&self, now: NumericDate) -> Result<(), TokenError> {
        self.claims.validity.check(now)
    }

    /// Returns the size of the allocations of an `Arc` of the token, in bytes.
    pub(super) fn shared_size(&self) -> usize {
        let VerifiedClaims {
            // shared by every token of the issuer
            issuer: _,
            subject,
            client_id,
            token_id,
            scopes,
            roles,
            expires_at: _,
            issued_at: _,
            earliest_issue: _,
            validity: _,
            ungranted: _,
            has_malformed_roles: _,
            subject_hash,
            is_subject_audited: _,
        } = &self.claims;
        let optional = |text: &Option<Box<str>>| text.as_ref().map_or(0, |text| text.len());
        [
            // the token, and the two counts of the `Arc`
            size_of::<Self>() + 2 * size_of::<usize>(),
            subject.len(),
            optional(client_id),
            optional(token_id),
            optional(subject_hash),
            scopes.as_str().len(),
            roles.heap_len(),
            self.json.len(),
        ]
        .into_iter()
        .map(allocation_size)
        .sum()
    }

    /// Returns every claim, as the JSON object that the other methods' values were read from.
    pub(crate) fn claims_json(&self) -> &[u8] {
        &self.json
    }
}

/// Redacts the token: its claims do not belong in logs.
impl fmt::Debug for VerifiedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerifiedToken([redacted])")
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use super::*;

    #[test]
    fn shared_size_includes_every_claim() {
        let token = VerifiedToken::for_testing("https://a.example", "a", ScopeSet::default());
        let growth = |change: fn(&mut VerifiedToken)| {
            let mut changed = token.clone();
            change(&mut changed);
            changed.shared_size() - token.shared_size()
        };
        let new = allocation_size(1_000);
        let client = growth(|token| token.claims.client_id = Some("c".repeat(1_000).into()));
        let token_id = growth(|token| token.claims.token_id = Some("j".repeat(1_000).into()));
        let hash = growth(|token| token.claims.subject_hash = Some("h".repeat(1_000).into()));
        let scopes = growth(|token| {
            token.claims.scopes = ScopeSet::parse(&"s".repeat(1_000)).unwrap();
        });
        let roles = growth(|token| token.claims.roles = ["r".repeat(999)].iter().collect());
        assert_eq!([client, token_id, hash, scopes, roles], [new; 5]);
        let subject = growth(|token| token.claims.subject = "s".repeat(1_001).into());
        let json = growth(|token| token.json = vec![b' '; 1_002].into());
        assert_eq!([subject, json], [1_000; 2]);
    }
}
