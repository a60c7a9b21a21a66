//! The audit events of logins and logouts.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

use super::*;
use crate::testing::TokenBuilder;
use crate::testing::log::TestLog;

/// A change to an ID token.
type Edit = fn(TokenBuilder) -> TokenBuilder;

/// Returns the audit events since the last call, without those of the guard.
fn take(log: &TestLog) -> Vec<Value> {
    let mut events = log.take("palisade::audit");
    events.retain(|event| event["handler"].is_null());
    events
}

/// Returns a member of each event.
fn column<'a>(events: &'a [Value], name: &str) -> Vec<&'a str> {
    let column = events.iter().map(|event| &event[name]);
    column.map(|value| value.as_str().unwrap_or("")).collect()
}

#[tokio::test]
async fn login_and_logout_are_events_without_the_person_and_the_tokens() {
    let app = App::new().await;
    let (log, _capturing) = TestLog::capture();
    let jar = app.logged_in().await;
    let mut events = take(&log);
    app.post(&jar, "/logout", APP).await;
    events.extend(take(&log));
    let names = ["session_created", "authn_login_success", "session_expired"];
    assert_eq!(column(&events, "event"), names);
    assert_eq!(column(&events, "reason"), ["", "logged_in", "logout"]);
    assert_eq!(column(&events, "outcome"), ["allow"; 3]);
    assert_eq!(column(&events, "issuer"), [app.test.provider.url(); 3]);
    assert_eq!(column(&events, "client_id"), [CLIENT; 3]);
    assert!(events[1]["request_id"].is_string());
    let text = Value::from(events).to_string();
    for secret in ["alice", "access-1", "refresh-1", "code-", "eyJ"] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[tokio::test]
async fn failed_login_is_an_event_with_its_stage_and_reason() {
    let app = App::new().await;
    let (log, _capturing) = TestLog::capture();
    let failed = async |path: &str| {
        app.get(&app.api.cookies(), path).await;
        let events = take(&log);
        assert_eq!(events.len(), 1, "{events:?}");
        assert_eq!(events[0]["event"], "authn_login_fail");
        assert_eq!(events[0]["outcome"], "deny");
        let text = |name: &str| events[0][name].as_str().unwrap().to_owned();
        (text("stage"), text("reason"))
    };
    let expected = |stage: &str, reason: &str| (stage.to_owned(), reason.to_owned());
    let issuer = app.test.provider.url();
    for (query, reason) in [
        ("", "wrong_issuer"),
        ("?code=a&code=b", "malformed_response"),
        ("?code=a&iss=https://evil.example", "wrong_issuer"),
        (&format!("?code=a&iss={issuer}"), "malformed_response"),
        (&format!("?code=a&state=b&iss={issuer}"), "not_pending"),
    ] {
        let found = failed(&format!("/callback{query}")).await;
        assert_eq!(found, expected("callback", reason), "{query}");
    }
    let jar = app.api.cookies();
    let edits: [(Edit, &str); 4] = [
        (|token| token.claim("nonce", "n"), "wrong_nonce"),
        (|token| token.audience("other"), "wrong_audience"),
        (|token| token.typ("at+jwt"), "rejected_header"),
        (|token| token.claim("typ", "Logout"), "wrong_kind"),
    ];
    for (edit, reason) in edits {
        app.test.provider.edit_id_tokens(edit);
        let callback = app.authorized(&jar, "/login").await;
        app.get(&jar, &callback).await;
        let events = take(&log);
        assert_eq!(column(&events, "stage"), ["callback"]);
        assert_eq!(column(&events, "reason"), [reason]);
    }
    app.test.provider.set_metadata(|metadata| {
        metadata["require_pushed_authorization_requests"] = json!(true);
        metadata["pushed_authorization_request_endpoint"] =
            json!(format!("{}/par", metadata["issuer"].as_str().unwrap()));
    });
    app.test.advance(60 * 60);
    app.test
        .provider
        .set_par(crate::testing::loopback_server::Reply::json(400, "{}"));
    assert_eq!(failed("/login").await, expected("begin", "endpoint_failed"));
}

#[tokio::test]
async fn logout_request_of_the_provider_is_an_event_with_its_result() {
    let app = App::new().await;
    app.logged_in().await;
    app.logged_in().await;
    let (log, _capturing) = TestLog::capture();
    let token = app.logout_token().sign();
    app.backchannel_logout(&token).await;
    let events = take(&log);
    let names = ["session_expired", "session_expired", "provider_logout"];
    assert_eq!(column(&events, "event"), names);
    assert_eq!(events[0]["reason"], "provider_logout");
    assert_eq!(
        (&events[2]["sessions"], &events[2]["outcome"]),
        (&json!(2), &json!("allow"))
    );
    let id_token = app.test.provider.id_token("nonce").sign();
    for (token, reason) in [
        (&*token, "replayed"),
        (&id_token, "rejected_header"),
        ("", "malformed_token"),
    ] {
        app.backchannel_logout(token).await;
        let events = take(&log);
        assert_eq!(column(&events, "event"), ["provider_logout"]);
        assert_eq!(column(&events, "outcome"), ["deny"]);
        assert_eq!(column(&events, "reason"), [reason], "{token}");
    }
    app.logout_form().send().await;
    assert_eq!(column(&take(&log), "reason"), ["no_logout_token"]);
}

/// The log has the cause, which the browser does not learn.
#[tokio::test]
async fn failed_login_is_logged_with_its_cause() {
    let app = App::new().await;
    let (log, _capturing) = TestLog::capture();
    app.get(&app.api.cookies(), "/callback?code=a&code=b").await;
    let events = log.take("palisade::relying_party");
    assert_eq!(column(&events, "event"), ["login_failed"]);
    let error = events[0]["error"].as_str().unwrap();
    assert!(error.contains("twice"), "{error}");
}

/// The code was used or has expired: the person can repeat the login, and operators need not act.
#[tokio::test]
async fn rejected_code_has_its_own_reason() {
    let app = App::new().await;
    let (log, _capturing) = TestLog::capture();
    let jar = app.api.cookies();
    let callback = app.authorized(&jar, "/login").await;
    let other_code = callback.replace("code=code-", "code=other-");
    app.get(&jar, &other_code).await;
    assert_eq!(column(&take(&log), "reason"), ["invalid_grant"]);
}
