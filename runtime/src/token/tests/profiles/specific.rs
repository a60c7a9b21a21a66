//! Cases of a single provider.

use std::time::Duration;

use super::rules::assert_maximum_lifetime;
use super::samples::SampleToken;
use super::*;
use crate::token::Profile;

/// RFC 8725 §3.12: all kinds have the same header, keys and issuer; the claim `typ` differs.
#[tokio::test]
async fn keycloak_token_of_another_kind_is_rejected() {
    let server = ProviderServer::new(keycloak::sample()).await;
    for typ in [
        "ID",
        "Serialized-ID",
        "Refresh",
        "Offline",
        "Logout",
        "DPoP",
        "bearer",
        "Bearer ",
        "JWT",
    ] {
        for header in ["JWT", "at+jwt"] {
            let claims = server.user_with("typ", typ);
            assert_eq!(
                server.validate_typed(Some(header), &claims).await,
                Err(TokenError::WrongClaim("typ")),
                "{typ}"
            );
        }
    }
}

/// A client can be configured to send the type of RFC 9068, but its tokens have no `client_id`.
#[tokio::test]
async fn keycloak_token_with_the_type_of_rfc_9068_is_accepted() {
    let server = ProviderServer::new(keycloak::sample()).await;
    let claims = &server.sample.user.claims;
    assert_eq!(server.validate_typed(Some("at+jwt"), claims).await, Ok(()));
}

/// Keycloak signs refresh tokens with a secret of the realm.
#[tokio::test]
async fn keycloak_refresh_token_is_rejected() {
    let server = ProviderServer::new(keycloak::sample()).await;
    let claims = server.user_with("typ", "Refresh").to_string();
    let token = server.test.token().typ("JWT").payload_bytes(claims);
    let token = token.hmac(Algorithm::HS512, [7; 64]);
    assert_eq!(
        server.test.validate(token).await,
        Err(TokenError::Algorithm)
    );
}

#[tokio::test]
async fn keycloak_roles_of_another_client_are_ignored() {
    let pointer = "/resource_access/orders-api/roles";
    let sample = keycloak::sample();
    let server = ProviderServer::with(sample, |issuer| issuer.roles_claim(pointer)).await;
    let token = server.accept(&server.sample.user.claims).await;
    assert_eq!(roles(&token), ["order-clerk"]);
    let other = json!({"account": {"roles": ["order-clerk"]}});
    let claims = server.user_with("resource_access", other);
    assert!(roles(&server.accept(&claims).await).is_empty());
}

/// RFC 8725 §3.8: the tenants share keys.
#[tokio::test]
async fn entra_tenants_keep_their_own_audiences() {
    let entra = ProviderServer::new(entra::sample()).await;
    let other = EmbeddedIssuer::new(entra::OTHER_TENANT);
    let trusted = entra.test.issuer.issuer(entra::API);
    let server = ResourceServer::builder()
        .trust(trusted.profile(Profile::Entra).grants_everything())
        .trust(
            other
                .issuer("other-api")
                .profile(Profile::Entra)
                .grants_everything(),
        )
        .clock(entra.test.clock.clone())
        .build()
        .await
        .unwrap();
    for (iss, aud, expected) in [
        (entra::TENANT, entra::API, Ok(())),
        (entra::OTHER_TENANT, "other-api", Ok(())),
        (entra::TENANT, "other-api", Err(TokenError::Audience)),
        (entra::OTHER_TENANT, entra::API, Err(TokenError::Audience)),
    ] {
        let mut claims = entra.user_with("iss", iss);
        claims["aud"] = aud.into();
        let token = entra.sign(Some("JWT"), &claims);
        assert_eq!(validate(&server, &token).await, expected, "{iss} {aud}");
    }
}

/// Every client of a tenant can obtain a token for every API of the tenant.
#[tokio::test]
async fn entra_client_without_roles_and_scopes_is_rejected() {
    let server = ProviderServer::new(entra::sample()).await;
    let mut claims = without(&server.sample.client.claims, &["roles"]);
    let missing = Err(TokenError::MissingClaim("scp"));
    assert_eq!(server.validate(&claims).await, missing);
    claims["roles"] = json!([]);
    assert_eq!(server.validate(&claims).await, missing);
    claims["scp"] = "".into();
    assert_eq!(server.validate(&claims).await, missing);
}

#[tokio::test]
async fn entra_scopes_outside_scp_are_ignored() {
    let server = ProviderServer::new(entra::sample()).await;
    let token = server.accept(&server.user_with("scope", "admin")).await;
    assert_eq!(token.scopes().as_str(), "orders.read orders.write");
}

/// Above 200 groups, `_claim_names` has a link instead of the list.
#[tokio::test]
async fn entra_groups_in_another_document_are_no_roles() {
    let sample = entra::sample();
    let server = ProviderServer::with(sample, |issuer| issuer.roles_claim("/groups")).await;
    let few = server.user_with("groups", json!(["g1"]));
    assert_eq!(roles(&server.accept(&few).await), ["g1"]);
    let many = server.user_with("_claim_names", json!({"groups": "src1"}));
    assert!(roles(&server.accept(&many).await).is_empty());
}

#[tokio::test]
async fn entra_lifetime_of_the_configuration_replaces_that_of_the_profile() {
    let server = ProviderServer::with(entra::sample(), |issuer| {
        let lifetime = Duration::from_mins(15);
        issuer.max_token_lifetime(lifetime, "the tenant's policy says 10 minutes")
    })
    .await;
    assert_maximum_lifetime(&server, 900).await;
}

/// Auth0 has no `jti`, but an Action can add one.
#[tokio::test]
async fn auth0_jti_is_optional() {
    let server = ProviderServer::new(auth0::sample()).await;
    let token = server.accept(&server.user_with("jti", "j")).await;
    assert_eq!(token.jti(), Some("j"));
}

/// An Action adds roles under a name with slashes, which RFC 6901 §4 escapes as `~1`.
#[tokio::test]
async fn auth0_roles_in_a_namespaced_claim_are_found() {
    let pointer = "/https:~1~1acme.test~1roles";
    let sample = auth0::sample();
    let server = ProviderServer::with(sample, |issuer| issuer.roles_claim(pointer)).await;
    let claims = server.user_with("https://acme.test/roles", json!(["admin"]));
    assert_eq!(roles(&server.accept(&claims).await), ["admin"]);
    let one = server.user_with("https://acme.test/roles", "admin");
    assert_eq!(roles(&server.accept(&one).await), ["admin"]);
}

/// An API that Auth0 issues RFC 9068 tokens for is trusted with the default profile.
#[tokio::test]
async fn auth0_token_of_rfc_9068_is_accepted_by_the_default_profile_only() {
    let server = ProviderServer::new(auth0::sample()).await;
    let mut claims = server.user_without(&["azp"]);
    claims["client_id"] = auth0::CLIENT.into();
    claims["jti"] = "j".into();
    assert_eq!(
        server.validate_as_rfc_9068(Some("at+jwt"), &claims).await,
        Ok(())
    );
    assert_eq!(
        server.validate(&claims).await,
        Err(TokenError::MissingClaim("azp"))
    );
}

/// A server whose clients request tokens for it with `resource`, which sets `aud`.
async fn cognito_with_resource_binding() -> ProviderServer {
    let mut sample = cognito::sample();
    sample.audience = cognito::API;
    sample.user.claims["aud"] = cognito::API.into();
    ProviderServer::new(sample).await
}

#[tokio::test]
async fn cognito_token_bound_to_this_api_is_accepted() {
    let server = cognito_with_resource_binding().await;
    let token = server.accept(&server.sample.user.claims).await;
    assert_eq!(token.client_id(), Some(cognito::CLIENT));
    let list = server.user_with("aud", json!([cognito::API]));
    server.accept(&list).await;
}

/// If `aud` is present, it alone determines the audience, not `client_id`.
#[tokio::test]
async fn cognito_token_bound_to_another_api_is_rejected() {
    let server = cognito_with_resource_binding().await;
    for aud in ["https://other.test", cognito::CLIENT] {
        assert_eq!(
            server.validate(&server.user_with("aud", aud)).await,
            Err(TokenError::Audience)
        );
    }
    let unbound = server.user_without(&["aud"]);
    assert_eq!(server.validate(&unbound).await, Err(TokenError::Audience));
}

/// CVE-2020-26160: a malformed `aud` does not fall back to `client_id`.
#[tokio::test]
async fn cognito_audience_of_another_type_is_rejected() {
    let server = ProviderServer::new(cognito::sample()).await;
    for aud in [json!(null), json!(""), json!([]), json!(1), json!({})] {
        assert_eq!(
            server.validate(&server.user_with("aud", aud.clone())).await,
            Err(TokenError::WrongClaim("aud")),
            "{aud}"
        );
    }
}

#[tokio::test]
async fn cognito_token_of_another_client_is_rejected() {
    let server = ProviderServer::new(cognito::sample()).await;
    for client in ["57client89", "57CLIENT890", "other"] {
        let claims = server.user_with("client_id", client);
        assert_eq!(server.validate(&claims).await, Err(TokenError::Audience));
    }
}

#[tokio::test]
async fn okta_scope_outside_the_grammar_is_rejected() {
    let server = ProviderServer::new(okta::sample()).await;
    let claims = server.user_with("scp", json!(["a\"b"]));
    assert_eq!(server.validate(&claims).await, Err(TokenError::Scope));
}

/// Tokens of the org authorization server have a format that Okta does not document and may change.
#[tokio::test]
async fn okta_token_of_the_org_server_is_rejected() {
    let sample = okta::sample();
    let mut user = sample.user.claims;
    user["iss"] = okta::ORG_SERVER.into();
    user["aud"] = okta::ORG_SERVER.into();
    let server = ProviderServer::new(Sample {
        issuer: okta::ORG_SERVER,
        audience: okta::ORG_SERVER,
        user: SampleToken {
            claims: user,
            ..sample.user
        },
        ..sample
    })
    .await;
    let typ = Some("application/okta-internal-at+jwt");
    let claims = &server.sample.user.claims;
    assert_eq!(
        server.validate_typed(typ, claims).await,
        Err(TokenError::Type)
    );
}
