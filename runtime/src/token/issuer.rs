//! One trusted issuer's part in proving a token: by its keys.

use crate::claims::NumericDate;
use crate::keys::{Algorithm, KeySource};
use crate::token::denial::Unavailable;
use crate::token::error::TokenError;
use crate::token::header::UntrustedHeader;
use crate::token::rules::Rules;

/// An issuer whose JWTs are accepted.
#[derive(Debug)]
pub(crate) struct TrustedIssuer {
    pub(crate) rules: Rules,
    pub(crate) algorithms: Box<[Algorithm]>,
    pub(crate) keys: KeySource,
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
        if !self.rules.form.has_type(header.typ.as_deref()) {
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
}
