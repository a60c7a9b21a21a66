//! Confusion attacks: another algorithm, another key, another format.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::*;
use crate::keys::KeyError;
use crate::resource_server::error::ConfigError;

const NAMES: [&str; 13] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "Ed25519",
    "HS256", "HS384", "HS512",
];

fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Returns why a server with `jwk` as its only key, and every algorithm except HMAC, is not built.
async fn key_error(jwk: &Value) -> Option<KeyError> {
    let asymmetric = [
        Algorithm::RS256,
        Algorithm::RS384,
        Algorithm::PS256,
        Algorithm::ES256,
        Algorithm::ES384,
        Algorithm::EdDSA,
    ];
    let issuer = Issuer::new(ISSUER).audience(AUDIENCE);
    let issuer = issuer.jwks(json!({ "keys": [jwk] }).to_string());
    let builder = ResourceServer::builder().trust(issuer.algorithms(asymmetric));
    match builder.build().await {
        Err(ConfigError::Keys { source, .. }) => Some(source),
        _ => None,
    }
}

/// CVE-2022-23539, CVE-2022-23540, CVE-2022-23541: a key is never used with an algorithm of another
/// family, whether a key set or a header combines them.
#[tokio::test]
async fn key_of_another_family_is_never_used() {
    let test = TestServer::new().await;
    for (algorithm, own) in [
        (Algorithm::RS256, &["RS256", "RS384", "PS256"][..]),
        (Algorithm::ES256, &["ES256"]),
        (Algorithm::EdDSA, &["EdDSA", "Ed25519"]),
    ] {
        let mut jwk = test.issuer.jwk(algorithm);
        for name in NAMES {
            jwk["alg"] = name.into();
            let error = key_error(&jwk).await;
            let is_unusable =
                matches!(&error, Some(KeyError::NoUsableKey { skipped }) if skipped.count() == 1);
            assert_eq!(
                is_unusable,
                !own.contains(&name),
                "{algorithm:?} as {name}: {error:?}"
            );
            assert_eq!(
                error.is_none(),
                own.contains(&name),
                "{algorithm:?} as {name}"
            );
        }
        for other in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
            if other == algorithm {
                continue;
            }
            let token = test.token().algorithm(other);
            let token = token.kid(&test.issuer.kid(algorithm));
            assert_eq!(test.validate(token).await, Err(TokenError::UnknownKey));
        }
    }
}

/// CVE-2023-48238: a key has one algorithm, whatever the header names.
#[tokio::test]
async fn header_does_not_select_the_algorithm() {
    let test = TestServer::with(|issuer| {
        let keys = json!({ "keys": [issuer.jwk(Algorithm::RS256)] }).to_string();
        let listed = [Algorithm::RS256, Algorithm::PS256, Algorithm::ES256];
        issuer.issuer(AUDIENCE).jwks(keys).algorithms(listed)
    })
    .await;
    let token = test.token().algorithm(Algorithm::RS256);
    let public = test.issuer.pem(Algorithm::RS256);
    for name in NAMES {
        let expected = match name {
            "RS256" => Ok(()),
            "PS256" | "ES256" => Err(TokenError::UnknownKey),
            _ => Err(TokenError::Algorithm),
        };
        let named = token.clone().header("alg", name);
        assert_eq!(test.validate(named).await, expected, "{name}");
        let keyed = test.token().hmac(Algorithm::HS256, public.clone());
        let keyed = keyed.kid(&test.issuer.kid(Algorithm::RS256));
        let actual = test.validate(keyed.header("alg", name)).await;
        let expected = expected.and(Err(TokenError::Signature));
        assert_eq!(actual, expected, "{name}");
    }
}

/// RFC 9864: `Ed25519` is the fully specified name of `EdDSA` here; `Ed448` is another algorithm.
#[tokio::test]
async fn ed25519_is_accepted_as_eddsa() {
    let test = TestServer::new().await;
    let token = test.token().algorithm(Algorithm::EdDSA);
    let named = token.clone().header("alg", "Ed25519");
    assert_eq!(test.validate(named).await, Ok(()));
    for name in ["Ed448", "ed25519", "ESB256"] {
        let other = token.clone().header("alg", name);
        assert_eq!(test.validate(other).await, Err(TokenError::Algorithm));
    }
}

/// A JWE in compact form, which any client can create with the public key (RFC 7516 §7.1).
fn jwe(test: &TestServer, header: &Value, payload: &str) -> [String; 5] {
    let pem = test.issuer.pem(Algorithm::RS256);
    let inner: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let public = PublicEncryptingKey::from_der(&STANDARD.decode(inner).unwrap()).unwrap();
    let public = OaepPublicEncryptingKey::new(public).unwrap();
    let mut wrapped = vec![0; public.ciphertext_size()];
    public
        .encrypt(&OAEP_SHA1_MGF1SHA1, &[7; 16], &mut wrapped, None)
        .unwrap();
    let header = base64url(header.to_string());
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &[7; 16]).unwrap());
    let nonce = Nonce::assume_unique_for_key([1; 12]);
    let mut text = payload.as_bytes().to_vec();
    let aad = Aad::from(header.as_bytes());
    let tag = key
        .seal_in_place_separate_tag(nonce, aad, &mut text)
        .unwrap();
    let [wrapped, iv, text] = [wrapped, vec![1; 12], text].map(base64url);
    [header, wrapped, iv, text, base64url(tag.as_ref())]
}

/// CVE-2022-39174, CVE-2022-39175, CVE-2023-51774, CVE-2026-29000: encryption with the public key
/// does not authenticate the sender, whatever the content is.
#[tokio::test]
async fn token_encrypted_with_the_public_key_is_rejected() {
    let test = TestServer::new().await;
    let kid = test.issuer.kid(Algorithm::RS256);
    let unsigned = {
        let header = base64url(r#"{"alg":"none"}"#);
        format!("{header}.{}.", base64url(test.token().claims_json()))
    };
    for payload in [test.token().claims_json(), unsigned, test.token().sign()] {
        for (typ, cty) in [("at+jwt", None), ("JWT", Some("JWT"))] {
            let mut header = json!({"alg": "RSA-OAEP", "enc": "A128GCM", "typ": typ, "kid": kid});
            if let Some(cty) = cty {
                header["cty"] = cty.into();
            }
            let [header, key, iv, text, tag] = jwe(&test, &header, &payload);
            let whole = [&*header, &key, &iv, &text, &tag].join(".");
            assert_eq!(
                validate(&test.server, &whole).await,
                Err(TokenError::NotCompact)
            );
            // three of its five parts, parsed as a JWS
            let three = [&*header, &text, &tag].join(".");
            assert_eq!(
                validate(&test.server, &three).await,
                Err(TokenError::Algorithm)
            );
        }
    }
    for alg in [
        "RSA-OAEP",
        "RSA-OAEP-256",
        "RSA1_5",
        "ECDH-ES",
        "dir",
        "A256GCMKW",
    ] {
        let token = test.token().header("alg", alg).header("enc", "A128GCM");
        assert_eq!(
            test.validate(token).await,
            Err(TokenError::Algorithm),
            "{alg}"
        );
    }
}

/// CVE-2023-51775, CVE-2023-52428, CVE-2023-6681, CVE-2023-49290, CVE-2023-50658,
/// CVE-2023-50967, RFC 8725bis §3.13: no password is hashed, so an iteration count costs nothing.
#[tokio::test]
async fn token_with_password_hashing_is_rejected() {
    let test = TestServer::new().await;
    for alg in [
        "PBES2-HS256+A128KW",
        "PBES2-HS384+A192KW",
        "PBES2-HS512+A256KW",
    ] {
        for count in [
            json!(1),
            json!(2_147_483_647),
            json!(u64::MAX),
            json!(1e300),
        ] {
            let token = test.token().header("alg", alg).header("p2c", count);
            let token = token.header("p2s", "AAAA").header("enc", "A128GCM");
            let signed = token.clone().sign();
            assert_eq!(test.validate(token).await, Err(TokenError::Algorithm));
            let five = format!("{signed}.AAAA.AAAA");
            assert_eq!(
                validate(&test.server, &five).await,
                Err(TokenError::NotCompact)
            );
        }
    }
}

/// RFC 7515 §5.3 and §8, RFC 8414 §4: code point by code point, without normalization.
#[tokio::test]
async fn names_are_not_normalized() {
    let (composed, decomposed) = ("p\u{e9}re", "pe\u{301}re");
    let test = TestServer::with(|issuer| {
        let mut jwk = issuer.jwk(Algorithm::ES256);
        jwk["kid"] = composed.into();
        let keys = json!({ "keys": [jwk] }).to_string();
        issuer.issuer(composed).jwks(keys)
    })
    .await;
    let token = |kid, aud| test.token().kid(kid).audience(aud);
    for (kid, aud, expected) in [
        (composed, composed, Ok(())),
        (decomposed, composed, Err(TokenError::UnknownKey)),
        (composed, decomposed, Err(TokenError::Audience)),
        (composed, "p\u{c9}re", Err(TokenError::Audience)),
    ] {
        assert_eq!(test.validate(token(kid, aud)).await, expected);
    }
}
