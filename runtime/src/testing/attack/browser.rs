//! A browser with the session of a login.

#[cfg(feature = "relying-party")]
use std::time::Duration;

#[cfg(feature = "relying-party")]
use axum::http::{HeaderMap, HeaderValue};

use crate::testing::TestApi;
use crate::testing::attack::request::AttackRequest;

/// A browser in which a person has logged in to the application.
#[derive(Clone, Debug)]
pub(super) struct Browser {
    pub(super) cookie: String,
    pub(super) origin: String,
}

/// The end of a session.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    Logout,
    /// By time, because it was not used.
    IdleTime,
    /// By time, although it was used.
    Lifetime,
}

impl Browser {
    /// Starts a session.
    ///
    /// # Errors
    ///
    /// Returns the reason if the API has no sessions, or the store is unavailable.
    #[cfg(feature = "relying-party")]
    pub(super) async fn log_in(api: &TestApi, subject: &str) -> Result<Self, String> {
        let sessions = api.server().sessions().ok_or_else(no_sessions)?;
        let login = crate::session::NewLogin::new(api.issuer().url(), "palisade-attack", subject);
        let started = sessions.start(login, &HeaderMap::new()).await;
        let (_, cookie) = started.map_err(|error| not_started(&error))?;
        Ok(Self {
            cookie: pair(&cookie),
            origin: sessions.origin().to_owned(),
        })
    }

    #[cfg(not(feature = "relying-party"))]
    #[expect(
        clippy::unused_async,
        unused_variables,
        reason = "as with the feature `relying-party`"
    )]
    pub(super) async fn log_in(api: &TestApi, subject: &str) -> Result<Self, String> {
        Err(no_sessions())
    }

    /// Returns the cookie of a session that has ended, of a person who has no other one.
    ///
    /// # Errors
    ///
    /// Returns the reason if no such session can be made.
    #[cfg(feature = "relying-party")]
    pub(super) async fn ended(api: &TestApi, end: End) -> Result<String, String> {
        const SUBJECT: &str = "palisade-attack-ended";
        let sessions = api.server().sessions().ok_or_else(no_sessions)?;
        let (idle_time, lifetime) = (sessions.idle_time(), sessions.lifetime());
        let (age, unused) = match end {
            End::Logout => return Self::logged_out(api, SUBJECT).await,
            End::IdleTime => (idle_time, idle_time),
            End::Lifetime => (lifetime, Duration::ZERO),
        };
        let login = crate::session::NewLogin::new(api.issuer().url(), "palisade-attack", SUBJECT);
        let cookie = sessions.start_before(login, age, unused).await;
        cookie
            .map(|cookie| pair(&cookie))
            .map_err(|error| not_started(&error))
    }

    #[cfg(feature = "relying-party")]
    async fn logged_out(api: &TestApi, subject: &str) -> Result<String, String> {
        let browser = Self::log_in(api, subject).await?;
        let sessions = api.server().sessions().ok_or_else(no_sessions)?;
        match sessions.end_subject(api.issuer().url(), subject).await {
            Ok(0) => Err("the store does not find the sessions of a subject".to_owned()),
            Ok(_) => Ok(browser.cookie),
            Err(error) => Err(format!("cannot end a session: {error}")),
        }
    }

    #[cfg(not(feature = "relying-party"))]
    #[expect(
        clippy::unused_async,
        unused_variables,
        reason = "as with the feature `relying-party`"
    )]
    pub(super) async fn ended(api: &TestApi, end: End) -> Result<String, String> {
        Err(no_sessions())
    }

    /// Returns the request as a page of the application sends it.
    pub(super) fn request_from_page(&self, request: &AttackRequest) -> AttackRequest {
        let mut request = with_cookie(request, &self.cookie);
        request.header("origin", &self.origin);
        request.header("sec-fetch-site", "same-origin");
        request
    }
}

/// Adds a cookie to the cookies of the request.
pub(super) fn with_cookie(request: &AttackRequest, pair: &str) -> AttackRequest {
    let mut request = request.clone();
    let cookies = request.headers.iter();
    let cookies = cookies.filter(|(name, _)| name.eq_ignore_ascii_case("cookie"));
    let mut pairs: Vec<String> = cookies
        .map(|(_, value)| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .collect();
    pairs.push(pair.to_owned());
    request
        .headers
        .retain(|(name, _)| !name.eq_ignore_ascii_case("cookie"));
    request.header("cookie", &pairs.join("; "));
    request
}

fn no_sessions() -> String {
    "the server has no sessions".to_owned()
}

#[cfg(feature = "relying-party")]
fn not_started(error: &crate::session::SessionError) -> String {
    format!("cannot start a session: {error}")
}

#[cfg(feature = "relying-party")]
fn pair(set_cookie: &HeaderValue) -> String {
    let text = String::from_utf8_lossy(set_cookie.as_bytes());
    text.split(';').next().unwrap_or_default().to_owned()
}
