//! A user's decision to authorize a client.

use serde_json::{Map, Value};

use crate::claims::NumericDate;

/// The login of a user who approves a request.
///
/// # Examples
///
/// ```
/// use palisade::authorization_server::Approval;
/// use palisade::claims::NumericDate;
///
/// let login = NumericDate::from_secs(1_796_000_000);
/// let approval = Approval::new("alice", login).claim("name", "Alice Rangi").scopes("openid orders:read");
/// ```
#[derive(Clone, Debug)]
#[must_use = "an approval has no effect until the request is approved with it"]
pub struct Approval {
    pub(in crate::authorization_server) subject: String,
    pub(in crate::authorization_server) auth_time: NumericDate,
    pub(in crate::authorization_server) acr: Option<String>,
    pub(in crate::authorization_server) scopes: Option<String>,
    pub(in crate::authorization_server) claims: Map<String, Value>,
}

impl Approval {
    /// The claims that the server sets itself.
    const RESERVED: [&'static str; 15] = [
        "iss",
        "sub",
        "aud",
        "exp",
        "nbf",
        "iat",
        "jti",
        "auth_time",
        "nonce",
        "acr",
        "azp",
        "at_hash",
        "c_hash",
        "sid",
        "events",
    ];

    /// Creates the approval of a user, with the time at which the user logged in.
    ///
    /// The subject identifies the user at this issuer permanently, is never assigned to another user, has at most 255 bytes,
    /// and is not the ID of a client.
    pub fn new(subject: impl Into<String>, auth_time: NumericDate) -> Self {
        Self {
            subject: subject.into(),
            auth_time,
            acr: None,
            scopes: None,
            claims: Map::new(),
        }
    }

    /// Sets the authentication context class of the login (`acr`).
    pub fn acr(mut self, acr: impl Into<String>) -> Self {
        self.acr = Some(acr.into());
        self
    }

    /// Limits the authorization to some of the requested scopes, separated by a space. The default is all of them.
    pub fn scopes(mut self, scopes: impl Into<String>) -> Self {
        self.scopes = Some(scopes.into());
        self
    }

    /// Adds a claim to the ID token. With a claim that the server sets itself, such as `sub`, the approval fails.
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }

    /// Returns the first claim that only the server may set.
    pub(in crate::authorization_server) fn reserved_claim(&self) -> Option<&str> {
        let mut names = self.claims.keys().map(String::as_str);
        names.find(|name| Self::RESERVED.contains(name))
    }
}
