//! What is known once a token has passed every check.

use std::fmt;
use std::sync::Arc;

use crate::claims::{NumericDate, ScopeSet};

/// A token that passed every check of its issuer's profile.
///
/// Made in this room only.
#[derive(Clone)]
pub struct VerifiedToken {
    pub(super) issuer: Arc<str>,
    pub(super) subject: Box<str>,
    pub(super) client_id: Option<Box<str>>,
    pub(super) jti: Option<Box<str>>,
    pub(super) scopes: ScopeSet,
    pub(super) expires_at: NumericDate,
    pub(super) issued_at: Option<NumericDate>,
    pub(super) source: Source,
}

/// How the token was verified, and the claims as they came.
#[derive(Clone)]
pub(super) enum Source {
    /// Its signature was checked here; the decoded payload.
    Jwt(Box<[u8]>),
}

impl VerifiedToken {
    /// Who issued it, as `iss` says.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Whom it speaks for, as `sub` says; unique only together with the issuer.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The client that asked for it, where the token says.
    pub fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    /// The token's own identifier, where it has one.
    pub fn jti(&self) -> Option<&str> {
        self.jti.as_deref()
    }

    /// The scopes it holds.
    pub fn scopes(&self) -> &ScopeSet {
        &self.scopes
    }

    /// When it ends.
    pub fn expires_at(&self) -> NumericDate {
        self.expires_at
    }

    /// When it was issued, where the token says.
    pub fn issued_at(&self) -> Option<NumericDate> {
        self.issued_at
    }

    /// Every claim, as a JSON object.
    pub(crate) fn claims_json(&self) -> &[u8] {
        let Source::Jwt(payload) = &self.source;
        payload
    }
}

/// Tells that there is one, and nothing of it.
impl fmt::Debug for VerifiedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerifiedToken([redacted])")
    }
}
