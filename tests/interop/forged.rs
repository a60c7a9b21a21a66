//! What an attacker makes of a real token: nothing of it is signed by the provider any more.

use palisade::Algorithm;
use palisade::testing::EmbeddedIssuer;
use serde_json::{Value, json};

use crate::forge::{Parts, spellings};
use crate::provider::{CLIENT, audience};
use crate::refusal::{Broken, SCOPE, refuse_everywhere};
use crate::world::{ALGORITHMS, World};

cases![
    a_token_with_one_bit_of_its_signature_changed_is_refused,
    a_token_with_other_claims_is_refused,
    a_token_with_another_tokens_signature_is_refused,
    a_token_that_says_that_it_is_unsigned_is_refused,
    a_token_signed_with_the_public_key_as_secret_is_refused,
    the_forger_spells_public_keys_as_others_do,
    a_token_that_names_another_algorithm_is_refused,
    a_token_with_another_header_is_refused,
    a_token_cut_short_or_drawn_out_is_refused,
    a_token_signed_by_a_key_of_the_same_name_is_refused,
];

fn a_token_with_one_bit_of_its_signature_changed_is_refused(world: &World) {
    refuse_everywhere(world, |_, token| {
        let good = Parts::of(token);
        let last = good.signature.len() - 1;
        let bits = [
            (0, 7),
            (0, 0),
            (last / 2, 3),
            (last / 2 + 1, 7),
            (last, 7),
            (last, 0),
        ];
        let broken = bits.map(|(at, bit)| {
            let mut parts = good.clone();
            parts.signature[at] ^= 1 << bit;
            Broken::new(format!("bit {bit} of byte {at}"), parts.token())
        });
        broken.into()
    });
}

fn a_token_with_other_claims_is_refused(world: &World) {
    refuse_everywhere(world, |_, token| {
        let good = Parts::of(token);
        let later = good.claim("exp").as_u64().unwrap() + 60;
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
        .map(|(name, value)| Broken::new(name, good.clone().with_claim(name, value).token()))
        .into()
    });
}

fn a_token_with_another_tokens_signature_is_refused(world: &World) {
    refuse_everywhere(world, |api, token| {
        let mut spliced = Parts::of(token);
        let other = api.token(world.provider(), "", SCOPE);
        spliced.signature = Parts::of(&other).signature;
        vec![Broken::new("another signature", spliced.token())]
    });
}

/// CVE-2015-2951.
fn a_token_that_says_that_it_is_unsigned_is_refused(world: &World) {
    refuse_everywhere(world, |_, token| {
        let good = Parts::of(token);
        let mut broken = Vec::new();
        for none in [
            json!("none"),
            json!("None"),
            json!("nOnE"),
            json!(""),
            Value::Null,
        ] {
            let signed = good.clone().with_header("alg", Some(none.clone()));
            let unsigned = signed.signing_input();
            broken.push(Broken::new(format!("{none}, signed"), signed.token()));
            broken.push(Broken::new(
                format!("{none}, emptied"),
                format!("{unsigned}."),
            ));
            broken.push(Broken::new(format!("{none}, two parts"), unsigned));
        }
        let without = good.clone().with_header("alg", None);
        broken.push(Broken::new("no `alg`", without.token()));
        broken.push(Broken::new("emptied", format!("{}.", good.signing_input())));
        broken
    });
}

/// CVE-2016-5431, CVE-2016-10555: an HMAC under a key that everybody knows.
fn a_token_signed_with_the_public_key_as_secret_is_refused(world: &World) {
    let jwks: Value = serde_json::from_str(&world.provider().jwks()).unwrap();
    refuse_everywhere(world, |api, token| {
        let good = Parts::of(token);
        let keys = jwks["keys"].as_array().unwrap();
        let jwk = keys.iter().find(|key| key["kid"] == api.algorithm).unwrap();
        let mut broken = Vec::new();
        for (spelling, secret) in spellings(jwk) {
            for alg in ["HS256", "HS384", "HS512"] {
                let forged = good.clone().signed_with_hmac(alg, &secret);
                broken.push(Broken::new(format!("{alg} with {spelling}"), forged));
            }
        }
        broken
    });
}

/// What the forger spells is what a server would have in its file.
fn the_forger_spells_public_keys_as_others_do(_: &World) {
    let issuer = EmbeddedIssuer::new("https://issuer.example");
    for algorithm in ALGORITHMS.map(|name| name.parse().unwrap()) {
        let (_, pem) = spellings(&issuer.jwk(algorithm)).swap_remove(0);
        let pem = String::from_utf8(pem).unwrap();
        assert_eq!(pem.trim_end(), issuer.pem(algorithm).trim_end());
    }
}

/// With the key's own name and with the name of that algorithm's key.
fn a_token_that_names_another_algorithm_is_refused(world: &World) {
    refuse_everywhere(world, |api, token| {
        let good = Parts::of(token);
        let mut broken = Vec::new();
        let others = ALGORITHMS
            .into_iter()
            .chain(["RS512", "PS384", "ES384", "HS256", "rs256"]);
        for other in others.filter(|other| *other != api.algorithm) {
            let named = good.clone().with_header("alg", Some(other.into()));
            broken.push(Broken::new(other, named.clone().token()));
            let named = named.with_header("kid", Some(other.into()));
            broken.push(Broken::new(format!("{other} and its key"), named.token()));
        }
        broken
    });
}

fn a_token_with_another_header_is_refused(world: &World) {
    let jwks: Value = serde_json::from_str(&world.provider().jwks()).unwrap();
    let jku = format!("{}/jwks", world.provider().issuer());
    refuse_everywhere(world, |_, token| {
        let good = Parts::of(token);
        let nameless = good.clone().with_header("kid", None);
        let mut broken: Vec<Broken> = [
            ("kid", json!("another")),
            ("typ", json!("application/at+jwt")),
            ("jwk", jwks["keys"][0].clone()),
            ("jku", json!(jku)),
            ("crit", json!(["exp"])),
            ("b64", json!(false)),
        ]
        .map(|(name, value)| Broken::new(name, good.clone().with_header(name, Some(value)).token()))
        .into();
        broken.push(Broken::new("`kid` removed", nameless.token()));
        broken
    });
}

fn a_token_cut_short_or_drawn_out_is_refused(world: &World) {
    refuse_everywhere(world, |_, token| {
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
        // RFC 4648 §3.5: the last character's unused bits; the bytes stay the same
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

/// CVE-2018-0114: the same issuer, claims and `kid`, and the forger's own key, offered or not.
fn a_token_signed_by_a_key_of_the_same_name_is_refused(world: &World) {
    let forger = EmbeddedIssuer::with_own_keys(world.provider().issuer());
    refuse_everywhere(world, |api, _| {
        let algorithm: Algorithm = api.algorithm.parse().unwrap();
        let forged = forger
            .token(CLIENT)
            .audience(&audience(api.algorithm))
            .client_id(CLIENT)
            .scopes(SCOPE)
            .algorithm(algorithm)
            .kid(api.algorithm);
        let offered = forged.clone().header("jwk", forger.jwk(algorithm));
        vec![
            Broken::new("another key", forged.sign()),
            Broken::new("another key, offered as `jwk`", offered.sign()),
        ]
    });
}
