//! A browser with the session of a login.

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

impl Browser {
    /// Starts a session.
    ///
    /// # Errors
    ///
    /// Returns the reason if the API has no sessions, or the store is unavailable.
    #[cfg(feature = "relying-party")]
    pub(super) async fn log_in(api: &TestApi, subject: &str) -> Result<Self, String> {
        let none = || "the server has no sessions".to_owned();
        let sessions = api.server().sessions().ok_or_else(none)?;
        let login = crate::session::NewLogin::new(api.issuer().url(), "palisade-attack", subject);
        let started = sessions.start(login, &HeaderMap::new()).await;
        let (_, cookie) = started.map_err(|error| format!("cannot start a session: {error}"))?;
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
        Err("the server has no sessions".to_owned())
    }

    /// Returns the browser of a person who has logged out.
    #[cfg(feature = "relying-party")]
    pub(super) async fn logged_out(api: &TestApi) -> Option<Self> {
        const SUBJECT: &str = "palisade-attack-logged-out";
        let browser = Self::log_in(api, SUBJECT).await.ok()?;
        let sessions = api.server().sessions()?;
        let ended = sessions.end_subject(api.issuer().url(), SUBJECT).await;
        ended.is_ok_and(|count| count > 0).then_some(browser)
    }

    #[cfg(not(feature = "relying-party"))]
    #[expect(
        clippy::unused_async,
        unused_variables,
        reason = "as with the feature `relying-party`"
    )]
    pub(super) async fn logged_out(api: &TestApi) -> Option<Self> {
        None
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

#[cfg(feature = "relying-party")]
fn pair(set_cookie: &HeaderValue) -> String {
    let text = String::from_utf8_lossy(set_cookie.as_bytes());
    text.split(';').next().unwrap_or_default().to_owned()
}
