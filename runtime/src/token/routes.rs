//! Which judge a token goes to: as configuration declares it, never by trying them all.
//!
//! A token with a declared prefix is that issuer's. Another that has three parts with dots between
//! them is a JWT, and its signature tells whose. What remains goes to the one issuer whose opaque
//! tokens have no prefix.

use std::sync::Arc;
use std::time::Duration;

use crate::claims::NumericDate;
use crate::clock::Clock;
#[cfg(feature = "introspection")]
use crate::token::bearer::is_b64token;
use crate::token::denial::Denial;
#[cfg(feature = "introspection")]
use crate::token::introspection::Introspector;
use crate::token::issuer::TrustedIssuer;
use crate::token::rules::Rules;
use crate::token::validator::{JwtValidator, Validator};
use crate::token::verified::VerifiedToken;

/// One issuer's tokens, each kind as it is judged; a kind that is not there is refused.
pub(crate) struct Trusted {
    /// Its JWTs, by its keys.
    pub(crate) jwts: Option<TrustedIssuer>,
    #[cfg(feature = "introspection")]
    pub(crate) introspected: Option<Introspected>,
}

/// Which of an issuer's tokens it is asked about.
#[cfg(feature = "introspection")]
pub(crate) struct Introspected {
    pub(crate) introspector: Arc<Introspector>,
    pub(crate) opaque: Opaque,
    /// Whether it is asked about its JWTs, once its keys have proved them.
    pub(crate) jwts: bool,
}

/// How an issuer's opaque tokens are told from others.
#[cfg(feature = "introspection")]
#[derive(Clone, Debug)]
pub(crate) enum Opaque {
    /// They are refused.
    Refused,
    /// They begin so.
    Prefixed(Box<str>),
    /// All that are no other issuer's.
    Unprefixed,
}

/// Judges the tokens of every trusted issuer.
pub(crate) struct TokenValidator {
    jwts: JwtValidator,
    #[cfg(feature = "introspection")]
    introspected: Box<[Introspected]>,
}

impl TokenValidator {
    /// Remembers verified JWTs in `capacity` bytes.
    pub(crate) fn new(issuers: Vec<Trusted>, capacity: u64) -> Self {
        let mut jwts = Vec::new();
        #[cfg(feature = "introspection")]
        let mut introspected = Vec::new();
        for issuer in issuers {
            jwts.extend(issuer.jwts);
            #[cfg(feature = "introspection")]
            introspected.extend(issuer.introspected);
        }
        Self {
            jwts: JwtValidator::new(jwts, capacity),
            #[cfg(feature = "introspection")]
            introspected: introspected.into(),
        }
    }

    /// How many tokens are remembered, and in how many bytes.
    pub(crate) fn remembered(&self) -> (usize, u64) {
        let jwts = self.jwts.remembered();
        #[cfg(feature = "introspection")]
        let jwts = self.introspected.iter().fold(jwts, |sum, issuer| {
            let (count, bytes) = issuer.introspector.remembered();
            (sum.0 + count, sum.1 + bytes)
        });
        jwts
    }

    /// For how long after it was issued a token can be accepted at most, twice the skew included.
    pub(crate) fn longest_lifetime(&self) -> Duration {
        self.rules()
            .map(|rules| {
                let limits = &rules.limits;
                limits.max_lifetime.saturating_add(limits.clock_skew * 2)
            })
            .max()
            .unwrap_or_default()
    }

    #[cfg(test)]
    pub(crate) fn issuers(&self) -> &[TrustedIssuer] {
        self.jwts.issuers()
    }

    fn rules(&self) -> impl Iterator<Item = &Rules> {
        let rules = self.jwts.issuers().iter().map(|issuer| &issuer.rules);
        #[cfg(feature = "introspection")]
        let rules = rules.chain(
            self.introspected
                .iter()
                .map(|issuer| issuer.introspector.rules()),
        );
        rules
    }

    /// The issuers whose tokens cannot be judged at present, with the reason where it is known.
    pub(crate) fn waiting(&self, now: NumericDate) -> Vec<(&str, Option<String>)> {
        let jwts = self.jwts.issuers().iter().filter_map(|issuer| {
            let is_waiting = issuer.keys.current(now).is_err();
            is_waiting.then(|| (&*issuer.rules.issuer, issuer.keys.last_error()))
        });
        #[cfg(feature = "introspection")]
        let jwts = jwts.chain(self.introspected.iter().filter_map(|issuer| {
            let introspector = &issuer.introspector;
            let cause = introspector.ready(now).err()?;
            Some((&*introspector.rules().issuer, cause))
        }));
        jwts.collect()
    }

    #[cfg(feature = "introspection")]
    async fn route(&self, token: &[u8], clock: &dyn Clock) -> Result<Arc<VerifiedToken>, Denial> {
        if let Some(introspector) = self.of_opaque(token) {
            if !is_b64token(token) {
                return Err(Denial::Malformed);
            }
            return introspector.judge(token, None).await;
        }
        let verified = self.jwts.validate(token, clock).await?;
        match self.of_jwt(verified.issuer()) {
            Some(introspector) => introspector.judge(token, Some(&verified)).await,
            None => Ok(verified),
        }
    }

    /// Whose opaque token it is, where it is one.
    #[cfg(feature = "introspection")]
    fn of_opaque(&self, token: &[u8]) -> Option<&Arc<Introspector>> {
        let prefixed = |issuer: &&Introspected| match &issuer.opaque {
            Opaque::Prefixed(prefix) => token.starts_with(prefix.as_bytes()),
            Opaque::Refused | Opaque::Unprefixed => false,
        };
        let unprefixed = |issuer: &&Introspected| matches!(issuer.opaque, Opaque::Unprefixed);
        let mut issuers = self.introspected.iter();
        let found = issuers.clone().find(prefixed).or_else(|| {
            let is_jwt = memchr::memchr_iter(b'.', token).count() == 2;
            issuers.find(unprefixed).filter(|_| !is_jwt)
        });
        found.map(|issuer| &issuer.introspector)
    }

    /// Who confirms a JWT of this issuer, where somebody has to.
    #[cfg(feature = "introspection")]
    fn of_jwt(&self, issuer: &str) -> Option<&Arc<Introspector>> {
        self.introspected
            .iter()
            .find(|introspected| {
                introspected.jwts && *introspected.introspector.rules().issuer == *issuer
            })
            .map(|introspected| &introspected.introspector)
    }
}

impl Validator for TokenValidator {
    async fn validate(
        &self,
        token: &[u8],
        clock: &dyn Clock,
    ) -> Result<Arc<VerifiedToken>, Denial> {
        #[cfg(feature = "introspection")]
        if !self.introspected.is_empty() {
            // boxed: what is not asked about pays nothing for what is
            return Box::pin(self.route(token, clock)).await;
        }
        self.jwts.validate(token, clock).await
    }
}
