//! A cookie, read from a `Set-Cookie` field as a browser does (RFC 6265 §5.2, and the prefixes of RFC 6265bis).

use std::fmt;

use crate::claims::NumericDate;
use crate::testing::cookies::date;

/// The longest name and value together, in bytes.
const MAX_PAIR: usize = 4_096;

/// The longest value of an attribute, in bytes; a browser ignores a longer one.
const MAX_ATTRIBUTE: usize = 1_024;

/// A cookie of a [`TestCookies`](crate::testing::TestCookies).
///
/// Its value is not printed: it may be a session.
#[derive(Clone, PartialEq, Eq)]
pub struct TestCookie {
    name: String,
    value: String,
    path: String,
    expires_at: Option<NumericDate>,
    is_secure: bool,
    is_http_only: bool,
    same_site: Option<String>,
}

impl TestCookie {
    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the value.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Returns the path to which, and below which, the cookie is sent.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the time of `Max-Age` or `Expires`, or `None` for a cookie of the session.
    pub fn expires_at(&self) -> Option<NumericDate> {
        self.expires_at
    }

    /// Returns whether the cookie has `Secure`.
    pub fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// Returns whether the cookie has `HttpOnly`.
    pub fn is_http_only(&self) -> bool {
        self.is_http_only
    }

    /// Returns `SameSite` as the API wrote it, if it is present.
    pub fn same_site(&self) -> Option<&str> {
        self.same_site.as_deref()
    }

    /// Creates a cookie for all paths.
    pub(super) fn for_session(name: &str, value: &str) -> Self {
        Self {
            name: name.to_owned(),
            value: value.to_owned(),
            path: "/".to_owned(),
            expires_at: None,
            is_secure: true,
            is_http_only: false,
            same_site: None,
        }
    }

    /// Reads a `Set-Cookie` field of a response to a request for `request_path`.
    ///
    /// # Errors
    ///
    /// Returns the reason for which a browser ignores the cookie.
    pub(super) fn parse(
        field: &str,
        host: &str,
        request_path: &str,
        now: NumericDate,
    ) -> Result<Self, &'static str> {
        if field
            .bytes()
            .any(|byte| byte.is_ascii_control() && byte != b'\t')
        {
            return Err("it contains a control character");
        }
        let (pair, attributes) = field.split_once(';').unwrap_or((field, ""));
        let (name, value) = pair.split_once('=').ok_or("it has no `=`")?;
        let mut cookie = Self {
            path: default_path(request_path).to_owned(),
            is_secure: false,
            ..Self::for_session(name.trim(), value.trim())
        };
        if cookie.name.is_empty() {
            return Err("it has no name");
        }
        if cookie.name.len() + cookie.value.len() > MAX_PAIR {
            return Err("name and value have more than 4096 bytes");
        }
        let attributes = Attributes::parse(attributes);
        if let Some(path) = attributes.path.filter(|path| path.starts_with('/')) {
            path.clone_into(&mut cookie.path);
        }
        cookie.expires_at = attributes.expires_at(now);
        cookie.is_secure = attributes.is_secure;
        cookie.is_http_only = attributes.is_http_only;
        cookie.same_site = attributes.same_site.map(str::to_owned);
        check_domain(attributes.domain, host)?;
        cookie.check_prefix(attributes.path, attributes.domain)?;
        let same_site = attributes.same_site.unwrap_or_default();
        if same_site.eq_ignore_ascii_case("none") && !cookie.is_secure {
            return Err("`SameSite=None` requires `Secure`");
        }
        if attributes.is_partitioned && !cookie.is_secure {
            return Err("`Partitioned` requires `Secure`");
        }
        Ok(cookie)
    }

    pub(super) fn is_expired(&self, now: NumericDate) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at <= now)
    }

    /// Returns whether the cookie is sent to a path (RFC 6265 §5.1.4).
    pub(super) fn applies_to(&self, request_path: &str) -> bool {
        match request_path.strip_prefix(&self.path) {
            Some(rest) => rest.is_empty() || rest.starts_with('/') || self.path.ends_with('/'),
            None => false,
        }
    }

    /// Returns whether this cookie replaces another one.
    pub(super) fn replaces(&self, other: &Self) -> bool {
        self.name == other.name && self.path == other.path
    }

    /// Checks the promise that the name makes. Browsers compare the prefixes without regard to case.
    fn check_prefix(&self, path: Option<&str>, domain: Option<&str>) -> Result<(), &'static str> {
        let name = self.name.to_ascii_lowercase();
        let is_host = name.starts_with("__host-");
        if (is_host || name.starts_with("__secure-")) && !self.is_secure {
            return Err("its prefix requires `Secure`");
        }
        if is_host && path != Some("/") {
            return Err("its prefix requires `Path=/`");
        }
        if is_host && domain.is_some_and(|domain| !domain.is_empty()) {
            return Err("its prefix does not allow `Domain`");
        }
        Ok(())
    }
}

impl fmt::Debug for TestCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestCookie")
            .field("name", &self.name)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// The attributes of a field; the last of each name counts.
#[derive(Default)]
struct Attributes<'a> {
    path: Option<&'a str>,
    domain: Option<&'a str>,
    max_age: Option<MaxAge>,
    expires: Option<NumericDate>,
    is_secure: bool,
    is_http_only: bool,
    is_partitioned: bool,
    same_site: Option<&'a str>,
}

#[derive(Clone, Copy)]
enum MaxAge {
    Seconds(u64),
    /// Zero or negative.
    Expired,
}

impl<'a> Attributes<'a> {
    fn parse(text: &'a str) -> Self {
        let mut attributes = Self::default();
        for attribute in text.split(';') {
            let (name, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            let (name, value) = (name.trim(), value.trim());
            if value.len() > MAX_ATTRIBUTE {
                continue;
            }
            match name.to_ascii_lowercase().as_str() {
                "path" => attributes.path = Some(value),
                "domain" => attributes.domain = Some(value),
                "max-age" => attributes.max_age = max_age(value).or(attributes.max_age),
                "expires" => attributes.expires = date::parse(value).or(attributes.expires),
                "secure" => attributes.is_secure = true,
                "httponly" => attributes.is_http_only = true,
                "partitioned" => attributes.is_partitioned = true,
                "samesite" => attributes.same_site = Some(value),
                _ => {}
            }
        }
        attributes
    }

    /// `Max-Age` takes precedence over `Expires`.
    fn expires_at(&self, now: NumericDate) -> Option<NumericDate> {
        match self.max_age {
            Some(MaxAge::Seconds(seconds)) => {
                Some(now.saturating_add(std::time::Duration::from_secs(seconds)))
            }
            Some(MaxAge::Expired) => Some(NumericDate::from_secs(0)),
            None => self.expires,
        }
    }
}

/// Reads `Max-Age`; a browser ignores any other value.
fn max_age(value: &str) -> Option<MaxAge> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if value.starts_with('-') || digits.bytes().all(|byte| byte == b'0') {
        return Some(MaxAge::Expired);
    }
    // a number that is too large is the latest date
    Some(MaxAge::Seconds(digits.parse().unwrap_or(u64::MAX)))
}

/// Returns the directory of the request's path (RFC 6265 §5.1.4).
fn default_path(request_path: &str) -> &str {
    match request_path.rfind('/') {
        None | Some(0) => "/",
        Some(end) => request_path.get(..end).unwrap_or("/"),
    }
}

/// A browser accepts the host and its parent domains, except a public suffix. Here, each name without a dot is one.
fn check_domain(domain: Option<&str>, host: &str) -> Result<(), &'static str> {
    let domain = domain.unwrap_or_default();
    let domain = domain
        .strip_prefix('.')
        .unwrap_or(domain)
        .to_ascii_lowercase();
    let is_parent = |domain: &str| {
        let rest = host.strip_suffix(domain);
        domain.contains('.') && rest.is_some_and(|rest| rest.ends_with('.'))
    };
    if domain.is_empty() || domain == host || is_parent(&domain) {
        return Ok(());
    }
    Err("its `Domain` is not the host or a parent domain")
}
