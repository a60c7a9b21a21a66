//! Auth0 with its own token profile.

use super::*;

const TENANT: &str = "https://acme.au.auth0.test/";
const API: &str = "https://orders.acme.test";
const USERINFO: &str = "https://acme.au.auth0.test/userinfo";
const CLIENT: &str = "q7RkZ2nLw5";

fn shape() -> Shape {
    Shape {
        profile: Profile::Auth0,
        url: TENANT,
        audience: API,
        typ: Some("JWT"),
        user: json!({
            "iss": TENANT,
            "sub": "auth0|65a1c0ffee",
            "aud": [API, USERINFO],
            "azp": CLIENT,
            "scope": "openid profile read:orders",
            "permissions": ["read:orders"],
        }),
        machine: json!({
            "iss": TENANT,
            "sub": "q7RkZ2nLw5@clients",
            "aud": API,
            "azp": CLIENT,
            "scope": "read:orders write:orders",
            "gty": "client-credentials",
        }),
    }
}

async fn provider() -> Provider {
    Provider::new(shape()).await
}

#[tokio::test]
async fn a_users_token_is_told_as_it_is() {
    let auth0 = provider().await;
    let token = auth0.accept(&auth0.shape.user).await;
    assert_eq!(token.issuer(), TENANT);
    assert_eq!(token.subject(), "auth0|65a1c0ffee");
    assert_eq!(token.client_id(), Some(CLIENT));
    assert_eq!(token.jti(), None);
    assert_eq!(token.scopes().as_str(), "openid profile read:orders");
    assert_eq!(roles(&token), ["read:orders"]);
}

#[tokio::test]
async fn a_clients_own_token_is_told_as_it_is() {
    let auth0 = provider().await;
    let token = auth0.accept(&auth0.shape.machine).await;
    assert_eq!(token.subject(), "q7RkZ2nLw5@clients");
    assert_eq!(token.client_id(), Some(CLIENT));
    assert_eq!(token.scopes().as_str(), "read:orders write:orders");
    assert!(roles(&token).is_empty());
}

/// Even where its `aud` were the API: it has neither `azp` nor `scope`.
#[tokio::test]
async fn an_id_token_is_refused() {
    let auth0 = provider().await;
    let mut id_token = auth0.user_without(&["azp", "scope", "permissions"]);
    id_token["sid"] = "s".into();
    id_token["name"] = "Alice".into();
    assert_eq!(
        auth0.validate(&id_token).await,
        Err(TokenError::MissingClaim("azp"))
    );
    id_token["azp"] = CLIENT.into();
    assert_eq!(
        auth0.validate(&id_token).await,
        Err(TokenError::MissingClaim("scope"))
    );
    auth0.refuses_audiences(&[json!(CLIENT)]).await;
    auth0.refuses_id_tokens_and_bound_ones().await;
}

#[tokio::test]
async fn a_token_that_grants_nothing_is_refused() {
    let auth0 = provider().await;
    let mut nothing = auth0.user_without(&["scope"]);
    nothing["permissions"] = json!([]);
    let missing = Err(TokenError::MissingClaim("scope"));
    assert_eq!(auth0.validate(&nothing).await, missing);
    nothing["scope"] = "".into();
    assert_eq!(auth0.validate(&nothing).await, missing);
}

#[tokio::test]
async fn what_every_token_has_is_demanded() {
    let auth0 = provider().await;
    auth0
        .demands(&["iss", "sub", "aud", "exp", "iat", "azp"])
        .await;
    auth0.demands_texts(&["iss", "sub", "azp"]).await;
}

/// It need not be there; where an Action adds it, it is a name.
#[tokio::test]
async fn an_identifier_is_a_text_where_there_is_one() {
    let auth0 = provider().await;
    let token = auth0.accept(&auth0.user_with("jti", "j")).await;
    assert_eq!(token.jti(), Some("j"));
    auth0.demands_texts(&["jti"]).await;
}

#[tokio::test]
async fn a_token_for_userinfo_alone_is_refused() {
    let auth0 = provider().await;
    auth0
        .refuses_audiences(&[
            json!(USERINFO),
            json!([USERINFO]),
            json!(["https://billing.acme.test", USERINFO]),
            json!("https://orders.acme.test/"),
        ])
        .await;
}

/// The slash at the end is part of the name.
#[tokio::test]
async fn another_tenants_token_is_refused() {
    let auth0 = provider().await;
    auth0
        .refuses_issuers(&[
            "https://acme.au.auth0.test",
            "https://evil.au.auth0.test/",
            "https://login.acme.test/",
        ])
        .await;
}

#[tokio::test]
async fn scopes_are_one_text_and_permissions_a_list() {
    let auth0 = provider().await;
    let list = auth0.user_with("scope", json!(["read:orders"]));
    assert_eq!(
        auth0.validate(&list).await,
        Err(TokenError::WrongClaim("scope"))
    );
    for permissions in [json!("read:orders"), json!({}), json!([{}])] {
        let wrong = auth0.user_with("permissions", permissions);
        assert_eq!(
            auth0.validate(&wrong).await,
            Err(TokenError::WrongClaim("roles"))
        );
    }
}

/// An Action puts roles under a name with slashes; RFC 6901 §4 writes them `~1`.
#[tokio::test]
async fn roles_under_a_namespace_are_found() {
    let pointer = "/https:~1~1acme.test~1roles";
    let auth0 = Provider::with(shape(), |issuer| issuer.roles_claim(pointer)).await;
    let token = auth0.user_with("https://acme.test/roles", json!(["admin"]));
    assert_eq!(roles(&auth0.accept(&token).await), ["admin"]);
    let wrong = auth0.user_with("https://acme.test/roles", "admin");
    assert_eq!(
        auth0.validate(&wrong).await,
        Err(TokenError::WrongClaim("roles"))
    );
}

/// An API that is set to RFC 9068 is trusted with the default profile, and not with this one.
#[tokio::test]
async fn its_two_profiles_exclude_each_other() {
    let auth0 = provider().await;
    let types = [None, Some("at+jwt"), Some("application/at+jwt")];
    auth0.refuses_types(&types).await;
    assert_eq!(
        auth0.under_rfc_9068(Some("JWT"), &auth0.shape.user).await,
        Err(TokenError::Type)
    );
    let mut standard = auth0.user_without(&["azp"]);
    standard["client_id"] = CLIENT.into();
    standard["jti"] = "j".into();
    assert_eq!(
        auth0.under_rfc_9068(Some("at+jwt"), &standard).await,
        Ok(())
    );
    assert_eq!(
        auth0.validate(&standard).await,
        Err(TokenError::MissingClaim("azp"))
    );
}

/// An API begins with 24 hours; its settings take any number of seconds.
#[tokio::test]
async fn a_token_lives_up_to_30_minutes() {
    provider().await.lives_up_to(1_800).await;
}

#[tokio::test]
async fn the_report_says_what_is_lowered() {
    assert_eq!(
        provider().await.relaxations(),
        [
            "`typ` is `JWT`, as in ID tokens; access tokens are recognized by `azp` with `scope` or `permissions`",
            "`jti` is not required: Auth0's tokens have no identifier",
        ]
    );
}
