//! Steps 6 to 8: the signature, the registered algorithm, and the selection of the key.

use serde_json::{Value, json};

use super::*;
use crate::https::ClientSettings;
use crate::keys::{FetchConfig, KeySetFetcher};
use crate::testing::loopback_server::{LoopbackServer, Reply};

/// Step 6.
#[tokio::test]
async fn signature_of_another_key_is_rejected() {
    let test = IdTokenTest::new();
    let other = EmbeddedIssuer::with_own_keys(ISSUER);
    let error = test.error(test.token().signed_by(&other)).await;
    assert_eq!(error, token(TokenError::Signature));
    let error = test.error(test.token().signature([0; 64])).await;
    assert_eq!(error, token(TokenError::Signature), "CVE-2022-21449");
    for signature in [&[][..], &[1][..]] {
        let error = test.error(test.token().signature(signature)).await;
        assert!(matches!(error, Some(IdTokenError::Token(_))), "{error:?}");
    }
    let valid = test.token().sign();
    let (input, signature) = valid.rsplit_once('.').unwrap();
    let (header, _) = input.split_once('.').unwrap();
    let forged = test.token().claim("sub", "admin").signing_input();
    let (_, payload) = forged.split_once('.').unwrap();
    let error = test
        .validate_text(&format!("{header}.{payload}.{signature}"))
        .await
        .err();
    assert_eq!(error, token(TokenError::Signature));
}

/// Step 6: TLS of the token endpoint never replaces the signature (CVE-2015-2951).
#[tokio::test]
async fn none_in_any_spelling_is_rejected() {
    let test = IdTokenTest::new();
    for alg in ["none", "None", "NONE", "nOnE", "none ", ""] {
        let unsigned = test.token().header("alg", alg);
        let error = test.error(unsigned.clone()).await;
        assert_eq!(error, token(TokenError::Algorithm), "{alg}");
        let error = test.error(unsigned.signature([])).await;
        assert_eq!(error, token(TokenError::NotCompact), "{alg}");
    }
    let error = test.error(test.token().without_header("alg")).await;
    assert_eq!(error, token(TokenError::Algorithm));
}

/// Step 7.
#[tokio::test]
async fn algorithm_that_is_not_registered_is_rejected() {
    let all = [
        Algorithm::RS256,
        Algorithm::PS256,
        Algorithm::ES256,
        Algorithm::EdDSA,
    ];
    for registered in all {
        let test = IdTokenTest::with_algorithm(registered);
        for algorithm in all {
            let error = test.error(test.token().algorithm(algorithm)).await;
            let expected = if algorithm == registered {
                None
            } else {
                token(TokenError::Algorithm)
            };
            assert_eq!(error, expected, "{registered:?} {algorithm:?}");
        }
    }
}

/// Step 8, CVE-2016-10555: a public key, or the client's secret, is never an HMAC key.
#[tokio::test]
async fn hmac_is_rejected_with_any_key() {
    let test = IdTokenTest::with_algorithm(Algorithm::RS256);
    let pem = test.issuer.pem(Algorithm::RS256);
    let jwk = test.issuer.jwk(Algorithm::RS256).to_string();
    for secret in [
        pem.as_str(),
        pem.trim_end(),
        &format!("\n{pem}"),
        &jwk,
        "a client secret of enough characters",
        "",
    ] {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let error = test.error(test.token().hmac(algorithm, secret)).await;
            assert_eq!(
                error,
                token(TokenError::Algorithm),
                "{algorithm:?} {secret}"
            );
        }
    }
}

/// CVE-2018-0114, CVE-2026-27962: the header never supplies the key.
#[tokio::test]
async fn key_in_the_header_is_ignored() {
    let test = IdTokenTest::new();
    let other = EmbeddedIssuer::with_own_keys(ISSUER);
    for (name, value) in [
        ("jwk", other.jwk(Algorithm::ES256)),
        ("jku", json!("https://evil.example/keys")),
        ("x5u", json!("https://evil.example/certificate")),
        ("x5c", json!(["MIIB"])),
    ] {
        let error = test
            .error(test.token().signed_by(&other).header(name, value))
            .await;
        assert_eq!(error, token(TokenError::Signature), "{name}");
    }
    for name in ["crit", "b64", "zip"] {
        let error = test.error(test.token().header(name, json!(["exp"]))).await;
        assert_eq!(error, token(TokenError::CriticalHeader), "{name}");
    }
}

/// §10.1: a token without `kid` is verified if the provider has one key for the algorithm.
#[tokio::test]
async fn missing_kid_is_accepted_with_one_key_and_rejected_with_several() {
    let mut test = IdTokenTest::new();
    let without_kid = || test.token().without_header("kid");
    assert_eq!(test.error(without_kid()).await, None);
    let unknown = test.error(test.token().kid("unknown")).await;
    assert_eq!(unknown, token(TokenError::UnknownKey));
    let other = EmbeddedIssuer::with_own_keys(ISSUER);
    let keys: Vec<Value> = [&test.issuer, &other]
        .map(|issuer| issuer.jwk(Algorithm::ES256))
        .into();
    let several = json!({ "keys": keys }).to_string();
    let (named, unnamed) = (test.token(), without_kid());
    test.validator.keys.source = configured(&several, Algorithm::ES256);
    assert_eq!(test.error(named).await, None);
    assert_eq!(test.error(unnamed).await, token(TokenError::UnknownKey));
}

/// Returns the keys at a server, which were fetched once.
async fn fetched(test: &IdTokenTest, server: &LoopbackServer) -> KeySource {
    let settings = ClientSettings {
        allow_loopback_http: true,
        ..ClientSettings::default()
    };
    let config = FetchConfig {
        issuer: server.url.as_str().into(),
        allowed: Box::new([Algorithm::ES256]),
        fetcher: KeySetFetcher::new(&settings).unwrap(),
        clock: Arc::new(test.clock.clone()),
        max_age: Duration::from_hours(1),
    };
    KeySource::fetched(config).await.unwrap()
}

/// openidconnect-rs#232: keys are replaced while the application runs.
#[tokio::test]
async fn new_key_is_used_without_a_restart() {
    let server = LoopbackServer::start(Reply::Closed).await;
    let mut test = IdTokenTest::new();
    server.set(Reply::Keys(test.issuer.jwks()));
    test.validator.keys.source = fetched(&test, &server).await;
    assert_eq!(test.error(test.token()).await, None);
    let rotated = EmbeddedIssuer::with_own_keys(ISSUER).clock(test.clock.clone());
    server.set(Reply::Keys(rotated.jwks()));
    assert_eq!(test.error(id_token(&rotated)).await, None);
    let withdrawn = test.error(test.token()).await;
    assert_eq!(withdrawn, token(TokenError::UnknownKey));
    // a token with an unknown key causes no second fetch within a minute
    let before = server.request_count();
    assert_eq!(
        test.error(test.token().kid("x")).await,
        token(TokenError::UnknownKey)
    );
    assert_eq!(server.request_count(), before);
}

/// The fetch that an unknown key causes is no verification: the signature is checked again, with the new keys.
#[tokio::test]
async fn forged_token_is_rejected_after_new_keys_are_fetched() {
    let server = LoopbackServer::start(Reply::Closed).await;
    let mut test = IdTokenTest::new();
    let rotated = EmbeddedIssuer::with_own_keys(ISSUER).clock(test.clock.clone());
    let other = EmbeddedIssuer::with_own_keys(ISSUER).clock(test.clock.clone());
    let new_kid = rotated.jwk(Algorithm::ES256)["kid"].clone();
    let new_kid = new_kid.as_str().unwrap();
    for (forged, expected) in [
        (id_token(&other), TokenError::UnknownKey),
        (id_token(&rotated).kid("unknown"), TokenError::UnknownKey),
        (id_token(&other).kid(new_kid), TokenError::Signature),
        (
            id_token(&rotated).signed_by(&other).kid(new_kid),
            TokenError::Signature,
        ),
        (id_token(&rotated).signature([0; 64]), TokenError::Signature),
        (test.token().kid(new_kid), TokenError::Signature),
    ] {
        server.set(Reply::Keys(test.issuer.jwks()));
        test.validator.keys.source = fetched(&test, &server).await;
        server.set(Reply::Keys(rotated.jwks()));
        let before = server.request_count();
        assert_eq!(test.error(forged).await, token(expected));
        assert_eq!(server.request_count(), before + 1);
        assert_eq!(test.error(id_token(&rotated)).await, None);
    }
}
