//! Public keys in PEM: one `SubjectPublicKeyInfo` ([RFC 7468 §13]).
//!
//! [RFC 7468 §13]: https://www.rfc-editor.org/rfc/rfc7468#section-13

use aws_lc_rs::rsa::PublicKey;
use rustls_pki_types::pem::{PemObject as _, SectionKind};

use crate::keys::der::{self, read_element};
use crate::keys::error::KeyError;
use crate::keys::rsa::RsaComponents;
use crate::keys::verifier::KeyVerifier;
use crate::keys::{Algorithm, KeyType};

/// Reads a text with exactly one section, `PUBLIC KEY`.
pub(super) fn read(algorithm: Algorithm, text: &str) -> Result<KeyVerifier, KeyError> {
    let mut sections = <(SectionKind, Vec<u8>)>::pem_slice_iter(text.as_bytes());
    let (Some(Ok((SectionKind::PublicKey, der))), None) = (sections.next(), sections.next()) else {
        return Err(KeyError::InvalidPem);
    };
    match KeyType::of(algorithm) {
        Some(KeyType::Rsa) if excludes(&der, algorithm) => Err(KeyError::Invalid),
        Some(KeyType::Rsa) => {
            let key = PublicKey::from_der(&der).map_err(|_| KeyError::Invalid)?;
            KeyVerifier::rsa(algorithm, &RsaComponents::from_der(key.as_ref())?)
        }
        Some(KeyType::P256 | KeyType::P384) if is_p521(&der) => Err(KeyError::UnsupportedCurve),
        Some(KeyType::P256 | KeyType::P384 | KeyType::Ed25519) => {
            KeyVerifier::curve(algorithm, &der)
        }
        Some(KeyType::Secret { .. }) | None => Err(KeyError::Invalid),
    }
}

/// Returns whether an RSA key may not be used with `algorithm`, according to its own identifier.
///
/// A key for RSASSA-PSS has no other use, and may be restricted to parameters, which no algorithm is
/// compared with ([RFC 4055 §1.2, §3.3]).
///
/// [RFC 4055 §1.2, §3.3]: https://www.rfc-editor.org/rfc/rfc4055#section-1.2
fn excludes(der: &[u8], algorithm: Algorithm) -> bool {
    const RSASSA_PSS: [u8; 9] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 10];
    let is_pss = matches!(
        algorithm,
        Algorithm::PS256 | Algorithm::PS384 | Algorithm::PS512
    );
    identifier(der).is_some_and(|(object, parameters)| {
        object == RSASSA_PSS && !(is_pss && parameters.is_empty())
    })
}

/// Returns whether the key is on the curve P-521, which no supported algorithm uses ([RFC 5480 §2.1.1.1]).
///
/// [RFC 5480 §2.1.1.1]: https://www.rfc-editor.org/rfc/rfc5480#section-2.1.1.1
fn is_p521(der: &[u8]) -> bool {
    const SECP521R1: [u8; 5] = [0x2B, 0x81, 0x04, 0x00, 0x23];
    identifier(der)
        .and_then(|(_, parameters)| read_element(der::OBJECT_IDENTIFIER, parameters))
        .is_some_and(|(curve, _)| curve == SECP521R1)
}

/// Returns the algorithm's object identifier and its parameters.
fn identifier(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (key, _) = read_element(der::SEQUENCE, der)?;
    let (identifier, _) = read_element(der::SEQUENCE, key)?;
    read_element(der::OBJECT_IDENTIFIER, identifier)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::AsDer as _;
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING,
        ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaKeyPair,
    };
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn pem(label: &str, der: &[u8]) -> String {
        let body = STANDARD.encode(der);
        format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
    }

    fn rejection(algorithm: Algorithm, text: &str) -> Option<KeyError> {
        read(algorithm, text).err()
    }

    fn rsa() -> String {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        pem("PUBLIC KEY", pair.public_key().as_der().unwrap().as_ref())
    }

    fn p256() -> String {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        pem("PUBLIC KEY", pair.public_key().as_der().unwrap().as_ref())
    }

    fn p384() -> String {
        let pair = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
        pem("PUBLIC KEY", pair.public_key().as_der().unwrap().as_ref())
    }

    fn ed25519() -> String {
        let pair = Ed25519KeyPair::generate().unwrap();
        pem("PUBLIC KEY", pair.public_key().as_der().unwrap().as_ref())
    }

    /// CVE-2022-23539, RFC 7518 §3.4.
    #[test]
    fn key_of_another_type_or_curve_is_rejected() {
        let keys = [rsa(), p256(), p384(), ed25519()];
        for (algorithm, fitting) in [
            (Algorithm::RS256, 0),
            (Algorithm::PS512, 0),
            (Algorithm::ES256, 1),
            (Algorithm::ES384, 2),
            (Algorithm::EdDSA, 3),
            (Algorithm::HS256, usize::MAX),
        ] {
            for (at, key) in keys.iter().enumerate() {
                assert_eq!(
                    rejection(algorithm, key).is_none(),
                    at == fitting,
                    "{algorithm:?} with key {at}"
                );
            }
        }
    }

    /// RFC 4055 §1.2, §3.3.
    #[test]
    fn key_for_pss_is_rejected_with_parameters_or_another_algorithm() {
        let element = |tag: u8, content: &[u8]| {
            let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
            let header = match content.len() {
                0..128 => vec![tag, low],
                _ => vec![tag, 0x82, high, low],
            };
            [&header, content].concat()
        };
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let bits = [&[0], pair.public_key().as_ref()].concat();
        let key = |object: u8, parameters: &[u8]| {
            let object = [6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, object];
            let identifier = element(0x30, &[&object, parameters].concat());
            let key = [identifier, element(3, &bits)].concat();
            pem("PUBLIC KEY", &element(0x30, &key))
        };
        for (algorithm, any, pss) in [
            (Algorithm::RS256, true, false),
            (Algorithm::PS256, true, true),
            (Algorithm::PS384, true, true),
            (Algorithm::PS512, true, true),
            (Algorithm::RS512, true, false),
        ] {
            let is_accepted = |text: &str| rejection(algorithm, text).is_none();
            assert_eq!(is_accepted(&key(1, &[5, 0])), any, "{algorithm:?}");
            assert_eq!(is_accepted(&key(10, &[])), pss, "{algorithm:?}");
            for parameters in [&[5, 0][..], &[0x30, 0], &[0x30, 5, 0xA2, 3, 2, 1, 32]] {
                assert!(!is_accepted(&key(10, parameters)), "{algorithm:?}");
            }
        }
    }

    #[test]
    fn key_on_p521_is_named_in_the_error() {
        let pair = EcdsaKeyPair::generate(&ECDSA_P521_SHA512_FIXED_SIGNING).unwrap();
        let pem = pem("PUBLIC KEY", pair.public_key().as_der().unwrap().as_ref());
        for algorithm in [Algorithm::ES256, Algorithm::ES384] {
            assert_eq!(rejection(algorithm, &pem), Some(KeyError::UnsupportedCurve));
        }
        assert!(KeyError::UnsupportedCurve.to_string().contains("ES512"));
        assert_eq!(rejection(Algorithm::RS256, &pem), Some(KeyError::Invalid));
    }

    #[test]
    fn text_without_exactly_one_public_key_section_is_rejected() {
        let twice = format!("{}{}", p256(), p256());
        let private = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let private = pem("PRIVATE KEY", private.to_pkcs8v1().unwrap().as_ref());
        let both = format!("{}{private}", p256());
        for text in [
            "",
            "no pem at all",
            &twice,
            &private,
            &both,
            &p256().replace("PUBLIC KEY", "CERTIFICATE"),
        ] {
            assert_eq!(
                rejection(Algorithm::ES256, text),
                Some(KeyError::InvalidPem),
                "{text}"
            );
        }
    }

    /// RFC 7518 §3.3.
    #[test]
    fn small_or_malformed_key_is_rejected() {
        // RSAPublicKey of 1024 bits: SEQUENCE { INTEGER n, INTEGER 65537 }
        let mut small = vec![0x30, 0x81, 0x89, 0x02, 0x81, 0x81, 0x00];
        small.extend([0xDB; 128]);
        small.extend([0x02, 0x03, 0x01, 0x00, 0x01]);
        assert_eq!(
            rejection(Algorithm::RS256, &pem("PUBLIC KEY", &small)),
            Some(KeyError::Weak)
        );
        assert_eq!(
            rejection(Algorithm::RS256, &pem("PUBLIC KEY", b"0\x03abc")),
            Some(KeyError::Invalid)
        );
    }
}
