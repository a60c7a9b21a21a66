//! The events of requests with a session.

use palisade::Secret;
use palisade_tests::Log;
use serde_json::Value;

use super::{App, ISSUER, minutes};

/// Returns the fields of the only event that a request caused.
fn fields(log: &Log) -> Value {
    let events = log.take("palisade::audit");
    assert_eq!(events.len(), 1, "{events:?}");
    events[0]["fields"].clone()
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
    assert_eq!(fields(&log)["reason"], "expired_session");
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
