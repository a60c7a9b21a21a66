//! The validation of JWTs: first the signature, then the claims.

use std::sync::Arc;

use crate::claims::NumericDate;
use crate::clock::Clock;
use crate::steps::{self, Step};
use crate::token::bearer::is_b64token;
#[cfg(feature = "metrics")]
use crate::token::cache::record_lookup;
use crate::token::claims::Claims;
use crate::token::compact::UntrustedCompact;
use crate::token::error::TokenError;
use crate::token::header::UntrustedHeader;
use crate::token::jwt_cache::{CachedJwt, JwtCache};
use crate::token::jwt_issuer::{JwtIssuer, Stage, UntrustedJwt, Unverified};
use crate::token::known_headers::KnownHeaders;
use crate::token::profile::require_non_empty;
use crate::token::rejection::{TokenRejection, Unavailable};
use crate::token::rules::TokenRules;
use crate::token::verified::VerifiedToken;

/// Validates JWTs in compact form.
pub(crate) struct JwtValidator {
    issuers: Box<[JwtIssuer]>,
    cache: JwtCache,
    headers: KnownHeaders,
}

/// The outcome of trying the keys of every issuer once.
enum VerificationOutcome {
    /// An issuer's key verified the signature. The claims may still be invalid.
    Verified(Result<CachedJwt, TokenError>),
    /// No issuer's current key verified the signature.
    Unverified {
        furthest: Stage,
        unavailable: Option<Unavailable>,
        /// The issuers without the key of the token, and the generation of keys that was tried.
        unknown_key: Vec<(usize, u64)>,
    },
}

impl JwtValidator {
    /// Creates a validator with a cache of `cache_size` bytes.
    pub(crate) fn new(issuers: Vec<JwtIssuer>, cache_size: u64) -> Self {
        Self {
            issuers: issuers.into(),
            cache: JwtCache::new(cache_size),
            headers: KnownHeaders::default(),
        }
    }

    pub(crate) fn issuers(&self) -> &[JwtIssuer] {
        &self.issuers
    }

    /// Returns the number of cached tokens and their total size in bytes.
    pub(crate) fn cached_tokens(&self) -> (usize, u64) {
        self.cache.size()
    }

    /// Validates a token at the current time of `clock`, and again after waiting for keys.
    ///
    /// # Errors
    ///
    /// Returns a rejection if the token is invalid, or cannot be validated at present.
    pub(crate) async fn validate(
        &self,
        token: &[u8],
        clock: &dyn Clock,
    ) -> Result<Arc<VerifiedToken>, TokenRejection> {
        let now = clock.now();
        if let Some(cached) = self.validate_cached(token, now) {
            return cached;
        }
        #[cfg(feature = "metrics")]
        record_lookup(false);
        let verified = self.validate_uncached(token, now, clock).await?;
        let validated = Arc::clone(&verified.token);
        self.cache.insert(token, verified);
        Ok(validated)
    }

    /// Checks the time of a cached token, and that its issuer still has the keys that verified it.
    ///
    /// Returns `None` if the token is not cached.
    pub(crate) fn validate_cached(
        &self,
        token: &[u8],
        now: NumericDate,
    ) -> Option<Result<Arc<VerifiedToken>, TokenRejection>> {
        let cached = self.look_up(token, now)?;
        #[cfg(feature = "metrics")]
        record_lookup(true);
        Some(cached)
    }

    fn look_up(
        &self,
        token: &[u8],
        now: NumericDate,
    ) -> Option<Result<Arc<VerifiedToken>, TokenRejection>> {
        let CachedJwt {
            token: verified,
            issuer,
            generation,
        } = self.cache.get(token)?;
        steps::begin(Step::CachedToken);
        if let Err(error) = verified.check_time(now) {
            self.cache.remove(token);
            return Some(Err(error.into()));
        }
        let current = match self.issuers.get(issuer)?.keys.current(now) {
            Ok(keys) => keys.generation(),
            Err(keys) => return Some(Err(TokenRejection::Unavailable(keys.into()))),
        };
        if current != generation {
            self.cache.remove(token);
            return None;
        }
        Some(Ok(verified))
    }

    async fn validate_uncached(
        &self,
        token: &[u8],
        now: NumericDate,
        clock: &dyn Clock,
    ) -> Result<CachedJwt, TokenRejection> {
        steps::begin(Step::TokenForm);
        let compact = UntrustedCompact::read(token).map_err(|error| {
            if is_b64token(token) {
                TokenRejection::Invalid(error)
            } else {
                TokenRejection::Malformed
            }
        })?;
        steps::begin(Step::TokenHeader);
        let known = self.headers.get(compact.encoded_header());
        let (decoded, read);
        let header = if let Some(known) = &known {
            known.header()
        } else {
            decoded = compact.header()?;
            read = UntrustedHeader::read(&decoded)?;
            &read
        };
        let jwt = UntrustedJwt {
            header,
            signing_input: compact.signing_input(),
            signature: compact.signature()?,
        };
        let mut outcome = self.try_issuers(&compact, &jwt, now);
        if let VerificationOutcome::Unverified { unknown_key, .. } = &outcome
            && self.refresh_keys(unknown_key, clock).await
        {
            outcome = self.try_issuers(&compact, &jwt, clock.now());
        }
        match outcome {
            VerificationOutcome::Verified(validated) => {
                let validated = validated?;
                if known.is_none() {
                    self.headers.add(compact.encoded_header(), header);
                }
                Ok(validated)
            }
            VerificationOutcome::Unverified {
                unavailable: Some(unavailable),
                ..
            } => {
                steps::begin(Step::Signature);
                Err(TokenRejection::Unavailable(unavailable))
            }
            VerificationOutcome::Unverified { furthest, .. } => {
                if furthest.outdated_generation().is_some() {
                    steps::begin(Step::Signature);
                }
                Err(TokenRejection::Invalid(furthest.into()))
            }
        }
    }

    /// Tries the keys of each issuer in turn, and reads the claims only after a trusted key has
    /// verified the signature (CVE-2024-51744).
    ///
    /// The payload never selects the key (CVE-2025-65945): each issuer that has a suitable key
    /// tries it, and `iss` must then be that issuer.
    fn try_issuers(
        &self,
        compact: &UntrustedCompact<'_>,
        jwt: &UntrustedJwt<'_>,
        now: NumericDate,
    ) -> VerificationOutcome {
        let mut furthest = Stage::Algorithm;
        let mut unavailable = None;
        let mut unknown_key = Vec::new();
        for (index, issuer) in self.issuers.iter().enumerate() {
            match issuer.verify_signature(jwt, now) {
                Ok(generation) => {
                    steps::begin(Step::Signature);
                    steps::begin(Step::Claims);
                    match validate_claims(&issuer.rules, compact, jwt, now) {
                        Err(TokenError::Issuer) => furthest = Stage::Issuer,
                        validated => {
                            return VerificationOutcome::Verified(validated.map(|token| {
                                CachedJwt {
                                    token: Arc::new(token),
                                    issuer: index,
                                    generation,
                                }
                            }));
                        }
                    }
                }
                Err(Unverified::Unavailable(keys)) => unavailable = Some(keys),
                Err(Unverified::Rejected(stage)) => {
                    if let Some(generation) = stage.outdated_generation() {
                        unknown_key.push((index, generation));
                    }
                    furthest = furthest.max(stage);
                }
            }
        }
        VerificationOutcome::Unverified {
            furthest,
            unavailable,
            unknown_key,
        }
    }

    /// Waits for the key fetches that an unknown key justifies, all at the same time.
    ///
    /// Returns whether one of these issuers now has different keys.
    async fn refresh_keys(&self, unknown_key: &[(usize, u64)], clock: &dyn Clock) -> bool {
        let sources = || {
            let issuers = unknown_key.iter();
            issuers.filter_map(|(index, generation)| {
                Some((&self.issuers.get(*index)?.keys, *generation))
            })
        };
        // a fetch in flight may have started before the key was published; then a second one starts
        for _ in 0..2 {
            let now = clock.now();
            let fetches: Vec<_> = sources()
                .filter_map(|(keys, generation)| keys.refresh_for_unknown_key(generation, now))
                .collect();
            for fetch in fetches {
                fetch.finished().await;
            }
            if sources().any(|(keys, generation)| keys.generation() != generation) {
                return true;
            }
        }
        false
    }
}

/// Reads and validates the claims of a token whose signature is verified.
fn validate_claims(
    rules: &TokenRules,
    compact: &UntrustedCompact<'_>,
    jwt: &UntrustedJwt<'_>,
    now: NumericDate,
) -> Result<VerifiedToken, TokenError> {
    let payload = compact.payload()?;
    let claims = rules.read(&payload).map_err(|error| {
        // issuers may share keys, and the claims may be valid in another issuer's profile
        match Claims::read_issuer(&payload) {
            Some(issuer) if *issuer != *rules.issuer => TokenError::Issuer,
            _ => error,
        }
    })?;
    if require_non_empty("iss", claims.iss.as_deref())? != &*rules.issuer {
        return Err(TokenError::Issuer);
    }
    jwt.header.check_repeated_claims(&claims)?;
    rules.verify(&claims, now)
}
