//! The rules for the claims of an issuer's tokens, which do not depend on how a token is verified.

use std::borrow::Cow;
use std::sync::Arc;

use crate::claims::{Grants, NumericDate, ScopeSet};
use crate::token::audited_subject::AuditedSubject;
use crate::token::claims::Claims;
use crate::token::claims_object::ClaimsObject;
use crate::token::error::TokenError;
use crate::token::lifetime::LifetimeLimits;
use crate::token::profile::{TokenFormat, require_non_empty};
use crate::token::roles_claim::RolesClaim;
use crate::token::verified::{VerifiedClaims, VerifiedToken};

/// The rules for the claims of an issuer's tokens.
#[derive(Clone, Debug)]
pub(crate) struct TokenRules {
    pub(crate) issuer: Arc<str>,
    /// A token must be for one of these.
    pub(crate) audiences: Arc<[Box<str>]>,
    pub(crate) format: Cow<'static, TokenFormat>,
    pub(crate) roles: RolesClaim,
    /// The scopes and roles that the issuer may grant.
    pub(crate) grants: Grants,
    pub(crate) limits: LifetimeLimits,
    pub(crate) audited_subject: AuditedSubject,
}

impl TokenRules {
    /// Reads claims in the issuer's format.
    ///
    /// # Errors
    ///
    /// Returns the reason why the claims are malformed.
    pub(super) fn read<'a>(&self, json: &'a [u8]) -> Result<Claims<'a>, TokenError> {
        Claims::read(json, &self.format.claim_names, &self.roles)
    }

    /// Validates claims whose issuer is verified.
    ///
    /// The token has only the scopes and roles that its issuer may grant.
    ///
    /// # Errors
    ///
    /// Returns the reason why the token is invalid.
    pub(super) fn verify(
        &self,
        claims: &Claims<'_>,
        now: NumericDate,
    ) -> Result<VerifiedToken, TokenError> {
        self.format.check_claims(claims)?;
        // first, so that a claim is not accepted because its malformed part is removed
        let issued = self.verify_narrowed(claims, now)?;
        if self.grants.is_everything() {
            return Ok(issued);
        }
        let mut granted = ClaimsObject::parse(claims.json())?;
        granted.retain_scopes(&self.format.claim_names, &self.roles, |scope| {
            self.grants.includes_scope(scope)
        });
        granted.retain_roles(&self.roles, |role| self.grants.includes_role(role));
        if !granted.has_changed() {
            return Ok(issued);
        }
        let json = granted.into_json();
        let granted = self.verify_narrowed(&self.read(json.as_bytes())?, now)?;
        let ungranted = issued.grant_count() - granted.grant_count();
        Ok(granted.narrowed_from(&issued).with_ungranted(ungranted))
    }

    /// Validates claims of a token whose kind is checked already.
    ///
    /// A narrowed token may lack the scopes and roles that distinguish its kind.
    ///
    /// # Errors
    ///
    /// Returns the reason why the token is invalid.
    pub(super) fn verify_narrowed(
        &self,
        claims: &Claims<'_>,
        now: NumericDate,
    ) -> Result<VerifiedToken, TokenError> {
        let subject = require_non_empty("sub", claims.sub.as_deref())?;
        self.format.check_audience(claims, &self.audiences)?;
        let exp = claims.exp.ok_or(TokenError::MissingClaim("exp"))?;
        let iat = claims.iat.ok_or(TokenError::MissingClaim("iat"))?;
        let validity = self.limits.validity(exp, iat, claims.nbf)?;
        validity.check(now)?;
        let verified = VerifiedClaims {
            issuer: Arc::clone(&self.issuer),
            subject: subject.into(),
            client_id: claims.client_id.as_deref().map(Box::from),
            token_id: claims.token_id.as_deref().map(Box::from),
            scopes: ScopeSet::parse(claims.scope.as_deref().unwrap_or_default())?,
            roles: claims.roles.clone().unwrap_or_default(),
            expires_at: exp,
            issued_at: iat,
            earliest_issue: iat.saturating_sub(self.limits.clock_skew),
            validity,
            ungranted: 0,
            has_malformed_roles: claims.has_malformed_roles,
            subject_hash: self
                .audited_subject
                .key
                .as_ref()
                .map(|key| key.hash(&self.issuer, subject)),
            is_subject_audited: self.audited_subject.is_plain,
        };
        Ok(VerifiedToken::new(verified, claims.json()))
    }

    /// Returns the rules for introspection responses of `https://a.example`.
    #[cfg(all(test, feature = "introspection"))]
    #[expect(clippy::unwrap_used, reason = "test support")]
    pub(super) fn for_testing() -> Self {
        let format = crate::token::profile::INTROSPECTION_FORMAT;
        Self {
            issuer: "https://a.example".into(),
            audiences: ["https://api.example".into()].into(),
            format: Cow::Borrowed(format),
            roles: format.roles_claim(format.roles_pointer).unwrap(),
            grants: Grants::everything(),
            limits: LifetimeLimits {
                clock_skew: std::time::Duration::from_secs(30),
                max_lifetime: std::time::Duration::from_mins(30),
            },
            audited_subject: AuditedSubject::default(),
        }
    }
}
