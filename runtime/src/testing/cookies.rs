//! The cookies of a browser, for tests.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue};

use crate::claims::NumericDate;
use crate::clock::Clock;
use crate::testing::or_panic;

mod cookie;
mod date;

pub use self::cookie::TestCookie;

/// The cookies of one browser, which [`TestApi::cookies`](crate::testing::TestApi::cookies) creates. Clones share them.
///
/// A request that has the jar ([`TestRequest::cookies`](crate::testing::TestRequest::cookies)) sends the cookies that
/// apply to its path, and stores those of the response. The jar follows RFC 6265 as browsers implement it, over
/// https: `Path`, `Max-Age`, `Expires`, `Domain`, `Secure`, `HttpOnly` and the prefixes `__Host-` and `__Secure-`. All
/// requests are to one host and of the same site, so `SameSite` has no effect.
///
/// # Examples
///
/// ```
/// use palisade::prelude::*;
/// use palisade::testing::TestApi;
///
/// #[public(reason = "stores a preference, reveals nothing")]
/// async fn set_theme() -> ([(&'static str, &'static str); 1], StatusCode) {
///     let cookie = "__Host-theme=dark; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600";
///     ([("set-cookie", cookie)], StatusCode::NO_CONTENT)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let api = TestApi::new(SecureRouter::new().route("/theme", post(set_theme))).await;
/// let browser = api.cookies();
/// api.anonymous().cookies(&browser).post("/theme").send().await;
/// assert_eq!(browser.rejected(), [""; 0]);
/// let theme = browser.get("__Host-theme").unwrap();
/// assert!(theme.value() == "dark" && theme.is_http_only());
///
/// api.clock().advance(std::time::Duration::from_secs(600));
/// assert!(browser.get("__Host-theme").is_none());
/// # }
/// ```
#[derive(Clone)]
pub struct TestCookies {
    shared: Arc<Shared>,
}

struct Shared {
    host: String,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

/// The cookies in the order of their creation.
#[derive(Default)]
struct State {
    cookies: Vec<TestCookie>,
    rejected: Vec<String>,
}

impl TestCookies {
    pub(super) fn new(host: &str, clock: impl Clock) -> Self {
        let host = host.to_ascii_lowercase();
        Self {
            shared: Arc::new(Shared {
                host,
                clock: Arc::new(clock),
                state: Mutex::default(),
            }),
        }
    }

    /// Returns the cookie with this name that is not expired; of several, the one with the longest path.
    pub fn get(&self, name: &str) -> Option<TestCookie> {
        let cookies = self.all().into_iter();
        cookies
            .filter(|cookie| cookie.name() == name)
            .max_by_key(|cookie| cookie.path().len())
    }

    /// Returns the cookies that are not expired, in the order of their creation.
    pub fn all(&self) -> Vec<TestCookie> {
        let now = self.now();
        let state = self.state();
        let cookies = state.cookies.iter();
        cookies
            .filter(|cookie| !cookie.is_expired(now))
            .cloned()
            .collect()
    }

    /// Returns a sentence for each cookie of a response that a browser would ignore, with the reason.
    pub fn rejected(&self) -> Vec<String> {
        self.state().rejected.clone()
    }

    /// Stores a cookie for all paths, as if the API had set it.
    ///
    /// # Panics
    ///
    /// Panics if the name or the value cannot be sent as a cookie.
    #[track_caller]
    pub fn set(&self, name: &str, value: &str) {
        let is_sendable =
            |text: &str| !text.contains([';', '=']) && HeaderValue::from_str(text).is_ok();
        let is_valid =
            !name.is_empty() && is_sendable(name) && is_sendable(&value.replace('=', ""));
        or_panic(
            is_valid.then_some(()).ok_or("cannot be sent"),
            "invalid cookie",
        );
        self.state().store(TestCookie::for_session(name, value));
    }

    /// Removes every cookie.
    pub fn clear(&self) {
        self.state().cookies.clear();
    }

    /// Stores the cookies of a response to a request for `path`.
    pub(super) fn store(&self, path: &str, headers: &HeaderMap) {
        let now = self.now();
        let mut state = self.state();
        for field in headers.get_all(SET_COOKIE) {
            let text = String::from_utf8_lossy(field.as_bytes());
            match TestCookie::parse(&text, &self.shared.host, path, now) {
                Ok(cookie) => state.store(cookie),
                Err(reason) => {
                    let name = text.split(['=', ';']).next().unwrap_or_default().trim();
                    let sentence = format!("a browser ignores the cookie `{name}`: {reason}");
                    state.rejected.push(sentence);
                }
            }
        }
        state.cookies.retain(|cookie| !cookie.is_expired(now));
    }

    /// Returns the `Cookie` field of a request for `path`, if a cookie applies (RFC 6265 §5.4).
    pub(super) fn field(&self, path: &str) -> Option<HeaderValue> {
        let mut cookies = self.all();
        cookies.retain(|cookie| cookie.applies_to(path));
        // longer paths first, then earlier ones
        cookies.sort_by_key(|cookie| std::cmp::Reverse(cookie.path().len()));
        if cookies.is_empty() {
            return None;
        }
        let pairs = cookies.iter();
        let pairs: Vec<_> = pairs
            .map(|cookie| format!("{}={}", cookie.name(), cookie.value()))
            .collect();
        Some(or_panic(
            HeaderValue::try_from(pairs.join("; ")),
            "a cookie cannot be sent",
        ))
    }

    fn now(&self) -> NumericDate {
        self.shared.clock.now()
    }

    /// A test that panics while it holds the lock leaves complete cookies.
    fn state(&self) -> MutexGuard<'_, State> {
        let state = self.shared.state.lock();
        state.unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Replaces the cookie with the same name and path, at its position.
    fn store(&mut self, cookie: TestCookie) {
        let replaced = self.cookies.iter_mut().find(|other| cookie.replaces(other));
        match replaced {
            Some(other) => *other = cookie,
            None => self.cookies.push(cookie),
        }
    }
}

/// Prints the names of the cookies; a value may be a session.
impl fmt::Debug for TestCookies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("TestCookies")
            .field("cookies", &state.cookies)
            .field("rejected", &state.rejected)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
