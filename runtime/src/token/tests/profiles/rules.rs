//! Header type, issuer, audience and lifetime: one row per provider, change and result.

use super::*;

/// RFC 8725 §3.11 and §3.12.
#[tokio::test]
async fn header_type_of_another_kind_is_rejected() {
    let rows: [(Provider, &[Option<&str>]); 5] = [
        (
            keycloak::sample,
            &[None, Some(""), Some("logout+jwt"), Some("dpop+jwt")],
        ),
        (
            entra::sample,
            &[None, Some("at+jwt"), Some("application/at+jwt"), Some("")],
        ),
        (
            auth0::sample,
            &[None, Some("at+jwt"), Some("application/at+jwt")],
        ),
        (cognito::sample, &[Some("JWT"), Some("at+jwt"), Some("")]),
        (
            okta::sample,
            &[
                Some("JWT"),
                Some("at+jwt"),
                Some(""),
                Some("dpop+jwt"),
                Some("application/okta-internal-at+jwt"),
            ],
        ),
    ];
    for (provider, types) in rows {
        let server = ProviderServer::new(provider()).await;
        let claims = &server.sample.user.claims;
        assert_eq!(server.validate(claims).await, Ok(()));
        for typ in types {
            assert_eq!(
                server.validate_typed(*typ, claims).await,
                Err(TokenError::Type),
                "{:?}: {typ:?}",
                server.sample.profile
            );
        }
    }
}

/// An issuer is trusted with one profile: its tokens are not valid with another one.
#[tokio::test]
async fn token_of_a_provider_is_rejected_by_rfc_9068() {
    let missing = TokenError::MissingClaim;
    let rows: [(Provider, Option<&str>, TokenError); 9] = [
        (keycloak::sample, Some("JWT"), TokenError::Type),
        (keycloak::sample, Some("at+jwt"), missing("client_id")),
        (entra::sample, Some("JWT"), TokenError::Type),
        (entra::sample, Some("at+jwt"), missing("jti")),
        (auth0::sample, Some("JWT"), TokenError::Type),
        (cognito::sample, None, TokenError::Type),
        (cognito::sample, Some("at+jwt"), missing("aud")),
        (okta::sample, None, TokenError::Type),
        (okta::sample, Some("at+jwt"), missing("client_id")),
    ];
    for (provider, typ, expected) in rows {
        let server = ProviderServer::new(provider()).await;
        assert_eq!(
            server
                .validate_as_rfc_9068(typ, &server.sample.user.claims)
                .await,
            Err(expected),
            "{:?}: {typ:?}",
            server.sample.profile
        );
    }
}

/// The maximum in seconds: one below, the maximum, one above, and 24 hours.
#[tokio::test]
async fn lifetime_over_the_maximum_is_rejected() {
    let rows: [(Provider, u64); 5] = [
        (keycloak::sample, 1_800),
        // 60 to 90 minutes, and 5 minutes because `iat` is set back
        (entra::sample, 5_700),
        // an Auth0 API starts with 24 hours, which the operator can change
        (auth0::sample, 1_800),
        (cognito::sample, 1_800),
        (okta::sample, 1_800),
    ];
    for (provider, maximum) in rows {
        let server = ProviderServer::new(provider()).await;
        assert_maximum_lifetime(&server, maximum).await;
    }
}

pub(super) async fn assert_maximum_lifetime(server: &ProviderServer, maximum: u64) {
    let start = server.test.clock.time().as_secs();
    for (lifetime, expected) in [
        (maximum - 1, Ok(())),
        (maximum, Ok(())),
        (maximum + 1, Err(TokenError::Lifetime)),
        (86_400, Err(TokenError::Lifetime)),
    ] {
        let claims = server.user_with("exp", start + lifetime);
        assert_eq!(
            server.validate(&claims).await,
            expected,
            "{:?}: {lifetime}",
            server.sample.profile
        );
    }
}

/// RFC 7519 §4.1.3, CVE-2024-5798.
#[tokio::test]
async fn audience_of_another_api_is_rejected() {
    let entra_graph = "00000003-0000-0000-c000-000000000000";
    let rows: [(Provider, Vec<Value>); 5] = [
        (
            keycloak::sample,
            vec![
                // without an audience mapper, `aud` is `account` or absent
                json!("account"),
                json!(["account", "realm-management"]),
                // an ID token has the client as its audience
                json!(keycloak::CLIENT),
            ],
        ),
        (
            entra::sample,
            vec![
                json!(entra::CLIENT),
                json!(format!("api://{}", entra::API)),
                json!(entra_graph),
                json!([entra_graph]),
            ],
        ),
        (
            auth0::sample,
            vec![
                json!(auth0::USERINFO),
                json!([auth0::USERINFO]),
                json!(["https://billing.acme.test", auth0::USERINFO]),
                json!("https://orders.acme.test/"),
                json!(auth0::CLIENT),
            ],
        ),
        (
            cognito::sample,
            vec![
                json!(cognito::API),
                json!([cognito::API]),
                json!("https://other.test"),
            ],
        ),
        (
            okta::sample,
            vec![
                json!("api://default"),
                json!(["api://default"]),
                json!(okta::CLIENT),
                json!(okta::ORG_SERVER),
            ],
        ),
    ];
    for (provider, audiences) in rows {
        let server = ProviderServer::new(provider()).await;
        for aud in audiences {
            assert_eq!(
                server.validate(&server.user_with("aud", aud.clone())).await,
                Err(TokenError::Audience),
                "{:?}: {aud}",
                server.sample.profile
            );
        }
    }
}

/// RFC 8725 §3.8: tenants of a provider share keys, so only `iss` distinguishes them.
#[tokio::test]
async fn issuer_of_another_tenant_is_rejected() {
    let rows: [(Provider, &[&str]); 5] = [
        (
            keycloak::sample,
            &[
                "https://sso.acme.test/realms/master",
                "https://sso.acme.test/realms/acme/",
                "https://sso.acme.test/auth/realms/acme",
                "http://sso.acme.test/realms/acme",
            ],
        ),
        (
            entra::sample,
            &[
                entra::OTHER_TENANT,
                "https://login.microsoftonline.com/common/v2.0",
                "https://login.microsoftonline.com/organizations/v2.0",
                "https://login.microsoftonline.com/{tenantid}/v2.0",
                "https://login.microsoftonline.com/0B7C5D1E-4A52-4C0B-9D1F-7A3F2E9B6C10/v2.0",
                // version 1.0 tokens of the same tenant
                "https://sts.windows.net/0b7c5d1e-4a52-4c0b-9d1f-7a3f2e9b6c10/",
            ],
        ),
        (
            auth0::sample,
            &[
                // the slash at the end is part of the name
                "https://acme.au.auth0.test",
                "https://evil.au.auth0.test/",
                "https://login.acme.test/",
            ],
        ),
        (
            cognito::sample,
            &[
                "https://cognito-idp.ap-southeast-2.amazonaws.test/ap-southeast-2_pool2",
                "https://cognito-idp.us-east-1.amazonaws.test/ap-southeast-2_pool1",
            ],
        ),
        (
            okta::sample,
            &[
                "https://acme.okta.test/oauth2/default",
                "https://acme.okta.test/oauth2/aus1orders/",
                "https://evil.okta.test/oauth2/aus1orders",
                okta::ORG_SERVER,
            ],
        ),
    ];
    for (provider, issuers) in rows {
        let server = ProviderServer::new(provider()).await;
        for iss in issuers {
            assert_eq!(
                server.validate(&server.user_with("iss", *iss)).await,
                Err(TokenError::Issuer),
                "{:?}: {iss}",
                server.sample.profile
            );
        }
    }
}
