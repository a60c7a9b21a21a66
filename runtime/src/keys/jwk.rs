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
use crate::keys::error::KeyError;
use crate::keys::rsa::RsaComponents;
use crate::keys::skipped::SkipReason;
use crate::keys::verifier::KeyVerifier;
use crate::keys::{Algorithm, KeyType};

/// A JWK as its JSON object.
pub(super) type Object = Map<String, Value>;

/// Returns the key's `kid`, unless it is absent or not a string.
pub(super) fn kid(jwk: &Object) -> Option<&str> {
    member(jwk, "kid").and_then(Value::as_str)
}

/// Returns a member that is present: `null` and empty values count as absent.
///
/// Some serializers write every member of a key, also those that it lacks.
pub(super) fn member<'a>(jwk: &'a Object, name: &str) -> Option<&'a Value> {
    jwk.get(name).filter(|value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(elements) => !elements.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    })
}

/// Returns a member that is a string.
fn string<'a>(jwk: &'a Object, name: &'static str) -> Result<Option<&'a str>, SkipReason> {
    match member(jwk, name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(SkipReason::InvalidMember(name)),
    }
}

/// Reads the `kid` and the verifier of a key.
///
/// # Errors
///
/// Returns the reason why the key cannot be used.
pub(super) fn read(
    jwk: &Object,
    allowed: &[Algorithm],
) -> Result<(Option<Box<str>>, KeyVerifier), SkipReason> {
    let kid = string(jwk, "kid")?.map(Box::from);
    check_is_for_verification(jwk)?;
    let key_type = key_type(jwk)?;
    let algorithm = algorithm(jwk, key_type, allowed)?;
    let verifier = verifier(jwk, key_type, algorithm)?;
    Ok((kid, verifier))
}

/// Checks that `use` and `key_ops`, if present, allow verification (RFC 7517 §4.2, §4.3).
fn check_is_for_verification(jwk: &Object) -> Result<(), SkipReason> {
    if member(jwk, "use").is_some_and(|usage| usage != "sig") {
        return Err(SkipReason::Use);
    }
    let is_for_verification = match member(jwk, "key_ops") {
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
    };
    is_for_verification.then_some(()).ok_or(SkipReason::KeyOps)
}

fn key_type(jwk: &Object) -> Result<KeyType, SkipReason> {
    let kty = string(jwk, "kty")?.ok_or(SkipReason::Missing("kty"))?;
    if kty == "RSA" {
        return Ok(KeyType::Rsa);
    }
    let crv = string(jwk, "crv")?;
    match (kty, crv) {
        ("EC" | "OKP", None) => Err(SkipReason::Missing("crv")),
        ("EC", Some("P-256")) => Ok(KeyType::P256),
        ("EC", Some("P-384")) => Ok(KeyType::P384),
        ("OKP", Some("Ed25519")) => Ok(KeyType::Ed25519),
        _ => Err(SkipReason::UnsupportedType {
            kty: kty.into(),
            crv: crv.map(Box::from),
        }),
    }
}

/// Returns the key's `alg`, or else the issuer's first algorithm that fits.
///
/// A token's header never chooses the algorithm (CVE-2026-22817, CVE-2026-48523): each key is bound
/// to its algorithm before the first token arrives.
fn algorithm(
    jwk: &Object,
    key_type: KeyType,
    allowed: &[Algorithm],
) -> Result<Algorithm, SkipReason> {
    let Some(alg) = string(jwk, "alg")? else {
        let mut fitting = allowed
            .iter()
            .filter(|algorithm| key_type.fits(**algorithm));
        return fitting
            .next()
            .copied()
            .ok_or(SkipReason::NoAllowedAlgorithm);
    };
    let algorithm =
        algorithm_from_name(alg).ok_or_else(|| SkipReason::UnsupportedAlgorithm(alg.into()))?;
    if !key_type.fits(algorithm) {
        return Err(SkipReason::AlgorithmOfAnotherType(algorithm));
    }
    if !allowed.contains(&algorithm) {
        return Err(SkipReason::AlgorithmNotAllowed(algorithm));
    }
    Ok(algorithm)
}

fn verifier(
    jwk: &Object,
    key_type: KeyType,
    algorithm: Algorithm,
) -> Result<KeyVerifier, SkipReason> {
    let bytes = |name: &'static str| {
        let text = string(jwk, name)?.ok_or(SkipReason::Missing(name))?;
        let bytes = URL_SAFE_NO_PAD.decode(text);
        bytes.map_err(|_| SkipReason::InvalidMember(name))
    };
    let verifier = match key_type {
        KeyType::Rsa => {
            let (n, e) = (bytes("n")?, bytes("e")?);
            RsaComponents::new(&n, &e)
                .and_then(|components| KeyVerifier::rsa(algorithm, &components))
        }
        KeyType::P256 => KeyVerifier::curve(algorithm, &point(&bytes("x")?, &bytes("y")?, 32)?),
        KeyType::P384 => KeyVerifier::curve(algorithm, &point(&bytes("x")?, &bytes("y")?, 48)?),
        KeyType::Ed25519 => {
            let x = bytes("x")?;
            if x.len() != 32 {
                return Err(SkipReason::InvalidKey);
            }
            KeyVerifier::curve(algorithm, &x)
        }
        KeyType::Secret { .. } => return Err(SkipReason::Symmetric),
    };
    verifier.map_err(|error| match error {
        KeyError::Weak => SkipReason::Weak,
        _ => SkipReason::InvalidKey,
    })
}

/// Returns the uncompressed point. Both coordinates must have the curve's full size (RFC 7518
/// §6.2.1.2).
fn point(x: &[u8], y: &[u8], size: usize) -> Result<Vec<u8>, SkipReason> {
    if x.len() != size || y.len() != size {
        return Err(SkipReason::InvalidKey);
    }
    Ok([&[4], x, y].concat())
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
        read(jwk, allowed)
            .ok()
            .map(|(_, verifier)| verifier.algorithm())
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
        ] {
            assert!(
                read(&with(rsa(), "alg", alg.clone()), &DEFAULT_ALGORITHMS).is_err(),
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
            ("key_ops", json!([""]), false),
            ("key_ops", json!(["verify", "verify"]), false),
            ("key_ops", json!(["verify", 1]), false),
            ("key_ops", json!("verify"), false),
        ] {
            let key = with(p256(), member, value.clone());
            assert_eq!(
                read(&key, &DEFAULT_ALGORITHMS).is_ok(),
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
            assert!(read(&jwk, &DEFAULT_ALGORITHMS).is_ok());
            for member in members {
                assert!(
                    read(&without(jwk.clone(), member), &DEFAULT_ALGORITHMS).is_err(),
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
                        read(&broken, &DEFAULT_ALGORITHMS).is_err(),
                        "{member}: {value}"
                    );
                }
            }
        }
        assert!(read(&with(rsa(), "kid", json!(7)), &DEFAULT_ALGORITHMS).is_err());
    }

    /// RFC 7518 §3.4, RFC 8725 §3.4.
    #[test]
    fn point_off_its_curve_makes_a_key_unusable() {
        let key = p256();
        let x = key["x"].clone();
        assert!(read(&with(key.clone(), "y", x), &DEFAULT_ALGORITHMS).is_err());
        let other = with(key, "crv", json!("P-384"));
        assert!(read(&other, &[Algorithm::ES384, Algorithm::ES256]).is_err());
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
            assert!(read(&with_certificate, &DEFAULT_ALGORITHMS).is_ok());
            let alone = without(with_certificate, "x");
            assert!(read(&alone, &DEFAULT_ALGORITHMS).is_err(), "{member}");
        }
    }

    #[test]
    fn small_modulus_makes_a_key_unusable() {
        let small = URL_SAFE_NO_PAD.encode([0xDB; 128]);
        assert!(read(&with(rsa(), "n", json!(small)), &DEFAULT_ALGORITHMS).is_err());
    }

    #[test]
    fn null_and_empty_members_are_absent() {
        for empty in [Value::Null, json!(""), json!([]), json!({})] {
            for name in ["use", "key_ops", "alg", "kid", "x5c", "x5u", "x5t", "ext"] {
                let key = with(p256(), name, empty.clone());
                let (kid, verifier) = read(&key, &DEFAULT_ALGORITHMS).unwrap();
                assert_eq!(verifier.algorithm(), Algorithm::ES256);
                assert_eq!(kid.is_none(), name == "kid", "{name}: {empty}");
            }
            let rsa = with(rsa(), "crv", empty.clone());
            assert!(read(&rsa, &DEFAULT_ALGORITHMS).is_ok(), "{empty}");
        }
    }

    #[test]
    fn reason_names_the_member_type_or_algorithm() {
        let reason = |jwk: &Object| read(jwk, &DEFAULT_ALGORITHMS).err().unwrap().to_string();
        let p521 = with(p256(), "crv", json!("P-521"));
        for (jwk, expected) in [
            (
                p521.clone(),
                "unsupported type \"EC\" with the curve P-521 (ES512)",
            ),
            (with(p521, "alg", json!("ES512")), "P-521 (ES512)"),
            (
                with(p256(), "alg", json!("ES512")),
                "unsupported `alg` \"ES512\"",
            ),
            (
                with(p256(), "crv", json!("secp256k1")),
                "the curve \"secp256k1\"",
            ),
            (
                object(json!({"kty": "AKP", "alg": "ML-DSA-44"})),
                "unsupported type \"AKP\"",
            ),
            (without(p256(), "crv"), "missing `crv`"),
            (without(p256(), "y"), "missing `y`"),
            (without(rsa(), "n"), "missing `n`"),
            (without(rsa(), "kty"), "missing `kty`"),
            (with(rsa(), "e", json!("AQAB==")), "`e` is malformed"),
            (with(rsa(), "e", json!(65_537)), "`e` is malformed"),
            (with(rsa(), "alg", json!("RSA-OAEP")), "\"RSA-OAEP\""),
            (with(rsa(), "alg", json!("ES256")), "ES256 does not fit"),
            (with(rsa(), "alg", json!("RS512")), "RS512 is not allowed"),
            (with(rsa(), "use", json!("enc")), "`use`"),
            (with(rsa(), "key_ops", json!(["sign"])), "`key_ops`"),
            (with(p256(), "x", json!("AAAA")), "not a public key"),
        ] {
            assert!(
                reason(&jwk).contains(expected),
                "{expected}: {}",
                reason(&jwk)
            );
        }
    }
}
