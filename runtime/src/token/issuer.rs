//! One trusted issuer's part in judging a token.

use std::sync::Arc;

use crate::claims::{NumericDate, ScopeSet};
use crate::keys::{Algorithm, KeySource};
use crate::token::claims::Claims;
use crate::token::denial::Unavailable;
use crate::token::error::TokenError;
use crate::token::header::UntrustedHeader;
use crate::token::lifetime::Limits;
use crate::token::profile::{Form, present};
use crate::token::roles_claim::RolesClaim;
use crate::token::verified::Facts;

/// An issuer whose tokens are accepted, and all that is demanded of them.
#[derive(Debug)]
pub(crate) struct TrustedIssuer {
    pub(crate) issuer: Arc<str>,
    pub(crate) audience: Box<str>,
    pub(crate) algorithms: Box<[Algorithm]>,
    pub(crate) keys: KeySource,
    pub(crate) form: &'static Form,
    pub(crate) roles: RolesClaim,
    pub(crate) limits: Limits,
}

/// What a token shows before anything of it is trusted.
pub(super) struct Untrusted<'a> {
    pub(super) header: UntrustedHeader<'a>,
    pub(super) signing_input: &'a [u8],
    pub(super) signature: Vec<u8>,
}

/// Why a token is not known to be an issuer's.
pub(super) enum Unproved {
    Refused(Stage),
    Unavailable(Unavailable),
}

/// How far a token came before it was refused; the furthest is told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    Algorithm,
    Type,
    Key { generation: u64 },
    Signature,
    Issuer,
}

impl From<Stage> for TokenError {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Algorithm => Self::Algorithm,
            Stage::Type => Self::Type,
            Stage::Key { .. } => Self::UnknownKey,
            Stage::Signature => Self::Signature,
            Stage::Issuer => Self::Issuer,
        }
    }
}

impl From<Stage> for Unproved {
    fn from(stage: Stage) -> Self {
        Self::Refused(stage)
    }
}

impl TrustedIssuer {
    /// Proves that one of this issuer's keys signed it, the algorithm and type being allowed;
    /// tells the generation of the keys.
    pub(super) fn prove(
        &self,
        untrusted: &Untrusted<'_>,
        now: NumericDate,
    ) -> Result<u64, Unproved> {
        let header = &untrusted.header;
        if !self.algorithms.contains(&header.algorithm) {
            return Err(Stage::Algorithm.into());
        }
        if !self.form.has_type(header.typ.as_deref()) {
            return Err(Stage::Type.into());
        }
        let keys = self
            .keys
            .current(now)
            .map_err(|keys| Unproved::Unavailable(keys.into()))?;
        let generation = keys.generation();
        let key = keys
            .select(header.kid.as_deref(), header.algorithm)
            .ok_or(Stage::Key { generation })?;
        if key.verifies(untrusted.signing_input, &untrusted.signature) {
            Ok(generation)
        } else {
            Err(Stage::Signature.into())
        }
    }

    /// Judges claims that this issuer signed and names itself in.
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
