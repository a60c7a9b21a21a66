//! A person who has logged in.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::claims::NumericDate;
use crate::clock::SharedClock;
use crate::session::store::SessionKey;

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
    pub(super) clock: SharedClock,
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
    pub(super) record: LoginRecord,
    pub(super) longest: Option<Duration>,
}

/// The content of a session, which is stored sealed.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct LoginRecord {
    pub(super) issuer: String,
    pub(super) client_id: String,
    pub(super) subject: String,
    pub(super) claims: Map<String, Value>,
    pub(super) acr: Option<String>,
    /// In seconds since 1970.
    pub(super) auth_time: Option<u64>,
    pub(super) sid: Option<String>,
    /// In milliseconds since 1970.
    pub(super) started_at: u64,
    /// In milliseconds since 1970.
    pub(super) expires_at: u64,
}

impl NewLogin {
    /// Creates a login of a subject of an issuer, which the client `client_id` has verified.
    pub fn new(
        issuer: impl Into<String>,
        client_id: impl Into<String>,
        subject: impl Into<String>,
    ) -> Self {
        Self {
            record: LoginRecord {
                issuer: issuer.into(),
                client_id: client_id.into(),
                subject: subject.into(),
                claims: Map::new(),
                acr: None,
                auth_time: None,
                sid: None,
                started_at: 0,
                expires_at: 0,
            },
            longest: None,
        }
    }

    /// Sets the claims that handlers may read.
    #[must_use]
    pub fn claims(mut self, claims: Map<String, Value>) -> Self {
        self.record.claims = claims;
        self
    }

    /// Sets the authentication context class ([OIDC Core §2], `acr`).
    ///
    /// [OIDC Core §2]: https://openid.net/specs/openid-connect-core-1_0.html#IDToken
    #[must_use]
    pub fn acr(mut self, acr: impl Into<String>) -> Self {
        self.record.acr = Some(acr.into());
        self
    }

    /// Sets the time at which the person has authenticated (`auth_time`).
    #[must_use]
    pub fn auth_time(mut self, time: NumericDate) -> Self {
        self.record.auth_time = Some(time.as_secs());
        self
    }

    /// Sets the name of the session at the provider (`sid`), by which back-channel logout ends it.
    #[must_use]
    pub fn provider_session(mut self, sid: impl Into<String>) -> Self {
        self.record.sid = Some(sid.into());
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
        &self.record.issuer
    }

    /// Returns the client that the person has logged in to.
    pub fn client_id(&self) -> &str {
        &self.record.client_id
    }

    /// Returns the subject, which is unique within its issuer only.
    pub fn subject(&self) -> &str {
        &self.record.subject
    }

    /// Returns the claims of the ID token, and of the `UserInfo` response if it was requested.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.record.claims
    }

    /// Returns a claim that is text.
    pub fn claim_text(&self, name: &str) -> Option<&str> {
        self.record.claims.get(name)?.as_str()
    }

    /// Returns the authentication context class (`acr`), if the ID token has one.
    pub fn acr(&self) -> Option<&str> {
        self.record.acr.as_deref()
    }

    /// Returns the time at which the person has authenticated (`auth_time`), if the ID token has it.
    pub fn auth_time(&self) -> Option<NumericDate> {
        self.record.auth_time.map(NumericDate::from_secs)
    }

    /// Returns the name of the session at the provider (`sid`), if it has one.
    pub fn provider_session(&self) -> Option<&str> {
        self.record.sid.as_deref()
    }

    /// Returns the time of the login.
    pub fn started_at(&self) -> NumericDate {
        NumericDate::from_millis(self.record.started_at)
    }

    /// Returns the time at which the session ends, even if it is used.
    pub fn expires_at(&self) -> NumericDate {
        NumericDate::from_millis(self.record.expires_at)
    }

    /// Completes when the session reaches its [end](Self::expires_at): a response or a connection that lasts longer ends
    /// with it.
    ///
    /// The guard checks the session once, when the request arrives. A logout or the idle time does not complete the future.
    pub fn expired(&self) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Arc::clone(&self.clock.0).wait_until(self.expires_at())
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
            .field("issuer", &self.record.issuer)
            .finish_non_exhaustive()
    }
}

/// Prints the issuer and no claim.
impl fmt::Debug for NewLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewLogin")
            .field("issuer", &self.record.issuer)
            .finish_non_exhaustive()
    }
}

/// Prints the issuer and no claim.
impl fmt::Debug for LoginRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginRecord")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_names_no_person() {
        let claims = Map::from_iter([("email".to_owned(), Value::from("canary@mail.example"))]);
        let login = NewLogin::new("https://login.example", "app", "canary-subject");
        let login = login.claims(claims).provider_session("canary-sid");
        let record = Arc::new(login.record.clone());
        let printed = format!("{login:?} {record:?}");
        assert!(printed.contains("https://login.example"), "{printed}");
        assert!(!printed.contains("canary"), "{printed}");
    }
}
