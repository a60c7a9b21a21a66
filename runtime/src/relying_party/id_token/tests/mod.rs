//! Each step of OpenID Connect Core §3.1.3.7, broken alone.
#![allow(
    clippy::indexing_slicing,
    clippy::unnecessary_wraps,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

mod claims;
mod confusion;
mod keys;

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;

use crate::claims::NumericDate;
use crate::keys::{KeySet, KeySource, parse_jwks};
use crate::relying_party::id_token::{Expected, IdTokenValidator};
use crate::relying_party::signed_jwt::ProviderKeys;
use crate::relying_party::{IdToken, IdTokenError};
use crate::testing::{EmbeddedIssuer, TestClock, TokenBuilder};
use crate::token::TokenError;

pub(super) const ISSUER: &str = "https://login.example";
pub(super) const CLIENT: &str = "web";
pub(super) const NONCE: &str = "n-0S6_WzA2Mj";
pub(super) const ACCESS_TOKEN: &str = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
pub(super) const CODE: &str = "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk";
pub(super) const SKEW: u64 = 30;

/// A provider, and the validator of one of its clients.
pub(super) struct IdTokenTest {
    pub(super) issuer: EmbeddedIssuer,
    pub(super) clock: TestClock,
    pub(super) validator: IdTokenValidator,
    pub(super) max_age: Option<Duration>,
    pub(super) acr_values: Vec<Box<str>>,
}

impl IdTokenTest {
    pub(super) fn new() -> Self {
        Self::with_algorithm(Algorithm::ES256)
    }

    pub(super) fn with_algorithm(algorithm: Algorithm) -> Self {
        let clock = TestClock::new();
        let issuer = EmbeddedIssuer::new(ISSUER).clock(clock.clone());
        let source = configured(&issuer.jwks(), algorithm);
        let validator = IdTokenValidator {
            issuer: ISSUER.into(),
            client_id: CLIENT.into(),
            trusted_audiences: Box::default(),
            keys: ProviderKeys { algorithm, source },
            clock_skew: Duration::from_secs(SKEW),
            clock: Arc::new(clock.clone()),
        };
        Self {
            issuer,
            clock,
            validator,
            max_age: None,
            acr_values: Vec::new(),
        }
    }

    /// Returns a valid ID token.
    pub(super) fn token(&self) -> TokenBuilder {
        id_token(&self.issuer).algorithm(self.validator.keys.algorithm)
    }

    pub(super) async fn validate_text(&self, token: &str) -> Result<IdToken, IdTokenError> {
        let expected = Expected {
            nonce: NONCE,
            max_age: self.max_age,
            acr_values: &self.acr_values,
            access_token: ACCESS_TOKEN.as_bytes(),
            code: CODE.as_bytes(),
        };
        self.validator.validate(token.as_bytes(), &expected).await
    }

    pub(super) async fn error(&self, token: TokenBuilder) -> Option<IdTokenError> {
        self.validate_text(&token.sign()).await.err()
    }

    /// Returns a time that many seconds after the clock's.
    pub(super) fn at(&self, seconds: i64) -> NumericDate {
        let now = self.clock.time();
        let offset = Duration::from_secs(seconds.unsigned_abs());
        if seconds < 0 {
            now.saturating_sub(offset)
        } else {
            now.saturating_add(offset)
        }
    }
}

pub(super) fn id_token(issuer: &EmbeddedIssuer) -> TokenBuilder {
    issuer
        .token("alice")
        .audience(CLIENT)
        .without("client_id")
        .without("jti")
        .claim("nonce", NONCE)
        .typ("JWT")
}

pub(super) fn configured(jwks: &str, algorithm: Algorithm) -> KeySource {
    let (keys, skipped) = parse_jwks(jwks.as_bytes(), &[algorithm]).unwrap();
    KeySource::configured(KeySet::new(keys, skipped).unwrap())
}

pub(super) fn half_hash(algorithm: &'static digest::Algorithm, text: &str) -> String {
    let hash = digest::digest(algorithm, text.as_bytes());
    let half = hash.as_ref().len() / 2;
    URL_SAFE_NO_PAD.encode(&hash.as_ref()[..half])
}

pub(super) const fn token(error: TokenError) -> Option<IdTokenError> {
    Some(IdTokenError::Token(error))
}
