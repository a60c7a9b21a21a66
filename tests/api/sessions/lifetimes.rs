//! The end of a session by time.

use palisade::relying_party::{NewLogin, Sessions, SessionsConfigError};

use super::{APP, App, ISSUER, minutes};

#[tokio::test]
async fn unused_session_ends_after_the_idle_time() {
    let app = App::new().await;
    let alice = app.log_in("alice").await;
    for _ in 0..5 {
        app.clock.advance(minutes(29));
        assert_eq!(app.status(&alice).await, 200);
    }
    app.clock.advance(minutes(30));
    assert_eq!(app.status(&alice).await, 401);
    // it has ended for good
    assert_eq!(app.status(&alice).await, 401);
}

#[tokio::test]
async fn used_session_ends_after_its_lifetime() {
    let app = App::with_sessions(|sessions| sessions.lifetime(minutes(60))).await;
    let alice = app.log_in("alice").await;
    for _ in 0..2 {
        app.clock.advance(minutes(29));
        assert_eq!(app.status(&alice).await, 200);
    }
    app.clock.advance(minutes(2));
    assert_eq!(app.status(&alice).await, 401);
}

#[tokio::test]
async fn refused_request_does_not_prolong_a_session() {
    let app = App::new().await;
    let alice = app.log_in("alice").await;
    app.clock.advance(minutes(20));
    let cross = app.api.anonymous().header("cookie", &alice);
    let cross = cross.header("origin", "https://evil.example");
    assert_eq!(cross.post("/name").send().await.status().as_u16(), 403);
    app.clock.advance(minutes(11));
    assert_eq!(app.status(&alice).await, 401);
}

#[tokio::test]
async fn login_may_be_shorter_than_the_lifetime_and_never_longer() {
    let app = App::with_sessions(|sessions| sessions.lifetime(minutes(20))).await;
    let login = |time| NewLogin::new(ISSUER, "app", "alice").at_most(minutes(time));
    let short = app.start(login(5), "").await;
    let long = app.start(login(500), "").await;
    app.clock.advance(minutes(6));
    assert_eq!(app.status(&short).await, 401);
    assert_eq!(app.status(&long).await, 200);
    app.clock.advance(minutes(14));
    assert_eq!(app.status(&long).await, 401);
}

#[test]
fn impossible_times_are_errors() {
    let build = |idle, lifetime| {
        let sessions = Sessions::builder(APP).idle_time(minutes(idle));
        sessions.lifetime(minutes(lifetime)).build().map(drop)
    };
    assert_eq!(build(30, 30), Ok(()));
    assert_eq!(build(0, 30), Err(SessionsConfigError::Lifetime));
    assert_eq!(build(30, 0), Err(SessionsConfigError::Lifetime));
    let month = 30 * 24 * 60;
    assert_eq!(build(30, month), Ok(()));
    assert_eq!(
        build(30, month + 1),
        Err(SessionsConfigError::LifetimeTooLong)
    );
}
