//! Tokens and connections that end with their session, however it ends.

mod uses;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Waker};
use std::time::Duration;

use axum::http::HeaderMap;
use tokio::sync::Barrier;
use tokio::task::yield_now;

use super::*;
use crate::claims::NumericDate;
use crate::relying_party::vault::VaultStore as _;
use crate::relying_party::{
    MemorySessions, NewLogin, SessionGroup, SessionKey, SessionStore, SessionStoreError,
    StoredSession, TokenSource,
};
#[cfg(feature = "tracing")]
use crate::testing::loopback_server::Reply;

impl App {
    /// Returns the number of records in the vault.
    async fn records(&self) -> usize {
        self.records.names().await.unwrap().len()
    }

    /// Waits until the vault has this number of records.
    async fn until_records(&self, count: usize) {
        while self.records().await != count {
            yield_now().await;
        }
    }

    fn revoked(&self) -> usize {
        self.test.provider.requests_to("POST /revoke ").len()
    }

    async fn with_store(store: TestStore) -> Self {
        let keys = SealingKey::generate().unwrap();
        let sessions = |sessions: SessionsBuilder| sessions.store(store).keys(keys);
        Self::with_sessions(|logins| logins, |routes| routes, sessions).await
    }
}

/// A store that fails on demand. Clones share it.
#[derive(Clone)]
struct TestStore {
    sessions: Arc<MemorySessions>,
    fails: Arc<AtomicBool>,
    /// Whether sessions disappear at once.
    loses: Arc<AtomicBool>,
    /// Whether sessions cannot be read.
    unreadable: Arc<AtomicBool>,
    touches: Arc<AtomicUsize>,
    /// The number of times that ended sessions were looked for.
    sweeps: Arc<AtomicUsize>,
    /// Two removals of a group wait for each other.
    meeting: Arc<Mutex<Option<Arc<Barrier>>>>,
}

impl TestStore {
    fn new(capacity: usize) -> Self {
        Self {
            sessions: Arc::new(MemorySessions::with_capacity(capacity)),
            fails: Arc::default(),
            loses: Arc::default(),
            unreadable: Arc::default(),
            touches: Arc::default(),
            sweeps: Arc::default(),
            meeting: Arc::default(),
        }
    }
}

impl SessionStore for TestStore {
    async fn insert(
        &self,
        session: StoredSession,
    ) -> Result<Vec<StoredSession>, SessionStoreError> {
        self.sessions.insert(session).await
    }

    async fn find(&self, key: &SessionKey) -> Result<Option<StoredSession>, SessionStoreError> {
        if self.unreadable.load(Ordering::SeqCst) {
            return Err(SessionStoreError::new("the database is down"));
        }
        if self.loses.load(Ordering::SeqCst) {
            self.sessions.remove(key).await?;
        }
        self.sessions.find(key).await
    }

    async fn touch(
        &self,
        key: &SessionKey,
        last_used: NumericDate,
    ) -> Result<(), SessionStoreError> {
        self.touches.fetch_add(1, Ordering::SeqCst);
        self.sessions.touch(key, last_used).await
    }

    async fn remove(&self, key: &SessionKey) -> Result<Option<StoredSession>, SessionStoreError> {
        self.sessions.remove(key).await
    }

    async fn remove_group(
        &self,
        group: &SessionGroup,
    ) -> Result<Vec<StoredSession>, SessionStoreError> {
        if self.fails.load(Ordering::SeqCst) {
            return Err(SessionStoreError::new("the database is down"));
        }
        let meeting = self.meeting.lock().unwrap().clone();
        if let Some(meeting) = meeting {
            meeting.wait().await;
        }
        self.sessions.remove_group(group).await
    }

    async fn remove_ended(
        &self,
        now: NumericDate,
        unused_since: NumericDate,
    ) -> Result<Vec<StoredSession>, SessionStoreError> {
        self.sweeps.fetch_add(1, Ordering::SeqCst);
        self.sessions.remove_ended(now, unused_since).await
    }
}

/// Back-Channel Logout §2.8: the provider repeats a request that failed.
#[tokio::test]
async fn logout_token_whose_sessions_could_not_be_ended_can_be_delivered_again() {
    let store = TestStore::new(10);
    let app = App::with_store(store.clone()).await;
    let jar = app.logged_in().await;
    let token = app.logout_token().sign();
    store.fails.store(true, Ordering::SeqCst);
    for _ in 0..2 {
        let failed = app.backchannel_logout(&token).await;
        assert_eq!(failed.status(), StatusCode::BAD_REQUEST);
        assert_eq!(app.me(&jar).await, 200);
    }
    store.fails.store(false, Ordering::SeqCst);
    let repeated = app.backchannel_logout(&token).await;
    assert_eq!(repeated.status(), StatusCode::OK);
    assert_eq!(app.me(&jar).await, 401);
    let replayed = app.backchannel_logout(&token).await;
    assert_eq!(replayed.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn concurrent_deliveries_of_a_logout_token_both_succeed() {
    let store = TestStore::new(10);
    let app = App::with_store(store.clone()).await;
    let jar = app.logged_in().await;
    let token = app.logout_token().sign();
    *store.meeting.lock().unwrap() = Some(Arc::new(Barrier::new(2)));
    let (one, other) = tokio::join!(
        app.backchannel_logout(&token),
        app.backchannel_logout(&token)
    );
    assert_eq!(
        (one.status(), other.status()),
        (StatusCode::OK, StatusCode::OK)
    );
    assert_eq!(app.me(&jar).await, 401);
    assert_eq!(app.records().await, 0);
    let replayed = app.backchannel_logout(&token).await;
    assert_eq!(replayed.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn tokens_end_with_a_session_that_the_provider_ends() {
    let app = App::new().await;
    app.logged_in().await;
    app.logged_in().await;
    assert_eq!(app.records().await, 2);
    let token = app.logout_token().sign();
    assert_eq!(
        app.backchannel_logout(&token).await.status(),
        StatusCode::OK
    );
    assert_eq!(app.records().await, 0);
    // the provider knows of the logout
    assert_eq!(app.revoked(), 0);
}

#[tokio::test]
async fn tokens_end_with_a_session_that_the_application_ends() {
    let app = App::new().await;
    app.logged_in().await;
    let issuer = app.test.provider.url();
    let ended = app.sessions.end_subject(issuer, "alice").await;
    assert_eq!(ended.unwrap(), 1);
    assert_eq!((app.records().await, app.revoked()), (0, 1));
}

#[tokio::test]
async fn tokens_end_with_a_session_that_a_new_login_replaces() {
    let app = App::new().await;
    let jar = app.logged_in().await;
    let callback = app.authorized(&jar, "/login").await;
    app.get(&jar, &callback).await;
    app.until_records(1).await;
    assert_eq!(app.me(&jar).await, 200);
    // the revocation of a former token can end those of the new login (RFC 7009 §2.1)
    assert_eq!(app.revoked(), 0);
}

#[tokio::test]
async fn tokens_end_with_a_session_that_is_not_used() {
    let app = App::new().await;
    let jar = app.logged_in().await;
    app.logged_in().await;
    app.test.advance(29 * 60);
    assert_eq!(app.me(&jar).await, 200);
    app.test.advance(60);
    // the request of one session removes the other one
    assert_eq!(app.me(&jar).await, 200);
    app.until_records(1).await;
    app.test.advance(30 * 60);
    assert_eq!(app.me(&jar).await, 401);
    app.until_records(0).await;
}

#[tokio::test]
async fn tokens_end_with_a_session_that_the_store_evicts() {
    let app = App::with_store(TestStore::new(1)).await;
    for _ in 0..3 {
        app.logged_in().await;
        app.until_records(1).await;
    }
}

#[tokio::test]
async fn login_whose_session_ends_before_its_tokens_are_stored_leaves_none() {
    let store = TestStore::new(10);
    let app = App::with_store(store.clone()).await;
    let jar = app.api.cookies();
    let callback = app.authorized(&jar, "/login").await;
    store.loses.store(true, Ordering::SeqCst);
    let response = app.get(&jar, &callback).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(jar.get("__Host-session").is_none());
    assert_eq!(app.records().await, 0);
}

/// Logs a user in, and returns the source of the tokens.
async fn source(app: &App) -> (Login, TokenSource) {
    let completed = app.test.logged_in().await;
    let login = NewLogin::from(&completed);
    let started = app.sessions.start(login, &HeaderMap::new()).await;
    let (login, _) = started.unwrap();
    app.tokens.store(&login, completed.tokens()).await.unwrap();
    let source = app.tokens.of(&login).unwrap();
    (login, source)
}

#[tokio::test]
async fn source_that_was_created_before_the_end_of_the_session_has_no_token_after_it() {
    let app = App::new().await;
    let (login, tokens) = source(&app).await;
    assert!(tokens.token().await.is_ok());
    let issuer = login.issuer();
    let ended = app.sessions.end_at_provider(issuer, Some("alice"), None);
    assert_eq!(ended.await.unwrap(), 1);
    for tokens in [&tokens, &app.tokens.of(&login).unwrap()] {
        let error = tokens.token().await.unwrap_err();
        assert!(matches!(error, TokenSourceError::Ended), "{error}");
    }
}

#[tokio::test]
async fn sources_that_are_gone_are_forgotten() {
    let app = App::new().await;
    let (login, tokens) = source(&app).await;
    for _ in 0..200 {
        let (_, other) = source(&app).await;
        drop(other);
    }
    assert!(app.tokens.source_count() <= 130);
    // requests of one session share one source
    assert!(tokens.token().await.is_ok());
    app.test.advance(300);
    let other = app.tokens.of(&login).unwrap();
    let refreshed = other.token().await.unwrap();
    assert!(tokens.token().await.unwrap().is(&refreshed));
    // and its end reaches all of them
    app.sessions.end(&login).await.unwrap();
    for tokens in [&tokens, &other] {
        assert!(matches!(tokens.token().await, Err(TokenSourceError::Ended)));
    }
}

/// Between two requests of a session, no request handler holds its source.
#[tokio::test]
async fn failing_refresh_is_repeated_once_per_second_across_requests() {
    let app = App::new().await;
    let (login, tokens) = source(&app).await;
    let former = tokens.token().await.unwrap();
    drop(tokens);
    let provider = &app.test.provider;
    provider.edit_refreshes(|response| response["token_type"] = json!("unknown"));
    app.test.advance(299);
    let refreshes = || {
        let requests = provider.requests_to("POST /token ");
        let tokens = requests.iter().filter_map(|form| form.get("refresh_token"));
        tokens.count()
    };
    for _ in 0..2 {
        let found = app.tokens.of(&login).unwrap().token().await.unwrap();
        assert!(found.is(&former));
        assert_eq!(refreshes(), 1);
        // those of other sessions do not remove what this one needs
        for _ in 0..70 {
            source(&app).await;
        }
    }
    app.test.advance(1);
    assert!(app.tokens.of(&login).unwrap().token().await.is_err());
    assert_eq!(refreshes(), 2);
}

/// The task of a logout is not canceled with its request.
#[tokio::test]
async fn canceled_logout_removes_the_tokens() {
    let app = App::new().await;
    let (login, _tokens) = source(&app).await;
    let sessions = app.sessions.clone();
    let mut ending = Box::pin(async move { sessions.end(&login).await });
    let context = &mut Context::from_waker(Waker::noop());
    assert!(ending.as_mut().poll(context).is_pending());
    drop(ending);
    app.until_records(0).await;
    while app.revoked() == 0 {
        yield_now().await;
    }
}

#[cfg(feature = "ws")]
mod connections {
    use axum::extract::ws::WebSocket;

    use super::*;
    use crate::Upgrade;

    #[secured(login)]
    async fn connect(upgrade: Upgrade) -> Response {
        upgrade.on_upgrade(async |mut socket: WebSocket| {
            while let Some(Ok(message)) = socket.recv().await {
                let _ = socket.send(message).await;
            }
        })
    }

    #[tokio::test]
    async fn logout_closes_the_connections_of_its_session() {
        let app = App::new().await;
        let router = SecureRouter::new().route("/connect", get(connect));
        let server = app.api.server().clone();
        let api = TestApi::from_fn(|_| router.protect(server)).await;
        let (jar, other) = (app.logged_in().await, app.logged_in().await);
        let open = async |jar: &TestCookies| {
            let request = api.anonymous().cookies(jar).get("/connect");
            request.header("origin", APP).upgrade().await.unwrap()
        };
        let (mut socket, mut others) = (open(&jar).await, open(&other).await);
        socket.send("one").await;
        assert!(socket.recv().await.is_some());
        let response = app.post(&jar, "/logout", APP).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        assert_eq!(socket.recv().await, None);
        others.send("two").await;
        assert!(others.recv().await.is_some());
    }
}
