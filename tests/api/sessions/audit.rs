//! The events of requests with a session.

use axum::http::HeaderMap;
use palisade::Secret;
use palisade::relying_party::NewLogin;
use palisade_tests::Log;
use serde_json::Value;

use super::{App, ISSUER, minutes};

/// Returns the fields of the only event that a request caused.
fn fields(log: &Log) -> Value {
    let events = all_fields(log);
    assert_eq!(events.len(), 1, "{events:?}");
    events[0].clone()
}

fn all_fields(log: &Log) -> Vec<Value> {
    let events = log.take("palisade::audit");
    events.iter().map(|event| event["fields"].clone()).collect()
}

#[tokio::test]
async fn event_names_the_session_without_its_subject() {
    let app = App::new().await;
    let alice = app.log_in("alice").await;
    let (log, _capturing) = Log::capture();
    assert_eq!(app.status(&alice).await, 200);
    let fields = fields(&log);
    for (name, value) in [
        ("event", "authn_login_success"),
        ("reason", "authorized"),
        ("credential", "session"),
        ("access", "login"),
        ("issuer", ISSUER),
        ("client_id", "app"),
    ] {
        assert_eq!(fields[name], value, "{name}");
    }
    let text = fields.to_string();
    let value = alice.split_once('=').unwrap().1;
    assert!(!text.contains("alice") && !text.contains(value), "{text}");
}

#[tokio::test]
async fn refused_session_emits_its_reason() {
    let app = App::new().await;
    let alice = app.log_in("alice").await;
    let unknown = format!("__Host-session={}", "A".repeat(43));
    let (log, _capturing) = Log::capture();
    for (cookie, event, reason) in [
        ("", "authn_login_fail", "no_credential"),
        (
            "__Host-session=x",
            "authn_login_fail",
            "malformed_credential",
        ),
        (&unknown, "session_use_after_expire", "unknown_session"),
    ] {
        app.status(cookie).await;
        let fields = fields(&log);
        assert_eq!(
            (&fields["event"], &fields["reason"]),
            (&event.into(), &reason.into())
        );
    }
    let evil = app.api.anonymous().header("cookie", &alice);
    evil.header("origin", "https://evil.example")
        .post("/name")
        .send()
        .await;
    assert_eq!(fields(&log)["reason"], "cross_origin");
    app.clock.advance(minutes(31));
    app.status(&alice).await;
    let events = all_fields(&log);
    let reasons: Vec<_> = events.iter().map(|event| &event["reason"]).collect();
    assert_eq!(reasons, ["timeout", "expired_session"]);
}

#[tokio::test]
async fn start_and_end_of_a_session_are_events_without_its_subject() {
    let app = App::new().await;
    let (log, _capturing) = Log::capture();
    let login = |sid: &str| NewLogin::new(ISSUER, "app", "alice").provider_session(sid);
    let mut hashes = Vec::new();
    let mut cookie = String::new();
    for reason in ["", "replaced"] {
        cookie = app.start(login("s-1"), &cookie).await;
        let mut events = all_fields(&log);
        let started = events.pop().unwrap();
        assert_eq!(started["event"], "session_created");
        assert_eq!(started["outcome"], "allow");
        assert_eq!(
            (&started["issuer"], &started["client_id"]),
            (&ISSUER.into(), &"app".into())
        );
        if let Some(ended) = events.pop() {
            assert_eq!(
                (&ended["event"], &ended["reason"]),
                (&"session_expired".into(), &reason.into())
            );
            assert_eq!(ended["session_hash"], hashes[0]);
        }
        hashes.push(started["session_hash"].clone());
        let text = started.to_string();
        let value = cookie.split_once('=').unwrap().1;
        for secret in ["alice", "s-1", value] {
            assert!(!text.contains(secret), "{text}");
        }
    }
    assert_ne!(hashes[0], hashes[1]);
    app.sessions.end_subject(ISSUER, "alice").await.unwrap();
    let ended = fields(&log);
    assert_eq!(
        (&ended["reason"], &ended["session_hash"]),
        (&"application".into(), &hashes[1])
    );
    let started = app.sessions.start(login("s-2"), &HeaderMap::new()).await;
    let (login, _) = started.unwrap();
    log.take("palisade::audit");
    app.sessions.end(&login).await.unwrap();
    assert_eq!(fields(&log)["reason"], "logout");
    app.sessions.end(&login).await.unwrap();
    assert!(all_fields(&log).is_empty(), "an end is one event");
}

#[tokio::test]
async fn subject_hash_joins_the_events_of_a_login() {
    let key = || Secret::new([7; 32]);
    let app = App::with_server(|server| server.audit_subject_key(key())).await;
    let first = app.log_in("alice").await;
    let second = app.log_in("alice").await;
    let bob = app.log_in("bob").await;
    let (log, _capturing) = Log::capture();
    let mut hashes = Vec::new();
    for cookie in [&first, &second, &bob] {
        assert_eq!(app.status(cookie).await, 200);
        hashes.push(fields(&log)["subject_hash"].as_str().unwrap().to_owned());
    }
    assert_eq!(hashes[0], hashes[1]);
    assert_ne!(hashes[0], hashes[2]);
}
