//! The signing keys of an embedded issuer: one per algorithm.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaEncoding,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::testing::or_panic;

/// Four key pairs, each with its own algorithm and `kid`.
///
/// RS256 and PS256 have separate keys, because a key must have one algorithm (RFC 8725 §3.1).
/// Generating a 2048-bit RSA key takes about 0.1 s, even in debug builds.
pub(super) struct KeyRing {
    keys: [SigningKey; 4],
}

pub(super) struct SigningKey {
    algorithm: Algorithm,
    kid: String,
    pair: Pair,
}

enum Pair {
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl KeyRing {
    /// Returns the ring that all issuers of this process share; it is generated on first use.
    pub(super) fn shared() -> Arc<Self> {
        static SHARED: OnceLock<Arc<KeyRing>> = OnceLock::new();
        Arc::clone(SHARED.get_or_init(|| Arc::new(Self::generate())))
    }

    /// Generates a new ring.
    pub(super) fn generate() -> Self {
        static RINGS: AtomicUsize = AtomicUsize::new(1);
        let ring = RINGS.fetch_add(1, Ordering::Relaxed);
        Self {
            keys: [
                Algorithm::RS256,
                Algorithm::PS256,
                Algorithm::ES256,
                Algorithm::EdDSA,
            ]
            .map(|algorithm| SigningKey::generate(algorithm, ring)),
        }
    }

    /// Returns the key for an algorithm, if the ring has one.
    pub(super) fn get(&self, algorithm: Algorithm) -> Option<&SigningKey> {
        self.keys.iter().find(|key| key.algorithm == algorithm)
    }

    pub(super) fn jwks(&self) -> Value {
        json!({ "keys": self.keys.iter().map(SigningKey::jwk).collect::<Vec<_>>() })
    }
}

impl SigningKey {
    fn generate(algorithm: Algorithm, ring: usize) -> Self {
        let rsa = || {
            or_panic(
                RsaKeyPair::generate(KeySize::Rsa2048),
                "cannot generate an RSA key",
            )
        };
        let pair = match algorithm {
            Algorithm::RS256 => Pair::Rsa(rsa(), &RSA_PKCS1_SHA256),
            Algorithm::PS256 => Pair::Rsa(rsa(), &RSA_PSS_SHA256),
            Algorithm::ES256 => Pair::P256(or_panic(
                EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING),
                "cannot generate a P-256 key",
            )),
            _ => Pair::Ed25519(or_panic(
                Ed25519KeyPair::generate(),
                "cannot generate an Ed25519 key",
            )),
        };
        Self {
            algorithm,
            kid: format!("{algorithm:?}-{ring}").to_lowercase(),
            pair,
        }
    }

    pub(super) fn kid(&self) -> &str {
        &self.kid
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let signed = pair.sign(*encoding, &random, message, &mut signature);
                or_panic(signed, "cannot sign with RSA");
                signature
            }
            Pair::P256(pair) => or_panic(pair.sign(&random, message), "cannot sign with ECDSA")
                .as_ref()
                .to_vec(),
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    /// Returns the public key as a JWK (RFC 7517, RFC 7518 §6, RFC 8037 §2).
    pub(super) fn jwk(&self) -> Value {
        let mut jwk = match &self.pair {
            Pair::Rsa(pair, _) => {
                let public = pair.public_key();
                json!({
                    "kty": "RSA",
                    "n": base64url(public.modulus().big_endian_without_leading_zero()),
                    "e": base64url(public.exponent().big_endian_without_leading_zero()),
                })
            }
            Pair::P256(pair) => {
                // an uncompressed point of SEC 1: 0x04, then x and y of 32 bytes each
                let point = pair.public_key().as_ref();
                let (_, coordinates) = point.split_at(1);
                let (x, y) = coordinates.split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y) })
            }
            Pair::Ed25519(pair) => json!({
                "kty": "OKP", "crv": "Ed25519", "x": base64url(pair.public_key().as_ref()),
            }),
        };
        if let Value::Object(members) = &mut jwk {
            members.insert("kid".to_owned(), self.kid.as_str().into());
            members.insert("alg".to_owned(), format!("{:?}", self.algorithm).into());
            members.insert("use".to_owned(), "sig".into());
        }
        jwk
    }

    /// Returns the public key as a PEM `SubjectPublicKeyInfo`.
    pub(super) fn pem(&self) -> String {
        let der: Result<PublicKeyX509Der<'_>, _> = match &self.pair {
            Pair::Rsa(pair, _) => pair.public_key().as_der(),
            Pair::P256(pair) => pair.public_key().as_der(),
            Pair::Ed25519(pair) => pair.public_key().as_der(),
        };
        let text = STANDARD.encode(or_panic(der, "cannot encode the public key").as_ref());
        let mut pem = "-----BEGIN PUBLIC KEY-----\n".to_owned();
        for (index, character) in text.chars().enumerate() {
            if index > 0 && index % 64 == 0 {
                pem.push('\n');
            }
            pem.push(character);
        }
        pem.push_str("\n-----END PUBLIC KEY-----\n");
        pem
    }
}

pub(super) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::DecodingKey;
    use jsonwebtoken::jwk::Jwk;

    use super::*;

    const ALGORITHMS: [Algorithm; 4] = [
        Algorithm::RS256,
        Algorithm::PS256,
        Algorithm::ES256,
        Algorithm::EdDSA,
    ];

    /// jsonwebtoken verifies the signatures, as an independent implementation.
    #[test]
    fn jwk_verifies_signatures_of_its_key() {
        let ring = KeyRing::shared();
        for algorithm in ALGORITHMS {
            let key = ring.get(algorithm).unwrap();
            let jwk: Jwk = serde_json::from_value(key.jwk()).unwrap();
            let public = DecodingKey::from_jwk(&jwk).unwrap();
            let signature = base64url(&key.sign(b"message"));
            let verify = |message: &[u8]| {
                jsonwebtoken::crypto::verify(&signature, message, &public, algorithm).unwrap()
            };
            assert!(verify(b"message"), "{algorithm:?}");
            assert!(!verify(b"massage"), "{algorithm:?}");
            assert_eq!(jwk.common.key_id.as_deref(), Some(key.kid()));
        }
    }

    #[test]
    fn pem_and_jwk_have_the_same_key() {
        let ring = KeyRing::shared();
        for algorithm in ALGORITHMS {
            let key = ring.get(algorithm).unwrap();
            let pem = key.pem();
            let public = match algorithm {
                Algorithm::ES256 => DecodingKey::from_ec_pem(pem.as_bytes()),
                Algorithm::EdDSA => DecodingKey::from_ed_pem(pem.as_bytes()),
                _ => DecodingKey::from_rsa_pem(pem.as_bytes()),
            }
            .unwrap();
            let signature = base64url(&key.sign(b"message"));
            assert!(
                jsonwebtoken::crypto::verify(&signature, b"message", &public, algorithm).unwrap(),
                "{algorithm:?}"
            );
        }
    }

    #[test]
    fn jwks_lists_each_key_once_without_private_members() {
        let set = KeyRing::shared().jwks();
        let keys = set["keys"].as_array().unwrap();
        assert_eq!(keys.len(), 4);
        let kids: std::collections::HashSet<_> = keys.iter().map(|key| &key["kid"]).collect();
        assert_eq!(kids.len(), 4);
        for key in keys {
            assert_eq!(key["use"], "sig");
            for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert!(key.get(private).is_none(), "{private}");
            }
        }
    }

    #[test]
    fn rings_have_different_keys_and_kids() {
        let (shared, own) = (KeyRing::shared(), KeyRing::generate());
        for algorithm in ALGORITHMS {
            let (one, other) = (shared.get(algorithm).unwrap(), own.get(algorithm).unwrap());
            assert_ne!(one.kid(), other.kid());
            assert_ne!(one.pem(), other.pem());
        }
        assert!(Arc::ptr_eq(&shared, &KeyRing::shared()));
    }
}
