//! [Wycheproof](https://github.com/C2SP/wycheproof)'s vectors, through our own reading of keys.
//!
//! Each group's key is read from a JWK and from a PEM. A signature that is valid for the parameters of
//! an algorithm must be accepted with both, and every other rejected. The only exceptions are
//! [`OTHER_PARAMETERS`].

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use wycheproof::{HashFunction, TestResult, ecdsa, eddsa, rsa_pkcs1_verify, rsa_pss_verify};

use crate::keys::{Algorithm, Key, parse_jwks};

const RSA: [Algorithm; 6] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
];

/// Vectors that are invalid for the parameters of their set, which no algorithm here has, because they
/// have those of PS256: "`s_len` changed to 32".
const OTHER_PARAMETERS: [(rsa_pss_verify::TestName, usize); 2] = [
    (
        rsa_pss_verify::TestName::RsaPss2048Sha256Mgf1SaltLen0WithParams,
        69,
    ),
    (rsa_pss_verify::TestName::RsaPss2048Sha256Mgf1SaltLen0, 69),
];

/// The vectors of an algorithm that were checked, so that none are left out silently.
#[derive(Debug, Default, PartialEq)]
struct Checked {
    accepted: u32,
    rejected: u32,
}

impl Checked {
    /// Checks one signature with all keys.
    fn check(&mut self, vector: &str, keys: &[Key], is_valid: bool, message: &[u8], sig: &[u8]) {
        let signature = sig.to_vec();
        for key in keys {
            let is_accepted = key.verifies(message, &signature);
            assert_eq!(is_accepted, is_valid, "{vector} with {key:?}");
        }
        assert!(!is_valid || !keys.is_empty(), "{vector}: no usable key");
        if is_valid {
            self.accepted += 1;
        } else {
            self.rejected += 1;
        }
    }
}

/// Reads a key for an algorithm from a JWK.
fn from_jwk(algorithm: Algorithm, jwk: &Value) -> Option<Key> {
    let set = json!({ "keys": [jwk] }).to_string();
    let (mut keys, skipped) = parse_jwks(set.as_bytes(), &[algorithm]).unwrap();
    assert_eq!(keys.len() + skipped.count(), 1);
    keys.pop()
}

/// Reads a valid key for an algorithm from a JWK and a PEM.
fn both(algorithm: Algorithm, jwk: &Value, pem: &str) -> [Key; 2] {
    [
        from_jwk(algorithm, jwk).unwrap(),
        Key::from_pem(algorithm, pem).unwrap(),
    ]
}

fn rsa(n: &[u8], e: &[u8]) -> Value {
    // Wycheproof writes integers with their sign
    let number = |bytes: &[u8]| {
        let leading = bytes.iter().take_while(|byte| **byte == 0).count();
        URL_SAFE_NO_PAD.encode(&bytes[leading..])
    };
    json!({ "kty": "RSA", "n": number(n), "e": number(e) })
}

/// Returns the JWK of an uncompressed point.
fn point(curve: &str, uncompressed: &[u8]) -> Value {
    let (x, y) = uncompressed[1..].split_at(uncompressed.len() / 2);
    let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    json!({ "kty": "EC", "crv": curve, "x": number(x), "y": number(y) })
}

/// Checks a set of ECDSA signatures, none of which is valid unless it `is_supported`.
fn check_ecdsa(
    name: ecdsa::TestName,
    algorithm: Algorithm,
    curve: &str,
    is_supported: bool,
) -> Checked {
    let mut checked = Checked::default();
    for group in ecdsa::TestSet::load(name).unwrap().test_groups {
        let keys = both(algorithm, &point(curve, &group.key.key), &group.pem);
        for test in group.tests {
            let vector = format!("{name:?} {}", test.tc_id);
            let is_valid = is_supported && test.result == TestResult::Valid;
            checked.check(&vector, &keys, is_valid, &test.msg, &test.sig);
        }
    }
    checked
}

/// RFC 7518 §3.4.
#[test]
fn wycheproof_ecdsa_signature_is_accepted_only_if_valid() {
    use ecdsa::TestName::{EcdsaSecp256r1Sha256P1363, EcdsaSecp384r1Sha384P1363};
    let es256 = check_ecdsa(EcdsaSecp256r1Sha256P1363, Algorithm::ES256, "P-256", true);
    assert_eq!((es256.accepted, es256.rejected), (173, 89));
    let es384 = check_ecdsa(EcdsaSecp384r1Sha384P1363, Algorithm::ES384, "P-384", true);
    assert_eq!((es384.accepted, es384.rejected), (193, 87));
}

/// RFC 7518 §3.4: the hash belongs to the curve, and a signature is not an ASN.1 structure.
#[test]
fn wycheproof_ecdsa_signature_of_another_hash_or_encoding_is_rejected() {
    use ecdsa::TestName as Set;
    for (set, algorithm, curve, rejected) in [
        (
            Set::EcdsaSecp256r1Sha512P1363,
            Algorithm::ES256,
            "P-256",
            332,
        ),
        (Set::EcdsaSecp256r1Sha256, Algorithm::ES256, "P-256", 484),
        (Set::EcdsaSecp256r1Sha512, Algorithm::ES256, "P-256", 554),
        (
            Set::EcdsaSecp384r1Sha512P1363,
            Algorithm::ES384,
            "P-384",
            318,
        ),
        (Set::EcdsaSecp384r1Sha384, Algorithm::ES384, "P-384", 504),
    ] {
        let checked = check_ecdsa(set, algorithm, curve, false);
        assert_eq!(
            (checked.accepted, checked.rejected),
            (0, rejected),
            "{set:?}"
        );
    }
}

/// RFC 8037 §3.1.
#[test]
fn wycheproof_eddsa_signature_is_accepted_only_if_valid() {
    let mut checked = Checked::default();
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    for group in set.test_groups {
        let x = URL_SAFE_NO_PAD.encode(&*group.key.pk);
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": x });
        let keys = both(Algorithm::EdDSA, &jwk, &group.pem);
        for test in group.tests {
            let vector = format!("Ed25519 {}", test.tc_id);
            let is_valid = test.result == TestResult::Valid;
            checked.check(&vector, &keys, is_valid, &test.msg, &test.sig);
        }
    }
    assert_eq!((checked.accepted, checked.rejected), (88, 63));
}

/// Other curves have no algorithm here.
#[test]
fn wycheproof_key_on_another_curve_is_unusable() {
    let ec = [Algorithm::ES256, Algorithm::ES384, Algorithm::EdDSA];
    let mut keys = 0;
    for (name, curve) in [
        (ecdsa::TestName::EcdsaSecp521r1Sha512P1363, "P-521"),
        (ecdsa::TestName::EcdsaSecp256k1Sha256P1363, "secp256k1"),
        (ecdsa::TestName::EcdsaBrainpool256r1Sha256P1363, "P-256"),
        (ecdsa::TestName::EcdsaBrainpool384r1Sha384P1363, "P-384"),
    ] {
        for group in ecdsa::TestSet::load(name).unwrap().test_groups {
            for algorithm in ec {
                let jwk = point(curve, &group.key.key);
                assert!(from_jwk(algorithm, &jwk).is_none(), "{name:?}");
                assert!(Key::from_pem(algorithm, &group.pem).is_err(), "{name:?}");
            }
            keys += 1;
        }
    }
    for group in eddsa::TestSet::load(eddsa::TestName::Ed448)
        .unwrap()
        .test_groups
    {
        let x = URL_SAFE_NO_PAD.encode(&*group.key.pk);
        let jwk = json!({ "kty": "OKP", "crv": "Ed448", "x": x });
        assert!(from_jwk(Algorithm::EdDSA, &jwk).is_none());
        assert!(Key::from_pem(Algorithm::EdDSA, &group.pem).is_err());
        keys += 1;
    }
    assert_eq!(keys, 445);
}

/// RFC 7518 §3.3. Wycheproof finds one signature without parameters of the hash acceptable, which RFC
/// 8017 §9.2 does not produce; it is rejected.
#[test]
fn wycheproof_rsa_signature_is_accepted_only_if_valid() {
    use rsa_pkcs1_verify::TestName as Set;
    for (set, algorithm, accepted, rejected) in [
        (Set::Rsa2048Sha256, Algorithm::RS256, 9, 250),
        (Set::Rsa2048Sha384, Algorithm::RS384, 7, 251),
        (Set::Rsa2048Sha512, Algorithm::RS512, 8, 251),
        (Set::Rsa3072Sha256, Algorithm::RS256, 8, 251),
        (Set::Rsa3072Sha384, Algorithm::RS384, 7, 252),
        (Set::Rsa3072Sha512, Algorithm::RS512, 8, 252),
        (Set::Rsa4096Sha256, Algorithm::RS256, 7, 251),
        (Set::Rsa4096Sha384, Algorithm::RS384, 7, 252),
        (Set::Rsa4096Sha512, Algorithm::RS512, 7, 252),
        (Set::Rsa8192Sha256, Algorithm::RS256, 7, 251),
        (Set::Rsa8192Sha384, Algorithm::RS384, 7, 252),
        (Set::Rsa8192Sha512, Algorithm::RS512, 7, 252),
    ] {
        let mut checked = Checked::default();
        for group in rsa_pkcs1_verify::TestSet::load(set).unwrap().test_groups {
            let jwk = rsa(&group.key.n, &group.key.e);
            let keys = both(algorithm, &jwk, &group.pem);
            let others = RSA.into_iter().filter(|other| *other != algorithm);
            let others: Vec<Key> = others.filter_map(|other| from_jwk(other, &jwk)).collect();
            assert_eq!(others.len(), 5);
            for test in group.tests {
                let vector = format!("{set:?} {}", test.tc_id);
                let is_valid = test.result == TestResult::Valid;
                checked.check(&vector, &keys, is_valid, &test.msg, &test.sig);
                if is_valid {
                    Checked::default().check(&vector, &others, false, &test.msg, &test.sig);
                }
            }
        }
        assert_eq!(
            (checked.accepted, checked.rejected),
            (accepted, rejected),
            "{set:?}"
        );
    }
}

/// Returns the algorithm with a group's parameters: one hash for the message and the mask, and a salt of
/// its length (RFC 7518 §3.5).
fn pss_algorithm(group: &rsa_pss_verify::TestGroup) -> Option<Algorithm> {
    if group.mgf_hash != Some(group.hash) {
        return None;
    }
    match (group.hash, group.salt_size) {
        (HashFunction::Sha2_256, 32) => Some(Algorithm::PS256),
        (HashFunction::Sha2_384, 48) => Some(Algorithm::PS384),
        (HashFunction::Sha2_512, 64) => Some(Algorithm::PS512),
        _ => None,
    }
}

/// RFC 7518 §3.5.
#[test]
fn wycheproof_pss_signature_is_accepted_only_with_the_parameters_of_the_algorithm() {
    use rsa_pss_verify::TestGroupTypeId::RsaPssVerifyWithParam;
    let mut total = Checked::default();
    for set in rsa_pss_verify::TestName::all() {
        for group in rsa_pss_verify::TestSet::load(set).unwrap().test_groups {
            let jwk = rsa(&group.key.n, &group.key.e);
            for algorithm in [Algorithm::PS256, Algorithm::PS384, Algorithm::PS512] {
                let has_parameters = pss_algorithm(&group) == Some(algorithm);
                let mut keys: Vec<Key> = from_jwk(algorithm, &jwk).into_iter().collect();
                assert_eq!(keys.is_empty(), group.key_size < 2048, "{set:?}");
                // a key that is restricted to parameters is not read from a PEM
                let in_pem = Key::from_pem(algorithm, &group.pem);
                let is_restricted = group.test_type == RsaPssVerifyWithParam;
                assert_eq!(in_pem.is_err(), keys.is_empty() || is_restricted, "{set:?}");
                keys.extend(in_pem);
                for test in &group.tests {
                    let vector = format!("{set:?} {} {algorithm:?}", test.tc_id);
                    let is_exception = OTHER_PARAMETERS.contains(&(set, test.tc_id));
                    let is_valid = (has_parameters && test.result == TestResult::Valid)
                        || (is_exception && algorithm == Algorithm::PS256);
                    total.check(&vector, &keys, is_valid, &test.msg, &test.sig);
                }
            }
        }
    }
    assert_eq!((total.accepted, total.rejected), (777, 9714));
}
