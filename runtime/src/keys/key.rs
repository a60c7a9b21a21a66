//! One key bound to one algorithm.

use std::fmt;

use jsonwebtoken::crypto::JwtVerifier as _;
use jsonwebtoken::signature::Verifier as _;

use crate::keys::error::KeyError;
use crate::keys::skipped::SkipReason;
use crate::keys::verifier::KeyVerifier;
use crate::keys::{Algorithm, hmac, jwk, pem};
use crate::secret::Secret;

/// A key that verifies signatures of exactly one algorithm ([RFC 8725 §3.1]).
///
/// [RFC 8725 §3.1]: https://www.rfc-editor.org/rfc/rfc8725#section-3.1
pub(crate) struct Key {
    pub(super) kid: Option<Box<str>>,
    pub(super) verifier: KeyVerifier,
}

impl Key {
    /// Reads a public key from one PEM section `PUBLIC KEY`; it has no `kid`.
    pub(crate) fn from_pem(algorithm: Algorithm, text: &str) -> Result<Self, KeyError> {
        Ok(Self {
            kid: None,
            verifier: pem::read(algorithm, text)?,
        })
    }

    /// Creates a key from a shared secret of at least the hash's size; it has no `kid`.
    pub(crate) fn from_secret(algorithm: Algorithm, secret: &Secret) -> Result<Self, KeyError> {
        Ok(Self {
            kid: None,
            verifier: hmac::verifier(algorithm, secret)?,
        })
    }

    /// Reads a public key from a JWK, or returns the reason why it cannot be used.
    pub(super) fn from_jwk(jwk: &jwk::Object, allowed: &[Algorithm]) -> Result<Self, SkipReason> {
        let (kid, verifier) = jwk::read(jwk, allowed)?;
        Ok(Self { kid, verifier })
    }

    /// Returns the key ID.
    pub(crate) fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Returns the algorithm.
    pub(crate) fn algorithm(&self) -> Algorithm {
        self.verifier.algorithm()
    }

    /// Returns whether both are the same public key with the same `kid`.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.kid == other.kid && self.verifies_same(other)
    }

    /// Returns whether both verify the same signatures, with any `kid`.
    pub(super) fn verifies_same(&self, other: &Self) -> bool {
        self.verifier.is_same(&other.verifier)
    }

    /// Returns whether both have the same `kid`, or none, and the same algorithm.
    pub(super) fn has_same_name(&self, other: &Self) -> bool {
        self.kid == other.kid && self.algorithm() == other.algorithm()
    }

    /// Returns whether `signature` is a signature of `message` by this key.
    pub(crate) fn verifies(&self, message: &[u8], signature: &Vec<u8>) -> bool {
        self.verifier.verify(message, signature).is_ok()
    }
}

/// Prints `kid` and algorithm, without the key.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({:?}, {:?})", self.kid(), self.algorithm())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_prints_no_key_material() {
        let key = Key::from_secret(Algorithm::HS256, &Secret::new([0x61; 32])).unwrap();
        assert_eq!(format!("{key:?}"), "Key(None, HS256)");
    }

    #[test]
    fn secret_rejects_any_other_mac() {
        let key = Key::from_secret(Algorithm::HS256, &Secret::new([7; 32])).unwrap();
        let raw = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &[7; 32]);
        let mac = aws_lc_rs::hmac::sign(&raw, b"message").as_ref().to_vec();
        assert!(key.verifies(b"message", &mac));
        assert!(!key.verifies(b"massage", &mac));
        assert!(!key.verifies(b"message", &Vec::new()));
        assert!(!key.verifies(b"message", &mac.split_at(31).0.to_vec()));
    }
}
