//! Amazon Cognito user pools.

use super::*;

const POOL: &str = "https://cognito-idp.ap-southeast-2.amazonaws.test/ap-southeast-2_pool1";
const CLIENT: &str = "57client890";
const API: &str = "https://orders.acme.test";

fn shape() -> Shape {
    Shape {
        profile: Profile::Cognito,
        url: POOL,
        audience: CLIENT,
        typ: None,
        user: json!({
            "sub": "9b1e6f0a-user",
            "cognito:groups": ["approvers"],
            "iss": POOL,
            "version": 2,
            "client_id": CLIENT,
            "origin_jti": "origin-1",
            "event_id": "event-1",
            "token_use": "access",
            "scope": "openid orders/read",
            "auth_time": 1_700_000_000,
            "jti": "jti-1",
            "username": "alice",
        }),
        machine: json!({
            "sub": CLIENT,
            "token_use": "access",
            "scope": "orders/write",
            "auth_time": 1_700_000_000,
            "iss": POOL,
            "version": 2,
            "jti": "jti-2",
            "client_id": CLIENT,
        }),
    }
}

async fn provider() -> Provider {
    Provider::new(shape()).await
}

/// A server whose clients ask for tokens that are bound to it, by `resource`.
async fn bound() -> Provider {
    let mut shape = shape();
    shape.audience = API;
    shape.user = with(&shape.user, "aud", API);
    Provider::new(shape).await
}

#[tokio::test]
async fn a_users_token_is_told_as_it_is() {
    let cognito = provider().await;
    let token = cognito.accept(&cognito.shape.user).await;
    assert_eq!(token.issuer(), POOL);
    assert_eq!(token.subject(), "9b1e6f0a-user");
    assert_eq!(token.client_id(), Some(CLIENT));
    assert_eq!(token.jti(), Some("jti-1"));
    assert_eq!(token.scopes().as_str(), "openid orders/read");
    assert_eq!(roles(&token), ["approvers"]);
}

#[tokio::test]
async fn a_clients_own_token_is_told_as_it_is() {
    let cognito = provider().await;
    let token = cognito.accept(&cognito.shape.machine).await;
    assert_eq!(token.subject(), CLIENT);
    assert_eq!(token.client_id(), Some(CLIENT));
    assert_eq!(token.jti(), Some("jti-2"));
    assert_eq!(token.scopes().as_str(), "orders/write");
    assert!(roles(&token).is_empty());
}

#[tokio::test]
async fn a_token_that_is_bound_to_this_api_is_accepted() {
    let api = bound().await;
    let token = api.accept(&api.shape.user).await;
    assert_eq!(token.client_id(), Some(CLIENT));
    api.accept(&api.user_with("aud", json!([API]))).await;
}

/// Where `aud` is there, it alone says whom the token is for.
#[tokio::test]
async fn a_token_that_is_bound_to_another_api_is_refused() {
    let cognito = provider().await;
    cognito
        .refuses_audiences(&[json!(API), json!([API]), json!("https://other.test")])
        .await;
    let api = bound().await;
    api.refuses_audiences(&[json!("https://other.test"), json!(CLIENT)])
        .await;
    let unbound = api.user_without(&["aud"]);
    assert_eq!(api.validate(&unbound).await, Err(TokenError::Audience));
}

/// CVE-2020-26160: a broken `aud` does not fall back to the client.
#[tokio::test]
async fn an_audience_of_the_wrong_type_is_not_absent() {
    let cognito = provider().await;
    for aud in [json!(null), json!(""), json!([]), json!(1), json!({})] {
        let wrong = cognito.user_with("aud", aud.clone());
        assert_eq!(
            cognito.validate(&wrong).await,
            Err(TokenError::WrongClaim("aud")),
            "{aud}"
        );
    }
}

#[tokio::test]
async fn another_clients_token_is_refused() {
    let cognito = provider().await;
    for client in ["57client89", "57CLIENT890", "other"] {
        let other = cognito.user_with("client_id", client);
        assert_eq!(cognito.validate(&other).await, Err(TokenError::Audience));
    }
}

/// Same pool, same client, same groups; `token_use` says what it is.
#[tokio::test]
async fn an_id_token_of_the_same_client_is_refused() {
    let cognito = provider().await;
    let mut id_token = cognito.user_without(&["client_id", "scope", "username"]);
    id_token["aud"] = CLIENT.into();
    id_token["token_use"] = "id".into();
    id_token["cognito:username"] = "alice".into();
    let wrong = Err(TokenError::WrongClaim("token_use"));
    assert_eq!(cognito.validate(&id_token).await, wrong);
    for token_use in ["id", "Access", "access ", "refresh"] {
        let token = cognito.user_with("token_use", token_use);
        assert_eq!(cognito.validate(&token).await, wrong, "{token_use}");
    }
    cognito.refuses_id_tokens_and_bound_ones().await;
}

#[tokio::test]
async fn what_every_token_has_is_demanded() {
    let cognito = provider().await;
    cognito
        .demands(&[
            "iss",
            "sub",
            "exp",
            "iat",
            "jti",
            "client_id",
            "token_use",
            "scope",
        ])
        .await;
    cognito
        .demands_texts(&["iss", "sub", "jti", "client_id", "token_use"])
        .await;
}

#[tokio::test]
async fn scopes_are_one_text_and_groups_a_list() {
    let cognito = provider().await;
    let list = cognito.user_with("scope", json!(["orders/read"]));
    assert_eq!(
        cognito.validate(&list).await,
        Err(TokenError::WrongClaim("scope"))
    );
    let empty = cognito.user_with("scope", "");
    assert_eq!(
        cognito.validate(&empty).await,
        Err(TokenError::MissingClaim("scope"))
    );
    for groups in [json!("approvers"), json!({}), json!([null])] {
        let wrong = cognito.user_with("cognito:groups", groups);
        assert_eq!(
            cognito.validate(&wrong).await,
            Err(TokenError::WrongClaim("roles"))
        );
    }
}

#[tokio::test]
async fn its_header_has_no_type() {
    let cognito = provider().await;
    let types = [Some("JWT"), Some("at+jwt"), Some("")];
    cognito.refuses_types(&types).await;
    let token = &cognito.shape.user;
    assert_eq!(
        cognito.under_rfc_9068(None, token).await,
        Err(TokenError::Type)
    );
    assert_eq!(
        cognito.under_rfc_9068(Some("at+jwt"), token).await,
        Err(TokenError::MissingClaim("aud"))
    );
}

#[tokio::test]
async fn another_pools_token_is_refused() {
    let cognito = provider().await;
    cognito
        .refuses_issuers(&[
            "https://cognito-idp.ap-southeast-2.amazonaws.test/ap-southeast-2_pool2",
            "https://cognito-idp.us-east-1.amazonaws.test/ap-southeast-2_pool1",
        ])
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
        [
            "the header has no `typ`; access tokens are recognized by the `token_use` `access`",
            "`aud` may be absent; then `client_id` must be the audience",
        ]
    );
}
