//! The sessions of an application: started at login, found by the guard, ended at logout.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::Method;
use http::header::{HeaderMap, HeaderValue};
use tokio::task::JoinHandle;

use crate::claims::NumericDate;
use crate::session::cookie;
use crate::session::ends::{Observers, SessionEnd, SessionObserver};
use crate::session::error::{SessionError, SessionRefusal, SessionStoreError};
#[cfg(feature = "tracing")]
use crate::session::event::{emit_ended, emit_started};
use crate::session::id::SessionId;
use crate::session::life::{Life, unavailable};
use crate::session::login::{Login, LoginRecord, NewLogin};
use crate::session::origin::AppOrigin;
use crate::session::record::{self, RecordSealer};
use crate::session::store::{SessionGroup, SessionKey, StoredSession};

/// Sessions that have ended by time are removed at most this often.
const SWEEP_INTERVAL: Duration = Duration::from_mins(1);

/// The browser sessions of an application.
///
/// A session is a record on the server, and a random identifier of 256 bits in a cookie that no script can read. Tokens
/// are never in the cookie. Clones are cheap and share the store.
///
/// # Examples
///
/// ```
/// use palisade::prelude::*;
/// use palisade::relying_party::{Login, Sessions};
///
/// #[secured(login)]
/// async fn greet(login: Login) -> String {
///     format!("kia ora, {}", login.subject())
/// }
///
/// # async fn build() -> Result<(), Box<dyn std::error::Error>> {
/// let sessions = Sessions::builder("https://app.example.govt.nz").build()?;
/// let server = ResourceServer::builder().sessions(sessions).build().await?;
/// let api = SecureRouter::new().route("/", get(greet)).protect(server);
/// # let _ = api;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Sessions {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) origin: AppOrigin,
    pub(super) sealer: RecordSealer,
    pub(super) life: Arc<Life>,
    pub(super) observers: Observers,
    /// The path to which navigations without a session are redirected.
    pub(super) login_path: OnceLock<Box<str>>,
    /// The time of the last removal of ended sessions, in milliseconds since 1970.
    pub(super) swept_at: AtomicU64,
}

impl Sessions {
    /// Returns the origin of the application.
    pub fn origin(&self) -> &str {
        self.shared.origin.as_str()
    }

    /// Returns the time after which an unused session ends.
    pub fn idle_time(&self) -> Duration {
        self.shared.life.idle_time
    }

    /// Returns the time after which a session ends, even if it is used.
    pub fn lifetime(&self) -> Duration {
        self.shared.life.lifetime
    }

    /// Starts a session with a new identifier, and returns it with the `Set-Cookie` value for the response.
    ///
    /// The session that the request `headers` name, if any, ends: an identifier from before the login never becomes that
    /// of the person (session fixation).
    ///
    /// # Errors
    ///
    /// Returns an error if the store fails, or if the claims are too long.
    pub async fn start(
        &self,
        login: NewLogin,
        headers: &HeaderMap,
    ) -> Result<(Login, HeaderValue), SessionError> {
        if let Ok(former) = cookie::find(headers) {
            let removed = self.shared.life.store.remove(&former.key()).await?;
            // not awaited: a login does not depend on the tokens of a former one
            self.ended(removed, SessionEnd::Replaced);
        }
        let now = self.shared.life.clock.now();
        let started = self.insert(login, now, now).await?;
        self.sweep(now);
        Ok(started)
    }

    /// Starts a session as if the login had been at one time, and the last use at another one.
    ///
    /// It is for attacks with sessions that have ended by time, whatever the clock and the store are.
    #[cfg(feature = "attack")]
    pub(crate) async fn start_before(
        &self,
        login: NewLogin,
        age: Duration,
        unused: Duration,
    ) -> Result<HeaderValue, SessionError> {
        let now = self.shared.life.clock.now();
        let (started_at, last_used) = (now.saturating_sub(age), now.saturating_sub(unused));
        let (_, cookie) = self.insert(login, started_at, last_used).await?;
        Ok(cookie)
    }

    async fn insert(
        &self,
        login: NewLogin,
        started_at: NumericDate,
        last_used: NumericDate,
    ) -> Result<(Login, HeaderValue), SessionError> {
        let Shared { life, sealer, .. } = &*self.shared;
        let id = SessionId::random()?;
        let key = id.key();
        let NewLogin { person, longest } = login;
        let lifetime = longest.map_or(life.lifetime, |longest| longest.min(life.lifetime));
        let expires_at = started_at.saturating_add(lifetime);
        let subject = SessionGroup::of_subject(&person.issuer, &person.subject);
        let at_provider = match &person.sid {
            Some(sid) => SessionGroup::of_provider_session(&person.issuer, sid),
            None => SessionGroup::without_provider_session(&person.issuer, &person.subject),
        };
        let record = LoginRecord {
            person,
            started_at: started_at.as_millis(),
            expires_at: expires_at.as_millis(),
        };
        let session = StoredSession {
            key,
            groups: vec![subject, at_provider],
            sealed: record::seal(sealer, &key, &record)?,
            last_used,
            expires_at,
        };
        let evicted = life.store.insert(session).await?;
        self.ended(evicted, SessionEnd::Evicted);
        let login = self.login(key, record);
        #[cfg(feature = "tracing")]
        emit_started(&login);
        Ok((login, cookie::set(&id)))
    }

    /// Returns whether the cookie of a request is that of a session which has not ended.
    ///
    /// It is for a public page that is of no use to people who have logged in, such as a start page. It counts as a use of
    /// the session. Only a handler with `login` learns who has logged in.
    ///
    /// # Errors
    ///
    /// Returns an error if the store fails.
    ///
    /// # Examples
    ///
    /// ```
    /// use axum::http::HeaderMap;
    /// use palisade::prelude::*;
    /// use palisade::relying_party::Sessions;
    ///
    /// #[public(reason = "the start page", unvalidated = "the session chooses one of two public responses")]
    /// async fn start(State(sessions): State<Sessions>, Unvalidated(headers): Unvalidated<HeaderMap>) -> Response {
    ///     if sessions.is_logged_in(&headers).await.unwrap_or(false) {
    ///         return (StatusCode::SEE_OTHER, [("location", "/orders")]).into_response();
    ///     }
    ///     ([("cache-control", "no-store")], "Log in to see your orders.").into_response()
    /// }
    /// ```
    pub async fn is_logged_in(&self, headers: &HeaderMap) -> Result<bool, SessionStoreError> {
        match self.authenticate(&Method::GET, headers).await {
            Ok(_) => Ok(true),
            Err(SessionRefusal::Unavailable) => {
                Err(SessionStoreError::new("the session cannot be read"))
            }
            Err(_) => Ok(false),
        }
    }

    /// Ends a session, and returns the `Set-Cookie` value that removes its cookie.
    ///
    /// Its tokens end with it: see [`LoginRoutes::tokens`](crate::relying_party::LoginRoutes::tokens).
    ///
    /// # Errors
    ///
    /// Returns an error if the session may still be in the store.
    pub async fn end(&self, login: &Login) -> Result<HeaderValue, SessionStoreError> {
        let removed = self.shared.life.store.remove(&login.key).await?;
        self.ended_entirely(removed, SessionEnd::Logout).await;
        Ok(cookie::remove())
    }

    /// Ends all sessions of a subject, and returns their number.
    ///
    /// # Errors
    ///
    /// Returns an error if one of them may still be in the store.
    pub async fn end_subject(
        &self,
        issuer: &str,
        subject: &str,
    ) -> Result<usize, SessionStoreError> {
        let group = SessionGroup::of_subject(issuer, subject);
        self.end_group(group, SessionEnd::Application).await
    }

    /// Ends the sessions that belong to a session at the provider (`sid`), and returns their number.
    ///
    /// # Errors
    ///
    /// Returns an error if one of them may still be in the store.
    pub async fn end_provider_session(
        &self,
        issuer: &str,
        sid: &str,
    ) -> Result<usize, SessionStoreError> {
        let group = SessionGroup::of_provider_session(issuer, sid);
        self.end_group(group, SessionEnd::Application).await
    }

    /// Ends the sessions that a logout at the provider names, and returns their number.
    ///
    /// A logout of one session at the provider ends the subject's sessions without a known `sid` too, because each of them
    /// could be the one.
    pub(crate) async fn end_at_provider(
        &self,
        issuer: &str,
        subject: Option<&str>,
        sid: Option<&str>,
    ) -> Result<usize, SessionStoreError> {
        let groups = match (sid, subject) {
            (Some(sid), subject) => [
                Some(SessionGroup::of_provider_session(issuer, sid)),
                subject.map(|subject| SessionGroup::without_provider_session(issuer, subject)),
            ],
            (None, subject) => [
                subject.map(|subject| SessionGroup::of_subject(issuer, subject)),
                None,
            ],
        };
        let mut count = 0;
        for group in groups.into_iter().flatten() {
            count += self.end_group(group, SessionEnd::ProviderLogout).await?;
        }
        Ok(count)
    }

    async fn end_group(
        &self,
        group: SessionGroup,
        end: SessionEnd,
    ) -> Result<usize, SessionStoreError> {
        let removed = self.shared.life.store.remove_group(&group).await?;
        let count = removed.len();
        self.ended_entirely(removed, end).await;
        Ok(count)
    }

    /// Sets the path to which navigations without a session are redirected.
    ///
    /// # Panics
    ///
    /// Panics if it is another path already.
    #[track_caller]
    pub(crate) fn redirect_to(&self, login_path: &str) {
        let path = self.shared.login_path.get_or_init(|| login_path.into());
        assert!(
            **path == *login_path,
            "two `LoginRoutes` redirect navigations, to `{path}` and `{login_path}`: \
             call `redirect_navigations` for one of them"
        );
    }

    /// Returns the path to which navigations without a session are redirected, if they are.
    pub(crate) fn login_path(&self) -> Option<&str> {
        self.shared.login_path.get().map(|path| &**path)
    }

    /// Returns whether a session is not in the store any more.
    pub(crate) async fn has_ended(&self, login: &Login) -> Result<bool, SessionStoreError> {
        let found = self.shared.life.store.find(&login.key).await?;
        Ok(found.is_none())
    }

    /// Adds an observer, which removes what belongs to a session when it ends.
    pub(crate) fn observe(&self, observer: Arc<dyn SessionObserver>) {
        self.shared.observers.add(observer);
    }

    /// Wakes the connections of removed sessions, and starts the observers in a separate task.
    ///
    /// They run to their end, whether the task is awaited or not.
    fn ended(
        &self,
        removed: impl IntoIterator<Item = StoredSession>,
        end: SessionEnd,
    ) -> Option<JoinHandle<()>> {
        let mut observed = Vec::new();
        for StoredSession { key, sealed, .. } in removed {
            self.shared.life.wake(&key);
            let record = record::open(&self.shared.sealer, &key, &sealed);
            if let Some(login) = record.map(|record| self.login(key, record)) {
                #[cfg(feature = "tracing")]
                emit_ended(&login, end);
                observed.extend(self.shared.observers.ended(&login, end));
            }
        }
        let is_observed = !observed.is_empty();
        let observing = async move {
            for observed in observed {
                observed.await;
            }
        };
        is_observed.then(|| tokio::spawn(observing))
    }

    /// Does the same, and completes when the observers have.
    async fn ended_entirely(
        &self,
        removed: impl IntoIterator<Item = StoredSession>,
        end: SessionEnd,
    ) {
        if let Some(observing) = self.ended(removed, end) {
            // an error only while the runtime shuts down, or after a panic
            let _ = observing.await;
        }
    }

    /// Removes sessions that have ended by time, at most once a minute, in a separate task.
    fn sweep(&self, now: NumericDate) {
        let swept_at = self.shared.swept_at.load(Ordering::Relaxed);
        let is_due = now.since(NumericDate::from_millis(swept_at)) >= SWEEP_INTERVAL
            || now.as_millis() < swept_at;
        if !is_due {
            return;
        }
        let claimed = self.shared.swept_at.compare_exchange(
            swept_at,
            now.as_millis(),
            Ordering::Relaxed,
            Ordering::Relaxed,
        );
        if claimed.is_err() {
            return;
        }
        let sessions = self.clone();
        tokio::spawn(async move {
            let unused_since = now.saturating_sub(sessions.shared.life.idle_time);
            let removed = sessions
                .shared
                .life
                .store
                .remove_ended(now, unused_since)
                .await;
            match removed {
                Ok(removed) => drop(sessions.ended(removed, SessionEnd::Expired)),
                Err(error) => drop(unavailable(error)),
            }
        });
    }

    /// Whether the request names a session, valid or not.
    pub(crate) fn is_named_in(headers: &HeaderMap) -> bool {
        !matches!(cookie::find(headers), Err(SessionRefusal::Missing))
    }

    /// Returns the login of the session that a request names.
    ///
    /// # Errors
    ///
    /// Returns the reason to refuse the request.
    pub(crate) async fn authenticate(
        &self,
        method: &Method,
        headers: &HeaderMap,
    ) -> Result<Login, SessionRefusal> {
        let key = cookie::find(headers)?.key();
        if !self.shared.origin.permits(method, headers) {
            return Err(SessionRefusal::CrossOrigin);
        }
        let store = &self.shared.life.store;
        let found = store.find(&key).await.map_err(unavailable)?;
        let stored = found.ok_or(SessionRefusal::Unknown)?;
        let record = record::open(&self.shared.sealer, &key, &stored.sealed)
            .ok_or(SessionRefusal::Unknown)?;
        let now = self.shared.life.clock.now();
        self.sweep(now);
        if now >= self.shared.life.end_of(record.times(), &stored) {
            let removed = store.remove(&key).await.map_err(unavailable)?;
            self.ended(removed, SessionEnd::Expired);
            return Err(SessionRefusal::Expired);
        }
        let used = self.shared.life.used(&stored, now);
        used.await.map_err(unavailable)?;
        Ok(self.login(key, record))
    }

    fn login(&self, key: SessionKey, record: LoginRecord) -> Login {
        Login {
            key,
            record: Arc::new(record),
            life: Arc::clone(&self.shared.life),
            subject_hash: None,
        }
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions")
            .field("origin", &self.origin())
            .finish_non_exhaustive()
    }
}
