//! Stores that fail, that are shared, and that are tampered with.

use std::sync::{Arc, Mutex};

use axum::http::HeaderMap;
use palisade::claims::NumericDate;
use palisade::prelude::*;
use palisade::relying_party::{
    MemorySessions, NewLogin, SealingKey, SealingKeys, SessionGroup, SessionKey, SessionStore,
    SessionStoreError, Sessions, SessionsConfigError, StoredSession,
};
use serde_json::{Map, Value};

use super::{APP, App, ISSUER, minutes, problem_type};

/// A change to a record between the store and the sessions.
type Change = fn(StoredSession) -> StoredSession;

/// A store that a test changes behind the back of the sessions.
#[derive(Clone, Default)]
pub(super) struct SharedStore {
    sessions: Arc<MemorySessions>,
    change: Arc<Mutex<Option<Change>>>,
    fails: Arc<Mutex<bool>>,
    /// The last one that was inserted.
    inserted: Arc<Mutex<Option<StoredSession>>>,
}

impl SharedStore {
    pub(super) fn set_failing(&self, fails: bool) {
        *self.fails.lock().unwrap() = fails;
    }

    fn check(&self) -> Result<(), SessionStoreError> {
        if *self.fails.lock().unwrap() {
            return Err(SessionStoreError::new("the database is down"));
        }
        Ok(())
    }
}

impl SessionStore for SharedStore {
    async fn insert(
        &self,
        session: StoredSession,
    ) -> Result<Vec<StoredSession>, SessionStoreError> {
        self.check()?;
        *self.inserted.lock().unwrap() = Some(session.clone());
        self.sessions.insert(session).await
    }

    async fn find(&self, key: &SessionKey) -> Result<Option<StoredSession>, SessionStoreError> {
        self.check()?;
        let found = self.sessions.find(key).await?;
        let change = *self.change.lock().unwrap();
        Ok(found.map(|found| change.map_or_else(|| found.clone(), |change| change(found.clone()))))
    }

    async fn touch(
        &self,
        key: &SessionKey,
        last_used: NumericDate,
    ) -> Result<(), SessionStoreError> {
        self.check()?;
        self.sessions.touch(key, last_used).await
    }

    async fn remove(&self, key: &SessionKey) -> Result<Option<StoredSession>, SessionStoreError> {
        self.check()?;
        self.sessions.remove(key).await
    }

    async fn remove_group(
        &self,
        group: &SessionGroup,
    ) -> Result<Vec<StoredSession>, SessionStoreError> {
        self.check()?;
        self.sessions.remove_group(group).await
    }

    async fn remove_ended(
        &self,
        now: NumericDate,
        unused_since: NumericDate,
    ) -> Result<Vec<StoredSession>, SessionStoreError> {
        self.check()?;
        self.sessions.remove_ended(now, unused_since).await
    }
}

async fn app(store: &SharedStore, keys: impl Into<SealingKeys>) -> App {
    let keys = keys.into();
    App::with_sessions(|sessions| sessions.store(store.clone()).keys(keys)).await
}

fn key() -> SealingKey {
    SealingKey::generate().unwrap()
}

#[tokio::test]
async fn failing_store_is_503_and_starts_no_session() {
    let store = SharedStore::default();
    let app = app(&store, key()).await;
    let alice = app.log_in("alice").await;
    store.set_failing(true);
    let response = app.get("/me", &alice).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(problem_type(&response), "verification-unavailable");
    assert!(response.header("retry-after").is_some());
    assert!(!response.text().contains("database"), "{}", response.text());
    let login = NewLogin::new(ISSUER, "app", "bob");
    let started = app.sessions.start(login, &HeaderMap::new()).await;
    assert!(started.is_err());
    store.set_failing(false);
    assert_eq!(app.status(&alice).await, 200);
}

#[tokio::test]
async fn store_has_neither_claims_nor_the_value_of_the_cookie() {
    let store = SharedStore::default();
    let app = app(&store, key()).await;
    let claims = Map::from_iter([("email".to_owned(), Value::from("alice@mail.example"))]);
    let login = NewLogin::new(ISSUER, "app", "alice-subject").claims(claims);
    let cookie = app.start(login, "").await;
    let stored = store.inserted.lock().unwrap().clone().unwrap();
    let value = cookie.split_once('=').unwrap().1;
    let text = String::from_utf8_lossy(&stored.sealed).into_owned() + &format!("{stored:?}");
    for secret in ["alice", "mail.example", "login.example", value] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn record_that_a_store_has_changed_opens_no_session() {
    let store = SharedStore::default();
    let app = app(&store, key()).await;
    let alice = app.log_in("alice").await;
    assert_eq!(app.status(&alice).await, 200);
    let changes: [Change; 4] = [
        |mut stored| {
            *stored.sealed.last_mut().unwrap() ^= 1;
            stored
        },
        |mut stored| {
            stored.sealed.clear();
            stored
        },
        |mut stored| {
            stored.sealed.truncate(30);
            stored
        },
        |mut stored| {
            stored.sealed[0] = 9;
            stored
        },
    ];
    for change in changes {
        *store.change.lock().unwrap() = Some(change);
        assert_eq!(app.status(&alice).await, 401);
    }
    *store.change.lock().unwrap() = None;
    assert_eq!(app.status(&alice).await, 200, "nothing was lost");
}

#[tokio::test]
async fn record_of_another_session_opens_no_session() {
    let store = SharedStore::default();
    let app = app(&store, key()).await;
    let alice = app.log_in("alice").await;
    let stolen = store.inserted.lock().unwrap().clone().unwrap();
    let bob = app.log_in("bob").await;
    let of_bob = store.inserted.lock().unwrap().clone().unwrap();
    let swapped = StoredSession::new(
        of_bob.key,
        of_bob.groups,
        stolen.sealed,
        of_bob.last_used,
        of_bob.expires_at,
    );
    store.sessions.insert(swapped).await.unwrap();
    assert_eq!(app.status(&bob).await, 401);
    assert_eq!(app.status(&alice).await, 200);
}

#[tokio::test]
async fn store_cannot_prolong_a_session() {
    let store = SharedStore::default();
    let app = app(&store, key()).await;
    let alice = app.log_in("alice").await;
    *store.change.lock().unwrap() = Some(|mut stored| {
        stored.expires_at = NumericDate::MAX;
        stored.last_used = NumericDate::MAX;
        stored
    });
    app.clock.advance(minutes(12 * 60));
    assert_eq!(app.status(&alice).await, 401);
}

#[tokio::test]
async fn process_with_the_same_keys_shares_the_sessions() {
    let store = SharedStore::default();
    let old = key();
    let first = app(&store, old.clone()).await;
    let second = app(&store, SealingKeys::new(key()).older(old).unwrap()).await;
    let stranger = app(&store, key()).await;
    let alice = first.log_in("alice").await;
    assert_eq!(second.status(&alice).await, 200);
    assert_eq!(stranger.status(&alice).await, 401);
    assert_eq!(first.status(&alice).await, 200, "nothing was lost");
    second.sessions.end_subject(ISSUER, "alice").await.unwrap();
    assert_eq!(first.status(&alice).await, 401);
}

#[test]
fn store_without_keys_is_an_error() {
    let sessions = Sessions::builder(APP).store(MemorySessions::new());
    assert_eq!(sessions.build().map(drop), Err(SessionsConfigError::NoKeys));
}

#[tokio::test]
async fn claims_beyond_the_limit_start_no_session() {
    let app = App::new().await;
    let claims = |length| Map::from_iter([("text".to_owned(), Value::from("x".repeat(length)))]);
    let start = |length| {
        let login = NewLogin::new(ISSUER, "app", "alice").claims(claims(length));
        let sessions = app.sessions.clone();
        async move { sessions.start(login, &HeaderMap::new()).await.is_ok() }
    };
    assert!(start(60_000).await);
    assert!(!start(66_000).await);
}
