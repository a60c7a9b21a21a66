//! The choice of the key for a token, and the signatures that it verifies.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::keys::Algorithm;
use crate::resource_server::Issuer;
use crate::testing::EmbeddedIssuer;
use crate::testing::test_server::{AUDIENCE, ISSUER, TestServer, secret};
use crate::token::TokenError;

const P256_ORDER: [u8; 32] = *b"\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\
    \xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51";
const P384_ORDER: [u8; 48] = *b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
    \xff\xff\xff\xff\xff\xff\xff\xff\xc7\x63\x4d\x81\xf4\x37\x2d\xdf\
    \x58\x1a\x0d\xb2\x48\xb0\xa7\x7a\xec\xec\x19\x6a\xcc\xc5\x29\x73";

/// A key set with one changed key.
fn key_set_with(mut jwk: Value, edit: impl FnOnce(&mut serde_json::Map<String, Value>)) -> String {
    edit(jwk.as_object_mut().unwrap());
    json!({ "keys": [jwk] }).to_string()
}

/// CVE-2016-10555, CVE-2015-9235, CVE-2022-29217, CVE-2024-33663, CVE-2024-54150.
#[tokio::test]
async fn public_key_as_hmac_secret_is_rejected() {
    let given = TestServer::new().await;
    let pem = TestServer::with(|issuer| {
        Issuer::new(ISSUER)
            .audience(AUDIENCE)
            .pem(Algorithm::RS256, issuer.pem(Algorithm::RS256))
            .pem(Algorithm::ES256, issuer.pem(Algorithm::ES256))
    })
    .await;
    for test in [given, pem] {
        for algorithm in [Algorithm::RS256, Algorithm::ES256] {
            let pem = test.issuer.pem(algorithm);
            let inner: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
            for text in [
                pem.clone().into_bytes(),
                pem.trim_end().as_bytes().to_vec(),
                STANDARD.decode(inner).unwrap(),
                test.issuer.jwk(algorithm).to_string().into_bytes(),
                Vec::new(),
            ] {
                for hmac in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
                    let token = test.token().hmac(hmac, text.clone());
                    let with_kid = token.clone().kid(&test.issuer.kid(algorithm));
                    assert_eq!(test.validate(token).await, Err(TokenError::Algorithm));
                    assert_eq!(test.validate(with_kid).await, Err(TokenError::Algorithm));
                }
            }
        }
    }
}

/// CVE-2018-0114, CVE-2026-27962, CVE-2025-24976: a key in the token is not trusted, not even under
/// the `kid` of a trusted key.
#[tokio::test]
async fn key_in_the_header_is_never_used() {
    let test = TestServer::new().await;
    let attacker = EmbeddedIssuer::with_own_keys(ISSUER);
    let kid = test.issuer.kid(Algorithm::ES256);
    let mut jwk = attacker.jwk(Algorithm::ES256);
    jwk["kid"] = kid.into();
    let forged = test.token().signed_by(&attacker).header("jwk", jwk);
    assert_eq!(
        test.validate(forged.clone()).await,
        Err(TokenError::Signature)
    );
    let own_kid = forged.clone().kid(&attacker.kid(Algorithm::ES256));
    assert_eq!(test.validate(own_kid).await, Err(TokenError::UnknownKey));
    let no_kid = forged.without_header("kid");
    assert_eq!(test.validate(no_kid).await, Err(TokenError::Signature));
    for name in ["jku", "x5u", "x5c", "x5t"] {
        let value = json!("https://evil.test/jwks");
        let value = if name == "x5c" { json!([value]) } else { value };
        let token = test.token().header(name, value);
        let forged = token.clone().signed_by(&attacker);
        assert_eq!(
            test.validate(forged).await,
            Err(TokenError::Signature),
            "{name}"
        );
        assert_eq!(test.validate(token).await, Ok(()), "{name}");
    }
}

/// CVE-2026-48523, CVE-2022-23540: header, key and allowed algorithms must agree.
#[tokio::test]
async fn algorithm_of_another_key_finds_no_key() {
    let test = TestServer::new().await;
    for (signing, named) in [
        (Algorithm::PS256, "RS256"),
        (Algorithm::RS256, "PS256"),
        (Algorithm::ES256, "RS256"),
        (Algorithm::RS256, "ES256"),
        (Algorithm::EdDSA, "ES256"),
    ] {
        let token = test.token().algorithm(signing).header("alg", named);
        assert_eq!(
            test.validate(token).await,
            Err(TokenError::UnknownKey),
            "{signing:?} as {named}"
        );
    }
    for unlisted in ["RS384", "RS512", "PS384", "PS512", "ES384", "HS256"] {
        let token = test.token().header("alg", unlisted);
        assert_eq!(
            test.validate(token).await,
            Err(TokenError::Algorithm),
            "{unlisted}"
        );
    }
}

/// CVE-2026-22817: a key without `alg` has the first matching algorithm in the list.
#[tokio::test]
async fn key_without_alg_ignores_the_alg_of_the_header() {
    let test = TestServer::with(|issuer| {
        let jwks = key_set_with(issuer.jwk(Algorithm::RS256), |jwk| {
            jwk.remove("alg");
        });
        let listed = [Algorithm::RS256, Algorithm::RS384, Algorithm::PS256];
        issuer.issuer(AUDIENCE).jwks(jwks).algorithms(listed)
    })
    .await;
    let token = test.token().algorithm(Algorithm::RS256);
    assert_eq!(test.validate(token.clone()).await, Ok(()));
    for alg in ["RS384", "PS256"] {
        let other = token.clone().header("alg", alg);
        assert_eq!(
            test.validate(other).await,
            Err(TokenError::UnknownKey),
            "{alg}"
        );
    }
    let hmac = token.hmac(Algorithm::HS256, test.issuer.pem(Algorithm::RS256));
    let hmac = hmac.kid(&test.issuer.kid(Algorithm::RS256));
    assert_eq!(test.validate(hmac).await, Err(TokenError::Algorithm));
}

#[tokio::test]
async fn unknown_kid_finds_no_key() {
    let test = TestServer::new().await;
    let kid = test.issuer.kid(Algorithm::ES256);
    for unknown in [
        "",
        "x",
        " ",
        "../../dev/null",
        "' OR 1=1 --",
        &kid.to_uppercase(),
    ] {
        assert_eq!(
            test.validate(test.token().kid(unknown)).await,
            Err(TokenError::UnknownKey),
            "{unknown}"
        );
    }
    for wrong in [json!(null), json!(1), json!([kid]), json!({})] {
        let token = test.token().header("kid", wrong.clone());
        assert_eq!(
            test.validate(token).await,
            Err(TokenError::MalformedHeader),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn missing_kid_selects_the_only_matching_key() {
    let only = TestServer::new().await;
    let token = only.token().without_header("kid");
    assert_eq!(only.validate(token).await, Ok(()));
    let second = EmbeddedIssuer::with_own_keys(ISSUER);
    let several = TestServer::with(|issuer| {
        let keys = [issuer, &second].map(|issuer| issuer.jwk(Algorithm::ES256));
        issuer
            .issuer(AUDIENCE)
            .jwks(json!({ "keys": keys }).to_string())
    })
    .await;
    let token = several.token();
    assert_eq!(several.validate(token.clone()).await, Ok(()));
    let by_second = token
        .clone()
        .signed_by(&second)
        .kid(&second.kid(Algorithm::ES256));
    assert_eq!(several.validate(by_second).await, Ok(()));
    let crossed = token.clone().kid(&second.kid(Algorithm::ES256));
    assert_eq!(several.validate(crossed).await, Err(TokenError::Signature));
    let no_kid = token.without_header("kid");
    assert_eq!(several.validate(no_kid).await, Err(TokenError::UnknownKey));
}

/// CVE-2020-28042: an empty or a short signature.
#[tokio::test]
async fn signature_of_another_length_is_rejected() {
    let test = TestServer::new().await;
    for algorithm in [
        Algorithm::RS256,
        Algorithm::PS256,
        Algorithm::ES256,
        Algorithm::EdDSA,
    ] {
        let token = test.token().algorithm(algorithm);
        let empty = token.clone().signature([]);
        assert_eq!(test.validate(empty).await, Err(TokenError::NotCompact));
        let signed = token.clone().sign();
        let (_, signature) = signed.rsplit_once('.').unwrap();
        let good = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let (_, short) = good.split_first().unwrap();
        for raw in [
            vec![0],
            short.to_vec(),
            [&good[..], &[0]].concat(),
            [&[0], &good[..]].concat(),
            vec![0; good.len()],
            vec![0xff; good.len()],
            good.iter().rev().copied().collect(),
        ] {
            let token = token.clone().signature(raw);
            assert_eq!(
                test.validate(token).await,
                Err(TokenError::Signature),
                "{algorithm:?}"
            );
        }
    }
}

/// CVE-2022-21449: r and s are between 1 and n − 1.
#[tokio::test]
async fn ecdsa_r_or_s_out_of_range_is_rejected() {
    let pair = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
    let (x, y) = pair.public_key().as_ref()[1..].split_at(48);
    let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
    let p384 = json!({"kty": "EC", "crv": "P-384", "alg": "ES384", "x": x, "y": y});
    let test = TestServer::with(|issuer| {
        let keys = [issuer.jwk(Algorithm::ES256), p384];
        issuer
            .issuer(AUDIENCE)
            .jwks(json!({ "keys": keys }).to_string())
            .algorithms([Algorithm::ES256, Algorithm::ES384])
    })
    .await;
    let es256 = test.token();
    let es384 = test.token().header("alg", "ES384");
    let good = pair
        .sign(&SystemRandom::new(), es384.signing_input().as_bytes())
        .unwrap();
    let good = es384.clone().signature(good.as_ref());
    assert_eq!(test.validate(good).await, Ok(()));
    for (token, order) in [(es256, &P256_ORDER[..]), (es384, &P384_ORDER[..])] {
        let zero = vec![0; order.len()];
        let mut one = zero.clone();
        *one.last_mut().unwrap() = 1;
        let most = vec![0xff; order.len()];
        let values = [&zero[..], &one, order, &most];
        for r in values {
            for s in values {
                let token = token.clone().signature([r, s].concat());
                assert_eq!(test.validate(token).await, Err(TokenError::Signature));
            }
        }
    }
}

/// CVE-2025-65945: no part of the token selects the secret.
#[tokio::test]
async fn shared_secret_does_not_depend_on_the_token() {
    let test = TestServer::with(|_| {
        Issuer::new(ISSUER)
            .audience(AUDIENCE)
            .hmac(Algorithm::HS256, secret(7))
    })
    .await;
    let good = test.token().hmac(Algorithm::HS256, [7; 32]);
    assert_eq!(test.validate(good.clone()).await, Ok(()));
    for other in [
        vec![],
        vec![7; 31],
        vec![8; 32],
        [7; 31].into_iter().chain([8]).collect(),
    ] {
        for kid in ["", "x", "../../dev/null"] {
            let forged = test.token().hmac(Algorithm::HS256, other.clone());
            let forged = forged.kid(kid).claim("sub", "admin");
            assert_eq!(test.validate(forged).await, Err(TokenError::Signature));
        }
    }
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        let token = test.token().hmac(algorithm, [7; 32]);
        assert_eq!(test.validate(token).await, Err(TokenError::Algorithm));
    }
    assert_eq!(
        test.validate(test.token()).await,
        Err(TokenError::Algorithm)
    );
}
