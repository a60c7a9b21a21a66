//! The signature verification of one key, prepared when the key is read.

use aws_lc_rs::hmac;
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{self, ParsedPublicKey, RsaParameters, VerificationAlgorithm};
use jsonwebtoken::crypto::JwtVerifier;
use jsonwebtoken::signature::{Error, Verifier};

use crate::keys::Algorithm;
use crate::keys::error::KeyError;
use crate::keys::rsa::RsaComponents;

/// Verifies signatures of one algorithm with one key.
///
/// Unlike jsonwebtoken's verifiers, it does not parse the key again for each signature.
pub(super) struct KeyVerifier {
    algorithm: Algorithm,
    material: Material,
}

enum Material {
    Public(ParsedPublicKey),
    Secret(Box<hmac::Key>),
}

impl KeyVerifier {
    pub(super) fn rsa(algorithm: Algorithm, key: &RsaComponents<'_>) -> Result<Self, KeyError> {
        let parameters = rsa_parameters(algorithm).ok_or(KeyError::Invalid)?;
        let components = PublicKeyComponents { n: key.n, e: key.e };
        let parsed = components
            .to_parsed_public_key(parameters)
            .map_err(|_| KeyError::Invalid)?;
        Ok(Self {
            algorithm,
            material: Material::Public(parsed),
        })
    }

    /// Reads a key on a curve: a point, raw bytes or a `SubjectPublicKeyInfo`.
    pub(super) fn curve(algorithm: Algorithm, key: &[u8]) -> Result<Self, KeyError> {
        let curve = curve_parameters(algorithm).ok_or(KeyError::Invalid)?;
        let parsed = ParsedPublicKey::new(curve, key).map_err(|_| KeyError::Invalid)?;
        Ok(Self {
            algorithm,
            material: Material::Public(parsed),
        })
    }

    pub(super) fn secret(algorithm: Algorithm, secret: &[u8]) -> Result<Self, KeyError> {
        let hash = match algorithm {
            Algorithm::HS256 => hmac::HMAC_SHA256,
            Algorithm::HS384 => hmac::HMAC_SHA384,
            Algorithm::HS512 => hmac::HMAC_SHA512,
            _ => return Err(KeyError::Invalid),
        };
        Ok(Self {
            algorithm,
            material: Material::Secret(Box::new(hmac::Key::new(hash, secret))),
        })
    }
}

impl KeyVerifier {
    /// Returns whether both have the same public key; secrets are never compared.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (&self.material, &other.material) {
            (Material::Public(one), Material::Public(two)) => {
                self.algorithm == other.algorithm && one.as_ref() == two.as_ref()
            }
            _ => false,
        }
    }
}

impl Verifier<Vec<u8>> for KeyVerifier {
    /// Verifies a signature.
    ///
    /// aws-lc compares MACs in constant time, and rejects an ECDSA r or s of 0 or ≥ n.
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), Error> {
        match &self.material {
            Material::Public(key) => key.verify_sig(message, signature),
            Material::Secret(key) => hmac::verify(key, message, signature),
        }
        .map_err(|_| Error::new())
    }
}

impl JwtVerifier for KeyVerifier {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

fn rsa_parameters(algorithm: Algorithm) -> Option<&'static RsaParameters> {
    Some(match algorithm {
        Algorithm::RS256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        Algorithm::RS384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        Algorithm::RS512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        Algorithm::PS256 => &signature::RSA_PSS_2048_8192_SHA256,
        Algorithm::PS384 => &signature::RSA_PSS_2048_8192_SHA384,
        Algorithm::PS512 => &signature::RSA_PSS_2048_8192_SHA512,
        _ => return None,
    })
}

fn curve_parameters(algorithm: Algorithm) -> Option<&'static dyn VerificationAlgorithm> {
    Some(match algorithm {
        Algorithm::ES256 => &signature::ECDSA_P256_SHA256_FIXED,
        Algorithm::ES384 => &signature::ECDSA_P384_SHA384_FIXED,
        Algorithm::EdDSA => &signature::ED25519,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::rsa::{KeyPair, KeySize};
    use aws_lc_rs::signature::{KeyPair as _, RsaEncoding};

    use super::*;

    /// RFC 7518 §3.3 and §3.5.
    #[test]
    fn signature_of_another_rsa_algorithm_is_rejected() {
        let signers: [(Algorithm, &'static dyn RsaEncoding); 6] = [
            (Algorithm::RS256, &signature::RSA_PKCS1_SHA256),
            (Algorithm::RS384, &signature::RSA_PKCS1_SHA384),
            (Algorithm::RS512, &signature::RSA_PKCS1_SHA512),
            (Algorithm::PS256, &signature::RSA_PSS_SHA256),
            (Algorithm::PS384, &signature::RSA_PSS_SHA384),
            (Algorithm::PS512, &signature::RSA_PSS_SHA512),
        ];
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let public = pair.public_key();
        let (n, e) = (public.modulus(), public.exponent());
        let (n, e) = (
            n.big_endian_without_leading_zero(),
            e.big_endian_without_leading_zero(),
        );
        for (signed, encoding) in signers {
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(encoding, &SystemRandom::new(), b"message", &mut signature)
                .unwrap();
            for (checked, _) in signers {
                let verifier = KeyVerifier::rsa(checked, &RsaComponents { n, e }).unwrap();
                let verified = verifier.verify(b"message", &signature);
                assert_eq!(
                    verified.is_ok(),
                    checked == signed,
                    "{signed:?} {checked:?}"
                );
            }
        }
    }
}
