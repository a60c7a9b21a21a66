//! What an issuer's tokens must say, however it is known that they are the issuer's.

use std::sync::Arc;

use crate::claims::{NumericDate, ScopeSet};
use crate::token::claims::Claims;
use crate::token::error::TokenError;
use crate::token::lifetime::Limits;
use crate::token::profile::{Form, present};
use crate::token::roles_claim::RolesClaim;
use crate::token::verified::Facts;

/// All that is demanded of the claims of an issuer's tokens.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) issuer: Arc<str>,
    pub(crate) audience: Box<str>,
    pub(crate) form: &'static Form,
    pub(crate) roles: RolesClaim,
    pub(crate) limits: Limits,
}

impl Rules {
    /// Judges claims that are known to be this issuer's.
    pub(super) fn accept(&self, claims: Claims<'_>, now: NumericDate) -> Result<Facts, TokenError> {
        self.form.judge(&claims)?;
        let subject = present("sub", claims.sub.as_deref())?;
        self.form.judge_audience(&claims, &self.audience)?;
        let exp = claims.exp.ok_or(TokenError::MissingClaim("exp"))?;
        let iat = claims.iat.ok_or(TokenError::MissingClaim("iat"))?;
        let validity = self.limits.validity(exp, iat, claims.nbf)?;
        validity.judge(now)?;
        Ok(Facts {
            issuer: Arc::clone(&self.issuer),
            subject: subject.into(),
            client_id: claims.client_id.as_deref().map(Box::from),
            token_id: claims.token_id.as_deref().map(Box::from),
            scopes: ScopeSet::parse(claims.scope.as_deref().unwrap_or_default())?,
            roles: claims.roles.unwrap_or_default(),
            expires_at: exp,
            issued_at: iat,
            issued_from: iat.saturating_sub(self.limits.clock_skew),
            validity,
        })
    }
}
