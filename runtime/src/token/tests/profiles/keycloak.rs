//! Keycloak.

use super::*;

const REALM: &str = "https://sso.acme.test/realms/acme";
const API: &str = "orders-api";
const CLIENT: &str = "orders-web";

fn shape() -> Shape {
    Shape {
        profile: Profile::Keycloak,
        url: REALM,
        audience: API,
        typ: Some("JWT"),
        user: json!({
            "jti": "onrtac:5d1f-alice",
            "iss": REALM,
            "aud": [API, "account"],
            "sub": "f1c2-alice",
            "typ": "Bearer",
            "azp": CLIENT,
            "sid": "s-1",
            "acr": "1",
            "allowed-origins": ["https://orders.acme.test"],
            "realm_access": {"roles": ["approver", "offline_access"]},
            "resource_access": {
                API: {"roles": ["order-clerk"]},
                "account": {"roles": ["manage-account"]},
            },
            "scope": "openid orders:read",
            "email_verified": true,
            "preferred_username": "alice",
        }),
        machine: json!({
            "jti": "trrtcc:7a2b-robot",
            "iss": REALM,
            "aud": API,
            "sub": "a9d8-robot",
            "typ": "Bearer",
            "azp": "robot",
            "acr": "1",
            "realm_access": {"roles": ["importer"]},
            "scope": "orders:write",
            "clientHost": "192.0.2.7",
            "preferred_username": "service-account-robot",
            "client_id": "robot",
        }),
    }
}

async fn provider() -> Provider {
    Provider::new(shape()).await
}

#[tokio::test]
async fn a_users_token_is_told_as_it_is() {
    let keycloak = provider().await;
    let token = keycloak.accept(&keycloak.shape.user).await;
    assert_eq!(token.issuer(), REALM);
    assert_eq!(token.subject(), "f1c2-alice");
    assert_eq!(token.client_id(), Some(CLIENT));
    assert_eq!(token.jti(), Some("onrtac:5d1f-alice"));
    assert_eq!(token.scopes().as_str(), "openid orders:read");
    assert_eq!(roles(&token), ["approver", "offline_access"]);
}

#[tokio::test]
async fn a_clients_own_token_is_told_as_it_is() {
    let keycloak = provider().await;
    let token = keycloak.accept(&keycloak.shape.machine).await;
    assert_eq!(token.subject(), "a9d8-robot");
    assert_eq!(token.client_id(), Some("robot"));
    assert_eq!(token.jti(), Some("trrtcc:7a2b-robot"));
    assert_eq!(token.scopes().as_str(), "orders:write");
    assert_eq!(roles(&token), ["importer"]);
}

/// RFC 8725 §3.12: all kinds have the same header, keys and issuer; the claim `typ` tells.
#[tokio::test]
async fn a_token_of_another_kind_is_refused() {
    let keycloak = provider().await;
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
            let token = keycloak.user_with("typ", typ);
            assert_eq!(
                keycloak.validate_typed(Some(header), &token).await,
                Err(TokenError::WrongClaim("typ")),
                "{typ}"
            );
        }
    }
}

/// Its `aud` and `azp` are the client's; with mappers it has roles and scope as well.
#[tokio::test]
async fn an_id_token_of_the_same_client_is_refused() {
    let keycloak = provider().await;
    let mut id_token = keycloak.user_with("typ", "ID");
    id_token["aud"] = json!([CLIENT, API]);
    assert_eq!(
        keycloak.validate(&id_token).await,
        Err(TokenError::WrongClaim("typ"))
    );
    keycloak.refuses_audiences(&[json!(CLIENT)]).await;
}

/// Before version 25, access tokens repeat the `nonce`; nothing else tells in general.
#[tokio::test]
async fn a_token_with_a_nonce_is_refused() {
    provider().await.refuses_id_tokens_and_bound_ones().await;
}

/// Refresh tokens are signed with a secret of the realm's.
#[tokio::test]
async fn a_token_of_the_realms_secret_is_refused() {
    let keycloak = provider().await;
    let claims = keycloak.user_with("typ", "Refresh").to_string();
    let token = keycloak.test.token().typ("JWT").payload_bytes(claims);
    let token = token.hmac(Algorithm::HS512, [7; 64]);
    assert_eq!(
        keycloak.test.validate(token).await,
        Err(TokenError::Algorithm)
    );
}

#[tokio::test]
async fn what_every_token_has_is_demanded() {
    let keycloak = provider().await;
    keycloak
        .demands(&["iss", "sub", "aud", "exp", "iat", "jti", "azp", "typ"])
        .await;
    keycloak
        .demands_texts(&["iss", "sub", "jti", "azp", "typ"])
        .await;
}

#[tokio::test]
async fn a_token_that_grants_nothing_is_refused() {
    let keycloak = provider().await;
    let mut nothing = keycloak.user_without(&["scope", "realm_access"]);
    let missing = Err(TokenError::MissingClaim("scope"));
    assert_eq!(keycloak.validate(&nothing).await, missing);
    nothing["scope"] = "".into();
    nothing["realm_access"] = json!({"roles": []});
    assert_eq!(keycloak.validate(&nothing).await, missing);
}

/// Without an audience mapper, `aud` is `account` or absent.
#[tokio::test]
async fn a_token_without_this_api_in_it_is_refused() {
    let keycloak = provider().await;
    keycloak
        .refuses_audiences(&[json!("account"), json!(["account", "realm-management"])])
        .await;
    let absent = keycloak.user_without(&["aud"]);
    assert_eq!(
        keycloak.validate(&absent).await,
        Err(TokenError::MissingClaim("aud"))
    );
}

#[tokio::test]
async fn another_realms_token_is_refused() {
    let keycloak = provider().await;
    keycloak
        .refuses_issuers(&[
            "https://sso.acme.test/realms/master",
            "https://sso.acme.test/realms/acme/",
            "https://sso.acme.test/auth/realms/acme",
            "http://sso.acme.test/realms/acme",
        ])
        .await;
}

#[tokio::test]
async fn roles_are_a_list_at_the_end_of_the_way() {
    let keycloak = provider().await;
    for access in [
        json!("approver"),
        json!(["approver"]),
        json!(null),
        json!({"roles": "approver"}),
        json!({"roles": {}}),
        json!({"roles": [1]}),
        json!({"roles": null}),
    ] {
        let wrong = keycloak.user_with("realm_access", access.clone());
        assert_eq!(
            keycloak.validate(&wrong).await,
            Err(TokenError::WrongClaim("roles")),
            "{access}"
        );
    }
    let list = keycloak.user_with("scope", json!(["orders:read"]));
    assert_eq!(
        keycloak.validate(&list).await,
        Err(TokenError::WrongClaim("scope"))
    );
}

/// A client's own roles count where the configuration points at them, and only this API's.
#[tokio::test]
async fn roles_of_another_client_are_none_here() {
    let pointer = "/resource_access/orders-api/roles";
    let keycloak = Provider::with(shape(), |issuer| issuer.roles_claim(pointer)).await;
    let token = keycloak.accept(&keycloak.shape.user).await;
    assert_eq!(roles(&token), ["order-clerk"]);
    let elsewhere = json!({"account": {"roles": ["order-clerk"]}});
    let token = keycloak.user_with("resource_access", elsewhere);
    assert!(roles(&keycloak.accept(&token).await).is_empty());
}

/// A client may be set to send the type of RFC 9068; `client_id` is missing all the same.
#[tokio::test]
async fn its_type_is_jwt_or_that_of_rfc_9068() {
    let keycloak = provider().await;
    keycloak
        .refuses_types(&[None, Some(""), Some("logout+jwt"), Some("dpop+jwt")])
        .await;
    let token = &keycloak.shape.user;
    assert_eq!(keycloak.validate_typed(Some("at+jwt"), token).await, Ok(()));
    assert_eq!(
        keycloak.under_rfc_9068(Some("JWT"), token).await,
        Err(TokenError::Type)
    );
    assert_eq!(
        keycloak.under_rfc_9068(Some("at+jwt"), token).await,
        Err(TokenError::MissingClaim("client_id"))
    );
}

#[tokio::test]
async fn a_token_lives_up_to_30_minutes() {
    provider().await.lives_up_to(1_800).await;
}

#[tokio::test]
async fn the_report_says_what_is_lowered() {
    assert_eq!(
        provider().await.relaxations(),
        [
            "the header's `typ` may be `JWT`, as in ID tokens; access tokens are recognized by `Bearer` in the claim `typ`",
        ]
    );
}
