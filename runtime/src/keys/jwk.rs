//! One JSON Web Key ([RFC 7517 §4], [RFC 7518 §6], [RFC 8037 §2]).
//!
//! Certificates (`x5c`, `x5u`, `x5t`) are ignored.
//!
//! [RFC 7517 §4]: https://www.rfc-editor.org/rfc/rfc7517#section-4
//! [RFC 7518 §6]: https://www.rfc-editor.org/rfc/rfc7518#section-6
//! [RFC 8037 §2]: https://www.rfc-editor.org/rfc/rfc8037#section-2

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::keys::algorithm::algorithm_from_name;
use crate::keys::rsa::RsaComponents;
use crate::keys::verifier::KeyVerifier;
use crate::keys::{Algorithm, KeyType};

/// A JWK as its JSON object.
pub(super) type Object = Map<String, Value>;

/// The members that only private and symmetric keys have.
const SECRET_MEMBERS: [&str; 9] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

/// Returns whether the key is private or symmetric, and so must not be published.
pub(super) fn is_secret(jwk: &Object) -> bool {
    SECRET_MEMBERS
        .iter()
        .any(|member| jwk.contains_key(*member))
        || jwk.get("kty").and_then(Value::as_str) == Some("oct")
}

/// Reads the `kid` and the verifier of a key, or returns `None` if the key cannot be used.
pub(super) fn read(jwk: &Object, allowed: &[Algorithm]) -> Option<(Option<Box<str>>, KeyVerifier)> {
    let kid = match jwk.get("kid") {
        None => None,
        Some(kid) => Some(Box::from(kid.as_str()?)),
    };
    if !is_for_verification(jwk) {
        return None;
    }
    let key_type = key_type(jwk)?;
    let algorithm = algorithm(jwk, key_type, allowed)?;
    let verifier = verifier(jwk, key_type, algorithm)?;
    Some((kid, verifier))
}

/// Returns whether `use` and `key_ops`, if present, allow verification (RFC 7517 §4.2, §4.3).
fn is_for_verification(jwk: &Object) -> bool {
    if jwk.get("use").is_some_and(|usage| usage != "sig") {
        return false;
    }
    match jwk.get("key_ops") {
        None => true,
        Some(Value::Array(operations)) => {
            operations.iter().all(Value::is_string)
                && operations
                    .iter()
                    .filter(|operation| *operation == "verify")
                    .count()
                    == 1
        }
        Some(_) => false,
    }
}

fn key_type(jwk: &Object) -> Option<KeyType> {
    let curve = jwk.get("crv").and_then(Value::as_str);
    match (jwk.get("kty")?.as_str()?, curve) {
        ("RSA", _) => Some(KeyType::Rsa),
        ("EC", Some("P-256")) => Some(KeyType::P256),
        ("EC", Some("P-384")) => Some(KeyType::P384),
        ("OKP", Some("Ed25519")) => Some(KeyType::Ed25519),
        _ => None,
    }
}

/// Returns the key's `alg`, or else the issuer's first algorithm that fits.
///
/// A token's header never chooses the algorithm (CVE-2026-22817, CVE-2026-48523): each key is bound
/// to its algorithm before the first token arrives.
fn algorithm(jwk: &Object, key_type: KeyType, allowed: &[Algorithm]) -> Option<Algorithm> {
    let fitting = |algorithm: &Algorithm| key_type.fits(*algorithm);
    match jwk.get("alg") {
        Some(alg) => algorithm_from_name(alg.as_str()?)
            .filter(fitting)
            .filter(|algorithm| allowed.contains(algorithm)),
        None => allowed.iter().copied().find(fitting),
    }
}

fn verifier(jwk: &Object, key_type: KeyType, algorithm: Algorithm) -> Option<KeyVerifier> {
    let bytes = |member: &str| URL_SAFE_NO_PAD.decode(jwk.get(member)?.as_str()?).ok();
    match key_type {
        KeyType::Rsa => {
            let (n, e) = (bytes("n")?, bytes("e")?);
            let components = RsaComponents::new(&n, &e).ok()?;
            KeyVerifier::rsa(algorithm, &components).ok()
        }
        KeyType::P256 => point(&bytes("x")?, &bytes("y")?, 32)
            .and_then(|point| KeyVerifier::curve(algorithm, &point).ok()),
        KeyType::P384 => point(&bytes("x")?, &bytes("y")?, 48)
            .and_then(|point| KeyVerifier::curve(algorithm, &point).ok()),
        KeyType::Ed25519 => Some(bytes("x")?)
            .filter(|x| x.len() == 32)
            .and_then(|x| KeyVerifier::curve(algorithm, &x).ok()),
        KeyType::Secret { .. } => None,
    }
}

/// Returns the uncompressed point. Both coordinates must have the curve's full size (RFC 7518
/// §6.2.1.2).
fn point(x: &[u8], y: &[u8], size: usize) -> Option<Vec<u8>> {
    (x.len() == size && y.len() == size).then(|| [&[4], x, y].concat())
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RsaKeyPair,
    };
    use serde_json::json;

    use jsonwebtoken::crypto::JwtVerifier as _;

    use super::*;
    use crate::keys::DEFAULT_ALGORITHMS;

    fn object(value: Value) -> Object {
        let Value::Object(object) = value else {
            panic!("a JWK is an object")
        };
        object
    }

    fn rsa() -> Object {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let key = RsaComponents::from_der(pair.public_key().as_ref()).unwrap();
        object(json!({
            "kty": "RSA", "kid": "r",
            "n": URL_SAFE_NO_PAD.encode(key.n), "e": URL_SAFE_NO_PAD.encode(key.e),
        }))
    }

    fn p256() -> Object {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
        object(json!({
            "kty": "EC", "crv": "P-256", "kid": "e",
            "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
        }))
    }

    /// RFC 8037 §A.2.
    fn ed25519() -> Object {
        object(json!({
            "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        }))
    }

    fn with(mut jwk: Object, member: &str, value: Value) -> Object {
        jwk.insert(member.to_owned(), value);
        jwk
    }

    fn without(mut jwk: Object, member: &str) -> Object {
        jwk.remove(member);
        jwk
    }

    fn algorithm_of(jwk: &Object, allowed: &[Algorithm]) -> Option<Algorithm> {
        read(jwk, allowed).map(|(_, verifier)| verifier.algorithm())
    }

    /// CVE-2026-22817.
    #[test]
    fn key_without_alg_gets_the_first_allowed_algorithm_that_fits() {
        assert_eq!(
            algorithm_of(&rsa(), &DEFAULT_ALGORITHMS),
            Some(Algorithm::RS256)
        );
        assert_eq!(
            algorithm_of(
                &rsa(),
                &[Algorithm::ES256, Algorithm::PS256, Algorithm::RS256]
            ),
            Some(Algorithm::PS256)
        );
        assert_eq!(
            algorithm_of(&p256(), &DEFAULT_ALGORITHMS),
            Some(Algorithm::ES256)
        );
        assert_eq!(
            algorithm_of(&ed25519(), &DEFAULT_ALGORITHMS),
            Some(Algorithm::EdDSA)
        );
        assert_eq!(
            algorithm_of(&rsa(), &[Algorithm::ES256, Algorithm::HS256]),
            None
        );
    }

    #[test]
    fn key_with_alg_is_usable_only_if_it_is_allowed() {
        let ps256 = with(rsa(), "alg", json!("PS256"));
        assert_eq!(
            algorithm_of(&ps256, &DEFAULT_ALGORITHMS),
            Some(Algorithm::PS256)
        );
        assert_eq!(algorithm_of(&ps256, &[Algorithm::RS256]), None);
        for alg in [
            json!("ES256"),
            json!("HS256"),
            json!("RSA-OAEP"),
            json!("none"),
            json!(1),
            Value::Null,
        ] {
            assert!(
                read(&with(rsa(), "alg", alg.clone()), &DEFAULT_ALGORITHMS).is_none(),
                "{alg}"
            );
        }
        let named = with(ed25519(), "alg", json!("Ed25519"));
        assert_eq!(
            algorithm_of(&named, &DEFAULT_ALGORITHMS),
            Some(Algorithm::EdDSA)
        );
    }

    /// RFC 7517 §4.2, §4.3.
    #[test]
    fn use_or_key_ops_without_verification_makes_a_key_unusable() {
        for (member, value, usable) in [
            ("use", json!("sig"), true),
            ("use", json!("enc"), false),
            ("use", json!(1), false),
            ("key_ops", json!(["verify"]), true),
            ("key_ops", json!(["sign", "verify"]), true),
            ("key_ops", json!(["encrypt"]), false),
            ("key_ops", json!([]), false),
            ("key_ops", json!(["verify", "verify"]), false),
            ("key_ops", json!(["verify", 1]), false),
            ("key_ops", json!("verify"), false),
        ] {
            let key = with(p256(), member, value.clone());
            assert_eq!(
                read(&key, &DEFAULT_ALGORITHMS).is_some(),
                usable,
                "{member}: {value}"
            );
        }
    }

    #[test]
    fn missing_or_wrong_member_makes_a_key_unusable() {
        for (jwk, members) in [
            (rsa(), vec!["kty", "n", "e"]),
            (p256(), vec!["kty", "crv", "x", "y"]),
            (ed25519(), vec!["kty", "crv", "x"]),
        ] {
            assert!(read(&jwk, &DEFAULT_ALGORITHMS).is_some());
            for member in members {
                assert!(
                    read(&without(jwk.clone(), member), &DEFAULT_ALGORITHMS).is_none(),
                    "{member}"
                );
                for value in [
                    Value::Null,
                    json!(1),
                    json!(""),
                    json!(["x"]),
                    json!("a b"),
                    json!("AAAA"),
                ] {
                    let broken = with(jwk.clone(), member, value.clone());
                    assert!(
                        read(&broken, &DEFAULT_ALGORITHMS).is_none(),
                        "{member}: {value}"
                    );
                }
            }
        }
        assert!(read(&with(rsa(), "kid", json!(7)), &DEFAULT_ALGORITHMS).is_none());
    }

    /// RFC 7518 §3.4, RFC 8725 §3.4.
    #[test]
    fn point_off_its_curve_makes_a_key_unusable() {
        let key = p256();
        let x = key["x"].clone();
        assert!(read(&with(key.clone(), "y", x), &DEFAULT_ALGORITHMS).is_none());
        let other = with(key, "crv", json!("P-384"));
        assert!(read(&other, &[Algorithm::ES384, Algorithm::ES256]).is_none());
    }

    /// RFC 7517 §4.7 to §4.9: a certificate cannot replace the key.
    #[test]
    fn certificates_of_a_key_are_ignored() {
        for (member, value) in [
            ("x5c", json!(["AAAA"])),
            ("x5c", json!(7)),
            ("x5u", json!("http://169.254.169.254/")),
            ("x5t", json!("AAAA")),
            ("x5t#S256", json!(null)),
        ] {
            let with_certificate = with(ed25519(), member, value);
            assert!(read(&with_certificate, &DEFAULT_ALGORITHMS).is_some());
            let alone = without(with_certificate, "x");
            assert!(read(&alone, &DEFAULT_ALGORITHMS).is_none(), "{member}");
        }
    }

    #[test]
    fn small_modulus_makes_a_key_unusable() {
        let small = URL_SAFE_NO_PAD.encode([0xDB; 128]);
        assert!(read(&with(rsa(), "n", json!(small)), &DEFAULT_ALGORITHMS).is_none());
    }

    #[test]
    fn private_and_symmetric_keys_are_recognized() {
        assert!(!is_secret(&rsa()));
        assert!(is_secret(&object(json!({"kty": "oct"}))));
        for member in SECRET_MEMBERS {
            assert!(is_secret(&with(p256(), member, Value::Null)), "{member}");
        }
    }
}
