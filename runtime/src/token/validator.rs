//! The judge of tokens: signature first, then everything that the token says.

use std::sync::Arc;

use crate::claims::NumericDate;
use crate::clock::Clock;
use crate::token::bearer::is_b64token;
use crate::token::claims::Claims;
use crate::token::compact::UntrustedCompact;
use crate::token::denial::{Denial, Unavailable};
use crate::token::error::TokenError;
use crate::token::header::UntrustedHeader;
use crate::token::issuer::{Stage, TrustedIssuer, Unproved, Untrusted};
use crate::token::profile::present;
use crate::token::remembered::{Remembered, RememberedTokens};
use crate::token::rules::Rules;
use crate::token::verified::VerifiedToken;

/// Tells whether a token is good; one way of doing so per kind of token.
pub(crate) trait Validator {
    /// Judges a token at the instant that `clock` tells; anew after waiting for something.
    fn validate(
        &self,
        token: &[u8],
        clock: &dyn Clock,
    ) -> impl Future<Output = Result<Arc<VerifiedToken>, Denial>> + Send;
}

/// Validates JWTs in compact form.
pub(crate) struct JwtValidator {
    issuers: Box<[TrustedIssuer]>,
    remembered: RememberedTokens,
}

/// What became of a token when every issuer was asked once.
enum Judgement {
    /// An issuer's key signed it and its claims were read.
    Final(Result<Remembered, TokenError>),
    /// No issuer's present keys say that it is theirs.
    Unproved {
        furthest: Stage,
        unavailable: Option<Unavailable>,
        /// The issuers that have no fitting key, and the generation that was looked at.
        unknown_key: Vec<(usize, u64)>,
    },
}

impl JwtValidator {
    /// Remembers verified tokens in `capacity` bytes.
    pub(crate) fn new(issuers: Vec<TrustedIssuer>, capacity: u64) -> Self {
        Self {
            issuers: issuers.into(),
            remembered: RememberedTokens::new(capacity),
        }
    }

    pub(crate) fn issuers(&self) -> &[TrustedIssuer] {
        &self.issuers
    }

    /// How many tokens are remembered, and in how many bytes.
    pub(crate) fn remembered(&self) -> (usize, u64) {
        self.remembered.size()
    }

    /// A token that was verified before, judged by the present instant, where the keys are still the
    /// same.
    fn recall(&self, token: &[u8], now: NumericDate) -> Option<Result<Arc<VerifiedToken>, Denial>> {
        let Remembered {
            token: verified,
            issuer,
            generation,
        } = self.remembered.get(token)?;
        if let Err(error) = verified.judge_time(now) {
            self.remembered.forget(token);
            return Some(Err(error.into()));
        }
        let current = match self.issuers.get(issuer)?.keys.current(now) {
            Ok(keys) => keys.generation(),
            Err(unavailable) => return Some(Err(Denial::Unavailable(unavailable.into()))),
        };
        if current != generation {
            self.remembered.forget(token);
            return None;
        }
        Some(Ok(verified))
    }

    /// Asks each issuer in turn, and reads the claims only once a trusted key has signed them
    /// (CVE-2024-51744).
    ///
    /// The payload never says which key to use (CVE-2025-65945): each issuer that has a
    /// fitting key tries it, and `iss` must then be that issuer.
    fn judge(
        &self,
        compact: &UntrustedCompact<'_>,
        untrusted: &Untrusted<'_>,
        now: NumericDate,
    ) -> Judgement {
        let mut furthest = Stage::Algorithm;
        let mut unavailable = None;
        let mut unknown_key = Vec::new();
        for (at, issuer) in self.issuers.iter().enumerate() {
            match issuer.prove(untrusted, now) {
                Ok(generation) => match accept(&issuer.rules, compact, untrusted, now) {
                    Err(TokenError::Issuer) => furthest = Stage::Issuer,
                    judged => {
                        return Judgement::Final(judged.map(|token| Remembered {
                            token: Arc::new(token),
                            issuer: at,
                            generation,
                        }));
                    }
                },
                Err(Unproved::Unavailable(keys)) => unavailable = Some(keys),
                Err(Unproved::Refused(stage)) => {
                    if let Stage::Key { generation } = stage {
                        unknown_key.push((at, generation));
                    }
                    furthest = furthest.max(stage);
                }
            }
        }
        Judgement::Unproved {
            furthest,
            unavailable,
            unknown_key,
        }
    }

    /// Whether one of these issuers has other keys, once the fetches that this gives reason for
    /// have ended; they run at the same time.
    async fn renew(&self, unknown_key: &[(usize, u64)], clock: &dyn Clock) -> bool {
        let concerned = || {
            let issuers = unknown_key.iter();
            issuers.filter_map(|(at, generation)| Some((&self.issuers.get(*at)?.keys, *generation)))
        };
        // one that was under way may have asked before the key was there: then one begins after it
        for _ in 0..2 {
            let now = clock.now();
            let renewals: Vec<_> = concerned()
                .filter_map(|(keys, generation)| keys.renewal(generation, now))
                .collect();
            for renewal in renewals {
                renewal.end().await;
            }
            if concerned().any(|(keys, generation)| keys.generation() != generation) {
                return true;
            }
        }
        false
    }

    async fn verify(
        &self,
        token: &[u8],
        now: NumericDate,
        clock: &dyn Clock,
    ) -> Result<Remembered, Denial> {
        let compact = UntrustedCompact::read(token).map_err(|error| {
            if is_b64token(token) {
                Denial::Invalid(error)
            } else {
                Denial::Malformed
            }
        })?;
        let header = compact.header()?;
        let untrusted = Untrusted {
            header: UntrustedHeader::read(&header)?,
            signing_input: compact.signing_input(),
            signature: compact.signature()?,
        };
        let mut judgement = self.judge(&compact, &untrusted, now);
        if let Judgement::Unproved { unknown_key, .. } = &judgement
            && self.renew(unknown_key, clock).await
        {
            judgement = self.judge(&compact, &untrusted, clock.now());
        }
        match judgement {
            Judgement::Final(judged) => Ok(judged?),
            Judgement::Unproved {
                unavailable: Some(unavailable),
                ..
            } => Err(Denial::Unavailable(unavailable)),
            Judgement::Unproved { furthest, .. } => Err(Denial::Invalid(furthest.into())),
        }
    }
}

/// Reads and judges the claims that the issuer's key has signed.
fn accept(
    rules: &Rules,
    compact: &UntrustedCompact<'_>,
    untrusted: &Untrusted<'_>,
    now: NumericDate,
) -> Result<VerifiedToken, TokenError> {
    let payload = compact.payload()?;
    let claims = Claims::read(&payload, &rules.form.names, &rules.roles).map_err(|error| {
        // with shared keys they may be another issuer's, in whose profile the same is right
        match Claims::issuer_in(&payload) {
            Some(named) if *named != *rules.issuer => TokenError::Issuer,
            _ => error,
        }
    })?;
    if present("iss", claims.iss.as_deref())? != &*rules.issuer {
        return Err(TokenError::Issuer);
    }
    untrusted.header.agrees_with(&claims)?;
    let facts = rules.accept(claims, now)?;
    Ok(VerifiedToken::new(facts, payload))
}

impl Validator for JwtValidator {
    async fn validate(
        &self,
        token: &[u8],
        clock: &dyn Clock,
    ) -> Result<Arc<VerifiedToken>, Denial> {
        let now = clock.now();
        let recalled = self.recall(token, now);
        #[cfg(feature = "metrics")]
        crate::token::remembered::count(recalled.is_some());
        if let Some(recalled) = recalled {
            return recalled;
        }
        // boxed: what a remembered token does not need stays out of every request's future
        let verified = Box::pin(self.verify(token, now, clock)).await?;
        let token_of_caller = Arc::clone(&verified.token);
        self.remembered.insert(token, verified);
        Ok(token_of_caller)
    }
}
