//! Private keys that sign JWTs.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaEncoding,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::keys::Algorithm;
use crate::keys::key_pair::KeyPair;

/// A private key, bound to one algorithm: RS256, PS256, ES256 or `EdDSA` (Ed25519).
///
/// Its ID is the thumbprint of the public key ([RFC 7638]), so that a key never has two names.
///
/// [RFC 7638]: https://www.rfc-editor.org/rfc/rfc7638
#[derive(Clone)]
pub(crate) struct SigningKey {
    algorithm: Algorithm,
    kid: Box<str>,
    pair: KeyPair,
}

/// The header of a JWT.
#[derive(Serialize)]
struct Header<'a> {
    typ: &'a str,
    alg: Algorithm,
    kid: &'a str,
}

impl SigningKey {
    /// Generates a key; RSA keys have 2048 bits.
    ///
    /// Returns `None` if the algorithm is another one, or if the system has no randomness.
    pub(crate) fn generate(algorithm: Algorithm) -> Option<Self> {
        let pkcs8 = match algorithm {
            Algorithm::RS256 | Algorithm::PS256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).ok()?;
                let der: Pkcs8V1Der<'_> = pair.as_der().ok()?;
                Zeroizing::new(der.as_ref().to_vec())
            }
            Algorithm::ES256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).ok()?;
                Zeroizing::new(pair.to_pkcs8v1().ok()?.as_ref().to_vec())
            }
            Algorithm::EdDSA => {
                let pair = Ed25519KeyPair::generate().ok()?;
                Zeroizing::new(pair.to_pkcs8v1().ok()?.as_ref().to_vec())
            }
            _ => return None,
        };
        Self::from_pkcs8(algorithm, &pkcs8)
    }

    /// Reads a key; returns `None` unless it is a key of the algorithm.
    pub(crate) fn from_pkcs8(algorithm: Algorithm, pkcs8: &[u8]) -> Option<Self> {
        let rsa = |encoding: &'static dyn RsaEncoding| {
            let pair = RsaKeyPair::from_pkcs8(pkcs8).ok()?;
            Some(KeyPair::Rsa(Arc::new(pair), encoding))
        };
        let pair = match algorithm {
            Algorithm::RS256 => rsa(&RSA_PKCS1_SHA256)?,
            Algorithm::PS256 => rsa(&RSA_PSS_SHA256)?,
            Algorithm::ES256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8);
                KeyPair::P256(Arc::new(pair.ok()?))
            }
            Algorithm::EdDSA => {
                let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8);
                KeyPair::Ed25519(Arc::new(pair.ok()?))
            }
            _ => return None,
        };
        let kid = pair.thumbprint().into();
        Some(Self {
            algorithm,
            kid,
            pair,
        })
    }

    /// Returns the private key as PKCS #8, or `None` if it cannot be encoded.
    pub(crate) fn to_pkcs8(&self) -> Option<Zeroizing<Vec<u8>>> {
        let der = match &self.pair {
            KeyPair::Rsa(pair, _) => {
                let der: Pkcs8V1Der<'_> = pair.as_der().ok()?;
                der.as_ref().to_vec()
            }
            KeyPair::P256(pair) => pair.to_pkcs8v1().ok()?.as_ref().to_vec(),
            KeyPair::Ed25519(pair) => pair.to_pkcs8v1().ok()?.as_ref().to_vec(),
        };
        Some(Zeroizing::new(der))
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    /// Signs claims as a JWT of the type `typ`; returns `None` if signing fails.
    pub(crate) fn sign_jwt(&self, typ: &str, claims: &impl Serialize) -> Option<String> {
        let header = Header {
            typ,
            alg: self.algorithm,
            kid: &self.kid,
        };
        let header = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&header).ok()?);
        let claims = URL_SAFE_NO_PAD.encode(serde_json::to_vec(claims).ok()?);
        let mut token = format!("{header}.{claims}");
        let signature = self.pair.sign(token.as_bytes())?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Some(token)
    }

    /// Returns the public key as a JWK ([RFC 7517]).
    ///
    /// [RFC 7517]: https://www.rfc-editor.org/rfc/rfc7517
    pub(crate) fn jwk(&self) -> Value {
        let mut jwk = self.pair.public_members();
        if let Value::Object(members) = &mut jwk {
            members.insert("kid".to_owned(), json!(self.kid));
            members.insert("alg".to_owned(), json!(self.algorithm));
            members.insert("use".to_owned(), json!("sig"));
        }
        jwk
    }
}

impl KeyPair {
    /// Returns the members of the public key that its thumbprint covers (RFC 7638 §3.2, RFC 8037 §2).
    fn public_members(&self) -> Value {
        match self {
            Self::Rsa(pair, _) => {
                let public = pair.public_key();
                json!({
                    "e": base64url(public.exponent().big_endian_without_leading_zero()),
                    "kty": "RSA",
                    "n": base64url(public.modulus().big_endian_without_leading_zero()),
                })
            }
            Self::P256(pair) => {
                // an uncompressed point of SEC 1: 0x04, then x and y of 32 bytes each
                let point = pair.public_key().as_ref();
                let (_, coordinates) = point.split_at(1);
                let (x, y) = coordinates.split_at(32);
                json!({ "crv": "P-256", "kty": "EC", "x": base64url(x), "y": base64url(y) })
            }
            Self::Ed25519(pair) => json!({
                "crv": "Ed25519", "kty": "OKP", "x": base64url(pair.public_key().as_ref()),
            }),
        }
    }

    fn thumbprint(&self) -> String {
        // in lexicographic order, without white space: `serde_json` sorts the members, unless a dependent crate enables
        // `preserve_order`, and they are written in this order above
        let members = self.public_members().to_string();
        base64url(digest(&SHA256, members.as_bytes()).as_ref())
    }
}

fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Omits the private key.
impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("algorithm", &self.algorithm)
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{DEFAULT_ALGORITHMS, KeySet, parse_jwks};

    #[test]
    fn signature_verifies_with_the_published_key() {
        for algorithm in DEFAULT_ALGORITHMS {
            let key = SigningKey::generate(algorithm).unwrap();
            let key = SigningKey::from_pkcs8(algorithm, &key.to_pkcs8().unwrap()).unwrap();
            let token = key.sign_jwt("at+jwt", &json!({ "sub": "alice" })).unwrap();
            let jwks = json!({ "keys": [key.jwk()] }).to_string();
            let (keys, skipped) = parse_jwks(jwks.as_bytes(), &[algorithm]).unwrap();
            let keys = KeySet::new(keys, skipped).unwrap();
            let key = keys.select(Some(key.kid()), algorithm).unwrap();
            let (input, signature) = token.rsplit_once('.').unwrap();
            let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
            assert!(key.verifies(input.as_bytes(), &signature), "{algorithm:?}");
            assert!(!key.verifies(b"other", &signature), "{algorithm:?}");
        }
    }

    #[test]
    fn other_algorithms_have_no_key() {
        for algorithm in [Algorithm::HS256, Algorithm::ES384, Algorithm::RS512] {
            assert!(SigningKey::generate(algorithm).is_none(), "{algorithm:?}");
        }
        let key = SigningKey::generate(Algorithm::ES256).unwrap();
        let pkcs8 = key.to_pkcs8().unwrap();
        assert!(SigningKey::from_pkcs8(Algorithm::EdDSA, &pkcs8).is_none());
        assert!(SigningKey::from_pkcs8(Algorithm::ES256, &pkcs8[..20]).is_none());
    }

    /// The example of RFC 8037 appendix A.3.
    #[test]
    fn key_id_is_the_thumbprint() {
        let seed = URL_SAFE_NO_PAD
            .decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
            .unwrap();
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
        let pkcs8 = pair.to_pkcs8v1().unwrap();
        let key = SigningKey::from_pkcs8(Algorithm::EdDSA, pkcs8.as_ref()).unwrap();
        assert_eq!(key.kid(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }
}
