//! The sessions of an application: started at login, found by the guard, ended at logout.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use http::header::{HeaderMap, HeaderValue};

use crate::claims::NumericDate;
use crate::clock::{Clock, SharedClock, SystemClock};
use crate::seal::{Purpose, Sealer, SealingKey, SealingKeys};
use crate::session::cookie;
use crate::session::error::{SessionError, SessionRefusal, SessionStoreError, SessionsConfigError};
use crate::session::id::SessionId;
use crate::session::login::{Login, LoginRecord, NewLogin};
use crate::session::memory::MemorySessions;
use crate::session::origin::AppOrigin;
use crate::session::record;
use crate::session::store::{
    DynSessionStore, SessionGroup, SessionKey, SessionStore, StoredSession,
};

const PURPOSE: Purpose = Purpose::new("session");

const DEFAULT_IDLE_TIME: Duration = Duration::from_mins(30);
const DEFAULT_LIFETIME: Duration = Duration::from_hours(12);
const MAX_LIFETIME: Duration = Duration::from_hours(30 * 24);

/// The time of the last use is stored at most this often.
const TOUCH_INTERVAL: Duration = Duration::from_mins(1);

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
    shared: Arc<Shared>,
}

struct Shared {
    origin: AppOrigin,
    store: Box<dyn DynSessionStore>,
    sealer: Sealer,
    clock: Arc<dyn Clock>,
    idle_time: Duration,
    lifetime: Duration,
}

/// Configures [`Sessions`].
#[must_use = "a builder has no effect until `build` is called"]
pub struct SessionsBuilder {
    origin: String,
    store: Option<Box<dyn DynSessionStore>>,
    keys: Option<SealingKeys>,
    clock: Arc<dyn Clock>,
    idle_time: Duration,
    lifetime: Duration,
}

impl Sessions {
    /// Configures the sessions of the application with this origin, such as `https://app.example.govt.nz`.
    ///
    /// It is the address that browsers show, without a path. `http` is accepted for a loopback host only.
    pub fn builder(origin: impl Into<String>) -> SessionsBuilder {
        SessionsBuilder {
            origin: origin.into(),
            store: None,
            keys: None,
            clock: Arc::new(SystemClock),
            idle_time: DEFAULT_IDLE_TIME,
            lifetime: DEFAULT_LIFETIME,
        }
    }

    /// Returns the origin of the application.
    pub fn origin(&self) -> &str {
        self.shared.origin.as_str()
    }

    /// Returns the time after which an unused session ends.
    pub fn idle_time(&self) -> Duration {
        self.shared.idle_time
    }

    /// Returns the time after which a session ends, even if it is used.
    pub fn lifetime(&self) -> Duration {
        self.shared.lifetime
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
            self.shared.store.remove(&former.key()).await?;
        }
        let Shared {
            store,
            sealer,
            clock,
            lifetime,
            ..
        } = &*self.shared;
        let id = SessionId::random()?;
        let key = id.key();
        let now = clock.now();
        let NewLogin {
            mut record,
            longest,
        } = login;
        let lifetime = longest.map_or(*lifetime, |longest| longest.min(*lifetime));
        let expires_at = now.saturating_add(lifetime);
        record.started_at = now.as_millis();
        record.expires_at = expires_at.as_millis();
        let subject = SessionGroup::of_subject(&record.issuer, &record.subject);
        let at_provider = match &record.sid {
            Some(sid) => SessionGroup::of_provider_session(&record.issuer, sid),
            None => SessionGroup::without_provider_session(&record.issuer, &record.subject),
        };
        let session = StoredSession {
            key,
            groups: vec![subject, at_provider],
            sealed: record::seal(sealer, &key, &record)?,
            last_used: now,
            expires_at,
        };
        store.insert(session).await?;
        Ok((self.login(key, record), cookie::set(&id)))
    }

    /// Ends a session, and returns the `Set-Cookie` value that removes its cookie.
    ///
    /// # Errors
    ///
    /// Returns an error if the session may still be in the store.
    pub async fn end(&self, login: &Login) -> Result<HeaderValue, SessionStoreError> {
        self.shared.store.remove(&login.key).await?;
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
        self.shared.store.remove_group(&group).await
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
        self.shared.store.remove_group(&group).await
    }

    /// Ends the sessions of a subject whose session at the provider is unknown, and returns their number.
    ///
    /// A logout of one session at the provider ends them too, because each of them could be the one.
    pub(crate) async fn end_without_provider_session(
        &self,
        issuer: &str,
        subject: &str,
    ) -> Result<usize, SessionStoreError> {
        let group = SessionGroup::without_provider_session(issuer, subject);
        self.shared.store.remove_group(&group).await
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
        let store = &self.shared.store;
        let found = store.find(&key).await.map_err(unavailable)?;
        let stored = found.ok_or(SessionRefusal::Unknown)?;
        let record = record::open(&self.shared.sealer, &key, &stored.sealed)
            .ok_or(SessionRefusal::Unknown)?;
        let now = self.shared.clock.now();
        if self.has_ended(&record, &stored, now) {
            store.remove(&key).await.map_err(unavailable)?;
            return Err(SessionRefusal::Expired);
        }
        if now.since(stored.last_used) >= TOUCH_INTERVAL.min(self.shared.idle_time / 2) {
            store.touch(&key, now).await.map_err(unavailable)?;
        }
        Ok(self.login(key, record))
    }

    fn login(&self, key: SessionKey, record: LoginRecord) -> Login {
        Login {
            key,
            record: Arc::new(record),
            clock: SharedClock(Arc::clone(&self.shared.clock)),
            subject_hash: None,
        }
    }

    fn has_ended(&self, record: &LoginRecord, stored: &StoredSession, now: NumericDate) -> bool {
        let started_at = NumericDate::from_millis(record.started_at);
        // the end that was sealed, or an earlier one if the lifetime is shorter now
        let latest = started_at.saturating_add(self.shared.lifetime);
        let expires_at = NumericDate::from_millis(record.expires_at).min(latest);
        let idle_until = stored.last_used.saturating_add(self.shared.idle_time);
        now >= expires_at || now >= idle_until
    }
}

/// Reports an error of the store, which the client does not learn.
fn unavailable(error: impl Into<SessionError>) -> SessionRefusal {
    let error = error.into();
    #[cfg(feature = "tracing")]
    tracing::error!(
        target: "palisade::session",
        event = "session_store_failed",
        error = &error as &dyn std::error::Error,
        "a session cannot be checked"
    );
    drop(error);
    SessionRefusal::Unavailable
}

impl SessionsBuilder {
    /// Sets the time after which an unused session ends; by default 30 minutes.
    pub fn idle_time(mut self, time: Duration) -> Self {
        self.idle_time = time;
        self
    }

    /// Sets the time after which a session ends, even if it is used; by default 12 hours, at most 30 days.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Sets the store; by default [`MemorySessions`]. It requires [`keys`](Self::keys).
    pub fn store(mut self, store: impl SessionStore) -> Self {
        self.store = Some(Box::new(store));
        self
    }

    /// Sets the keys that seal the records of the store.
    ///
    /// Processes that share a store share the keys. By default, the records in memory are sealed with a key of this
    /// process.
    pub fn keys(mut self, keys: impl Into<SealingKeys>) -> Self {
        self.keys = Some(keys.into());
        self
    }

    /// Sets the clock that lifetimes are checked against; by default the system's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Builds the sessions.
    ///
    /// # Errors
    ///
    /// Returns an error if the origin, a time or the keys are not valid, or if there is a store without keys.
    pub fn build(self) -> Result<Sessions, SessionsConfigError> {
        let origin = AppOrigin::parse(&self.origin)?;
        if self.idle_time.is_zero() || self.lifetime.is_zero() {
            return Err(SessionsConfigError::Lifetime);
        }
        if self.lifetime > MAX_LIFETIME {
            return Err(SessionsConfigError::LifetimeTooLong);
        }
        let keys = match (self.keys, &self.store) {
            (Some(keys), _) => keys,
            (None, None) => SealingKey::generate()?.into(),
            (None, Some(_)) => return Err(SessionsConfigError::NoKeys),
        };
        Ok(Sessions {
            shared: Arc::new(Shared {
                origin,
                store: self
                    .store
                    .unwrap_or_else(|| Box::new(MemorySessions::new())),
                sealer: keys.sealer(PURPOSE)?,
                clock: self.clock,
                idle_time: self.idle_time,
                lifetime: self.lifetime,
            }),
        })
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions")
            .field("origin", &self.origin())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SessionsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionsBuilder")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}
