//! JWTs of clients and of the server.

use serde_json::Value;

use crate::json;
use crate::keys::KeySet;
use crate::relying_party::Members;
use crate::token::{UntrustedCompact, UntrustedHeader};

/// A well-formed JWT whose signature is not verified.
pub(super) struct UntrustedJwt<'a> {
    compact: UntrustedCompact<'a>,
    header: Vec<u8>,
}

impl<'a> UntrustedJwt<'a> {
    /// Reads a JWT; returns `None` unless it is a JWS in compact form with a well-formed header.
    pub(super) fn read(token: &'a str) -> Option<Self> {
        let compact = UntrustedCompact::read(token.as_bytes()).ok()?;
        let header = compact.header().ok()?;
        UntrustedHeader::read(&header).ok()?;
        Some(Self { compact, header })
    }

    pub(super) fn typ(&self) -> Option<String> {
        let header = UntrustedHeader::read(&self.header).ok()?;
        header.typ.map(std::borrow::Cow::into_owned)
    }

    /// Returns the unverified `iss`, to find the keys for [`verify`](Self::verify).
    pub(super) fn unverified_issuer(&self) -> Option<String> {
        Some(self.claims()?.required_string("iss").ok()?.to_owned())
    }

    /// Returns the claims if a key of the set signed them; a key verifies only its algorithm.
    pub(super) fn verify(&self, keys: &KeySet) -> Option<Members> {
        let header = UntrustedHeader::read(&self.header).ok()?;
        let signature = self.compact.signature().ok()?;
        let mut candidates = keys.candidates(header.kid.as_deref(), header.algorithm);
        let input = self.compact.signing_input();
        if !candidates.any(|key| key.verifies(input, &signature)) {
            return None;
        }
        let claims = self.claims()?;
        let audience = claims.audience().ok()?;
        header
            .check_repeated(
                claims.string("iss").ok()?,
                claims.string("sub").ok()?,
                audience.as_ref(),
            )
            .ok()?;
        Some(claims)
    }

    fn claims(&self) -> Option<Members> {
        match json::parse(&self.compact.payload().ok()?) {
            Ok(Value::Object(claims)) => Some(Members::new(claims)),
            _ => None,
        }
    }
}

/// Returns whether a header's `typ` is one of these, in lower case; `application/` is optional (RFC 7515 §4.1.9).
pub(super) fn is_type(typ: impl AsRef<str>, types: &[&str]) -> bool {
    let typ = typ.as_ref();
    let typ = match typ.split_once('/') {
        Some((prefix, name)) if prefix.eq_ignore_ascii_case("application") => name,
        _ => typ,
    };
    types.iter().any(|name| typ.eq_ignore_ascii_case(name))
}
