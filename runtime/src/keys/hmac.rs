//! Shared secrets: long enough, and not a key that everybody knows.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ParsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::keys::error::KeyError;
use crate::keys::verifier::KeyVerifier;
use crate::keys::{Algorithm, KeyType, der};
use crate::secret::Secret;

/// Takes a secret of at least the hash's size ([RFC 7518 §3.2]).
///
/// [RFC 7518 §3.2]: https://www.rfc-editor.org/rfc/rfc7518#section-3.2
pub(super) fn read(algorithm: Algorithm, secret: &Secret) -> Result<KeyVerifier, KeyError> {
    let Some(KeyType::Secret { least }) = KeyType::of(algorithm) else {
        return Err(KeyError::Unfit);
    };
    if is_public_key(secret.expose()) {
        return Err(KeyError::PublicKeyAsSecret);
    }
    if secret.len() < least {
        return Err(KeyError::ShortSecret { least });
    }
    KeyVerifier::secret(algorithm, secret.expose())
}

/// Whether the bytes read as a public key: PEM, SSH, JWK, DER, a point.
///
/// Whoever gives one as a secret has mixed up the algorithms, and anybody could sign.
fn is_public_key(bytes: &[u8]) -> bool {
    let text = trimmed(bytes);
    is_armoured(text)
        || is_ssh(text)
        || is_jwk(text)
        || is_der(bytes)
        || is_base64_of_der(text)
        || is_point(bytes)
}

/// Without what stood before the armour when CVE-2026-34950 beat the check for it.
fn trimmed(bytes: &[u8]) -> &[u8] {
    let start = bytes
        .iter()
        .position(u8::is_ascii_graphic)
        .unwrap_or(bytes.len());
    bytes.split_at(start).1.trim_ascii_end()
}

fn is_armoured(text: &[u8]) -> bool {
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

/// `SubjectPublicKeyInfo`, `RSAPublicKey` or a certificate: nested elements that fill the bytes.
fn is_der(bytes: &[u8]) -> bool {
    let Some((content, [])) = der::take(der::SEQUENCE, bytes) else {
        return false;
    };
    if let Some((_, rest)) = der::take(der::INTEGER, content) {
        return der::take(der::INTEGER, rest).is_some();
    }
    der::take(der::SEQUENCE, content).is_some_and(|(inner, _)| {
        [der::OBJECT_IDENTIFIER, der::CONTEXT_0, der::INTEGER]
            .iter()
            .any(|tag| der::take(*tag, inner).is_some())
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

/// An uncompressed point on a curve; a random secret is none.
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

    fn refusal(bytes: impl Into<Vec<u8>>) -> Option<KeyError> {
        read(Algorithm::HS256, &Secret::new(bytes)).err()
    }

    /// The public halves of our own keys in DER, raw and PKCS #1.
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

    /// CVE-2019-20933, CVE-2020-28637: no empty secret; RFC 7518 §3.2: none below the hash.
    #[test]
    fn a_secret_is_at_least_as_long_as_the_hash() {
        for (algorithm, least) in [
            (Algorithm::HS256, 32),
            (Algorithm::HS384, 48),
            (Algorithm::HS512, 64),
        ] {
            let of_length = |length| read(algorithm, &Secret::new(vec![0xA5; length])).err();
            assert_eq!(of_length(0), Some(KeyError::ShortSecret { least }));
            assert_eq!(of_length(least - 1), Some(KeyError::ShortSecret { least }));
            assert_eq!(of_length(least), None);
            assert_eq!(of_length(least + 1), None);
        }
    }

    #[test]
    fn a_secret_is_for_hmac_only() {
        let secret = Secret::new([9; 64]);
        assert!(matches!(
            read(Algorithm::RS256, &secret),
            Err(KeyError::Unfit)
        ));
    }

    /// CVE-2016-10555, CVE-2022-29217, CVE-2024-54150: our public key is no secret.
    #[test]
    fn a_public_key_in_der_base64_or_pem_is_no_secret() {
        for der in public_keys() {
            assert_eq!(
                refusal(der.clone()),
                Some(KeyError::PublicKeyAsSecret),
                "{}",
                der.len()
            );
            if der.first() == Some(&4) {
                continue;
            }
            let base64 = STANDARD.encode(&der);
            assert_eq!(refusal(base64.clone()), Some(KeyError::PublicKeyAsSecret));
            let pem = format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----\n");
            assert_eq!(refusal(pem), Some(KeyError::PublicKeyAsSecret));
        }
    }

    /// CVE-2023-48223 and CVE-2026-34950: white space or a mark before the armour.
    #[test]
    fn what_stands_before_the_armour_changes_nothing() {
        for before in ["", " ", "\n", "\t\r\n", "\u{feff}", "\0", "Comment: x\n"] {
            let pem = format!("{before}-----BEGIN RSA PUBLIC KEY-----\nMIIB\n-----END");
            assert_eq!(
                refusal(pem),
                Some(KeyError::PublicKeyAsSecret),
                "{before:?}"
            );
        }
    }

    /// CVE-2024-33663: neither is an SSH key or a JWK.
    #[test]
    fn an_ssh_key_and_a_jwk_are_no_secrets() {
        for text in [
            "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ user@host",
            " ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI user@host",
            "\necdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAA",
            "---- BEGIN SSH2 PUBLIC KEY ----\nAAAAB3NzaC1yc2EAAAADAQ",
            r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZpt","e":"AQAB"}"#,
            r#" {"keys":[{"kty":"EC","crv":"P-256","x":"a","y":"b"}]}"#,
        ] {
            assert_eq!(refusal(text), Some(KeyError::PublicKeyAsSecret), "{text}");
        }
    }

    #[test]
    fn random_bytes_and_their_base64_are_secrets() {
        let mut bytes = [0; 64];
        aws_lc_rs::rand::fill(&mut bytes).unwrap();
        bytes[0] = 0x31;
        assert_eq!(refusal(bytes), None);
        assert_eq!(refusal(STANDARD.encode(bytes)), None);
        for first in [b'{', b'[', 4] {
            bytes[0] = first;
            assert_eq!(refusal(bytes), None);
        }
        bytes[..2].copy_from_slice(&[0x30, 62]);
        bytes[2] = 0x40;
        assert_eq!(refusal(bytes), None);
    }
}
