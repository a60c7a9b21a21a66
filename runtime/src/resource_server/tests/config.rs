//! Every mistake that `build` refuses.

use std::error::Error as _;
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::claims::NumericDate;
use crate::danger::dangerous_token_lifetime;
use crate::keys::KeyError;
use crate::resource_server::error::ConfigError;

fn embedded() -> EmbeddedIssuer {
    EmbeddedIssuer::new(ISSUER)
}

/// An issuer that is in order.
fn good() -> Issuer<Audienced> {
    embedded().issuer(AUDIENCE)
}

/// An issuer without keys yet.
fn keyless() -> Issuer<Audienced> {
    Issuer::new(ISSUER).audience(AUDIENCE)
}

async fn build(issuer: Issuer<Audienced>) -> Result<ResourceServer, ConfigError> {
    ResourceServer::builder().trust(issuer).build().await
}

/// Which key error a configuration ends in, where it is one.
async fn key_error(issuer: Issuer<Audienced>) -> Option<KeyError> {
    match build(issuer).await {
        Err(ConfigError::Keys { issuer, source }) if issuer == ISSUER => Some(source),
        _ => None,
    }
}

/// RFC 8414 §2.
#[tokio::test]
async fn an_issuer_is_an_https_url_without_query_and_fragment() {
    for url in [
        "",
        "issuer.test",
        "http://issuer.test",
        "http://127.0.0.1",
        "https://issuer.test?x",
        "https://issuer.test#x",
        "https://user@issuer.test",
    ] {
        let issuer = EmbeddedIssuer::new(url).issuer(AUDIENCE);
        let error = build(issuer).await.unwrap_err();
        assert!(
            matches!(&error, ConfigError::Issuer { issuer } if issuer == url),
            "{url}: {error:?}"
        );
    }
    let loopback = EmbeddedIssuer::new("http://127.0.0.1").issuer(AUDIENCE);
    assert!(build(loopback.allow_loopback_http()).await.is_ok());
}

#[tokio::test]
async fn an_issuer_is_trusted_once() {
    let error = ResourceServer::builder()
        .trust(good())
        .trust(embedded().issuer("https://other.test"))
        .build()
        .await
        .unwrap_err();
    assert!(matches!(error, ConfigError::RepeatedIssuer { issuer } if issuer == ISSUER));
}

#[tokio::test]
async fn an_audience_is_not_empty() {
    let error = build(embedded().issuer("")).await.unwrap_err();
    assert!(matches!(error, ConfigError::Audience { issuer } if issuer == ISSUER));
}

#[tokio::test]
async fn a_list_of_algorithms_is_not_empty() {
    let error = build(good().algorithms([])).await.unwrap_err();
    assert!(matches!(error, ConfigError::NoAlgorithm { issuer } if issuer == ISSUER));
}

#[tokio::test]
async fn a_listed_hmac_has_a_secret_and_a_given_key_is_listed() {
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

/// CVE-2022-23541: one issuer's keys are of one kind.
#[tokio::test]
async fn a_secret_stands_alone() {
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
async fn a_secret_has_the_size_of_its_hash() {
    for (algorithm, least) in [
        (Algorithm::HS256, 32),
        (Algorithm::HS384, 48),
        (Algorithm::HS512, 64),
    ] {
        for len in [0, 1, least - 1] {
            let issuer = keyless().hmac(algorithm, Secret::new(vec![7; len]));
            assert_eq!(
                key_error(issuer).await,
                Some(KeyError::ShortSecret { least })
            );
        }
        for len in [least, least + 1] {
            let issuer = keyless().hmac(algorithm, Secret::new(vec![7; len]));
            assert!(build(issuer).await.is_ok(), "{algorithm:?}: {len}");
        }
    }
    let asymmetric = keyless().hmac(Algorithm::RS256, secret(7));
    assert_eq!(key_error(asymmetric).await, Some(KeyError::Unfit));
}

/// CVE-2022-29217, CVE-2024-33663, CVE-2026-34950 (white space before the armour).
#[tokio::test]
async fn a_public_key_is_no_secret() {
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        let pem = embedded().pem(algorithm);
        for text in [
            pem.clone(),
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
    }
}

#[tokio::test]
async fn a_key_set_is_read_when_the_server_is_built() {
    let rsa = embedded().jwk(Algorithm::RS256);
    let mut nameless = rsa.clone();
    nameless.as_object_mut().unwrap().remove("kid");
    let mut for_encryption = rsa.clone();
    for_encryption["use"] = "enc".into();
    let mut leaked = rsa.clone();
    leaked["d"] = "AQAB".into();
    let useless = |skipped| KeyError::NoUsableKey { skipped };
    for (jwks, expected) in [
        (json!("x").to_string(), KeyError::NotAKeySet),
        (String::new(), KeyError::NotAKeySet),
        (json!({}).to_string(), KeyError::NotAKeySet),
        (json!({"keys": {}}).to_string(), KeyError::NotAKeySet),
        (r#"{"keys":[],"keys":[]}"#.to_owned(), KeyError::NotAKeySet),
        (" ".repeat(65_537), KeyError::TooLong),
        (json!({"keys": []}).to_string(), useless(0)),
        (json!({"keys": [for_encryption]}).to_string(), useless(1)),
        (json!({"keys": [{}, {"kty": "x"}]}).to_string(), useless(2)),
        (json!({"keys": [leaked]}).to_string(), KeyError::Leaked),
        (json!({"keys": [rsa, rsa]}).to_string(), KeyError::Ambiguous),
    ] {
        let error = key_error(keyless().jwks(jwks.clone())).await;
        assert_eq!(error, Some(expected), "{jwks:.80}");
    }
    // a key that no header's `kid` excludes beside one that a PEM gives
    let issuer = keyless()
        .jwks(json!({ "keys": [nameless] }).to_string())
        .pem(Algorithm::RS256, embedded().pem(Algorithm::RS256));
    assert_eq!(key_error(issuer).await, Some(KeyError::Ambiguous));
}

#[tokio::test]
async fn a_pem_is_a_public_key_of_its_algorithm() {
    let pem = embedded().pem(Algorithm::RS256);
    for text in [String::new(), "x".to_owned(), format!("{pem}{pem}")] {
        let issuer = keyless().pem(Algorithm::RS256, text);
        assert_eq!(key_error(issuer).await, Some(KeyError::NotAPublicKeyPem));
    }
    let unfit = keyless().pem(Algorithm::ES256, pem.clone());
    assert_eq!(key_error(unfit).await, Some(KeyError::Unfit));
    let twice = keyless()
        .pem(Algorithm::RS256, pem.clone())
        .pem(Algorithm::RS256, pem);
    assert_eq!(key_error(twice).await, Some(KeyError::Ambiguous));
}

/// RFC 9068 §4: a leeway of no more than a few minutes.
#[tokio::test]
async fn the_skew_is_at_most_300_seconds() {
    for seconds in [0, 299, 300] {
        let issuer = good().clock_skew(Duration::from_secs(seconds));
        assert!(build(issuer).await.is_ok(), "{seconds}");
    }
    for skew in [
        Duration::from_millis(300_001),
        Duration::from_secs(301),
        Duration::MAX,
    ] {
        let error = build(good().clock_skew(skew)).await.unwrap_err();
        assert!(matches!(error, ConfigError::ClockSkew { issuer } if issuer == ISSUER));
    }
}

#[tokio::test]
async fn a_lifetime_is_from_above_zero_to_90_minutes_and_longer_only_by_danger() {
    let limit = Duration::from_mins(90);
    let second = Duration::from_secs(1);
    for lifetime in [second, Duration::from_secs(5_399), limit] {
        let server = build(good().max_token_lifetime(lifetime, "batch"))
            .await
            .unwrap();
        let lowered: Vec<_> = server.lowered().collect();
        let expected = format!(
            "{ISSUER}: tokens live up to {} s, because batch",
            lifetime.as_secs()
        );
        assert_eq!(lowered, [expected]);
    }
    for issuer in [
        good().max_token_lifetime(Duration::ZERO, "batch"),
        good().max_token_lifetime(limit + second, "batch"),
        good().max_token_lifetime(Duration::MAX, "batch"),
        dangerous_token_lifetime(good(), Duration::ZERO, "batch"),
    ] {
        let error = build(issuer).await.unwrap_err();
        assert!(matches!(error, ConfigError::TokenLifetime { issuer } if issuer == ISSUER));
    }
    let court = Court::with(|issuer| {
        let issuer = issuer.issuer(AUDIENCE);
        dangerous_token_lifetime(issuer, limit + second, "legacy")
    })
    .await;
    assert_eq!(court.server.lowered().count(), 1);
    for (lifetime, verdict) in [
        (limit + second, Ok(())),
        (limit + second * 2, Err(TokenError::Lifetime)),
    ] {
        assert_eq!(court.judge(court.token().lifetime(lifetime)).await, verdict);
    }
    let endless = court.token().expires_at(NumericDate::MAX);
    assert_eq!(court.judge(endless).await, Err(TokenError::Lifetime));
}

#[tokio::test]
async fn what_is_lowered_has_a_reason() {
    for reason in ["", " ", "\t\n", "\u{a0}"] {
        for issuer in [
            good().max_token_lifetime(Duration::from_hours(1), reason),
            dangerous_token_lifetime(good(), Duration::from_hours(10), reason),
        ] {
            let error = build(issuer).await.unwrap_err();
            assert!(
                matches!(error, ConfigError::NoReason { issuer } if issuer == ISSUER),
                "{reason:?}"
            );
        }
    }
    assert_eq!(build(good()).await.unwrap().lowered().count(), 0);
}

/// RFC 6750 §3, RFC 9110 §11.5.
#[tokio::test]
async fn a_realm_can_be_written_as_a_quoted_string() {
    let server = |realm: &str| ResourceServer::builder().trust(good()).realm(realm).build();
    for realm in ["api", "orders, v1", "a b", "!#[]~"] {
        assert_eq!(server(realm).await.unwrap().realm(), realm);
    }
    for realm in [
        "",
        "a\"b",
        "a\\b",
        "a\nb",
        "a\r\nx: y",
        "\t",
        "\0",
        "\x7f",
        "é",
    ] {
        let error = server(realm).await.unwrap_err();
        assert!(matches!(error, ConfigError::Realm), "{realm:?}");
    }
    assert_eq!(build(good()).await.unwrap().realm(), "api");
}

/// The cause is kept for whoever reads logs, and no key is.
#[tokio::test]
async fn an_error_about_keys_tells_its_cause_and_debug_tells_no_key() {
    let short = keyless().hmac(Algorithm::HS256, Secret::new("hunter2"));
    let error = build(short).await.unwrap_err();
    assert_eq!(
        error.source().unwrap().to_string(),
        "the secret is shorter than 32 bytes"
    );
    assert!(!format!("{error:?} {error}").contains("hunter2"));
    let server = build(good()).await.unwrap();
    assert_eq!(
        format!("{server:?}"),
        r#"ResourceServer { realm: "api", .. }"#
    );
}
