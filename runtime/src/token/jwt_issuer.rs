//! An issuer of JWTs, and the verification of signatures with its keys.

use crate::claims::NumericDate;
use crate::keys::{Algorithm, KeySource};
use crate::token::error::TokenError;
use crate::token::header::UntrustedHeader;
use crate::token::rejection::Unavailable;
use crate::token::rules::TokenRules;

/// An issuer whose JWTs are accepted.
#[derive(Debug)]
pub(crate) struct JwtIssuer {
    pub(crate) rules: TokenRules,
    pub(crate) algorithms: Box<[Algorithm]>,
    pub(crate) keys: KeySource,
}

/// The decoded parts of a JWT that a signature check needs; nothing in them is verified.
pub(super) struct UntrustedJwt<'a> {
    pub(super) header: &'a UntrustedHeader<'a>,
    pub(super) signing_input: &'a [u8],
    pub(super) signature: Vec<u8>,
}

/// The reason why a signature could not be verified with an issuer's keys.
pub(super) enum Unverified {
    Rejected(Stage),
    Unavailable(Unavailable),
}

/// The check that rejected a token, in the order of the checks.
///
/// If several issuers reject a token, the furthest stage is reported.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    Algorithm,
    Type,
    Key { generation: u64 },
    Signature { generation: u64 },
    Issuer,
}

impl Stage {
    /// Returns the generation of keys without the key of the token, if newer keys may have it.
    ///
    /// An issuer may replace a key under the same `kid`, or without one. The replaced key then does
    /// not verify the signature.
    pub(super) const fn outdated_generation(self) -> Option<u64> {
        match self {
            Self::Key { generation } | Self::Signature { generation } => Some(generation),
            Self::Algorithm | Self::Type | Self::Issuer => None,
        }
    }
}

impl From<Stage> for TokenError {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Algorithm => Self::Algorithm,
            Stage::Type => Self::Type,
            Stage::Key { .. } => Self::UnknownKey,
            Stage::Signature { .. } => Self::Signature,
            Stage::Issuer => Self::Issuer,
        }
    }
}

impl From<Stage> for Unverified {
    fn from(stage: Stage) -> Self {
        Self::Rejected(stage)
    }
}

impl JwtIssuer {
    /// Verifies the signature with this issuer's keys, and checks algorithm and type.
    ///
    /// Returns the generation of the keys.
    ///
    /// # Errors
    ///
    /// Returns the check that rejected the token, or the reason why the keys are unavailable.
    pub(super) fn verify_signature(
        &self,
        jwt: &UntrustedJwt<'_>,
        now: NumericDate,
    ) -> Result<u64, Unverified> {
        let header = jwt.header;
        if !self.algorithms.contains(&header.algorithm) {
            return Err(Stage::Algorithm.into());
        }
        if !self.rules.format.accepts_type(header.typ.as_deref()) {
            return Err(Stage::Type.into());
        }
        let keys = self
            .keys
            .current(now)
            .map_err(|keys| Unverified::Unavailable(keys.into()))?;
        let generation = keys.generation();
        let mut candidates = keys
            .candidates(header.kid.as_deref(), header.algorithm)
            .peekable();
        if candidates.peek().is_none() {
            return Err(Stage::Key { generation }.into());
        }
        if candidates.any(|key| key.verifies(jwt.signing_input, &jwt.signature)) {
            Ok(generation)
        } else {
            Err(Stage::Signature { generation }.into())
        }
    }
}
