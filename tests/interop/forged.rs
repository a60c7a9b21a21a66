//! Real tokens that an attacker changed, so that the signature of the provider no longer matches.

use palisade::Algorithm;
use palisade::testing::EmbeddedIssuer;
use serde_json::{Value, json};

use crate::environment::{ALGORITHMS, Environment};
use crate::forge::{Parts, encodings};
use crate::provider::{CLIENT, audience};
use crate::refusal::{Broken, SCOPE, assert_all_refused};

cases![
    token_with_one_changed_signature_bit_is_refused,
    token_with_changed_claims_is_refused,
    token_with_the_signature_of_another_token_is_refused,
    unsigned_token_is_refused,
    token_signed_with_a_public_key_as_secret_is_refused,
    public_key_encodings_match_another_implementation,
    token_with_another_algorithm_is_refused,
    token_with_changed_header_is_refused,
    truncated_or_extended_token_is_refused,
    token_signed_by_another_key_with_the_same_kid_is_refused,
];

fn token_with_one_changed_signature_bit_is_refused(environment: &Environment) {
    assert_all_refused(environment, |_, token| {
        let valid = Parts::of(token);
        let last = valid.signature.len() - 1;
        let bits = [
            (0, 7),
            (0, 0),
            (last / 2, 3),
            (last / 2 + 1, 7),
            (last, 7),
            (last, 0),
        ];
        let broken = bits.map(|(at, bit)| {
            let mut parts = valid.clone();
            parts.signature[at] ^= 1 << bit;
            Broken::new(format!("bit {bit} of byte {at}"), parts.token())
        });
        broken.into()
    });
}

fn token_with_changed_claims_is_refused(environment: &Environment) {
    assert_all_refused(environment, |_, token| {
        let valid = Parts::of(token);
        let later = valid.claim("exp").as_u64().unwrap() + 60;
        [
            (
                "scope",
                json!("orders:read orders:write orders:delete admin"),
            ),
            ("sub", json!("admin")),
            ("client_id", json!("another")),
            ("exp", json!(later)),
            ("jti", json!("another")),
            ("role", json!("admin")),
        ]
        .map(|(name, value)| Broken::new(name, valid.clone().with_claim(name, value).token()))
        .into()
    });
}

fn token_with_the_signature_of_another_token_is_refused(environment: &Environment) {
    assert_all_refused(environment, |api, token| {
        let mut spliced = Parts::of(token);
        let other = api.token(environment.provider(), "", SCOPE);
        spliced.signature = Parts::of(&other).signature;
        vec![Broken::new("another signature", spliced.token())]
    });
}

/// CVE-2015-2951.
fn unsigned_token_is_refused(environment: &Environment) {
    assert_all_refused(environment, |_, token| {
        let valid = Parts::of(token);
        let mut broken = Vec::new();
        for none in [
            json!("none"),
            json!("None"),
            json!("nOnE"),
            json!(""),
            Value::Null,
        ] {
            let signed = valid.clone().with_header("alg", Some(none.clone()));
            let unsigned = signed.signing_input();
            broken.push(Broken::new(format!("{none}, signed"), signed.token()));
            broken.push(Broken::new(
                format!("{none}, emptied"),
                format!("{unsigned}."),
            ));
            broken.push(Broken::new(format!("{none}, two parts"), unsigned));
        }
        let without = valid.clone().with_header("alg", None);
        broken.push(Broken::new("no `alg`", without.token()));
        broken.push(Broken::new(
            "emptied",
            format!("{}.", valid.signing_input()),
        ));
        broken
    });
}

/// CVE-2016-5431, CVE-2016-10555: an HMAC with a public key as the secret.
fn token_signed_with_a_public_key_as_secret_is_refused(environment: &Environment) {
    let jwks: Value = serde_json::from_str(&environment.provider().jwks()).unwrap();
    assert_all_refused(environment, |api, token| {
        let valid = Parts::of(token);
        let keys = jwks["keys"].as_array().unwrap();
        let jwk = keys.iter().find(|key| key["kid"] == api.algorithm).unwrap();
        let mut broken = Vec::new();
        for (encoding, secret) in encodings(jwk) {
            for alg in ["HS256", "HS384", "HS512"] {
                let forged = valid.clone().signed_with_hmac(alg, &secret);
                broken.push(Broken::new(format!("{alg} with {encoding}"), forged));
            }
        }
        broken
    });
}

/// The encodings equal those of an independent implementation.
fn public_key_encodings_match_another_implementation(_: &Environment) {
    let issuer = EmbeddedIssuer::new("https://issuer.example");
    for algorithm in ALGORITHMS.map(|name| name.parse().unwrap()) {
        let (_, pem) = encodings(&issuer.jwk(algorithm)).swap_remove(0);
        let pem = String::from_utf8(pem).unwrap();
        assert_eq!(pem.trim_end(), issuer.pem(algorithm).trim_end());
    }
}

/// With the `kid` of the token, and with the `kid` of the named algorithm.
fn token_with_another_algorithm_is_refused(environment: &Environment) {
    assert_all_refused(environment, |api, token| {
        let valid = Parts::of(token);
        let mut broken = Vec::new();
        let others = ALGORITHMS
            .into_iter()
            .chain(["RS512", "PS384", "ES384", "HS256", "rs256"]);
        for other in others.filter(|other| *other != api.algorithm) {
            let named = valid.clone().with_header("alg", Some(other.into()));
            broken.push(Broken::new(other, named.clone().token()));
            let named = named.with_header("kid", Some(other.into()));
            broken.push(Broken::new(format!("{other} and its key"), named.token()));
        }
        broken
    });
}

fn token_with_changed_header_is_refused(environment: &Environment) {
    let jwks: Value = serde_json::from_str(&environment.provider().jwks()).unwrap();
    let jku = format!("{}/jwks", environment.provider().issuer());
    assert_all_refused(environment, |_, token| {
        let valid = Parts::of(token);
        let without_kid = valid.clone().with_header("kid", None);
        let mut broken: Vec<Broken> = [
            ("kid", json!("another")),
            ("typ", json!("application/at+jwt")),
            ("jwk", jwks["keys"][0].clone()),
            ("jku", json!(jku)),
            ("crit", json!(["exp"])),
            ("b64", json!(false)),
        ]
        .map(|(name, value)| {
            Broken::new(name, valid.clone().with_header(name, Some(value)).token())
        })
        .into();
        broken.push(Broken::new("`kid` removed", without_kid.token()));
        broken
    });
}

fn truncated_or_extended_token_is_refused(environment: &Environment) {
    assert_all_refused(environment, |_, token| {
        let dots: Vec<usize> = token.match_indices('.').map(|(at, _)| at).collect();
        let ends = [
            token.len() - 1,
            token.len() - 4,
            usize::midpoint(dots[1], token.len()),
            dots[1] + 1,
            dots[1],
            dots[1] - 1,
            dots[0] + 1,
            dots[0],
            1,
        ];
        let mut broken: Vec<Broken> = ends
            .map(|end| Broken::new(format!("{end} of {}", token.len()), &token[..end]))
            .into();
        // RFC 4648 §3.5: unused bits of the last character, with the same decoded bytes
        let (start, last) = token.split_at(token.len() - 1);
        let stray = char::from(last.as_bytes()[0] + 1);
        broken.push(Broken::new("stray bits", format!("{start}{stray}")));
        broken.push(Broken::new("without its header", &token[dots[0] + 1..]));
        for more in ["A", "AAAA", ".", ".AAAA", "=", "=="] {
            broken.push(Broken::new(format!("and {more}"), format!("{token}{more}")));
        }
        broken
    });
}

/// CVE-2018-0114: the same issuer, claims and `kid`, with another key, in the header or not.
fn token_signed_by_another_key_with_the_same_kid_is_refused(environment: &Environment) {
    let attacker = EmbeddedIssuer::with_own_keys(environment.provider().issuer());
    assert_all_refused(environment, |api, _| {
        let algorithm: Algorithm = api.algorithm.parse().unwrap();
        let forged = attacker
            .token(CLIENT)
            .audience(&audience(api.algorithm))
            .client_id(CLIENT)
            .scopes(SCOPE)
            .algorithm(algorithm)
            .kid(api.algorithm);
        let with_jwk = forged.clone().header("jwk", attacker.jwk(algorithm));
        vec![
            Broken::new("another key", forged.sign()),
            Broken::new("another key, in the header as `jwk`", with_jwk.sign()),
        ]
    });
}
