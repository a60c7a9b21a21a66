//! Custom profiles: the default tokens of eight providers, and every other kind of token.

use std::time::Duration;

use super::custom_samples::{
    CUSTOM_PROVIDERS, CustomSample, authentik, duende, hydra, spring, supabase, zitadel,
};
use super::rules::assert_maximum_lifetime;
use super::workload_samples::{github, kubernetes};
use super::*;
use crate::token::{CustomProfile, Profile};

type CustomProvider = fn() -> CustomSample;

async fn servers() -> Vec<(ProviderServer, Value, &'static [&'static str])> {
    let mut servers = Vec::new();
    for provider in CUSTOM_PROVIDERS {
        let CustomSample {
            sample,
            id_token,
            markers,
        } = provider();
        servers.push((ProviderServer::new(sample).await, id_token, markers));
    }
    servers
}

impl ProviderServer {
    fn name(&self) -> &'static str {
        self.sample.profile.name()
    }

    /// Adds the lifetime of the user token to other claims.
    fn dated(&self, mut claims: Value) -> Value {
        for name in ["iat", "exp"] {
            claims[name] = self.sample.user.claims[name].clone();
        }
        claims
    }
}

#[tokio::test]
async fn default_token_of_each_provider_has_the_values_of_its_claims() {
    for (server, _, _) in servers().await {
        for sample in [&server.sample.user, &server.sample.client] {
            let token = server.accept(&sample.claims).await;
            assert_eq!(token.issuer(), server.sample.issuer);
            assert_eq!(token.subject(), sample.subject);
            assert_eq!(token.client_id(), sample.client_id, "{}", server.name());
            assert_eq!(token.jti(), sample.jti, "{}", server.name());
            assert_eq!(token.scopes().as_str(), sample.scopes, "{}", server.name());
            assert_eq!(roles(&token), sample.roles, "{}", server.name());
            assert!(!token.has_malformed_roles(), "{}", server.name());
        }
    }
}

/// RFC 8725 §3.12: an ID token has the same keys and issuer, and sometimes the same audience.
#[tokio::test]
async fn id_token_of_each_provider_is_rejected() {
    for (server, id_token, _) in servers().await {
        let id_token = server.dated(id_token);
        for typ in [server.sample.typ, Some("JWT"), None] {
            let rejected = server.validate_typed(typ, &id_token).await;
            assert!(rejected.is_err(), "{}: {typ:?}", server.name());
        }
        // the claim of access tokens is missing, whatever else the token has
        let mut stripped = id_token;
        for claim in ["nonce", "at_hash", "sid", "auth_time", "azp", "amr", "acr"] {
            stripped.as_object_mut().unwrap().remove(claim);
        }
        assert!(
            server.validate(&stripped).await.is_err(),
            "{}",
            server.name()
        );
    }
}

#[tokio::test]
async fn token_without_its_distinguishing_claim_is_rejected() {
    for (server, _, markers) in servers().await {
        for marker in markers {
            let missing = server.validate(&server.user_without(&[marker])).await;
            let expected = Err(TokenError::MissingClaim(marker));
            assert_eq!(missing, expected, "{}", server.name());
            let null = server
                .validate(&server.user_with(marker, json!(null)))
                .await;
            assert!(null.is_err(), "{}", server.name());
            let empty = server.validate(&server.user_with(marker, json!(""))).await;
            assert!(empty.is_err(), "{}", server.name());
        }
    }
}

/// Each change makes another kind of token of a valid one.
#[tokio::test]
async fn token_of_another_kind_is_rejected_by_each_profile() {
    for (server, _, _) in servers().await {
        for (claim, value, expected) in [
            ("at_hash", json!("x"), TokenError::IdToken),
            ("c_hash", json!("x"), TokenError::IdToken),
            ("cnf", json!({"jkt": "x"}), TokenError::Binding),
            (
                "token_use",
                json!("id"),
                TokenError::WrongClaim("token_use"),
            ),
            (
                "token_use",
                json!("refresh"),
                TokenError::WrongClaim("token_use"),
            ),
            (
                "token_type",
                json!("refresh_token"),
                TokenError::WrongClaim("token_type"),
            ),
            (
                "token_type",
                json!(["Bearer"]),
                TokenError::WrongClaim("token_type"),
            ),
            ("typ", json!("ID"), TokenError::WrongClaim("typ")),
            ("typ", json!("Refresh"), TokenError::WrongClaim("typ")),
            ("typ", json!("Offline"), TokenError::WrongClaim("typ")),
            ("typ", json!("Logout"), TokenError::WrongClaim("typ")),
            (
                "events",
                json!({"http://schemas.openid.net/event/backchannel-logout": {}}),
                TokenError::WrongClaim("events"),
            ),
            ("htm", json!("GET"), TokenError::WrongClaim("htm")),
            (
                "htu",
                json!("https://orders.acme.test"),
                TokenError::WrongClaim("htu"),
            ),
        ] {
            assert_eq!(
                server
                    .validate(&server.user_with(claim, value.clone()))
                    .await,
                Err(expected),
                "{}: {claim}: {value}",
                server.name()
            );
        }
        for claim in ["type", "tokenType", "tokenUse", "purpose"] {
            for word in "id ID id_token refresh Refresh-Token logout userinfo".split(' ') {
                let rejected = server.validate(&server.user_with(claim, word)).await;
                let expected = Err(TokenError::WrongClaim(claim));
                assert_eq!(rejected, expected, "{}: {claim}: {word}", server.name());
            }
            for other in [
                json!("user"),
                json!("access-token"),
                json!(["id"]),
                json!(7),
            ] {
                let claims = server.user_with(claim, other.clone());
                let accepted = server.validate(&claims).await;
                assert_eq!(accepted, Ok(()), "{}: {claim}: {other}", server.name());
            }
        }
        for word in ["Bearer", "access_token", "access", "at+jwt", "JWT"] {
            let claims = server.user_with("token_use", word);
            assert_eq!(server.validate(&claims).await, Ok(()), "{}", server.name());
        }
    }
}

/// RFC 8725 §3.11.
#[tokio::test]
async fn header_type_of_another_kind_is_rejected_by_each_profile() {
    for (server, _, _) in servers().await {
        for typ in [
            "logout+jwt",
            "dpop+jwt",
            "secevent+jwt",
            "client-authentication+jwt",
            "oauth-authz-req+jwt",
            "token-introspection+jwt",
            "id_token",
            "rt+jwt",
            "kb+jwt",
            "",
            "jwt ",
        ] {
            let claims = &server.sample.user.claims;
            assert_eq!(
                server.validate_typed(Some(typ), claims).await,
                Err(TokenError::Type),
                "{}: {typ}",
                server.name()
            );
        }
    }
}

#[tokio::test]
async fn nonce_is_rejected_unless_the_profile_allows_it() {
    for (server, _, _) in servers().await {
        let claims = server.user_with("nonce", "n");
        let expected = if server.name() == "authentik" {
            Ok(())
        } else {
            Err(TokenError::IdToken)
        };
        assert_eq!(
            server.validate(&claims).await,
            expected,
            "{}",
            server.name()
        );
    }
}

#[tokio::test]
async fn token_for_another_api_or_of_another_issuer_is_rejected_by_each_profile() {
    for (server, _, _) in servers().await {
        for aud in [
            json!("https://other.test"),
            json!(["https://other.test"]),
            json!(format!("{}/", server.sample.audience)),
            json!(server.sample.audience.to_uppercase() + "X"),
        ] {
            let claims = server.user_with("aud", aud);
            assert_eq!(server.validate(&claims).await, Err(TokenError::Audience));
        }
        for iss in ["https://evil.test", &server.sample.issuer.to_uppercase()] {
            let claims = server.user_with("iss", iss);
            assert_eq!(server.validate(&claims).await, Err(TokenError::Issuer));
        }
        for claim in ["iss", "sub", "aud", "exp", "iat"] {
            assert_eq!(
                server.validate(&server.user_without(&[claim])).await,
                Err(TokenError::MissingClaim(claim)),
                "{}: {claim}",
                server.name()
            );
        }
    }
}

/// CVE-2015-2951.
#[tokio::test]
async fn unsigned_token_is_rejected_by_each_profile() {
    for (server, _, _) in servers().await {
        let claims = server.sample.user.claims.to_string();
        for alg in ["none", "None", "HS256"] {
            let token = server.test.token().payload_bytes(claims.clone());
            let token = match server.sample.typ {
                Some(typ) => token.typ(typ),
                None => token.without_header("typ"),
            };
            let token = token.header("alg", json!(alg)).signature([]);
            let error = server.test.validate(token).await.unwrap_err();
            assert!(
                matches!(error, TokenError::NotCompact | TokenError::Algorithm),
                "{}: {alg}: {error:?}",
                server.name()
            );
        }
    }
}

/// A client assertion (RFC 7523) has the client as `iss` and `sub`, and the issuer as `aud`.
#[tokio::test]
async fn client_assertion_is_rejected_by_each_profile() {
    for (server, _, _) in servers().await {
        let issuer = server.sample.issuer;
        for aud in [issuer, server.sample.audience] {
            let assertion = server.dated(json!({
                "iss": issuer, "sub": issuer, "client_id": issuer, "aud": aud, "jti": "a-1",
            }));
            for typ in [
                server.sample.typ,
                Some("JWT"),
                Some("client-authentication+jwt"),
                None,
            ] {
                let rejected = server.validate_typed(typ, &assertion).await;
                assert!(rejected.is_err(), "{}: {typ:?} {aud}", server.name());
            }
            // with everything that distinguishes an access token
            let mut claims = server.user_with("sub", issuer);
            claims["aud"] = aud.into();
            assert_eq!(
                server.validate(&claims).await,
                Err(TokenError::WrongClaim("sub")),
                "{}: {aud}",
                server.name()
            );
        }
    }
}

#[tokio::test]
async fn lifetime_over_that_of_the_profile_is_rejected() {
    let rows: [(CustomProvider, u64); 8] = [
        (spring, 1_800),
        (hydra, 1_800),
        (zitadel, 1_800),
        (authentik, 1_800),
        (supabase, 3_600),
        (kubernetes, 3_600),
        (github, 1_800),
        (duende, 3_600),
    ];
    for (provider, maximum) in rows {
        let server = ProviderServer::new(provider().sample).await;
        assert_maximum_lifetime(&server, maximum).await;
    }
    let server = ProviderServer::with(supabase().sample, |issuer| {
        issuer.max_token_lifetime(Duration::from_mins(10), "the project sets ten minutes")
    })
    .await;
    assert_maximum_lifetime(&server, 600).await;
}

#[tokio::test]
async fn scope_list_or_string_of_a_custom_profile_is_read() {
    for provider in [spring, hydra, duende] {
        let server = ProviderServer::new(provider().sample).await;
        let claim = if server.name() == "Ory Hydra" {
            "scp"
        } else {
            "scope"
        };
        for scopes in [
            json!("openid orders:read"),
            json!(["openid", "orders:read"]),
        ] {
            let token = server.accept(&server.user_with(claim, scopes)).await;
            assert_eq!(token.scopes().as_str(), "openid orders:read");
        }
        for scopes in [
            json!(["openid orders:read"]),
            json!(["openid", 1]),
            json!([""]),
            json!([["openid"]]),
            json!({"openid": true}),
            json!(null),
            json!(1),
        ] {
            let error = server
                .validate(&server.user_with(claim, scopes.clone()))
                .await;
            assert_eq!(error, Err(TokenError::WrongClaim(claim)), "{scopes}");
        }
    }
    let strict = Profile::custom("Acme").access_tokens_have("tier");
    let server = ProviderServer::new(with_profile(strict)).await;
    let list = server.user_with("tier", "gold");
    assert_eq!(
        server.validate(&list).await,
        Err(TokenError::WrongClaim("scope"))
    );
}

/// Duende's tokens with another profile.
fn with_profile(profile: CustomProfile) -> Sample {
    let mut sample = duende().sample;
    sample.profile = profile.into();
    sample
}

/// Without relaxations, a custom profile is RFC 9068.
#[tokio::test]
async fn custom_profile_without_relaxations_is_rfc_9068() {
    let server = ProviderServer::new(with_profile(Profile::custom("Acme"))).await;
    assert_eq!(server.test.server.relaxations().count(), 0);
    let claims = server.user_with("scope", "orders:read");
    assert_eq!(server.validate(&claims).await, Ok(()));
    for typ in [None, Some("JWT"), Some("dpop+jwt")] {
        let error = server.validate_typed(typ, &claims).await;
        assert_eq!(error, Err(TokenError::Type));
    }
    for claim in ["jti", "client_id", "sub", "aud", "exp", "iat", "iss"] {
        let error = server.validate(&without(&claims, &[claim])).await;
        assert_eq!(error, Err(TokenError::MissingClaim(claim)));
    }
}

#[tokio::test]
async fn required_value_of_a_custom_profile_is_compared() {
    let profile = Profile::custom("Acme")
        .typ("JWT")
        .scope_as_list()
        .access_tokens_have_value("token_use", "access");
    let mut sample = with_profile(profile);
    sample.typ = Some("JWT");
    let server = ProviderServer::new(sample).await;
    let validate =
        async |value: Value| server.validate(&server.user_with("token_use", value)).await;
    assert_eq!(validate(json!("access")).await, Ok(()));
    for value in [
        json!("id"),
        json!("Access"),
        json!(""),
        json!(1),
        json!(null),
        json!(["access"]),
    ] {
        let error = validate(value.clone()).await;
        assert_eq!(error, Err(TokenError::WrongClaim("token_use")), "{value}");
    }
    let missing = server.validate(&server.sample.user.claims).await;
    assert_eq!(missing, Err(TokenError::MissingClaim("token_use")));
}

#[tokio::test]
async fn relaxations_of_a_custom_profile_are_listed() {
    let rows: [(CustomProvider, &[&str]); 3] = [
        (
            hydra,
            &[
                "the header's `typ` may be `JWT`; access tokens are recognized by `scp`",
                "scopes are in `scp`",
                "`scp` may be a list",
            ],
        ),
        (
            authentik,
            &[
                "the header's `typ` may be `JWT`; access tokens are recognized by `uid`",
                "a token may have a `nonce`, because authentik repeats the client's nonce in access tokens",
                "the client is in `azp`",
                "`jti` is not required",
            ],
        ),
        (
            kubernetes,
            &[
                "the header may have no `typ`; access tokens are recognized by `kubernetes.io`",
                "`client_id` is not required",
                "`jti` is not required",
                "tokens live up to 3600 s, because projected tokens live for an hour by default",
            ],
        ),
    ];
    for (provider, expected) in rows {
        let server = ProviderServer::new(provider().sample).await;
        let issuers = server.test.server.issuers();
        assert_eq!(issuers[0].relaxations().collect::<Vec<_>>(), expected);
    }
}
