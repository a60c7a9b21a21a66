//! The audit events of the server.

use http::HeaderMap;
use serde_json::{Value, json};

use super::{Fixture, ISSUER, SECRET, VERIFIER, basic, redemption, request, request_with};
use crate::authorization_server::ErrorCode;
use crate::testing::log::TestLog;

const AUDIT: &str = "palisade::audit";

/// Returns the name, the reason and the client of each audit event.
fn rows(events: &[Value]) -> Vec<[String; 3]> {
    let text = |fields: &Value, name: &str| fields[name].as_str().unwrap_or("").to_owned();
    let row = |fields: &Value| ["event", "reason", "client_id"].map(|name| text(fields, name));
    events.iter().map(row).collect()
}

/// Compares the audit events since the last call.
fn is(log: &TestLog, expected: &[[&str; 3]]) {
    assert_eq!(rows(&log.take(AUDIT)), expected);
}

async fn refresh(fixture: &Fixture, token: &str) -> super::Reply {
    let form = format!("grant_type=refresh_token&client_id=spa&refresh_token={token}");
    fixture.token(&HeaderMap::new(), &form).await
}

#[tokio::test]
async fn each_step_of_a_login_is_an_event_of_its_authorization() {
    let fixture = Fixture::new().await;
    let (log, _capturing) = TestLog::capture();
    let code = fixture.code("spa").await;
    let first = fixture.redeem(&code).await;
    let token = first.text("refresh_token");
    let second = refresh(&fixture, &token).await;
    let form = format!("client_id=spa&token={}", second.text("access_token"));
    fixture
        .server
        .revoke(&HeaderMap::new(), None, &form)
        .await
        .unwrap();
    let form = format!("client_id=spa&token={}", second.text("refresh_token"));
    fixture
        .server
        .revoke(&HeaderMap::new(), None, &form)
        .await
        .unwrap();
    let printed = log.text();
    let fields = log.take(AUDIT);
    let grants: Vec<_> = fields
        .iter()
        .map(|fields| fields["grant_hash"].as_str())
        .collect();
    assert!(
        grants
            .iter()
            .all(|grant| grant.is_some() && *grant == grants[0]),
        "{grants:?}"
    );
    assert!(fields.iter().all(|fields| fields["issuer"] == ISSUER));
    let id = |fields: &Value| fields["token_id_hash"].as_str().map(str::to_owned);
    let ids: Vec<_> = fields.iter().map(id).collect();
    assert_eq!((&ids[0], &ids[2], &ids[4]), (&None, &ids[3], &None));
    assert_ne!(ids[1], ids[2]);
    let (access, refreshed) = (first.text("access_token"), second.text("refresh_token"));
    let id_token = first.text("id_token");
    for secret in [
        "alice", VERIFIER, &code, &token, &access, &refreshed, &id_token,
    ] {
        assert!(!printed.contains(secret), "{secret}");
    }
    assert_eq!(
        rows(&fields),
        [
            ["authn_token_created", "code_issued", "spa"],
            ["authn_token_created", "code_redeemed", "spa"],
            ["authn_token_created", "refreshed", "spa"],
            ["authn_token_revoked", "access_token", "spa"],
            ["authn_token_revoked", "refresh_token", "spa"],
        ],
    );
}

#[tokio::test]
async fn reuse_and_revocation_are_events() {
    let fixture = Fixture::new().await;
    let code = fixture.code("spa").await;
    fixture.redeem(&code).await;
    let login = fixture.redeem(&fixture.code("spa").await).await;
    let token = login.text("refresh_token");
    refresh(&fixture, &token).await;
    fixture.advance(11);
    let (log, _capturing) = TestLog::capture();
    fixture.redeem(&code).await;
    is(&log, &[["authn_token_reuse", "code", "spa"]]);
    refresh(&fixture, &token).await;
    is(&log, &[["authn_token_reuse", "refresh_token", "spa"]]);
    fixture.server.revoke_user("alice").await.unwrap();
    fixture.server.revoke_client("spa").await.unwrap();
    assert!(!log.text().contains("alice"));
    is(
        &log,
        &[
            ["authn_token_revoked", "user", ""],
            ["authn_token_revoked", "client", "spa"],
        ],
    );
    // a token that is unknown is no event
    let form = "client_id=spa&token=x";
    fixture
        .server
        .revoke(&HeaderMap::new(), None, form)
        .await
        .unwrap();
    is(&log, &[]);
}

/// RFC 7009 §2.1: a client can revoke only its own tokens.
#[tokio::test]
async fn revocation_of_another_clients_token_has_no_effect_and_no_event() {
    let fixture = Fixture::new().await;
    let login = fixture.redeem(&fixture.code("spa").await).await;
    let (access, refresh_token) = (login.text("access_token"), login.text("refresh_token"));
    let (log, _capturing) = TestLog::capture();
    for (headers, client_id) in [
        (HeaderMap::new(), "client_id=narrow&"),
        (HeaderMap::new(), "client_id=bound&"),
        (basic("web", SECRET), ""),
    ] {
        for token in [&access, &refresh_token] {
            let form = format!("{client_id}token={token}");
            let revoked = fixture.server.revoke(&headers, None, &form).await;
            assert_eq!(revoked, Ok(()));
        }
    }
    is(&log, &[]);
    assert_eq!(fixture.introspect(&access).await["active"], true);
    let refreshed = refresh(&fixture, &refresh_token).await;
    assert_eq!(refreshed.status, http::StatusCode::OK);
}

#[tokio::test]
async fn rejected_client_is_an_event_without_text_of_the_request() {
    let fixture = Fixture::new().await;
    let grant = "grant_type=client_credentials&scope=orders%3Aread";
    let (log, _capturing) = TestLog::capture();
    for (headers, reason, client_id) in [
        (basic("web", "a wrong secret"), "wrong_credential", "web"),
        (basic("unknown\nclient", SECRET), "unknown_client", ""),
        (basic("spa", SECRET), "wrong_credential", "spa"),
        (HeaderMap::new(), "malformed_credential", ""),
    ] {
        fixture.token(&headers, grant).await;
        let printed = log.text();
        for text in ["a wrong secret", SECRET, "unknown\\nclient"] {
            assert!(!printed.contains(text), "{printed}");
        }
        is(&log, &[["authn_login_fail", reason, client_id]]);
    }
    let reply = fixture.token(&basic("web", SECRET), grant).await;
    assert!(reply.body["access_token"].is_string());
    is(
        &log,
        &[["authn_token_created", "client_credentials", "web"]],
    );
    let claims = json!({
        "iss": "jwt", "sub": "jwt", "aud": ISSUER, "jti": "1", "exp": super::START + 60,
    });
    let assertion = fixture.key.sign_jwt("JWT", &claims).unwrap();
    let kind = "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let form = format!("{grant}&{kind}&client_assertion={assertion}");
    for event in [
        ["authn_token_created", "client_credentials", "jwt"],
        ["authn_login_fail", "assertion_reused", "jwt"],
    ] {
        fixture.token(&HeaderMap::new(), &form).await;
        assert!(!log.text().contains(&assertion));
        is(&log, &[event]);
    }
}

#[tokio::test]
async fn refused_authorization_request_is_an_event() {
    let fixture = Fixture::new().await;
    let (log, _capturing) = TestLog::capture();
    for (query, reason, client_id) in [
        (request("unknown"), "invalid_client", ""),
        (
            request_with("redirect_uri", Some("https://evil.example")),
            "invalid_request",
            "spa",
        ),
        (request_with("scope", Some("admin")), "invalid_scope", "spa"),
        (
            request_with("code_challenge_method", None),
            "invalid_request",
            "spa",
        ),
        (
            request_with("request_uri", Some("urn:x")),
            "invalid_request",
            "spa",
        ),
    ] {
        assert!(fixture.server.authorization_request(&query).await.is_err());
        assert!(!log.text().contains("evil.example"));
        is(&log, &[["authz_fail", reason, client_id]]);
    }
    let request = fixture
        .server
        .authorization_request(&request("spa"))
        .await
        .unwrap();
    is(&log, &[]);
    fixture.server.deny(&request, ErrorCode::AccessDenied);
    is(&log, &[["authz_fail", "access_denied", "spa"]]);
    let wrong = redemption("x");
    fixture.token(&HeaderMap::new(), &wrong).await;
    is(&log, &[]);
}
