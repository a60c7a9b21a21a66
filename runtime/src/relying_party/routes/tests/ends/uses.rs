//! Uses of sessions, the search for ended ones, and what is logged.

use super::*;

/// The person is logged out, and operators learn that tokens may still be valid.
#[cfg(feature = "tracing")]
#[tokio::test]
async fn tokens_that_cannot_be_revoked_are_logged() {
    let app = App::new().await;
    let (login, _tokens) = source(&app).await;
    let (log, _capturing) = crate::testing::log::TestLog::capture();
    app.test.provider.server.set(Reply::json(503, "{}"));
    app.sessions.end(&login).await.unwrap();
    assert_eq!(app.records().await, 0);
    let mut events = log.take("palisade::relying_party");
    events.retain(|event| event["event"] == "tokens_not_ended");
    assert_eq!(events.len(), 1, "{events:?}");
}

/// A session that is used keeps its person logged in; the store is written once a minute at most.
#[tokio::test]
async fn use_of_a_session_is_recorded_once_a_minute() {
    let store = TestStore::new(10);
    let app = App::with_store(store.clone()).await;
    let jar = app.logged_in().await;
    let touches = || store.touches.load(Ordering::SeqCst);
    for (seconds, expected) in [(0, 0), (59, 0), (1, 1), (0, 1), (59, 1), (1, 2), (600, 3)] {
        app.test.advance(seconds);
        assert_eq!(app.me(&jar).await, 200);
        assert_eq!(touches(), expected, "{seconds}");
    }
}

#[tokio::test]
async fn ended_sessions_are_looked_for_once_a_minute() {
    let store = TestStore::new(10);
    let app = App::with_store(store.clone()).await;
    let jar = app.logged_in().await;
    let clock = &app.test.provider.clock;
    let until = async |count: usize| {
        while store.sweeps.load(Ordering::SeqCst) < count {
            yield_now().await;
        }
        // another sweep would have its turn
        for _ in 0..100 {
            yield_now().await;
        }
        assert_eq!(store.sweeps.load(Ordering::SeqCst), count);
    };
    let first = store.sweeps.load(Ordering::SeqCst);
    let mut count = first.max(1);
    until(count).await;
    let begun_at = clock.time();
    for (seconds, is_due) in [
        (0, false),
        (59, false),
        (60, true),
        (119, false),
        (120, true),
    ] {
        clock.set(begun_at.saturating_add(Duration::from_secs(seconds)));
        for _ in 0..3 {
            assert_eq!(app.me(&jar).await, 200);
        }
        count += usize::from(is_due);
        until(count).await;
    }
    // the clock was wrong, and is set back
    clock.set(begun_at.saturating_add(Duration::from_mins(1)));
    assert_eq!(app.me(&jar).await, 200);
    until(count + 1).await;
}

/// A public page may ask, which does not refuse a request without a valid session.
#[tokio::test]
async fn person_is_logged_in_until_the_session_ends() {
    let store = TestStore::new(10);
    let app = App::with_store(store.clone()).await;
    let (jar, other) = (app.logged_in().await, app.logged_in().await);
    let cookie = |jar: &TestCookies| jar.get("__Host-session").unwrap().value().to_owned();
    let headers = |fields: &[String]| {
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append("cookie", field.parse().unwrap());
        }
        headers
    };
    let valid = headers(&[format!("a=b; __Host-session={}", cookie(&jar))]);
    let is_logged_in = async |headers: &HeaderMap| app.sessions.is_logged_in(headers).await;
    assert!(is_logged_in(&valid).await.unwrap());
    let mut cross_site = valid.clone();
    cross_site.insert("sec-fetch-site", "cross-site".parse().unwrap());
    cross_site.insert("sec-fetch-mode", "cors".parse().unwrap());
    let id = cookie(&jar);
    for headers in [
        headers(&[]),
        headers(&["__Host-session=".to_owned()]),
        headers(&[format!("session={id}")]),
        headers(&[format!("__Host-session={}", &id[1..])]),
        headers(&[format!("__Host-session={}", id.to_uppercase())]),
        headers(&[
            format!("__Host-session={id}"),
            format!("__Host-session={}", cookie(&other)),
        ]),
        cross_site,
    ] {
        assert!(!is_logged_in(&headers).await.unwrap(), "{headers:?}");
    }
    store.unreadable.store(true, Ordering::SeqCst);
    assert!(is_logged_in(&valid).await.is_err());
    store.unreadable.store(false, Ordering::SeqCst);
    app.test.advance(29 * 60);
    assert!(is_logged_in(&valid).await.unwrap(), "which is a use");
    app.test.advance(29 * 60);
    assert!(is_logged_in(&valid).await.unwrap());
    app.post(&jar, "/logout", APP).await;
    assert!(!is_logged_in(&valid).await.unwrap());
    let idle = headers(&[format!("__Host-session={}", cookie(&app.logged_in().await))]);
    app.test.advance(30 * 60);
    assert!(!is_logged_in(&idle).await.unwrap());
}
