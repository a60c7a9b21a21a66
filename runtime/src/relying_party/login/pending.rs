//! Pending logins: one sealed cookie each, so that logins in several tabs do not disturb each other.
//!
//! The cookie's name is a hash of `state`, and the seal binds the content to provider, client, redirect URI and name: a
//! cookie of another login, or one under another name, is not opened.

use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::claims::NumericDate;
use crate::cookies::pairs;
use crate::input::types::ReturnTo;
use crate::json;
use crate::relying_party::login::logins::Shared;
use crate::relying_party::random::hash_text;
use crate::seal::{Purpose, SealError};

/// The use of the sealed cookies.
pub(super) const PURPOSE: Purpose = Purpose::new("pending login");

/// The time within which a login must be completed.
pub(super) const LIFETIME: Duration = Duration::from_mins(10);

/// The maximum number of pending logins of a browser; a further one replaces the oldest.
pub(super) const MAX_PENDING: usize = 5;

/// The start of the cookies' names. Browsers accept the prefix `__Host-` only with `Secure`, `Path=/` and without
/// `Domain`, so that no other host, such as a subdomain, can set the cookie ([RFC 6265bis §4.1.3.2]).
///
/// [RFC 6265bis §4.1.3.2]: https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-4.1.3.2
const NAME_PREFIX: &str = "__Host-login-";

/// The number of characters of the hash in a name: 132 bits.
const NAME_HASH: usize = 22;

/// The maximum length of a cookie's value: browsers accept 4,096 bytes with its name.
const MAX_VALUE: usize = 3800;

/// The maximum size of the cookies of all pending logins, in bytes: many servers refuse a header field of 8 KiB, and a link
/// to a login with a long page must not lock a browser out.
const MAX_SIZE: usize = 5 * 1024;

/// The maximum number of cookies that are opened to find the oldest.
const MAX_OPENED: usize = 64;

/// The content of the cookie.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PendingLogin {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) code_verifier: String,
    pub(super) return_to: ReturnTo,
    /// Milliseconds since the epoch.
    begun_at: u64,
    /// Seconds.
    max_age: Option<u64>,
    pub(super) acr_values: Vec<Box<str>>,
    /// Whether the provider sent `iss` in every response when the login began.
    pub(super) expects_iss: bool,
}

impl PendingLogin {
    pub(super) fn new(values: [String; 3], begun_at: NumericDate, return_to: ReturnTo) -> Self {
        let [state, nonce, code_verifier] = values;
        Self {
            state,
            nonce,
            code_verifier,
            return_to,
            begun_at: begun_at.as_millis(),
            max_age: None,
            acr_values: Vec::new(),
            expects_iss: false,
        }
    }

    pub(super) fn begun_at(&self) -> NumericDate {
        NumericDate::from_millis(self.begun_at)
    }

    pub(super) fn max_age(&self) -> Option<Duration> {
        self.max_age.map(Duration::from_secs)
    }

    pub(super) fn set_max_age(&mut self, age: Option<Duration>) {
        self.max_age = age.map(|age| age.as_secs());
    }

    /// Returns whether the login has ended at `now`, or begins in the future.
    pub(super) fn is_expired(&self, now: NumericDate, skew: Duration) -> bool {
        now >= self.begun_at().saturating_add(LIFETIME)
            || self.begun_at() > now.saturating_add(skew)
    }
}

/// Returns the name of the cookie for a state.
pub(super) fn cookie_name(state: &str) -> String {
    let hash = hash_text(state);
    format!("{NAME_PREFIX}{}", hash.get(..NAME_HASH).unwrap_or(&hash))
}

impl Shared {
    /// Returns the cookie of a pending login.
    pub(super) fn set_cookie(&self, pending: &PendingLogin) -> Result<HeaderValue, SealError> {
        let name = cookie_name(&pending.state);
        let json =
            zeroize::Zeroizing::new(serde_json::to_vec(pending).map_err(|_| SealError::TooLong)?);
        let value = self
            .pending_sealer
            .seal_text(&json, &self.associated_data(&name))?;
        if value.len() > MAX_VALUE {
            return Err(SealError::TooLong);
        }
        let max_age = LIFETIME.as_secs();
        let cookie =
            format!("{name}={value}; Max-Age={max_age}; Path=/; Secure; HttpOnly; SameSite=Lax");
        let mut cookie = HeaderValue::try_from(cookie).map_err(|_| SealError::TooLong)?;
        cookie.set_sensitive(true);
        Ok(cookie)
    }

    /// Opens the cookie of a state.
    ///
    /// Returns `None` unless there is exactly one, or if it was sealed for another login.
    pub(super) fn pending_login(&self, state: &str, headers: &HeaderMap) -> Option<PendingLogin> {
        let name = cookie_name(state);
        let mut values = cookies(headers).filter(|(other, _)| *other == name);
        let (_, value) = values.next()?;
        if values.next().is_some() {
            return None;
        }
        self.open(&name, value)
    }

    /// Returns the cookies to delete, so that `new` does not exceed the limits.
    ///
    /// The oldest are deleted, and those that are expired or cannot be opened.
    pub(super) fn surplus_cookies(
        &self,
        headers: &HeaderMap,
        new: &HeaderValue,
        now: NumericDate,
    ) -> Vec<HeaderValue> {
        let skew = self.id_tokens.clock_skew;
        let cookies = cookies(headers).filter(|(name, _)| is_pending_name(name));
        let mut pending: Vec<_> = cookies
            .take(MAX_OPENED)
            .map(|(name, value)| {
                let login = self.open(name, value);
                let begun = login.filter(|login| !login.is_expired(now, skew));
                let begun_at = begun.map(|login| login.begun_at());
                (begun_at, name, name.len() + value.len())
            })
            .collect();
        // the youngest first, unusable ones last
        pending.sort_by_key(|(begun_at, ..)| std::cmp::Reverse(*begun_at));
        let (mut count, mut size) = (1, new.len());
        let surplus = pending.into_iter().filter(|(begun_at, _, len)| {
            count += 1;
            size += len;
            begun_at.is_none() || count > MAX_PENDING || size > MAX_SIZE
        });
        surplus
            .filter_map(|(_, name, _)| deleted_cookie(name))
            .collect()
    }

    fn open(&self, name: &str, value: &str) -> Option<PendingLogin> {
        let data = self.associated_data(name);
        let json = self
            .pending_sealer
            .open_text(value, MAX_VALUE, &data)
            .ok()?;
        json::is_well_formed(&json).then_some(())?;
        serde_json::from_slice(&json).ok()
    }

    fn associated_data<'a>(&'a self, name: &'a str) -> [&'a [u8]; 4] {
        let provider = self.party.provider();
        let client_id = self.party.registration().client_id();
        [provider.issuer(), client_id, &self.redirect_uri, name].map(str::as_bytes)
    }
}

/// Returns a `Set-Cookie` value that deletes a cookie of [`cookie_name`].
pub(super) fn deleted_cookie(name: &str) -> Option<HeaderValue> {
    let cookie = format!("{name}=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax");
    HeaderValue::try_from(cookie).ok()
}

fn is_pending_name(name: &str) -> bool {
    let hash = name.strip_prefix(NAME_PREFIX);
    let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    hash.is_some_and(|hash| hash.len() == NAME_HASH && hash.bytes().all(is_base64url))
}

/// Returns the names and values of the cookies. Those of other applications may have any bytes, and make no login fail.
fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let text = |(name, value)| Some((str::from_utf8(name).ok()?, str::from_utf8(value).ok()?));
    pairs(headers).filter_map(text)
}
