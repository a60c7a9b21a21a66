//! Keys and algorithms that `build` rejects.

use std::error::Error as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::*;
use crate::keys::KeyError;
#[cfg(feature = "discovery")]
use crate::resource_server::fetch_error::FetchSettingsError;

/// Returns the key error that `build` reports, if it reports one.
async fn key_error(issuer: Issuer<WithAudience>) -> Option<KeyError> {
    match build(issuer).await {
        Err(ConfigError::Keys { issuer, source }) if issuer == ISSUER => Some(source),
        _ => None,
    }
}

#[tokio::test]
async fn algorithm_without_key_or_outside_the_list_is_rejected() {
    let pem = embedded().pem(Algorithm::ES256);
    for (issuer, expected) in [
        (good().algorithms([Algorithm::HS256]), Algorithm::HS256),
        (
            good().algorithms([Algorithm::RS256, Algorithm::HS512]),
            Algorithm::HS512,
        ),
        (
            keyless()
                .pem(Algorithm::ES256, pem)
                .algorithms([Algorithm::RS256]),
            Algorithm::ES256,
        ),
        (
            keyless()
                .hmac(Algorithm::HS256, secret(7))
                .algorithms([Algorithm::RS256]),
            Algorithm::HS256,
        ),
        (
            keyless()
                .hmac(Algorithm::HS256, secret(7))
                .algorithms([Algorithm::HS256, Algorithm::HS384]),
            Algorithm::HS384,
        ),
    ] {
        let error = build(issuer).await.unwrap_err();
        assert!(
            matches!(&error, ConfigError::Algorithm { algorithm, .. } if *algorithm == expected),
            "{expected:?}: {error:?}"
        );
    }
}

/// CVE-2022-23541: an issuer has either a secret or public keys.
#[tokio::test]
async fn secret_beside_public_keys_is_rejected() {
    let pem = embedded().pem(Algorithm::ES256);
    for issuer in [
        good().hmac(Algorithm::HS256, secret(7)),
        keyless()
            .pem(Algorithm::ES256, pem)
            .hmac(Algorithm::HS256, secret(7)),
    ] {
        let error = build(issuer).await.unwrap_err();
        assert!(
            matches!(&error, ConfigError::SecretBesidePublicKeys { issuer } if issuer == ISSUER),
            "{error:?}"
        );
    }
}

/// RFC 7518 §3.2; CVE-2019-20933 (a blank secret).
#[tokio::test]
async fn secret_shorter_than_its_hash_is_rejected() {
    for (algorithm, least) in [
        (Algorithm::HS256, 32),
        (Algorithm::HS384, 48),
        (Algorithm::HS512, 64),
    ] {
        for len in [0, 1, least - 1] {
            let issuer = keyless().hmac(algorithm, Secret::new(vec![7; len]));
            assert_eq!(
                key_error(issuer).await,
                Some(KeyError::SecretTooShort { min_len: least })
            );
        }
        for len in [least, least + 1] {
            let issuer = keyless().hmac(algorithm, Secret::new(vec![7; len]));
            assert!(build(issuer).await.is_ok(), "{algorithm:?}: {len}");
        }
    }
    let asymmetric = keyless().hmac(Algorithm::RS256, secret(7));
    assert_eq!(key_error(asymmetric).await, Some(KeyError::Invalid));
}

/// CVE-2022-29217, CVE-2024-33663, CVE-2026-34950 (whitespace before the PEM armor).
#[tokio::test]
async fn public_key_as_secret_is_rejected() {
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        let pem = embedded().pem(algorithm);
        for text in [
            pem.clone(),
            pem.lines().filter(|line| !line.starts_with('-')).collect(),
            format!(" {pem}"),
            format!("\n{pem}"),
            format!("\u{feff}{pem}"),
            embedded().jwk(algorithm).to_string(),
            embedded().jwks(),
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE".to_owned(),
            "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY".to_owned(),
        ] {
            let issuer = keyless().hmac(Algorithm::HS256, Secret::new(text.clone()));
            assert_eq!(
                key_error(issuer).await,
                Some(KeyError::PublicKeyAsSecret),
                "{text}"
            );
        }
        let inner: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let der = Secret::new(STANDARD.decode(inner).unwrap());
        let issuer = keyless().hmac(Algorithm::HS256, der);
        assert_eq!(key_error(issuer).await, Some(KeyError::PublicKeyAsSecret));
    }
}

#[tokio::test]
async fn malformed_key_set_fails_the_build() {
    let rsa = embedded().jwk(Algorithm::RS256);
    let mut nameless = rsa.clone();
    nameless.as_object_mut().unwrap().remove("kid");
    let mut for_encryption = rsa.clone();
    for_encryption["use"] = "enc".into();
    let mut leaked = rsa.clone();
    leaked["d"] = "AQAB".into();
    for (jwks, expected) in [
        (json!("x").to_string(), "malformed: it is not a JSON object"),
        (String::new(), "malformed: it is empty"),
        (json!({}).to_string(), "malformed: missing `keys`"),
        (
            json!({"keys": {}}).to_string(),
            "malformed: `keys` is not an array",
        ),
        (
            r#"{"keys":[],"keys":[]}"#.to_owned(),
            "malformed: duplicate member \"keys\"",
        ),
        (" ".repeat(65_537), "larger than 64 KiB"),
        (json!({"keys": []}).to_string(), "has no key"),
        (
            json!({"keys": [for_encryption]}).to_string(),
            "no usable key: key 1 (",
        ),
        (
            json!({"keys": [{}, {"kty": "x"}]}).to_string(),
            "no usable key: key 1: missing `kty`; key 2: unsupported type \"x\"",
        ),
        (json!({"keys": [leaked]}).to_string(), "private, it has `d`"),
    ] {
        let error = key_error(keyless().jwks(jwks.clone())).await.unwrap();
        let text = error.to_string();
        assert!(text.contains(expected), "{jwks:.80}: {text}");
    }
    // the same key twice
    let issuer = keyless().jwks(json!({ "keys": [rsa, rsa] }).to_string());
    assert!(build(issuer).await.is_ok());
    // a key without `kid` beside the key of a PEM, which has none either
    let issuer = keyless()
        .jwks(json!({ "keys": [nameless] }).to_string())
        .pem(Algorithm::RS256, embedded().pem(Algorithm::RS256));
    assert_eq!(key_error(issuer).await, Some(KeyError::Ambiguous));
}

#[tokio::test]
async fn malformed_or_duplicate_pem_is_rejected() {
    let pem = embedded().pem(Algorithm::RS256);
    for text in [String::new(), "x".to_owned(), format!("{pem}{pem}")] {
        let issuer = keyless().pem(Algorithm::RS256, text);
        assert_eq!(key_error(issuer).await, Some(KeyError::InvalidPem));
    }
    let other = keyless().pem(Algorithm::ES256, pem.clone());
    assert_eq!(key_error(other).await, Some(KeyError::Invalid));
    let twice = keyless()
        .pem(Algorithm::RS256, pem.clone())
        .pem(Algorithm::RS256, pem);
    assert_eq!(key_error(twice).await, Some(KeyError::Ambiguous));
}

#[cfg(feature = "discovery")]
fn is_mistake(error: &ConfigError, expected: FetchSettingsError) -> bool {
    matches!(error, ConfigError::FetchSettings { issuer, source } if issuer == ISSUER && *source == expected)
}

#[cfg(feature = "discovery")]
#[tokio::test]
async fn keys_url_must_be_https_and_the_only_source() {
    for url in [
        "http://keys.example/keys",
        "http://127.0.0.1:1/keys",
        "https://u:secret@keys.example/keys",
        "https://keys.example/keys#secret",
        "keys.example/keys",
        "",
    ] {
        let error = build(keyless().keys_url(url)).await.unwrap_err();
        assert!(
            is_mistake(&error, FetchSettingsError::KeysUrl),
            "{url}: {error:?}"
        );
        assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    }
    let pem = embedded().pem(Algorithm::ES256);
    for issuer in [
        good(),
        keyless().pem(Algorithm::ES256, pem),
        keyless().hmac(Algorithm::HS256, secret(7)),
    ] {
        let error = build(issuer.keys_url("https://keys.example")).await;
        let error = error.unwrap_err();
        assert!(
            is_mistake(&error, FetchSettingsError::KeysUrlBesideKeys),
            "{error:?}"
        );
    }
}

#[test]
fn http_on_loopback_is_listed_as_a_relaxation() {
    let relaxations = |issuer: Issuer<WithAudience>| {
        let summary = issuer.summary(8 * 1024, false);
        summary.relaxations().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(relaxations(keyless()), [""; 0]);
    assert_eq!(
        relaxations(keyless().allow_loopback_http()),
        ["its URLs may be http on loopback, for development"]
    );
}

#[cfg(feature = "discovery")]
#[test]
fn root_certificates_are_listed_as_a_relaxation() {
    let relaxations = |issuer: Issuer<WithAudience>| {
        let summary = issuer.summary(8 * 1024, false);
        summary.relaxations().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(relaxations(keyless()), [""; 0]);
    assert_eq!(
        relaxations(keyless().root_certificates("")),
        ["requests to it also trust servers with certificates of the configured roots"]
    );
}

#[cfg(feature = "discovery")]
#[tokio::test]
async fn malformed_or_unused_root_certificates_are_rejected() {
    let pem = embedded().pem(Algorithm::ES256);
    for text in ["", "secret", &pem] {
        let error = build(keyless().root_certificates(text)).await.unwrap_err();
        assert!(
            is_mistake(&error, FetchSettingsError::RootCertificates),
            "{error:?}"
        );
        let error = build(good().root_certificates(text)).await.unwrap_err();
        assert!(
            is_mistake(&error, FetchSettingsError::UnusedRootCertificates),
            "{error:?}"
        );
    }
}

/// `serde-rs/json#805`: the document has every member, but begins with a byte order mark.
#[cfg(feature = "discovery")]
#[tokio::test]
async fn unusable_document_is_named_in_the_cause() {
    use crate::testing::loopback_server::{LoopbackServer, Reply};

    let server = LoopbackServer::start(Reply::Closed).await;
    let url = &server.url;
    let text = format!("\u{feff}{{\"issuer\":\"{url}\",\"jwks_uri\":\"{url}/jwks\"}}");
    server.set_document(Some(Reply::json(200, &text)));
    let issuer = Issuer::new(url).audience(AUDIENCE).allow_loopback_http();
    let error = build(issuer).await.unwrap_err();
    let cause = error.source().unwrap().to_string();
    assert!(
        cause.contains("byte order mark") && cause.contains(url),
        "{cause}"
    );
    assert!(!cause.contains("has no"), "{cause}");
}

/// Keys are fetched when the server is built, so that no request reaches a server without keys.
#[cfg(feature = "discovery")]
#[tokio::test]
async fn unavailable_keys_fail_the_build() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let unreachable = Issuer::new(&url).audience(AUDIENCE).allow_loopback_http();
    let error = build(unreachable).await.unwrap_err();
    assert!(
        matches!(&error, ConfigError::Discovery { issuer, .. } if *issuer == url),
        "{error:?}"
    );
    assert!(error.source().is_some());
}

#[cfg(not(feature = "discovery"))]
#[tokio::test]
async fn missing_keys_without_discovery_are_rejected() {
    let error = build(keyless()).await.unwrap_err();
    assert!(matches!(error, ConfigError::NoKeys { issuer } if issuer == ISSUER));
}
