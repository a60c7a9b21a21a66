//! Shared secrets, which must be long enough and must not be a public key.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ParsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::keys::error::KeyError;
use crate::keys::verifier::KeyVerifier;
use crate::keys::{Algorithm, KeyType, der};
use crate::secret::Secret;

/// Creates a verifier from a secret of at least the hash's size ([RFC 7518 §3.2]).
///
/// [RFC 7518 §3.2]: https://www.rfc-editor.org/rfc/rfc7518#section-3.2
pub(super) fn verifier(algorithm: Algorithm, secret: &Secret) -> Result<KeyVerifier, KeyError> {
    let Some(KeyType::Secret { min_len }) = KeyType::of(algorithm) else {
        return Err(KeyError::Invalid);
    };
    if is_public_key(secret.expose()) {
        return Err(KeyError::PublicKeyAsSecret);
    }
    if secret.len() < min_len {
        return Err(KeyError::SecretTooShort { min_len });
    }
    KeyVerifier::secret(algorithm, secret.expose())
}

/// Returns whether the bytes are a public key in PEM, SSH, JWK, DER or point encoding.
///
/// A public key as a secret is a mistake in the configuration that lets anyone sign tokens.
fn is_public_key(bytes: &[u8]) -> bool {
    let text = trim(bytes);
    is_armored(text)
        || is_ssh(text)
        || is_jwk(text)
        || is_der(bytes)
        || is_base64_of_der(text)
        || is_point(bytes)
}

/// Removes whitespace and everything before the first visible character.
///
/// Leading bytes evaded a similar check in CVE-2026-34950.
fn trim(bytes: &[u8]) -> &[u8] {
    let start = bytes
        .iter()
        .position(u8::is_ascii_graphic)
        .unwrap_or(bytes.len());
    bytes.split_at(start).1.trim_ascii_end()
}

fn is_armored(text: &[u8]) -> bool {
    contains(text, b"-----BEGIN") || contains(text, b"---- BEGIN")
}

fn is_ssh(text: &[u8]) -> bool {
    [&b"ssh-"[..], b"ecdsa-sha2-", b"sk-ssh-", b"sk-ecdsa-"]
        .iter()
        .any(|prefix| text.starts_with(prefix))
}

fn is_jwk(text: &[u8]) -> bool {
    matches!(text.first(), Some(b'{' | b'[')) && contains(text, b"\"kty\"")
}

/// Returns whether the bytes are a `SubjectPublicKeyInfo`, an `RSAPublicKey` or a certificate.
fn is_der(bytes: &[u8]) -> bool {
    let Some((content, [])) = der::read_element(der::SEQUENCE, bytes) else {
        return false;
    };
    if let Some((_, rest)) = der::read_element(der::INTEGER, content) {
        return der::read_element(der::INTEGER, rest).is_some();
    }
    der::read_element(der::SEQUENCE, content).is_some_and(|(inner, _)| {
        [der::OBJECT_IDENTIFIER, der::CONTEXT_0, der::INTEGER]
            .iter()
            .any(|tag| der::read_element(*tag, inner).is_some())
    })
}

fn is_base64_of_der(text: &[u8]) -> bool {
    let packed: Vec<u8> = text
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=')
        .collect();
    [STANDARD_NO_PAD, URL_SAFE_NO_PAD]
        .iter()
        .filter_map(|alphabet| alphabet.decode(&packed).ok())
        .any(|decoded| is_der(&decoded))
}

/// Returns whether the bytes are an uncompressed point on a curve, which random bytes are not.
fn is_point(bytes: &[u8]) -> bool {
    bytes.first() == Some(&4)
        && (ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, bytes).is_ok()
            || ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, bytes).is_ok())
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::AsDer as _;
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaKeyPair,
    };
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn rejection(bytes: impl Into<Vec<u8>>) -> Option<KeyError> {
        verifier(Algorithm::HS256, &Secret::new(bytes)).err()
    }

    /// Generates public keys as DER, raw points and PKCS #1.
    fn public_keys() -> Vec<Vec<u8>> {
        let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let ed = Ed25519KeyPair::generate().unwrap();
        vec![
            rsa.public_key().as_ref().to_vec(),
            rsa.public_key().as_der().unwrap().as_ref().to_vec(),
            ec.public_key().as_ref().to_vec(),
            ec.public_key().as_der().unwrap().as_ref().to_vec(),
            ed.public_key().as_der().unwrap().as_ref().to_vec(),
        ]
    }

    /// CVE-2019-20933 and CVE-2020-28637 (empty secrets), RFC 7518 §3.2.
    #[test]
    fn secret_shorter_than_the_hash_is_rejected() {
        for (algorithm, min_len) in [
            (Algorithm::HS256, 32),
            (Algorithm::HS384, 48),
            (Algorithm::HS512, 64),
        ] {
            let of_length = |length| verifier(algorithm, &Secret::new(vec![0xA5; length])).err();
            assert_eq!(of_length(0), Some(KeyError::SecretTooShort { min_len }));
            assert_eq!(
                of_length(min_len - 1),
                Some(KeyError::SecretTooShort { min_len })
            );
            assert_eq!(of_length(min_len), None);
            assert_eq!(of_length(min_len + 1), None);
        }
    }

    #[test]
    fn secret_for_rsa_is_rejected() {
        let secret = Secret::new([9; 64]);
        assert!(matches!(
            verifier(Algorithm::RS256, &secret),
            Err(KeyError::Invalid)
        ));
    }

    /// CVE-2016-10555, CVE-2022-29217, CVE-2024-54150.
    #[test]
    fn public_key_in_der_base64_or_pem_is_rejected() {
        for der in public_keys() {
            assert_eq!(
                rejection(der.clone()),
                Some(KeyError::PublicKeyAsSecret),
                "{}",
                der.len()
            );
            if der.first() == Some(&4) {
                continue;
            }
            let base64 = STANDARD.encode(&der);
            assert_eq!(rejection(base64.clone()), Some(KeyError::PublicKeyAsSecret));
            let pem = format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----\n");
            assert_eq!(rejection(pem), Some(KeyError::PublicKeyAsSecret));
        }
    }

    /// CVE-2023-48223 and CVE-2026-34950: whitespace or a byte order mark before the PEM armor.
    #[test]
    fn public_key_after_leading_bytes_is_rejected() {
        for before in ["", " ", "\n", "\t\r\n", "\u{feff}", "\0", "Comment: x\n"] {
            let pem = format!("{before}-----BEGIN RSA PUBLIC KEY-----\nMIIB\n-----END");
            assert_eq!(
                rejection(pem),
                Some(KeyError::PublicKeyAsSecret),
                "{before:?}"
            );
        }
    }

    /// CVE-2024-33663.
    #[test]
    fn ssh_key_and_jwk_are_rejected() {
        for text in [
            "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ user@host",
            " ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI user@host",
            "\necdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAA",
            "---- BEGIN SSH2 PUBLIC KEY ----\nAAAAB3NzaC1yc2EAAAADAQ",
            r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZpt","e":"AQAB"}"#,
            r#" {"keys":[{"kty":"EC","crv":"P-256","x":"a","y":"b"}]}"#,
        ] {
            assert_eq!(rejection(text), Some(KeyError::PublicKeyAsSecret), "{text}");
        }
    }

    #[test]
    fn random_bytes_and_their_base64_are_accepted() {
        let mut bytes = [0; 64];
        aws_lc_rs::rand::fill(&mut bytes).unwrap();
        bytes[0] = 0x31;
        assert_eq!(rejection(bytes), None);
        assert_eq!(rejection(STANDARD.encode(bytes)), None);
        for first in [b'{', b'[', 4] {
            bytes[0] = first;
            assert_eq!(rejection(bytes), None);
        }
        bytes[..2].copy_from_slice(&[0x30, 62]);
        bytes[2] = 0x40;
        assert_eq!(rejection(bytes), None);
    }
}
