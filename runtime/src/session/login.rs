//! A person who has logged in.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_core::Stream;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::claims::NumericDate;
use crate::session::error::SessionStoreError;
use crate::session::life::{Life, Times};
use crate::session::store::SessionKey;
use crate::until::Until;

/// The person of a browser session, an argument of a handler with `#[secured(login)]`.
///
/// In a handler with `any(login, …)`, the argument is `Option<Login>`, which is `None` if the request has a token.
///
/// # Examples
///
/// ```
/// use palisade::prelude::*;
/// use palisade::relying_party::Login;
///
/// #[secured(login)]
/// async fn greet(login: Login) -> String {
///     format!("kia ora, {}", login.claim_text("name").unwrap_or(login.subject()))
/// }
/// ```
#[derive(Clone)]
pub struct Login {
    pub(super) key: SessionKey,
    pub(super) record: Arc<LoginRecord>,
    pub(super) life: Arc<Life>,
    /// For audit events, if the server has a key for it.
    #[cfg_attr(
        not(feature = "tracing"),
        allow(dead_code, reason = "only events read it")
    )]
    pub(super) subject_hash: Option<Box<str>>,
}

/// A login from which a session starts: the verified claims of an ID token.
#[derive(Clone)]
pub struct NewLogin {
    pub(super) person: Person,
    pub(super) longest: Option<Duration>,
}

/// A person and their authentication at the provider.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Person {
    pub(super) issuer: String,
    pub(super) client_id: String,
    pub(super) subject: String,
    pub(super) claims: Map<String, Value>,
    pub(super) acr: Option<String>,
    /// In seconds since 1970.
    pub(super) auth_time: Option<u64>,
    pub(super) sid: Option<String>,
}

/// The content of a session, which is stored sealed.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct LoginRecord {
    pub(super) person: Person,
    /// In milliseconds since 1970.
    pub(super) started_at: u64,
    /// In milliseconds since 1970.
    pub(super) expires_at: u64,
}

impl LoginRecord {
    pub(super) fn times(&self) -> Times {
        Times {
            started_at: NumericDate::from_millis(self.started_at),
            expires_at: NumericDate::from_millis(self.expires_at),
        }
    }
}

impl NewLogin {
    /// Creates a login of a subject of an issuer, which the client `client_id` has verified.
    pub fn new(
        issuer: impl Into<String>,
        client_id: impl Into<String>,
        subject: impl Into<String>,
    ) -> Self {
        Self {
            person: Person {
                issuer: issuer.into(),
                client_id: client_id.into(),
                subject: subject.into(),
                claims: Map::new(),
                acr: None,
                auth_time: None,
                sid: None,
            },
            longest: None,
        }
    }

    /// Sets the claims that handlers may read.
    #[must_use]
    pub fn claims(mut self, claims: Map<String, Value>) -> Self {
        self.person.claims = claims;
        self
    }

    /// Sets the authentication context class ([OIDC Core §2], `acr`).
    ///
    /// [OIDC Core §2]: https://openid.net/specs/openid-connect-core-1_0.html#IDToken
    #[must_use]
    pub fn acr(mut self, acr: impl Into<String>) -> Self {
        self.person.acr = Some(acr.into());
        self
    }

    /// Sets the time at which the person has authenticated (`auth_time`).
    #[must_use]
    pub fn auth_time(mut self, time: NumericDate) -> Self {
        self.person.auth_time = Some(time.as_secs());
        self
    }

    /// Sets the name of the session at the provider (`sid`), by which back-channel logout ends it.
    #[must_use]
    pub fn provider_session(mut self, sid: impl Into<String>) -> Self {
        self.person.sid = Some(sid.into());
        self
    }

    /// Ends the session after this time, if it is shorter than the lifetime of sessions.
    #[must_use]
    pub fn at_most(mut self, lifetime: Duration) -> Self {
        self.longest = Some(lifetime);
        self
    }
}

impl Login {
    /// Returns the issuer of the ID token.
    pub fn issuer(&self) -> &str {
        &self.record.person.issuer
    }

    /// Returns the client that the person has logged in to.
    pub fn client_id(&self) -> &str {
        &self.record.person.client_id
    }

    /// Returns the subject, which is unique within its issuer only.
    pub fn subject(&self) -> &str {
        &self.record.person.subject
    }

    /// Returns the claims of the ID token, and of the `UserInfo` response if it was requested.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.record.person.claims
    }

    /// Returns a claim that is text.
    pub fn claim_text(&self, name: &str) -> Option<&str> {
        self.record.person.claims.get(name)?.as_str()
    }

    /// Returns the authentication context class (`acr`), if the ID token has one.
    pub fn acr(&self) -> Option<&str> {
        self.record.person.acr.as_deref()
    }

    /// Returns the time at which the person has authenticated (`auth_time`), if the ID token has it.
    pub fn auth_time(&self) -> Option<NumericDate> {
        self.record.person.auth_time.map(NumericDate::from_secs)
    }

    /// Returns the name of the session at the provider (`sid`), if it has one.
    pub fn provider_session(&self) -> Option<&str> {
        self.record.person.sid.as_deref()
    }

    /// Returns the time of the login.
    pub fn started_at(&self) -> NumericDate {
        NumericDate::from_millis(self.record.started_at)
    }

    /// Returns the time at which the session ends, even if it is used.
    pub fn expires_at(&self) -> NumericDate {
        NumericDate::from_millis(self.record.expires_at)
    }

    /// Completes when the session ends: at logout, at a logout that the provider reports, at a new login in the same
    /// browser, when it is not used for too long, or at its [lifetime](Self::expires_at).
    ///
    /// The guard checks the session once, when the request arrives. A response or a connection that lasts longer ends with
    /// the session. An end in this process completes the future at once, one in another process within 30 s. Messages of a
    /// connection are no use of the session, unless [`touch`](Self::touch) is called.
    ///
    /// # Examples
    ///
    /// ```
    /// use palisade::prelude::*;
    /// use palisade::relying_party::Login;
    ///
    /// #[secured(login)]
    /// async fn wait_for_order(login: Login) -> StatusCode {
    ///     tokio::select! {
    ///         () = order() => StatusCode::OK,
    ///         () = login.ended() => StatusCode::UNAUTHORIZED,
    ///     }
    /// }
    /// # async fn order() {}
    /// ```
    pub fn ended(&self) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let (life, key, times) = (Arc::clone(&self.life), self.key, self.record.times());
        Box::pin(async move { life.wait_for_end(key, times).await })
    }

    /// Returns the stream, which ends when the session [ends](Self::ended).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::convert::Infallible;
    ///
    /// use axum::response::sse::{Event, Sse};
    /// use futures_util::{Stream, stream};
    /// use palisade::prelude::*;
    /// use palisade::relying_party::Login;
    ///
    /// #[secured(login)]
    /// async fn order_events(login: Login) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    ///     Sse::new(login.until_ended(stream::pending()))
    /// }
    /// ```
    pub fn until_ended<S: Stream>(&self, stream: S) -> impl Stream<Item = S::Item> + use<S> {
        Until::new(stream, self.ended())
    }

    /// Records a use of the session, as a request does: for a message that the person has sent over a connection.
    ///
    /// At most once a minute, the store has something to write.
    ///
    /// # Errors
    ///
    /// Returns an error if the store fails.
    pub async fn touch(&self) -> Result<(), SessionStoreError> {
        self.life.touch(&self.key, self.record.times()).await
    }

    #[cfg_attr(
        not(feature = "tracing"),
        allow(dead_code, reason = "only events read it")
    )]
    pub(crate) fn subject_hash(&self) -> Option<&str> {
        self.subject_hash.as_deref()
    }

    /// Returns the same login with the hash of its subject.
    pub(crate) fn with_subject_hash(self, hash: Option<Box<str>>) -> Self {
        Self {
            subject_hash: hash,
            ..self
        }
    }

    /// Returns the key of the session, under which an application can store what belongs to it.
    pub fn session_key(&self) -> SessionKey {
        self.key
    }
}

/// Prints the issuer and no claim.
impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("issuer", &self.record.person.issuer)
            .finish_non_exhaustive()
    }
}

/// Prints the issuer and no claim.
impl fmt::Debug for NewLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewLogin")
            .field("issuer", &self.person.issuer)
            .finish_non_exhaustive()
    }
}

/// Prints the issuer and no claim.
impl fmt::Debug for LoginRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginRecord")
            .field("issuer", &self.person.issuer)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::{StreamExt as _, stream};
    use http::HeaderMap;

    use super::*;
    use crate::session::Sessions;

    #[test]
    fn debug_output_names_no_person() {
        let claims = Map::from_iter([("email".to_owned(), Value::from("canary@mail.example"))]);
        let login = NewLogin::new("https://login.example", "app", "canary-subject");
        let login = login.claims(claims).provider_session("canary-sid");
        let record = Arc::new(LoginRecord {
            person: login.person.clone(),
            started_at: 0,
            expires_at: 0,
        });
        let printed = format!("{login:?} {record:?}");
        assert!(printed.contains("https://login.example"), "{printed}");
        assert!(!printed.contains("canary"), "{printed}");
    }

    #[tokio::test]
    async fn login_returns_what_the_provider_said() {
        let sessions = Sessions::builder("https://app.example").build().unwrap();
        let claims = Map::from_iter([
            ("name".to_owned(), Value::from("Alice")),
            ("age".to_owned(), Value::from(7)),
        ]);
        let new = NewLogin::new("https://login.example", "app", "alice");
        let bare = new.clone();
        let full = new.claims(claims).provider_session("s-1").acr("gold");
        let full = full.auth_time(NumericDate::from_secs(7));
        let start = async |login| sessions.start(login, &HeaderMap::new()).await.unwrap().0;
        let login = start(full).await;
        assert_eq!(login.claim_text("name"), Some("Alice"));
        assert_eq!(login.claim_text("age"), None);
        assert_eq!(login.acr(), Some("gold"));
        assert_eq!(login.auth_time(), Some(NumericDate::from_secs(7)));
        assert_eq!(login.provider_session(), Some("s-1"));
        let login = start(bare).await;
        assert_eq!(login.claim_text("name"), None);
        assert_eq!((login.acr(), login.auth_time()), (None, None));
        assert_eq!(login.provider_session(), None);
    }

    #[tokio::test]
    async fn stream_ends_with_its_session() {
        let sessions = Sessions::builder("https://app.example").build().unwrap();
        let login = NewLogin::new("https://login.example", "app", "alice");
        let (login, _) = sessions.start(login, &HeaderMap::new()).await.unwrap();
        let held = Arc::new(());
        let holder = Arc::clone(&held);
        let numbers = stream::repeat_with(move || Arc::strong_count(&holder));
        let mut stream = pin!(login.until_ended(numbers));
        assert!(stream.next().await.is_some());
        sessions.end(&login).await.unwrap();
        assert_eq!(stream.next().await, None);
        assert_eq!(Arc::strong_count(&held), 1);
    }
}
