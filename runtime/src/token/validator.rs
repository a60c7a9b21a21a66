//! Chooses how a token is validated: with the issuers' keys, or at one introspection endpoint.
//!
//! A token with a configured prefix belongs to that prefix's issuer. Any other token of three
//! parts separated by dots is a JWT, and the key that verifies its signature identifies the issuer.
//! All other tokens belong to the one issuer whose opaque tokens have no prefix. No token is sent
//! to several endpoints.

use std::sync::Arc;
use std::time::Duration;

use crate::claims::NumericDate;
use crate::clock::Clock;
use crate::keys::SkippedKeys;
use crate::steps::{self, Step};
#[cfg(feature = "introspection")]
use crate::token::bearer::is_b64token;
use crate::token::error::TokenError;
#[cfg(feature = "introspection")]
use crate::token::introspection::Introspector;
use crate::token::jwt_issuer::JwtIssuer;
use crate::token::jwt_validator::JwtValidator;
use crate::token::rejection::TokenRejection;
use crate::token::rules::TokenRules;
use crate::token::verified::VerifiedToken;

/// A trusted issuer, and how each kind of its tokens is validated.
///
/// Tokens of a kind that is `None` are rejected.
pub(crate) struct TrustedIssuer {
    pub(crate) jwts: Option<JwtIssuer>,
    #[cfg(feature = "introspection")]
    pub(crate) introspected: Option<IntrospectedIssuer>,
}

/// An issuer with an introspection endpoint, and the tokens that are sent to it.
#[cfg(feature = "introspection")]
pub(crate) struct IntrospectedIssuer {
    pub(crate) introspector: Arc<Introspector>,
    pub(crate) opaque: OpaqueTokens,
    /// Whether the issuer's JWTs are also sent, after their signature is verified.
    pub(crate) jwts: bool,
}

/// How the opaque tokens of an issuer are recognized.
#[cfg(feature = "introspection")]
#[derive(Clone, Debug)]
pub(crate) enum OpaqueTokens {
    /// Opaque tokens are rejected.
    Rejected,
    /// Opaque tokens start with this prefix.
    Prefixed(Box<str>),
    /// Every opaque token without another issuer's prefix.
    Unprefixed,
}

/// Validates the tokens of every trusted issuer.
pub(crate) struct TokenValidator {
    jwts: JwtValidator,
    #[cfg(feature = "introspection")]
    introspected: Box<[IntrospectedIssuer]>,
    /// The maximum length of a token, in bytes.
    token_limit: usize,
}

impl TokenValidator {
    /// Creates a validator with a JWT cache of `cache_size` bytes.
    ///
    /// Tokens of more than `token_limit` bytes are rejected before anything else.
    pub(crate) fn new(issuers: Vec<TrustedIssuer>, cache_size: u64, token_limit: usize) -> Self {
        let mut jwts = Vec::new();
        #[cfg(feature = "introspection")]
        let mut introspected = Vec::new();
        for issuer in issuers {
            jwts.extend(issuer.jwts);
            #[cfg(feature = "introspection")]
            introspected.extend(issuer.introspected);
        }
        Self {
            jwts: JwtValidator::new(jwts, cache_size),
            #[cfg(feature = "introspection")]
            introspected: introspected.into(),
            token_limit,
        }
    }

    /// Validates a cached token at the current time of `clock`.
    ///
    /// Returns `None` if the token is not cached, or if it is a JWT that an issuer may have to confirm; then,
    /// [`validate`](Self::validate) decides.
    pub(crate) fn validate_cached(
        &self,
        token: &[u8],
        clock: &dyn Clock,
    ) -> Option<Result<Arc<VerifiedToken>, TokenRejection>> {
        if let Err(error) = self.check_length(token) {
            return Some(Err(error));
        }
        #[cfg(feature = "introspection")]
        if !self.introspected.is_empty() {
            let introspector = self.introspector_for_opaque(token)?;
            steps::begin(Step::Introspection);
            return introspector.validate_cached(token);
        }
        self.jwts.validate_cached(token, clock.now())
    }

    /// Validates a token at the current time of `clock`, and again after waiting for an issuer.
    ///
    /// # Errors
    ///
    /// Returns a rejection if the token is invalid, or cannot be validated at present.
    pub(crate) async fn validate(
        &self,
        token: &[u8],
        clock: &dyn Clock,
    ) -> Result<Arc<VerifiedToken>, TokenRejection> {
        self.check_length(token)?;
        #[cfg(feature = "introspection")]
        if !self.introspected.is_empty() {
            return self.validate_or_introspect(token, clock).await;
        }
        self.jwts.validate(token, clock).await
    }

    fn check_length(&self, token: &[u8]) -> Result<(), TokenRejection> {
        steps::begin(Step::TokenLength);
        if token.len() > self.token_limit {
            return Err(TokenRejection::Invalid(TokenError::TooLong));
        }
        Ok(())
    }

    /// Returns the number of cached tokens and their total size in bytes.
    pub(crate) fn cached_tokens(&self) -> (usize, u64) {
        let jwts = self.jwts.cached_tokens();
        #[cfg(feature = "introspection")]
        let jwts = self.introspected.iter().fold(jwts, |sum, issuer| {
            let (count, bytes) = issuer.introspector.cached_tokens();
            (sum.0 + count, sum.1 + bytes)
        });
        jwts
    }

    /// Returns the longest time for which a token can be accepted after it was issued.
    ///
    /// The clock skew counts twice: once for `iat` and once for `exp`.
    pub(crate) fn longest_acceptance(&self) -> Duration {
        self.rules()
            .map(|rules| {
                let limits = &rules.limits;
                limits.max_lifetime.saturating_add(limits.clock_skew * 2)
            })
            .max()
            .unwrap_or_default()
    }

    /// Returns the issuers whose tokens cannot be validated at present, and the error if known.
    pub(crate) fn unready_issuers(&self, now: NumericDate) -> Vec<(&str, Option<String>)> {
        let jwts = self.jwts.issuers().iter().filter_map(|issuer| {
            let is_unready = issuer.keys.current(now).is_err();
            is_unready.then(|| (&*issuer.rules.issuer, issuer.keys.last_error()))
        });
        #[cfg(feature = "introspection")]
        let jwts = jwts.chain(self.introspected.iter().filter_map(|issuer| {
            let introspector = &issuer.introspector;
            let error = introspector.check_ready(now).err()?;
            Some((&*introspector.rules().issuer, error))
        }));
        jwts.collect()
    }

    /// Returns the keys that are skipped in each issuer's key set, if there are any.
    pub(crate) fn skipped_keys(&self) -> impl Iterator<Item = (&str, SkippedKeys)> {
        let issuers = self.jwts.issuers().iter();
        let skipped = issuers.map(|issuer| (&*issuer.rules.issuer, issuer.keys.skipped()));
        skipped.filter(|(_, skipped)| skipped.count() > 0)
    }

    #[cfg(test)]
    pub(crate) fn jwt_issuers(&self) -> &[JwtIssuer] {
        self.jwts.issuers()
    }

    fn rules(&self) -> impl Iterator<Item = &TokenRules> {
        let rules = self.jwts.issuers().iter().map(|issuer| &issuer.rules);
        #[cfg(feature = "introspection")]
        let rules = rules.chain(
            self.introspected
                .iter()
                .map(|issuer| issuer.introspector.rules()),
        );
        rules
    }

    #[cfg(feature = "introspection")]
    async fn validate_or_introspect(
        &self,
        token: &[u8],
        clock: &dyn Clock,
    ) -> Result<Arc<VerifiedToken>, TokenRejection> {
        if let Some(introspector) = self.introspector_for_opaque(token) {
            steps::begin(Step::Introspection);
            if !is_b64token(token) {
                return Err(TokenRejection::Malformed);
            }
            return introspector.validate(token, None).await;
        }
        let verified = self.jwts.validate(token, clock).await?;
        match self.introspector_for_jwt(verified.issuer()) {
            Some(introspector) => {
                steps::begin(Step::Introspection);
                introspector.validate(token, Some(&verified)).await
            }
            None => Ok(verified),
        }
    }

    /// Returns the introspector of an opaque token's issuer; `None` if the token is a JWT.
    #[cfg(feature = "introspection")]
    fn introspector_for_opaque(&self, token: &[u8]) -> Option<&Arc<Introspector>> {
        let prefixed = |issuer: &&IntrospectedIssuer| match &issuer.opaque {
            OpaqueTokens::Prefixed(prefix) => token.starts_with(prefix.as_bytes()),
            OpaqueTokens::Rejected | OpaqueTokens::Unprefixed => false,
        };
        let unprefixed =
            |issuer: &&IntrospectedIssuer| matches!(issuer.opaque, OpaqueTokens::Unprefixed);
        let mut issuers = self.introspected.iter();
        let found = issuers.clone().find(prefixed).or_else(|| {
            let is_jwt = memchr::memchr_iter(b'.', token).count() == 2;
            issuers.find(unprefixed).filter(|_| !is_jwt)
        });
        found.map(|issuer| &issuer.introspector)
    }

    /// Returns the introspector that must confirm JWTs of `issuer`, if any.
    #[cfg(feature = "introspection")]
    fn introspector_for_jwt(&self, issuer: &str) -> Option<&Arc<Introspector>> {
        self.introspected
            .iter()
            .find(|introspected| {
                introspected.jwts && *introspected.introspector.rules().issuer == *issuer
            })
            .map(|introspected| &introspected.introspector)
    }
}
