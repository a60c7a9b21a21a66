//! Responses and connections that end with their session.

use std::pin::Pin;
use std::task::{Context, Waker};

use axum::http::{HeaderMap, HeaderValue};
use palisade::relying_party::{Login, MemorySessions, NewLogin, SealingKey, SealingKeys, Sessions};
use palisade::testing::TestClock;
use tokio::task::{JoinHandle, yield_now};

use super::stores::SharedStore;
use super::{APP, ISSUER, minutes};

/// A session, and a task that waits for its end.
struct Waiting {
    login: Login,
    cookie: HeaderMap,
    task: JoinHandle<()>,
}

impl Waiting {
    async fn start(sessions: &Sessions, login: NewLogin) -> Self {
        let started = sessions.start(login, &HeaderMap::new()).await;
        let (login, set_cookie) = started.unwrap();
        let pair = set_cookie.to_str().unwrap().split(';').next().unwrap();
        let cookie = HeaderMap::from_iter([(
            axum::http::header::COOKIE,
            HeaderValue::from_str(pair).unwrap(),
        )]);
        let task = tokio::spawn(login.ended());
        let waiting = Self {
            login,
            cookie,
            task,
        };
        assert!(!waiting.has_ended().await);
        waiting
    }

    /// Returns whether the task has completed, after it had every chance to.
    async fn has_ended(&self) -> bool {
        for _ in 0..100 {
            yield_now().await;
        }
        self.task.is_finished()
    }
}

fn is_ready(mut future: Pin<Box<dyn Future<Output = ()> + Send>>) -> bool {
    let context = &mut Context::from_waker(Waker::noop());
    future.as_mut().poll(context).is_ready()
}

fn alice() -> NewLogin {
    NewLogin::new(ISSUER, "app", "alice").provider_session("s-1")
}

fn sessions(clock: &TestClock) -> Sessions {
    let sessions = Sessions::builder(APP).clock(clock.clone());
    sessions.build().unwrap()
}

#[tokio::test]
async fn logout_completes_the_end_of_its_session_only() {
    let sessions = sessions(&TestClock::new());
    let one = Waiting::start(&sessions, alice()).await;
    let other = Waiting::start(&sessions, alice()).await;
    sessions.end(&one.login).await.unwrap();
    assert!(one.has_ended().await && !other.has_ended().await);
    // an end before the wait completes it too
    assert!(is_ready(one.login.ended()));
}

#[tokio::test]
async fn each_end_of_a_session_completes_the_wait() {
    let sessions = sessions(&TestClock::new());
    let waiting = Waiting::start(&sessions, alice()).await;
    sessions.end_subject(ISSUER, "alice").await.unwrap();
    assert!(waiting.has_ended().await, "subject");
    let waiting = Waiting::start(&sessions, alice()).await;
    sessions.end_provider_session(ISSUER, "s-1").await.unwrap();
    assert!(waiting.has_ended().await, "session of the provider");
    let waiting = Waiting::start(&sessions, alice()).await;
    sessions.start(alice(), &waiting.cookie).await.unwrap();
    assert!(waiting.has_ended().await, "new login");
}

#[tokio::test]
async fn evicted_session_completes_the_wait() {
    let keys = SealingKey::generate().unwrap();
    let sessions = Sessions::builder(APP).store(MemorySessions::with_capacity(1));
    let sessions = sessions.keys(keys).build().unwrap();
    let waiting = Waiting::start(&sessions, alice()).await;
    sessions.start(alice(), &HeaderMap::new()).await.unwrap();
    assert!(waiting.has_ended().await);
}

#[tokio::test]
async fn idle_time_and_lifetime_complete_the_wait() {
    let clock = TestClock::new();
    let sessions = sessions(&clock);
    let idle = Waiting::start(&sessions, alice()).await;
    let touched = Waiting::start(&sessions, alice()).await;
    let short = Waiting::start(&sessions, alice().at_most(minutes(10))).await;
    clock.advance(minutes(9));
    assert!(!short.has_ended().await);
    clock.advance(minutes(1));
    assert!(short.has_ended().await);
    clock.advance(minutes(19));
    touched.login.touch().await.unwrap();
    assert!(!idle.has_ended().await);
    clock.advance(minutes(1));
    assert!(idle.has_ended().await && !touched.has_ended().await);
    // a use after the end does not bring the session back
    idle.login.touch().await.unwrap();
    assert!(is_ready(idle.login.ended()));
    clock.advance(minutes(29));
    assert!(touched.has_ended().await);
}

#[tokio::test]
async fn end_in_another_process_completes_the_wait_within_half_a_minute() {
    let clock = TestClock::new();
    let store = SharedStore::default();
    let keys = SealingKeys::new(SealingKey::generate().unwrap());
    let process = || {
        let sessions = Sessions::builder(APP).clock(clock.clone());
        let sessions = sessions.store(store.clone()).keys(keys.clone());
        sessions.build().unwrap()
    };
    let (one, other) = (process(), process());
    let waiting = Waiting::start(&one, alice()).await;
    other.end(&waiting.login).await.unwrap();
    clock.advance(std::time::Duration::from_secs(30));
    assert!(waiting.has_ended().await);
    // a store that fails does not end it, and its lifetime does
    let short = alice().at_most(minutes(10));
    let waiting = Waiting::start(&one, short).await;
    store.set_failing(true);
    clock.advance(minutes(9));
    assert!(!waiting.has_ended().await);
    clock.advance(minutes(1));
    assert!(waiting.has_ended().await);
}
