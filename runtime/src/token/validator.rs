//! The judge of tokens: signature first, then everything that the token says.

use std::sync::Arc;

use crate::claims::{NumericDate, ScopeSet};
use crate::keys::{Algorithm, KeySet};
use crate::token::claims::Claims;
use crate::token::compact::UntrustedCompact;
use crate::token::error::TokenError;
use crate::token::header::UntrustedHeader;
use crate::token::lifetime::Limits;
use crate::token::profile::{Form, present};
use crate::token::roles_claim::RolesClaim;
use crate::token::verified::{Facts, VerifiedToken};

/// Tells whether a token is good; one way of doing so per kind of token.
pub(crate) trait Validator {
    /// Judges a token at the instant `now`.
    fn validate(
        &self,
        token: &[u8],
        now: NumericDate,
    ) -> impl Future<Output = Result<VerifiedToken, TokenError>> + Send;
}

/// An issuer whose tokens are accepted, and all that is demanded of them.
#[derive(Debug)]
pub(crate) struct TrustedIssuer {
    pub(crate) issuer: Arc<str>,
    pub(crate) audience: Box<str>,
    pub(crate) algorithms: Box<[Algorithm]>,
    /// Shared, so that a refresh can put another set in its place.
    pub(crate) keys: Arc<KeySet>,
    pub(crate) form: &'static Form,
    pub(crate) roles: RolesClaim,
    pub(crate) limits: Limits,
}

/// Validates JWTs in compact form.
#[derive(Debug)]
pub(crate) struct JwtValidator {
    issuers: Box<[TrustedIssuer]>,
}

/// What a token shows before anything of it is trusted.
struct Untrusted<'a> {
    header: UntrustedHeader<'a>,
    signing_input: &'a [u8],
    signature: Vec<u8>,
}

impl JwtValidator {
    pub(crate) fn new(issuers: Vec<TrustedIssuer>) -> Self {
        Self {
            issuers: issuers.into(),
        }
    }

    /// Reads the claims only once a trusted key has signed them (CVE-2024-51744).
    ///
    /// The payload never says which key to use (CVE-2025-65945): each issuer that has a
    /// fitting key tries it, and `iss` must then be that issuer.
    fn judge(&self, token: &[u8], now: NumericDate) -> Result<VerifiedToken, TokenError> {
        let compact = UntrustedCompact::read(token)?;
        let header = compact.header()?;
        let untrusted = Untrusted {
            header: UntrustedHeader::read(&header)?,
            signing_input: compact.signing_input(),
            signature: compact.signature()?,
        };
        let mut refusal = Stage::Algorithm;
        for issuer in &self.issuers {
            if let Err(stage) = issuer.verify(&untrusted) {
                refusal = refusal.max(stage);
            } else {
                let payload = compact.payload()?;
                let claims = Claims::read(&payload, &issuer.form.names, &issuer.roles)?;
                if present("iss", claims.iss.as_deref())? == &*issuer.issuer {
                    untrusted.header.agrees_with(&claims)?;
                    let facts = issuer.accept(&claims, now)?;
                    return Ok(VerifiedToken::from_jwt(facts, payload));
                }
                refusal = Stage::Issuer;
            }
        }
        Err(refusal.into())
    }
}

impl Validator for JwtValidator {
    async fn validate(&self, token: &[u8], now: NumericDate) -> Result<VerifiedToken, TokenError> {
        self.judge(token, now)
    }
}

/// How far a token came before it was refused; the furthest is told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Algorithm,
    Type,
    Key,
    Signature,
    Issuer,
}

impl From<Stage> for TokenError {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Algorithm => Self::Algorithm,
            Stage::Type => Self::Type,
            Stage::Key => Self::UnknownKey,
            Stage::Signature => Self::Signature,
            Stage::Issuer => Self::Issuer,
        }
    }
}

impl TrustedIssuer {
    /// Whether one of this issuer's keys signed it, the algorithm and type being allowed.
    fn verify(&self, untrusted: &Untrusted<'_>) -> Result<(), Stage> {
        let header = &untrusted.header;
        if !self.algorithms.contains(&header.algorithm) {
            return Err(Stage::Algorithm);
        }
        if !self.form.has_type(header.typ.as_deref()) {
            return Err(Stage::Type);
        }
        let key = self
            .keys
            .select(header.kid.as_deref(), header.algorithm)
            .ok_or(Stage::Key)?;
        if key.verifies(untrusted.signing_input, &untrusted.signature) {
            Ok(())
        } else {
            Err(Stage::Signature)
        }
    }

    /// Judges claims that this issuer signed and names itself in.
    fn accept(&self, claims: &Claims<'_>, now: NumericDate) -> Result<Facts, TokenError> {
        self.form.judge(claims)?;
        let subject = present("sub", claims.sub.as_deref())?;
        self.form.judge_audience(claims, &self.audience)?;
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
            roles: claims.roles.clone().unwrap_or_default(),
            expires_at: exp,
            issued_at: iat,
            validity,
        })
    }
}
