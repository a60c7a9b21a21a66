//! What is known once a token has passed every check.

use std::fmt;
use std::sync::Arc;

use crate::claims::{NumericDate, RoleSet, ScopeSet};
use crate::token::error::TokenError;
use crate::token::lifetime::Validity;

/// A token that passed every check of its issuer's profile.
///
/// Made in this room only.
#[derive(Clone)]
pub struct VerifiedToken {
    facts: Facts,
    /// Every claim as it came: a JWT's payload, or what the issuer answered.
    claims: Box<[u8]>,
}

/// What the checks have established, however the token was verified.
#[derive(Clone)]
pub(super) struct Facts {
    pub(super) issuer: Arc<str>,
    pub(super) subject: Box<str>,
    pub(super) client_id: Option<Box<str>>,
    pub(super) token_id: Option<Box<str>>,
    pub(super) scopes: ScopeSet,
    pub(super) roles: RoleSet,
    pub(super) expires_at: NumericDate,
    pub(super) issued_at: NumericDate,
    /// The earliest instant by our clock at which it can have been issued.
    pub(super) issued_from: NumericDate,
    pub(super) validity: Validity,
}

impl VerifiedToken {
    pub(super) fn new(facts: Facts, claims: impl Into<Box<[u8]>>) -> Self {
        Self {
            facts,
            claims: claims.into(),
        }
    }

    /// A token that nobody signed, for calling a handler's function in its module's tests.
    #[cfg(feature = "testing")]
    pub(crate) fn for_testing(issuer: &str, subject: &str, scopes: ScopeSet) -> Self {
        let facts = Facts {
            issuer: issuer.into(),
            subject: subject.into(),
            client_id: None,
            token_id: None,
            scopes,
            roles: RoleSet::default(),
            expires_at: NumericDate::MAX,
            issued_at: NumericDate::from_secs(0),
            issued_from: NumericDate::from_secs(0),
            validity: Validity::ALWAYS,
        };
        Self::new(facts, *b"{}")
    }

    /// The same, as if it ended then.
    #[cfg(all(test, feature = "introspection", feature = "testing"))]
    pub(super) fn expiring_for_testing(mut self, end: NumericDate) -> Self {
        self.facts.expires_at = end;
        self
    }

    /// The same, as if these were its roles.
    #[cfg(feature = "testing")]
    pub(crate) fn with_roles_for_testing(mut self, roles: RoleSet) -> Self {
        self.facts.roles = roles;
        self
    }

    /// Who issued it, as `iss` says.
    pub fn issuer(&self) -> &str {
        &self.facts.issuer
    }

    /// Whom it speaks for, as `sub` says; unique only together with the issuer.
    pub fn subject(&self) -> &str {
        &self.facts.subject
    }

    /// The client that asked for it, where the token says.
    pub fn client_id(&self) -> Option<&str> {
        self.facts.client_id.as_deref()
    }

    /// The token's own identifier, where it has one: `jti`, or what the profile has instead.
    pub fn jti(&self) -> Option<&str> {
        self.facts.token_id.as_deref()
    }

    /// The scopes it holds.
    pub fn scopes(&self) -> &ScopeSet {
        &self.facts.scopes
    }

    /// The roles it holds, from where the issuer's tokens carry them.
    pub fn roles(&self) -> &RoleSet {
        &self.facts.roles
    }

    /// When it ends.
    pub fn expires_at(&self) -> NumericDate {
        self.facts.expires_at
    }

    /// When it was issued, by the issuer's clock.
    pub fn issued_at(&self) -> NumericDate {
        self.facts.issued_at
    }

    /// Whether it may have been issued at or before `instant`, by our clock.
    ///
    /// The issuer's clock may be ahead of ours by the clock skew that is allowed to it: so much
    /// later may `iat` be. Ask this where all that was issued until some event is to be refused.
    pub fn may_predate(&self, instant: NumericDate) -> bool {
        self.facts.issued_from <= instant
    }

    #[cfg(feature = "introspection")]
    pub(super) fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Judges the present instant once more.
    pub(super) fn judge_time(&self, now: NumericDate) -> Result<(), TokenError> {
        self.facts.validity.judge(now)
    }

    /// Every claim, as a JSON object.
    pub(crate) fn claims_json(&self) -> &[u8] {
        &self.claims
    }
}

/// Tells that there is one, and nothing of it.
impl fmt::Debug for VerifiedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerifiedToken([redacted])")
    }
}
