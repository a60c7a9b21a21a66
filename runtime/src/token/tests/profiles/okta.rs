//! Okta, custom authorization servers.

use super::*;

const SERVER: &str = "https://acme.okta.test/oauth2/aus1orders";
const API: &str = "api://orders";
const CLIENT: &str = "0oa1client";

fn shape() -> Shape {
    Shape {
        profile: Profile::Okta,
        url: SERVER,
        audience: API,
        typ: None,
        user: json!({
            "ver": 1,
            "jti": "AT.alice-1",
            "iss": SERVER,
            "aud": API,
            "sub": "alice@acme.test",
            "cid": CLIENT,
            "uid": "00u1alice",
            "scp": ["openid", "orders.read"],
            "groups": ["Approvers"],
            "auth_time": 1_700_000_000,
        }),
        machine: json!({
            "ver": 1,
            "jti": "AT.robot-1",
            "iss": SERVER,
            "aud": API,
            "sub": CLIENT,
            "cid": CLIENT,
            "scp": ["orders.write"],
        }),
    }
}

async fn provider() -> Provider {
    Provider::new(shape()).await
}

#[tokio::test]
async fn a_users_token_is_told_as_it_is() {
    let okta = provider().await;
    let token = okta.accept(&okta.shape.user).await;
    assert_eq!(token.issuer(), SERVER);
    assert_eq!(token.subject(), "alice@acme.test");
    assert_eq!(token.client_id(), Some(CLIENT));
    assert_eq!(token.jti(), Some("AT.alice-1"));
    assert_eq!(token.scopes().as_str(), "openid orders.read");
    assert_eq!(roles(&token), ["Approvers"]);
}

#[tokio::test]
async fn a_clients_own_token_is_told_as_it_is() {
    let okta = provider().await;
    let token = okta.accept(&okta.shape.machine).await;
    assert_eq!(token.subject(), CLIENT);
    assert_eq!(token.client_id(), Some(CLIENT));
    assert_eq!(token.jti(), Some("AT.robot-1"));
    assert_eq!(token.scopes().as_str(), "orders.write");
    assert!(roles(&token).is_empty());
}

/// It has `jti` and `groups` and the same header; even with the API in `aud` it is refused.
#[tokio::test]
async fn an_id_token_of_the_same_client_is_refused() {
    let okta = provider().await;
    let mut id_token = okta.user_without(&["cid", "uid", "scp"]);
    id_token["jti"] = "ID.alice-1".into();
    id_token["amr"] = json!(["pwd"]);
    id_token["idp"] = "00o1acme".into();
    assert_eq!(
        okta.validate(&id_token).await,
        Err(TokenError::MissingClaim("cid"))
    );
    id_token["cid"] = CLIENT.into();
    assert_eq!(
        okta.validate(&id_token).await,
        Err(TokenError::MissingClaim("scp"))
    );
    okta.refuses_audiences(&[json!(CLIENT)]).await;
    okta.refuses_id_tokens_and_bound_ones().await;
}

/// Their form is Okta's own and may change; they say so in `typ`, and in `iss` and `aud`.
#[tokio::test]
async fn a_token_of_the_org_server_is_refused() {
    let okta = provider().await;
    let org = "https://acme.okta.test";
    okta.refuses_types(&[Some("application/okta-internal-at+jwt")])
        .await;
    okta.refuses_issuers(&[org]).await;
    okta.refuses_audiences(&[json!(org)]).await;
    let trusted = Provider::new(Shape {
        url: org,
        audience: org,
        ..shape()
    })
    .await;
    let mut token = trusted.user_with("iss", org);
    token["aud"] = org.into();
    let typ = Some("application/okta-internal-at+jwt");
    assert_eq!(
        trusted.validate_typed(typ, &token).await,
        Err(TokenError::Type)
    );
}

#[tokio::test]
async fn what_every_token_has_is_demanded() {
    let okta = provider().await;
    okta.demands(&["iss", "sub", "aud", "exp", "iat", "jti", "cid", "scp"])
        .await;
    okta.demands_texts(&["iss", "sub", "jti", "cid"]).await;
}

/// One text with spaces would be read as one scope by some, as several by others.
#[tokio::test]
async fn scopes_are_a_list_with_one_in_each_text() {
    let okta = provider().await;
    for scp in [
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
    ] {
        let wrong = okta.user_with("scp", scp.clone());
        assert_eq!(
            okta.validate(&wrong).await,
            Err(TokenError::WrongClaim("scp")),
            "{scp}"
        );
    }
    let outside = okta.user_with("scp", json!(["a\"b"]));
    assert_eq!(okta.validate(&outside).await, Err(TokenError::Scope));
}

/// Groups grant nothing by themselves: ID tokens have them too.
#[tokio::test]
async fn a_token_without_a_scope_is_refused() {
    let okta = provider().await;
    let empty = okta.user_with("scp", json!([]));
    assert_eq!(
        okta.validate(&empty).await,
        Err(TokenError::MissingClaim("scp"))
    );
    let mut text = okta.user_without(&["scp"]);
    text["scope"] = "orders.read".into();
    assert_eq!(
        okta.validate(&text).await,
        Err(TokenError::MissingClaim("scp"))
    );
}

#[tokio::test]
async fn groups_are_a_list() {
    let okta = provider().await;
    for groups in [json!("Approvers"), json!({}), json!([1]), json!(null)] {
        let wrong = okta.user_with("groups", groups);
        assert_eq!(
            okta.validate(&wrong).await,
            Err(TokenError::WrongClaim("roles"))
        );
    }
}

#[tokio::test]
async fn its_header_has_no_type() {
    let okta = provider().await;
    let types = [Some("JWT"), Some("at+jwt"), Some(""), Some("dpop+jwt")];
    okta.refuses_types(&types).await;
    let token = &okta.shape.user;
    assert_eq!(
        okta.under_rfc_9068(None, token).await,
        Err(TokenError::Type)
    );
    assert_eq!(
        okta.under_rfc_9068(Some("at+jwt"), token).await,
        Err(TokenError::MissingClaim("client_id"))
    );
}

#[tokio::test]
async fn another_servers_token_is_refused() {
    let okta = provider().await;
    okta.refuses_issuers(&[
        "https://acme.okta.test/oauth2/default",
        "https://acme.okta.test/oauth2/aus1orders/",
        "https://evil.okta.test/oauth2/aus1orders",
    ])
    .await;
    okta.refuses_audiences(&[json!("api://default"), json!(["api://default"])])
        .await;
}

#[tokio::test]
async fn a_token_lives_up_to_30_minutes() {
    provider().await.lives_up_to(1_800).await;
}

#[tokio::test]
async fn the_report_says_what_is_lowered() {
    assert_eq!(
        provider().await.relaxations(),
        ["the header has no `typ`; access tokens are recognized by `cid` with `scp`"]
    );
}
