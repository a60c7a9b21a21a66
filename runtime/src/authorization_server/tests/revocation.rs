//! Revocation of all logins of a user, and of everything that a client has.

use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::{Fixture, Reply, SECRET, basic, request};
use crate::authorization_server::{Approval, ApprovalError};
use crate::claims::NumericDate;

async fn refresh(fixture: &Fixture, client_id: &str, token: &str) -> Reply {
    let (headers, form) = match client_id {
        "web" => (basic("web", SECRET), String::new()),
        _ => (HeaderMap::new(), format!("client_id={client_id}&")),
    };
    let form = format!("{form}grant_type=refresh_token&refresh_token={token}");
    fixture.token(&headers, &form).await
}

/// Logs a user in, and returns the reply with the tokens.
async fn log_in(fixture: &Fixture, client_id: &str, user: &str) -> Reply {
    let code = code(fixture, client_id, user, fixture.server.now()).await;
    let (headers, form) = match client_id {
        "web" => (
            basic("web", SECRET),
            super::redemption(&code).replace("client_id=spa&", ""),
        ),
        _ => (HeaderMap::new(), super::redemption(&code)),
    };
    let reply = fixture.token(&headers, &form).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    reply
}

async fn code(fixture: &Fixture, client_id: &str, user: &str, auth_time: NumericDate) -> String {
    try_code(fixture, client_id, user, auth_time).await.unwrap()
}

async fn try_code(
    fixture: &Fixture,
    client_id: &str,
    user: &str,
    auth_time: NumericDate,
) -> Result<String, ApprovalError> {
    let query = request(client_id);
    let request = fixture.server.authorization_request(&query).await.unwrap();
    let approval = Approval::new(user, auth_time);
    let redirect = fixture.server.approve(&request, approval).await?;
    Ok(super::parameter(redirect.location(), "code").unwrap())
}

#[tokio::test]
async fn revoked_user_has_no_login_at_any_client() {
    let fixture = Fixture::new().await;
    let spa = log_in(&fixture, "spa", "alice").await;
    let web = log_in(&fixture, "web", "alice").await;
    let pending = code(&fixture, "spa", "alice", fixture.server.now()).await;
    let other = log_in(&fixture, "spa", "bob").await;
    fixture.advance(1);
    assert_eq!(fixture.server.revoke_user("alice").await.unwrap(), 3);
    for (client_id, reply) in [("spa", &spa), ("web", &web)] {
        let refreshed = refresh(&fixture, client_id, &reply.text("refresh_token")).await;
        assert_eq!(refreshed.error(), "invalid_grant", "{client_id}");
        let state = fixture.introspect(&reply.text("access_token")).await;
        assert_eq!(state, json!({ "active": false }), "{client_id}");
    }
    assert_eq!(fixture.redeem(&pending).await.error(), "invalid_grant");
    let state = fixture.introspect(&other.text("access_token")).await;
    assert_eq!(state["active"], true);
    let refreshed = refresh(&fixture, "spa", &other.text("refresh_token")).await;
    assert_eq!(refreshed.status, StatusCode::OK);
    // a second time, and for an unknown user, there is nothing to end
    assert_eq!(fixture.server.revoke_user("alice").await.unwrap(), 0);
    assert_eq!(fixture.server.revoke_user("carol").await.unwrap(), 0);
}

/// A session at the server's own pages may outlive the change of the password.
#[tokio::test]
async fn approval_with_a_login_up_to_the_revocation_is_refused() {
    let fixture = Fixture::new().await;
    let before = fixture.server.now();
    fixture.advance(60);
    fixture.server.revoke_user("alice").await.unwrap();
    let revoked_at = fixture.server.now();
    for auth_time in [before, revoked_at] {
        let refused = try_code(&fixture, "spa", "alice", auth_time).await;
        assert_eq!(refused, Err(ApprovalError::AuthTime));
    }
    assert!(try_code(&fixture, "spa", "bob", before).await.is_ok());
    fixture.advance(1);
    let later = fixture.server.now();
    assert!(try_code(&fixture, "spa", "alice", later).await.is_ok());
    log_in(&fixture, "spa", "alice").await;
}

#[tokio::test]
async fn revocation_of_a_user_survives_a_restart() {
    let fixture = Fixture::new().await;
    let token = log_in(&fixture, "spa", "alice").await.text("refresh_token");
    let before = fixture.server.now();
    fixture.server.revoke_user("alice").await.unwrap();
    let restarted = Fixture::with_vault(fixture.vault.clone(), before.as_secs() + 5).await;
    let refreshed = refresh(&restarted, "spa", &token).await;
    assert_eq!(refreshed.error(), "invalid_grant");
    let refused = try_code(&restarted, "spa", "alice", before).await;
    assert_eq!(refused, Err(ApprovalError::AuthTime));
}

/// None of the logins that race with the revocation survives it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logins_beside_the_revocation_of_their_user_end() {
    let fixture = std::sync::Arc::new(Fixture::new().await);
    let auth_time = fixture.server.now();
    let codes = (0..50).map(|number| {
        let fixture = std::sync::Arc::clone(&fixture);
        tokio::spawn(async move {
            if number == 25 {
                fixture.server.revoke_user("alice").await.unwrap();
            }
            try_code(&fixture, "spa", "alice", auth_time).await
        })
    });
    let mut outcomes = Vec::new();
    for code in codes.collect::<Vec<_>>() {
        outcomes.push(code.await.unwrap());
    }
    let mut refused = 0;
    for outcome in outcomes {
        match outcome {
            Ok(code) => assert_eq!(fixture.redeem(&code).await.error(), "invalid_grant"),
            Err(error) => {
                assert_eq!(error, ApprovalError::AuthTime);
                refused += 1;
            }
        }
    }
    assert!(refused > 0);
}

#[tokio::test]
async fn revoked_client_has_no_valid_token() {
    let fixture = Fixture::new().await;
    let spa = log_in(&fixture, "spa", "alice").await;
    let web = log_in(&fixture, "web", "alice").await;
    let form = "grant_type=client_credentials&scope=orders%3Aread";
    let own = fixture.token(&basic("web", SECRET), form).await;
    let pending = code(&fixture, "web", "alice", fixture.server.now()).await;
    fixture.advance(1);
    fixture.server.revoke_client("web").await.unwrap();
    let refreshed = refresh(&fixture, "web", &web.text("refresh_token")).await;
    assert_eq!(refreshed.error(), "invalid_grant");
    for reply in [&web, &own] {
        let state = fixture.introspect(&reply.text("access_token")).await;
        assert_eq!(state, json!({ "active": false }));
    }
    let form = super::redemption(&pending).replace("client_id=spa&", "");
    let redeemed = fixture.token(&basic("web", SECRET), &form).await;
    assert_eq!(redeemed.error(), "invalid_grant");
    // another client, and what comes later, is valid
    let refreshed = refresh(&fixture, "spa", &spa.text("refresh_token")).await;
    assert_eq!(refreshed.status, StatusCode::OK);
    fixture.advance(1);
    let later = log_in(&fixture, "web", "alice").await;
    let state = fixture.introspect(&later.text("access_token")).await;
    assert_eq!(state["active"], true);
    let refreshed = refresh(&fixture, "web", &later.text("refresh_token")).await;
    assert_eq!(refreshed.status, StatusCode::OK);
}

/// A token that was issued at the time of the revocation is not newer than the revocation.
#[tokio::test]
async fn client_revocation_ends_tokens_issued_at_the_same_time() {
    let fixture = Fixture::new().await;
    let login = log_in(&fixture, "web", "alice").await;
    let form = "grant_type=client_credentials&scope=orders%3Aread";
    let own = fixture.token(&basic("web", SECRET), form).await;
    let pending = code(&fixture, "web", "alice", fixture.server.now()).await;
    fixture.server.revoke_client("web").await.unwrap();
    for reply in [&login, &own] {
        let state = fixture.introspect(&reply.text("access_token")).await;
        assert_eq!(state, json!({ "active": false }));
    }
    let refreshed = refresh(&fixture, "web", &login.text("refresh_token")).await;
    assert_eq!(refreshed.error(), "invalid_grant");
    let form = super::redemption(&pending).replace("client_id=spa&", "");
    let redeemed = fixture.token(&basic("web", SECRET), &form).await;
    assert_eq!(redeemed.error(), "invalid_grant");
}
