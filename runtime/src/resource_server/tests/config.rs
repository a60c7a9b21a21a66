//! Settings that `build` rejects.

use std::error::Error as _;
use std::time::Duration;

use super::*;
use crate::claims::{Grants, NumericDate};
use crate::danger::{dangerous_plain_subjects, dangerous_token_lifetime};
use crate::secret::Secret;
use crate::testing::test_server::TestServer;
use crate::token::{Profile, RevocationList, TokenError};

/// RFC 8414 §2.
#[tokio::test]
async fn issuer_that_is_not_a_plain_https_url_is_rejected() {
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
async fn duplicate_issuer_is_rejected() {
    let error = ResourceServer::builder()
        .trust(good())
        .trust(embedded().issuer("https://other.test"))
        .build()
        .await
        .unwrap_err();
    assert!(matches!(error, ConfigError::DuplicateIssuer { issuer } if issuer == ISSUER));
}

#[tokio::test]
async fn empty_audience_is_rejected() {
    let error = build(embedded().issuer("")).await.unwrap_err();
    assert!(matches!(error, ConfigError::Audience { issuer } if issuer == ISSUER));
}

#[tokio::test]
async fn empty_list_of_algorithms_is_rejected() {
    let error = build(good().algorithms([])).await.unwrap_err();
    assert!(matches!(error, ConfigError::NoAlgorithm { issuer } if issuer == ISSUER));
}

/// RFC 9068 §4: a leeway of no more than a few minutes.
#[tokio::test]
async fn skew_over_300_seconds_is_rejected() {
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
async fn lifetime_over_90_minutes_requires_danger() {
    let limit = Duration::from_mins(90);
    let second = Duration::from_secs(1);
    for lifetime in [second, Duration::from_secs(5_399), limit] {
        let server = build(good().max_token_lifetime(lifetime, "batch"))
            .await
            .unwrap();
        let relaxations: Vec<_> = server.relaxations().collect();
        let expected = format!(
            "{ISSUER}: tokens are valid for up to {} s, because batch",
            lifetime.as_secs()
        );
        assert_eq!(relaxations, [expected]);
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
    let test = TestServer::with(|issuer| {
        let issuer = issuer.issuer(AUDIENCE);
        dangerous_token_lifetime(issuer, limit + second, "legacy")
    })
    .await;
    assert_eq!(test.server.relaxations().count(), 1);
    for (lifetime, expected) in [
        (limit + second, Ok(())),
        (limit + second * 2, Err(TokenError::Lifetime)),
    ] {
        assert_eq!(
            test.validate(test.token().lifetime(lifetime)).await,
            expected
        );
    }
    let unlimited = test.token().expires_at(NumericDate::MAX);
    assert_eq!(test.validate(unlimited).await, Err(TokenError::Lifetime));
}

#[tokio::test]
async fn relaxation_without_a_reason_is_rejected() {
    for reason in ["", " ", "\t\n", "\u{a0}"] {
        for issuer in [
            good().max_token_lifetime(Duration::from_hours(1), reason),
            dangerous_token_lifetime(good(), Duration::from_hours(10), reason),
            dangerous_plain_subjects(good(), reason),
        ] {
            let error = build(issuer).await.unwrap_err();
            assert!(
                matches!(error, ConfigError::NoReason { issuer } if issuer == ISSUER),
                "{reason:?}"
            );
        }
    }
    assert_eq!(build(good()).await.unwrap().relaxations().count(), 0);
}

#[tokio::test]
async fn audit_subject_key_shorter_than_32_bytes_is_rejected() {
    for (len, is_accepted) in [(0, false), (31, false), (32, true), (33, true)] {
        let builder = ResourceServer::builder().trust(good());
        let built = builder.audit_subject_key(Secret::new(vec![7; len])).build();
        match built.await {
            Ok(server) => assert!(
                is_accepted && server.issuers()[0].hashes_subjects(),
                "{len}"
            ),
            Err(error) => {
                assert!(
                    matches!(error, ConfigError::AuditSubjectKey) && !is_accepted,
                    "{len}"
                );
                assert!(error.to_string().contains("32 bytes"), "{error}");
            }
        }
    }
    assert!(!build(good()).await.unwrap().issuers()[0].hashes_subjects());
}

/// RFC 6901 §3; a claim with another meaning is reserved.
#[tokio::test]
async fn malformed_or_reserved_roles_claim_is_rejected() {
    for pointer in [
        "",
        "/",
        "roles",
        "#/roles",
        "/a~",
        "/a~2",
        "/sub",
        "/aud/0",
        "/cnf/jkt",
        "/nonce",
        "/scope",
        "/client_id",
        "/jti",
    ] {
        let error = build(good().roles_claim(pointer)).await.unwrap_err();
        assert!(
            matches!(error, ConfigError::RolesClaim { issuer } if issuer == ISSUER),
            "{pointer}"
        );
    }
    for (profile, pointer) in [
        (Profile::Entra, "/scp"),
        (Profile::Entra, "/azp"),
        (Profile::Okta, "/cid"),
        (Profile::Cognito, "/token_use"),
        (Profile::Keycloak, "/typ"),
    ] {
        let issuer = good().profile(profile).roles_claim(pointer);
        let error = build(issuer).await.unwrap_err();
        assert!(matches!(error, ConfigError::RolesClaim { .. }), "{pointer}");
    }
    for pointer in ["/roles", "/groups", "/realm_access/roles", "/a~1b", "/azp"] {
        assert!(
            build(good().roles_claim(pointer)).await.is_ok(),
            "{pointer}"
        );
    }
}

/// RFC 6750 §3, RFC 9110 §11.5.
#[tokio::test]
async fn realm_outside_a_quoted_string_is_rejected() {
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

#[tokio::test]
async fn key_error_has_its_cause_and_prints_no_secret() {
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

/// An issuer of partners must not grant what only the own issuer may, because its list was forgotten.
#[tokio::test]
async fn several_issuers_without_grants_are_rejected() {
    let other = || {
        Issuer::new("https://other.test")
            .audience(AUDIENCE)
            .jwks(embedded().jwks())
    };
    let third = || {
        Issuer::new("https://third.test")
            .audience(AUDIENCE)
            .jwks(embedded().jwks())
    };
    let none = Grants::none;
    let builder = ResourceServer::builder;
    for (server, missing) in [
        (builder().trust(good()), None),
        (builder().trust(good().grants(none())), None),
        (builder().trust(good()).trust(other()), Some(ISSUER)),
        (
            builder().trust(good().grants(none())).trust(other()),
            Some("https://other.test"),
        ),
        (
            builder().trust(good()).trust(other().grants_everything()),
            Some(ISSUER),
        ),
        (
            builder()
                .trust(good().grants_everything())
                .trust(other().grants(none()))
                .trust(third()),
            Some("https://third.test"),
        ),
        (
            builder()
                .trust(good().grants_everything())
                .trust(other().grants(none())),
            None,
        ),
    ] {
        let error = server.build().await.err();
        let found = match &error {
            Some(ConfigError::NoGrants { issuer }) => Some(issuer.as_str()),
            None => None,
            Some(other) => panic!("{other}"),
        };
        assert_eq!(found, missing);
        if let Some(error) = error {
            let text = error.to_string();
            assert!(text.contains(".grants(Grants::none()"), "{text}");
            assert!(text.contains(".grants_everything()"), "{text}");
        }
    }
}

#[tokio::test]
async fn earlier_revocation_of_an_untrusted_issuer_fails_the_build() {
    for (issuer, is_trusted) in [(ISSUER.to_owned(), true), (format!("{ISSUER}/"), false)] {
        let list = RevocationList::new();
        list.revoke_subject(&issuer, "alice", list.now()).unwrap();
        let server = ResourceServer::builder().trust(good());
        let error = server.revocations(list.clone()).build().await.err();
        assert_eq!(error.is_none(), is_trusted, "{issuer}");
        if let Some(error) = error {
            let source = std::error::Error::source(&error).unwrap().to_string();
            assert!(source.contains(&format!("use `{ISSUER}`")), "{source}");
        }
        assert_eq!(list.revoke_token(ISSUER, "j"), Ok(()));
    }
}
