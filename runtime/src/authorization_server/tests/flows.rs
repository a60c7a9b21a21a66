//! Tokens: what they contain, how they are refreshed, introspected and revoked, and what survives a restart.

use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::{BILLING, Fixture, ISSUER, ORDERS, Reply, SECRET, START, basic, claims, redemption};
use crate::authorization_server::{MintError, NewAccessToken};
use crate::resource_server::Issuer;

/// Logs alice in with the public client.
pub(super) async fn login(fixture: &Fixture) -> Reply {
    let code = fixture.code("spa").await;
    let reply = fixture.redeem(&code).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    reply
}

pub(super) async fn refresh(fixture: &Fixture, token: &str, more: &str) -> Reply {
    let form = format!("grant_type=refresh_token&client_id=spa&refresh_token={token}{more}");
    fixture.token(&HeaderMap::new(), &form).await
}

#[tokio::test]
async fn access_token_has_the_claims_of_rfc_9068() {
    let fixture = Fixture::new().await;
    let reply = login(&fixture).await;
    assert_eq!(reply.headers["cache-control"], "no-store");
    assert_eq!(reply.body["token_type"], "Bearer");
    assert_eq!(reply.body["expires_in"], 600);
    assert_eq!(reply.body["scope"], "openid orders:read");
    let token = reply.text("access_token");
    let header = token.split('.').next().unwrap();
    assert_eq!(claims(&format!("x.{header}.x"))["typ"], "at+jwt");
    let claims = claims(&token);
    for (name, value) in [
        ("iss", json!(ISSUER)),
        ("sub", json!("alice")),
        ("aud", json!(ORDERS)),
        ("client_id", json!("spa")),
        ("iat", json!(START)),
        ("exp", json!(START + 600)),
        ("scope", json!("openid orders:read")),
        ("auth_time", json!(START)),
    ] {
        assert_eq!(claims[name], value, "{name}");
    }
    assert!(claims["jti"].as_str().unwrap().len() > 40);
}

#[tokio::test]
async fn id_token_is_for_the_client_and_has_the_nonce() {
    let fixture = Fixture::new().await;
    let reply = login(&fixture).await;
    let claims = claims(&reply.text("id_token"));
    for (name, value) in [
        ("iss", json!(ISSUER)),
        ("sub", json!("alice")),
        ("aud", json!("spa")),
        ("nonce", json!("n")),
        ("auth_time", json!(START)),
    ] {
        assert_eq!(claims[name], value, "{name}");
    }
    let refreshed = refresh(&fixture, &reply.text("refresh_token"), "").await;
    let again = super::claims(&refreshed.text("id_token"));
    assert_eq!(
        (&again["sub"], &again["auth_time"]),
        (&claims["sub"], &claims["auth_time"])
    );
    assert_eq!(again.get("nonce"), None);
}

#[tokio::test]
async fn resource_server_accepts_the_access_token_and_not_the_id_token() {
    let fixture = Fixture::new().await;
    let reply = login(&fixture).await;
    let jwks = fixture.server.access_tokens().jwks().await.to_string();
    let issuer = Issuer::new(ISSUER).audience(ORDERS).jwks(jwks);
    let server = crate::ResourceServer::builder()
        .trust(issuer)
        .clock(fixture.clock.clone())
        .build()
        .await
        .unwrap();
    let api = crate::SecureRouter::<()>::new()
        .route("/orders", crate::routing::get(list_orders))
        .protect(server);
    let status = async |token: String| {
        let request =
            http::Request::get("/orders").header("authorization", format!("Bearer {token}"));
        let request = request.body(axum::body::Body::empty()).unwrap();
        let mut router = api.clone().into_router();
        let response = tower_service::Service::call(&mut router, request)
            .await
            .unwrap();
        response.status()
    };
    assert_eq!(status(reply.text("access_token")).await, StatusCode::OK);
    assert_eq!(
        status(reply.text("id_token")).await,
        StatusCode::UNAUTHORIZED
    );
}

#[palisade_macros::secured(scopes = "orders:read")]
async fn list_orders() {}

#[tokio::test]
async fn invalid_token_request_has_its_error() {
    let fixture = Fixture::new().await;
    let code = fixture.code("spa").await;
    let valid = redemption(&code);
    for (form, error) in [
        ("client_id=spa".to_owned(), "invalid_request"),
        (
            "grant_type=password&client_id=spa&username=a&password=b".to_owned(),
            "unsupported_grant_type",
        ),
        (
            "grant_type=implicit&client_id=spa".to_owned(),
            "unsupported_grant_type",
        ),
        (
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&client_id=spa"
                .to_owned(),
            "unsupported_grant_type",
        ),
        (
            "grant_type=client_credentials&client_id=spa".to_owned(),
            "unauthorized_client",
        ),
        (valid.replace("code_verifier=", "x="), "invalid_request"),
        (
            valid.replace("code_verifier=d", "code_verifier=e"),
            "invalid_grant",
        ),
        (valid.replace("redirect_uri=", "x="), "invalid_request"),
        (valid.replace("%2Fcb", "%2Fcb%2F"), "invalid_grant"),
        (valid.replace("&code=", "&x="), "invalid_request"),
        (
            valid.replace("client_id=spa", "client_id=narrow"),
            "invalid_grant",
        ),
        (
            valid.replace("client_id=spa", "client_id=unknown"),
            "invalid_client",
        ),
        (valid.replace("client_id=spa&", ""), "invalid_client"),
        (format!("{valid}&code={code}"), "invalid_request"),
        (
            format!("{valid}&grant_type=authorization_code"),
            "invalid_request",
        ),
    ] {
        let reply = fixture.token(&HeaderMap::new(), &form).await;
        assert_eq!(reply.error(), error, "{form}");
        assert!(!reply.body.to_string().contains("access_token"));
    }
    assert_eq!(fixture.redeem(&code).await.status, StatusCode::OK);
}

/// A challenge without a verifier, and a verifier without a challenge, is a downgrade (RFC 9700 §2.1.1).
#[tokio::test]
async fn code_expires_after_a_minute() {
    let fixture = Fixture::new().await;
    let code = fixture.code("spa").await;
    fixture.advance(60);
    assert_eq!(fixture.redeem(&code).await.error(), "invalid_grant");
}

#[tokio::test]
async fn refresh_narrows_scopes_and_resources_and_never_widens_them() {
    let fixture = Fixture::new().await;
    let token = login(&fixture).await.text("refresh_token");
    let narrowed = refresh(&fixture, &token, "&scope=orders%3Aread").await;
    assert_eq!(narrowed.body["scope"], "orders:read");
    assert_eq!(narrowed.body.get("id_token"), None);
    let token = narrowed.text("refresh_token");
    for (more, error) in [
        ("&scope=orders%3Awrite", "invalid_scope"),
        ("&scope=orders%3Aread++openid", "invalid_scope"),
        ("&resource=https%3A%2F%2Fbilling.example", "invalid_target"),
        ("&resource=https%3A%2F%2Fother.example", "invalid_target"),
    ] {
        assert_eq!(
            refresh(&fixture, &token, more).await.error(),
            error,
            "{more}"
        );
    }
    // long after the grace time: a refused request replaces no token
    fixture.advance(60);
    let full = refresh(&fixture, &token, "").await;
    assert_eq!(full.body["scope"], "openid orders:read");
}

#[tokio::test]
async fn client_credentials_give_a_token_about_the_client() {
    let fixture = Fixture::new().await;
    let form =
        "grant_type=client_credentials&scope=bills%3Aread&resource=https%3A%2F%2Fbilling.example";
    let reply = fixture.token(&basic("web", SECRET), form).await;
    let claims = claims(&reply.text("access_token"));
    assert_eq!(claims["sub"], "web");
    assert_eq!(claims["aud"], BILLING);
    assert_eq!(claims["scope"], "bills:read");
    assert_eq!(claims.get("auth_time"), None);
    assert_eq!(reply.body.get("refresh_token"), None);
    let wide = form.replace("bills%3Aread", "admin");
    assert_eq!(
        fixture.token(&basic("web", SECRET), &wide).await.error(),
        "invalid_scope"
    );
}

#[tokio::test]
async fn introspection_shows_valid_tokens_only() {
    let fixture = Fixture::new().await;
    let reply = login(&fixture).await;
    let token = reply.text("access_token");
    let state = fixture.introspect(&token).await;
    assert_eq!(state["active"], true);
    assert_eq!(state["sub"], "alice");
    assert_eq!(state["aud"], ORDERS);
    let inactive = json!({ "active": false });
    for other in [
        "",
        "x",
        "a.b.c",
        &reply.text("id_token"),
        &token[..token.len() - 4],
    ] {
        let state = fixture.introspect(&format!("{other}x")).await;
        assert_eq!(state, inactive, "{other}");
    }
    // another client sees its own tokens only
    assert_eq!(fixture.introspect_as("web", &token).await, inactive);
    fixture.advance(600);
    assert_eq!(fixture.introspect(&token).await, inactive);
}

#[tokio::test]
async fn introspection_shows_a_refresh_token_to_its_client_only() {
    let fixture = Fixture::new().await;
    let code = fixture.code("web").await;
    let form = redemption(&code).replace("client_id=spa&", "");
    let reply = fixture.token(&basic("web", SECRET), &form).await;
    let token = reply.text("refresh_token");
    let state = fixture.introspect_as("web", &token).await;
    for (name, value) in [
        ("active", json!(true)),
        ("iss", json!(ISSUER)),
        ("sub", json!("alice")),
        ("client_id", json!("web")),
        ("scope", json!("openid orders:read")),
    ] {
        assert_eq!(state[name], value, "{name}");
    }
    assert!(state["exp"].as_u64().unwrap() > START);
    assert_eq!(state.get("aud"), None);
    let inactive = json!({ "active": false });
    for other in ["x".to_owned(), format!("{token}x"), token[1..].to_owned()] {
        assert_eq!(fixture.introspect_as("web", &other).await, inactive);
    }
    // a resource server never receives refresh tokens
    assert_eq!(fixture.introspect_as("api", &token).await, inactive);
    let (headers, form) = (basic("web", SECRET), format!("token={token}"));
    let revoked = fixture.server.revoke(&headers, None, &form);
    revoked.await.unwrap();
    assert_eq!(fixture.introspect_as("web", &token).await, inactive);
}

#[tokio::test]
async fn public_client_cannot_introspect() {
    let fixture = Fixture::new().await;
    let form = "client_id=spa&token=x";
    let refused = fixture
        .server
        .introspect(&HeaderMap::new(), None, form)
        .await;
    assert_eq!(refused.unwrap_err().code().as_str(), "invalid_client");
}

#[tokio::test]
async fn revoked_refresh_token_ends_its_access_tokens() {
    let fixture = Fixture::new().await;
    let reply = login(&fixture).await;
    let (access, token) = (reply.text("access_token"), reply.text("refresh_token"));
    let form = format!("client_id=spa&token={token}&token_type_hint=access_token");
    fixture
        .server
        .revoke(&HeaderMap::new(), None, &form)
        .await
        .unwrap();
    assert_eq!(
        fixture.introspect(&access).await,
        json!({ "active": false })
    );
    assert_eq!(refresh(&fixture, &token, "").await.error(), "invalid_grant");
}

#[tokio::test]
async fn revoked_access_token_ends_alone() {
    let fixture = Fixture::new().await;
    let reply = login(&fixture).await;
    let (access, token) = (reply.text("access_token"), reply.text("refresh_token"));
    let revoke = async |client: &str| {
        let form = format!("client_id={client}&token={access}");
        fixture
            .server
            .revoke(&HeaderMap::new(), None, &form)
            .await
            .unwrap();
    };
    revoke("narrow").await;
    assert_eq!(
        fixture.introspect(&access).await["active"],
        true,
        "of another client"
    );
    revoke("spa").await;
    revoke("spa").await;
    assert_eq!(fixture.introspect(&access).await["active"], false);
    let refreshed = refresh(&fixture, &token, "").await;
    assert_eq!(
        fixture.introspect(&refreshed.text("access_token")).await["active"],
        true
    );
}

#[tokio::test]
async fn code_that_is_used_again_revokes_the_access_token() {
    let fixture = Fixture::new().await;
    let code = fixture.code("spa").await;
    let access = fixture.redeem(&code).await.text("access_token");
    assert_eq!(fixture.redeem(&code).await.error(), "invalid_grant");
    assert_eq!(fixture.introspect(&access).await["active"], false);
}

#[tokio::test]
async fn grants_and_keys_survive_a_restart() {
    let fixture = Fixture::new().await;
    let code = fixture.code("spa").await;
    let token = login(&fixture).await.text("refresh_token");
    let access = fixture.redeem(&code).await.text("access_token");
    let restarted = Fixture::with_vault(fixture.vault.clone(), START + 1).await;
    assert_eq!(restarted.introspect(&access).await["active"], true);
    assert_eq!(restarted.redeem(&code).await.error(), "invalid_grant");
    assert_eq!(refresh(&restarted, &token, "").await.status, StatusCode::OK);
    assert_eq!(
        fixture.server.access_tokens().jwks().await,
        restarted.server.access_tokens().jwks().await
    );
}

#[tokio::test]
async fn token_without_subject_client_or_audience_cannot_be_minted() {
    let fixture = Fixture::new().await;
    let tokens = fixture.server.access_tokens();
    for (new, error) in [
        (NewAccessToken::new("", "web", ORDERS), MintError::Empty),
        (NewAccessToken::new("alice", "", ORDERS), MintError::Empty),
        (NewAccessToken::new("alice", "web", ""), MintError::Empty),
        (
            NewAccessToken::new("alice", "web", ORDERS).audiences(Vec::new()),
            MintError::Empty,
        ),
        (
            NewAccessToken::new("alice", "web", ORDERS).roles([""]),
            MintError::Empty,
        ),
        (
            NewAccessToken::new("alice", "web", ORDERS).scopes("a  b"),
            MintError::Scopes,
        ),
    ] {
        assert_eq!(tokens.mint(&new).await.unwrap_err(), error, "{new:?}");
    }
    let minted = tokens
        .mint(&NewAccessToken::new("alice", "web", ORDERS))
        .await
        .unwrap();
    assert!(!format!("{minted:?}").contains(minted.as_str()));
}
