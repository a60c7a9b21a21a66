//! Limits of everything that a client can store: nothing fills the vault.

use http::{HeaderMap, StatusCode};

use super::{Fixture, SECRET, START, basic, parameter, redemption, request};
use crate::authorization_server::{
    Approval, AuthorizationServer, AuthorizationServerBuilder, AuthorizationServerError, ErrorCode,
    RegisteredClients,
};
use crate::relying_party::vault::{MemoryStore, TokenVault, VaultStore as _};
use crate::seal::SealingKey;

/// Returns a server whose builder was edited, and the store of its vault.
async fn limited(
    edit: impl FnOnce(AuthorizationServerBuilder) -> AuthorizationServerBuilder,
) -> (Fixture, MemoryStore) {
    let store = MemoryStore::new();
    let key = SealingKey::generate().unwrap();
    let vault = TokenVault::create(store.clone(), key).await.unwrap();
    let fixture = Fixture::with_vault(vault, START).await;
    let server = AuthorizationServer::builder(super::ISSUER, fixture.vault.clone())
        .clients(RegisteredClients::new(super::clients(&fixture.key)).unwrap())
        .resource(super::ORDERS, "orders:read orders:write")
        .id_token_algorithm(crate::keys::Algorithm::EdDSA)
        .clock(fixture.clock.clone());
    let server = edit(server).build().await.unwrap();
    (Fixture { server, ..fixture }, store)
}

async fn records(store: &MemoryStore) -> usize {
    store.names().await.unwrap().len()
}

async fn push(fixture: &Fixture, client_id: &str) -> Result<String, ErrorCode> {
    let headers = match client_id {
        "web" => basic("web", SECRET),
        _ => HeaderMap::new(),
    };
    let scope = request(client_id).replace("openid+", "");
    let pushed = fixture.server.push(&headers, None, &scope).await;
    let pushed = pushed.map_err(|failure| {
        assert_eq!(failure.retry_after(), Some(90));
        failure.code()
    })?;
    let pushed = serde_json::to_value(pushed).unwrap();
    Ok(pushed["request_uri"].as_str().unwrap().to_owned())
}

/// RFC 9126 §2.3.
#[tokio::test]
async fn client_over_its_limit_of_pushed_requests_is_refused() {
    let (fixture, store) = limited(|server| server.pushed_request_limits(3, 1_000)).await;
    let before = records(&store).await;
    let mut uris = Vec::new();
    for _ in 0..3 {
        uris.push(push(&fixture, "spa").await.unwrap());
    }
    for _ in 0..20 {
        assert_eq!(
            push(&fixture, "spa").await,
            Err(ErrorCode::TemporarilyUnavailable)
        );
    }
    assert_eq!(records(&store).await, before + 3);
    // others are not affected
    assert!(push(&fixture, "narrow").await.is_ok());
    assert!(push(&fixture, "web").await.is_ok());
    // a request that was used makes way for another one
    let uri = super::encoded("request_uri", uris.first().unwrap());
    let query = format!("client_id=spa&{uri}");
    assert!(fixture.server.authorization_request(&query).await.is_ok());
    assert!(push(&fixture, "spa").await.is_ok());
    assert!(push(&fixture, "spa").await.is_err());
    // and so do those that expired, also in the vault
    fixture.advance(90);
    for _ in 0..3 {
        assert!(push(&fixture, "spa").await.is_ok());
    }
    assert!(records(&store).await <= before + 5);
}

#[tokio::test]
async fn all_pushed_requests_of_public_clients_have_a_limit() {
    let (fixture, store) = limited(|server| server.pushed_request_limits(2, 2)).await;
    let before = records(&store).await;
    for client_id in ["spa", "narrow"] {
        assert!(push(&fixture, client_id).await.is_ok());
    }
    for client_id in ["spa", "narrow"] {
        assert!(push(&fixture, client_id).await.is_err(), "{client_id}");
    }
    // confidential clients have their own limit
    for is_accepted in [true, true, false] {
        assert_eq!(push(&fixture, "web").await.is_ok(), is_accepted);
    }
    assert_eq!(records(&store).await, before + 4);
}

#[tokio::test]
async fn refusal_over_a_limit_is_429_with_retry_after() {
    use axum::response::IntoResponse as _;
    let (fixture, _) = limited(|server| server.pushed_request_limits(1, 1)).await;
    push(&fixture, "spa").await.unwrap();
    let headers = HeaderMap::new();
    let form = request("spa").replace("openid+", "");
    let refused = fixture.server.push(&headers, None, &form).await;
    let response = refused.unwrap_err().into_response();
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(response.headers()["retry-after"], "90");
    assert_eq!(response.headers()["cache-control"], "no-store");
}

#[tokio::test]
async fn limits_out_of_their_range_are_refused() {
    for (per_client, total, logins, is_valid) in [
        (1, 1, 1, true),
        (500, 2_000, 250, true),
        (1_000_000, 1_000_000, 100, true),
        (0, 10, 100, false),
        (11, 10, 100, false),
        (1, 0, 100, false),
        (1, 1_000_001, 100, false),
        (1, 1, 0, false),
        (1, 1, 251, false),
    ] {
        let key = SealingKey::generate().unwrap();
        let vault = TokenVault::create(MemoryStore::new(), key).await.unwrap();
        let server = AuthorizationServer::builder(super::ISSUER, vault)
            .resource(super::ORDERS, "orders:read")
            .id_token_algorithm(crate::keys::Algorithm::EdDSA)
            .pushed_request_limits(per_client, total)
            .max_logins_per_user(logins);
        let built = server.build().await.map(drop);
        let is_limit = matches!(built, Err(AuthorizationServerError::Limit(_)));
        assert_eq!(
            is_limit, !is_valid,
            "{per_client} {total} {logins}: {built:?}"
        );
    }
}

/// A script of a public client can log its user in again and again.
#[tokio::test]
async fn login_over_the_limit_ends_the_oldest_one() {
    let (fixture, store) = limited(|server| server.max_logins_per_user(3)).await;
    let before = records(&store).await;
    let mut tokens = Vec::new();
    for _ in 0..10 {
        let code = fixture.code_of("spa", "alice").await;
        let reply = fixture.redeem(&code).await;
        tokens.push(reply.text("refresh_token"));
    }
    // three authorizations and the user's own record
    assert_eq!(records(&store).await, before + 4);
    for (index, token) in tokens.iter().enumerate() {
        let form = format!("grant_type=refresh_token&client_id=spa&refresh_token={token}");
        let reply = fixture.token(&HeaderMap::new(), &form).await;
        assert_eq!(reply.status == StatusCode::OK, index >= 7, "{index}");
    }
    // another user is not affected
    let code = fixture.code_of("spa", "bob").await;
    assert_eq!(fixture.redeem(&code).await.status, StatusCode::OK);
}

#[tokio::test]
async fn codes_that_are_not_redeemed_count_as_logins() {
    let (fixture, store) = limited(|server| server.max_logins_per_user(2)).await;
    let before = records(&store).await;
    let mut codes = Vec::new();
    for _ in 0..20 {
        codes.push(fixture.code_of("spa", "alice").await);
    }
    assert_eq!(records(&store).await, before + 3);
    let mut redeemed = 0;
    for code in &codes {
        redeemed += usize::from(fixture.redeem(code).await.status == StatusCode::OK);
    }
    assert_eq!(redeemed, 2);
}

/// A public client can refresh and revoke its access tokens again and again.
#[tokio::test]
async fn revoked_access_tokens_are_in_a_fixed_number_of_records() {
    let (fixture, store) = limited(|server| server).await;
    let code = fixture.code_of("spa", "alice").await;
    let mut token = fixture.redeem(&code).await.text("refresh_token");
    let before = records(&store).await;
    for _ in 0..100 {
        let form = format!("grant_type=refresh_token&client_id=spa&refresh_token={token}");
        let reply = fixture.token(&HeaderMap::new(), &form).await;
        token = reply.text("refresh_token");
        let access = reply.text("access_token");
        let form = format!("client_id=spa&token={access}");
        let headers = HeaderMap::new();
        fixture.server.revoke(&headers, None, &form).await.unwrap();
        assert_eq!(fixture.introspect(&access).await["active"], false);
    }
    assert!(records(&store).await <= before + 16);
}

#[tokio::test]
async fn requests_without_an_approval_store_nothing() {
    let (fixture, store) = limited(|server| server).await;
    let before = records(&store).await;
    let query = request("spa").replace("openid+", "");
    for _ in 0..50 {
        let request = fixture.server.authorization_request(&query).await.unwrap();
        fixture.server.seal_request(&request).unwrap();
        fixture.server.deny(&request, ErrorCode::AccessDenied);
        let refused = fixture.token(&HeaderMap::new(), &redemption("code")).await;
        assert_eq!(refused.error(), "invalid_grant");
        let headers = HeaderMap::new();
        let unknown = fixture
            .server
            .revoke(&headers, None, "client_id=spa&token=x");
        assert!(unknown.await.is_ok());
    }
    assert_eq!(records(&store).await, before);
}

impl Fixture {
    /// Returns a code of a client for a user.
    async fn code_of(&self, client_id: &str, user: &str) -> String {
        let query = request(client_id).replace("openid+", "");
        let request = self.server.authorization_request(&query).await.unwrap();
        let approval = Approval::new(user, self.server.now());
        let redirect = self.server.approve(&request, approval).await.unwrap();
        parameter(redirect.location(), "code").unwrap()
    }
}
