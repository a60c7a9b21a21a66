//! Required claims, token kinds, scopes and roles: one row per provider, change and result.

use super::samples::PROVIDERS;
use super::*;

#[tokio::test]
async fn sample_token_has_the_values_of_its_claims() {
    for provider in PROVIDERS {
        let server = ProviderServer::new(provider()).await;
        for sample in [&server.sample.user, &server.sample.client] {
            let token = server.accept(&sample.claims).await;
            assert_eq!(token.issuer(), server.sample.issuer);
            assert_eq!(token.subject(), sample.subject);
            assert_eq!(token.client_id(), sample.client_id);
            assert_eq!(token.jti(), sample.jti);
            assert_eq!(token.scopes().as_str(), sample.scopes);
            assert_eq!(roles(&token), sample.roles);
        }
    }
}

#[tokio::test]
async fn missing_required_claim_is_rejected() {
    let rows: [(Provider, &[&'static str]); 5] = [
        (
            keycloak::sample,
            &["iss", "sub", "aud", "exp", "iat", "jti", "azp", "typ"],
        ),
        (
            entra::sample,
            &["iss", "sub", "aud", "exp", "iat", "azp", "uti", "ver"],
        ),
        (auth0::sample, &["iss", "sub", "aud", "exp", "iat", "azp"]),
        (
            cognito::sample,
            &[
                "iss",
                "sub",
                "exp",
                "iat",
                "jti",
                "client_id",
                "token_use",
                "scope",
            ],
        ),
        (
            okta::sample,
            &["iss", "sub", "aud", "exp", "iat", "jti", "cid", "scp"],
        ),
    ];
    for (provider, claims) in rows {
        let server = ProviderServer::new(provider()).await;
        for claim in claims {
            assert_eq!(
                server.validate(&server.user_without(&[claim])).await,
                Err(TokenError::MissingClaim(claim)),
                "{:?}: {claim}",
                server.sample.profile
            );
        }
    }
}

/// CVE-2025-30144, CVE-2026-25537: a claim of another JSON type is wrong, not absent.
#[tokio::test]
async fn string_claim_of_another_type_is_rejected() {
    let rows: [(Provider, &[&'static str]); 5] = [
        (keycloak::sample, &["iss", "sub", "jti", "azp", "typ"]),
        (entra::sample, &["iss", "sub", "azp", "uti", "ver"]),
        // `jti` is optional, and a string if present
        (auth0::sample, &["iss", "sub", "azp", "jti"]),
        (
            cognito::sample,
            &["iss", "sub", "jti", "client_id", "token_use"],
        ),
        (okta::sample, &["iss", "sub", "jti", "cid"]),
    ];
    for (provider, claims) in rows {
        let server = ProviderServer::new(provider()).await;
        for claim in claims {
            for value in [json!(null), json!(1), json!(["x"]), json!({}), json!("")] {
                assert_eq!(
                    server
                        .validate(&server.user_with(claim, value.clone()))
                        .await,
                    Err(TokenError::WrongClaim(claim)),
                    "{:?}: {claim}: {value}",
                    server.sample.profile
                );
            }
        }
    }
}

/// The claims of ID tokens, and of bound tokens (RFC 9449 §7.1, RFC 8705 §3).
///
/// Before version 25, Keycloak repeats the `nonce` in access tokens, which are rejected too:
/// nothing else distinguishes them from ID tokens of every provider.
#[tokio::test]
async fn token_with_claims_of_an_id_token_or_a_binding_is_rejected() {
    for provider in PROVIDERS {
        let server = ProviderServer::new(provider()).await;
        for (claim, value, expected) in [
            ("nonce", json!("x"), TokenError::IdToken),
            ("at_hash", json!("x"), TokenError::IdToken),
            ("c_hash", json!("x"), TokenError::IdToken),
            ("cnf", json!({"jkt": "x"}), TokenError::Binding),
        ] {
            assert_eq!(
                server.validate(&server.user_with(claim, value)).await,
                Err(expected),
                "{:?}: {claim}",
                server.sample.profile
            );
        }
    }
}

/// A user token with some claims removed and others set, and why it is rejected.
struct ChangedToken {
    provider: Provider,
    removed: &'static [&'static str],
    set: Value,
    expected: TokenError,
}

fn changed(
    provider: Provider,
    removed: &'static [&'static str],
    set: Value,
    expected: TokenError,
) -> ChangedToken {
    ChangedToken {
        provider,
        removed,
        set,
        expected,
    }
}

async fn assert_rejected(rows: impl IntoIterator<Item = ChangedToken>) {
    for row in rows {
        let ChangedToken {
            provider,
            removed,
            set,
            expected,
        } = row;
        let server = ProviderServer::new(provider()).await;
        let mut claims = server.user_without(removed);
        for (claim, value) in set.as_object().unwrap() {
            claims[claim] = value.clone();
        }
        assert_eq!(
            server.validate(&claims).await,
            Err(expected),
            "{:?}: without {removed:?}, with {set}",
            server.sample.profile
        );
    }
}

/// RFC 8725 §3.12: ID tokens have the same header, keys and issuer, and often the same claims.
#[tokio::test]
async fn id_token_is_rejected() {
    let missing = TokenError::MissingClaim;
    assert_rejected([
        // with mappers, an ID token of Keycloak also has roles and scopes
        changed(
            keycloak::sample,
            &[],
            json!({"typ": "ID", "aud": [keycloak::CLIENT, keycloak::API]}),
            TokenError::WrongClaim("typ"),
        ),
        // an API and its client can be one registration: the same `aud`, `ver`, `uti` and `roles`
        changed(
            entra::sample,
            &["azp", "azpacr", "scp"],
            json!({}),
            missing("azp"),
        ),
        // rejected even if `aud` is the API
        changed(
            auth0::sample,
            &["azp", "scope", "permissions"],
            json!({"sid": "s", "name": "Alice"}),
            missing("azp"),
        ),
        changed(
            auth0::sample,
            &["scope", "permissions"],
            json!({"sid": "s", "name": "Alice"}),
            missing("scope"),
        ),
        // the same pool, client and groups
        changed(
            cognito::sample,
            &["client_id", "scope", "username"],
            json!({"aud": cognito::CLIENT, "token_use": "id", "cognito:username": "alice"}),
            TokenError::WrongClaim("token_use"),
        ),
        // `jti`, `groups` and the header are the same; rejected even if `aud` is the API
        changed(
            okta::sample,
            &["cid", "uid", "scp"],
            json!({"jti": "ID.alice-1", "amr": ["pwd"], "idp": "00o1acme"}),
            missing("cid"),
        ),
        changed(
            okta::sample,
            &["uid", "scp"],
            json!({"jti": "ID.alice-1", "amr": ["pwd"], "idp": "00o1acme"}),
            missing("scp"),
        ),
    ])
    .await;
}

#[tokio::test]
async fn token_of_another_kind_or_version_is_rejected() {
    let token_use = ["id", "Access", "access ", "refresh"].map(|kind| {
        let set = json!({"token_use": kind});
        let wrong = TokenError::WrongClaim("token_use");
        changed(cognito::sample, &[], set, wrong)
    });
    // Entra's version 1.0 has another issuer, and `appid` instead of `azp`
    let version = TokenError::WrongClaim("ver");
    let versions = [
        changed(
            entra::sample,
            &["azp", "azpacr"],
            json!({"appid": entra::CLIENT, "ver": "1.0"}),
            version,
        ),
        changed(entra::sample, &[], json!({"ver": "1.0"}), version),
    ];
    assert_rejected(token_use.into_iter().chain(versions)).await;
}

#[tokio::test]
async fn token_without_scopes_and_roles_is_rejected() {
    let missing = TokenError::MissingClaim;
    assert_rejected([
        changed(
            keycloak::sample,
            &["scope", "realm_access"],
            json!({}),
            missing("scope"),
        ),
        changed(
            keycloak::sample,
            &[],
            json!({"scope": "", "realm_access": {"roles": []}}),
            missing("scope"),
        ),
        changed(
            auth0::sample,
            &["scope"],
            json!({"permissions": []}),
            missing("scope"),
        ),
        changed(
            auth0::sample,
            &[],
            json!({"scope": "", "permissions": []}),
            missing("scope"),
        ),
        // groups alone grant nothing: ID tokens have them too
        changed(cognito::sample, &[], json!({"scope": ""}), missing("scope")),
        changed(okta::sample, &[], json!({"scp": []}), missing("scp")),
        changed(
            okta::sample,
            &["scp"],
            json!({"scope": "orders.read"}),
            missing("scp"),
        ),
    ])
    .await;
}

#[tokio::test]
async fn scopes_of_another_type_are_rejected() {
    let rows: [(Provider, &'static str, Vec<Value>); 5] = [
        (keycloak::sample, "scope", vec![json!(["orders:read"])]),
        (entra::sample, "scp", vec![json!(["orders.read"])]),
        (auth0::sample, "scope", vec![json!(["read:orders"])]),
        (cognito::sample, "scope", vec![json!(["orders/read"])]),
        // a list with one scope per string: implementations differ in how they split others
        (
            okta::sample,
            "scp",
            vec![
                json!("orders.read"),
                json!("orders.read orders.write"),
                json!(["orders.read orders.write"]),
                json!(["orders.read", ""]),
                json!(["orders.read", " "]),
                json!(["orders.read", 1]),
                json!(["orders.read", null]),
                json!([["orders.read"]]),
                json!({"orders.read": true}),
                json!(null),
            ],
        ),
    ];
    for (provider, claim, values) in rows {
        let wrong = TokenError::WrongClaim(claim);
        let rows = values
            .into_iter()
            .map(|value| changed(provider, &[], json!({claim: value}), wrong));
        assert_rejected(rows).await;
    }
}

/// A claim that only grants roles never makes a token invalid.
#[tokio::test]
async fn roles_of_another_form_are_one_role_or_none() {
    let rows: [(Provider, &'static str, Value); 5] = [
        (keycloak::sample, "realm_access", json!({"roles": "r"})),
        (entra::sample, "roles", json!("r")),
        (auth0::sample, "permissions", json!("r")),
        (cognito::sample, "cognito:groups", json!("r")),
        (okta::sample, "groups", json!("r")),
    ];
    for (provider, claim, one_role) in rows {
        let server = ProviderServer::new(provider()).await;
        let token = server.accept(&server.user_with(claim, one_role)).await;
        assert_eq!(roles(&token), ["r"], "{:?}", server.sample.profile);
        for (value, is_malformed) in [
            (json!(null), false),
            (json!(1), true),
            (json!([1]), true),
            (json!(["r", null]), true),
            (json!({"roles": {"r": true}}), true),
            (json!({"roles": ["r", 1]}), true),
        ] {
            let token = server.accept(&server.user_with(claim, value.clone())).await;
            assert!(roles(&token).is_empty(), "{claim}: {value}");
            assert_eq!(
                token.has_malformed_roles(),
                is_malformed,
                "{claim}: {value}"
            );
        }
    }
}

/// A malformed roles claim does not make an access token of a token without scopes.
#[tokio::test]
async fn malformed_or_empty_role_is_no_grant() {
    for value in [
        json!(1),
        json!(["r", 1]),
        json!(null),
        json!(""),
        json!([""]),
    ] {
        assert_rejected([
            changed(
                entra::sample,
                &["scp"],
                json!({"roles": value}),
                TokenError::MissingClaim("scp"),
            ),
            changed(
                auth0::sample,
                &["scope"],
                json!({"permissions": value}),
                TokenError::MissingClaim("scope"),
            ),
        ])
        .await;
    }
}
