//! The response of a token endpoint ([RFC 6749 §5.1]).
//!
//! [RFC 6749 §5.1]: https://www.rfc-editor.org/rfc/rfc6749#section-5.1

#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use serde_json::Value;
use zeroize::Zeroize as _;

use crate::claims::{NumericDate, ScopeSet};
use crate::json;
use crate::relying_party::endpoint_error::EndpointError;
use crate::secret::Secret;
use crate::text::is_b64token_byte;

/// The maximum length of a token, in bytes: more does not fit into the headers that servers accept.
const MAX_TOKEN_LEN: usize = 16 * 1024;

/// The lifetime of an access token whose response states none.
const ASSUMED_LIFETIME: Duration = Duration::from_mins(5);

/// The time after which an access token is not used any more, whatever its response states.
const MAX_LIFETIME: Duration = Duration::from_hours(24);

/// The tokens of a response, which was checked.
pub struct TokenResponse {
    access_token: Secret,
    expires_at: NumericDate,
    refresh_token: Option<Secret>,
    id_token: Option<Secret>,
    scopes: ScopeSet,
}

/// A refresh token in a response that was rejected.
pub(crate) struct RotatedToken {
    pub(crate) refresh_token: Secret,
    /// Whether the response has an ID token, which was not validated.
    pub(crate) has_id_token: bool,
}

/// Omits the token.
impl fmt::Debug for RotatedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RotatedToken").finish_non_exhaustive()
    }
}

impl TokenResponse {
    /// Reads the body of a response. The scopes are the requested ones if the response names none.
    ///
    /// # Errors
    ///
    /// Returns [`EndpointError::Malformed`] if a member is missing, malformed or duplicate, or the token is not
    /// a bearer token.
    pub(crate) fn read(
        json: &[u8],
        requested: &ScopeSet,
        requested_at: NumericDate,
    ) -> Result<Self, EndpointError> {
        let members = json::parse(json).map_err(|error| json::describe(json, &error));
        let mut members = Members(members.map_err(malformed)?);
        if !members.0.is_object() {
            return Err(malformed("it is not a JSON object"));
        }
        let token_type = members.text("token_type")?;
        let token_type = token_type.ok_or_else(|| malformed("it has no `token_type`"))?;
        // RFC 6749 §5.1: case-insensitive
        if !token_type.expose().eq_ignore_ascii_case(b"Bearer") {
            return Err(malformed("its `token_type` is not `Bearer`"));
        }
        let access_token = members.token("access_token")?;
        let access_token = access_token.ok_or_else(|| malformed("it has no `access_token`"))?;
        // RFC 6750 §2.1: only such a token can be sent
        if !is_b64token(access_token.expose()) {
            return Err(malformed("its `access_token` is not a bearer token"));
        }
        let lifetime = members.lifetime()?.unwrap_or(ASSUMED_LIFETIME);
        Ok(Self {
            access_token,
            expires_at: requested_at.saturating_add(lifetime.min(MAX_LIFETIME)),
            refresh_token: members.token("refresh_token")?,
            id_token: members.token("id_token")?,
            scopes: members.scopes()?.unwrap_or_else(|| requested.clone()),
        })
    }

    /// Returns the refresh token of a response that was rejected, if it can be found.
    ///
    /// The provider may have replaced the former one, whatever else is wrong with its response. Duplicate members and
    /// those of another type do not matter here: the token is sent to the token endpoint of this provider only.
    pub(crate) fn rotated(json: &[u8]) -> Option<RotatedToken> {
        let mut members = Members(serde_json::from_slice(json).ok()?);
        let has_id_token = members
            .0
            .get("id_token")
            .is_some_and(|token| !token.is_null());
        let refresh_token = members.token("refresh_token").ok()??;
        Some(RotatedToken {
            refresh_token,
            has_id_token,
        })
    }

    /// Returns the access token.
    pub(crate) fn access_token(&self) -> &Secret {
        &self.access_token
    }

    /// Returns the refresh token, if the provider issued one.
    pub(crate) fn refresh_token(&self) -> Option<&Secret> {
        self.refresh_token.as_ref()
    }

    /// Returns the ID token, which is not validated yet.
    pub(crate) fn unverified_id_token(&self) -> Option<&Secret> {
        self.id_token.as_ref()
    }

    /// Returns when the access token expires: at most 24 hours after the request, and 5 minutes after it if
    /// the response does not say.
    pub fn expires_at(&self) -> NumericDate {
        self.expires_at
    }

    /// Returns the granted scopes: the requested ones, or fewer.
    pub fn scopes(&self) -> &ScopeSet {
        &self.scopes
    }
}

/// Omits the tokens.
impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenResponse")
            .field("expires_at", &self.expires_at)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// The members of a response; their texts are zeroized when they are dropped.
struct Members(Value);

impl Members {
    /// Takes a member out that must be a string if it is present and not null.
    fn text(&mut self, name: &str) -> Result<Option<Secret>, EndpointError> {
        match self.0.get_mut(name).map(Value::take) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(Secret::new(text))),
            Some(mut other) => {
                zeroize(&mut other);
                Err(malformed(format!("its `{name}` is not a string")))
            }
        }
    }

    /// Takes a token out: 1 to 16,384 printable ASCII characters (RFC 6749 appendix A.12, A.17).
    fn token(&mut self, name: &str) -> Result<Option<Secret>, EndpointError> {
        let token = self.text(name)?;
        let is_valid = token.as_ref().is_none_or(|token| {
            (1..=MAX_TOKEN_LEN).contains(&token.len())
                && token
                    .expose()
                    .iter()
                    .all(|byte| matches!(byte, b' '..=b'~'))
        });
        let invalid = || {
            malformed(format!(
                "its `{name}` is not 1 to {MAX_TOKEN_LEN} printable ASCII characters"
            ))
        };
        if is_valid { Ok(token) } else { Err(invalid()) }
    }

    fn lifetime(&self) -> Result<Option<Duration>, EndpointError> {
        let seconds = match self.0.get("expires_in") {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Number(number)) => number.as_f64().filter(|seconds| *seconds >= 1.0),
            Some(_) => None,
        };
        let lifetime = seconds.map(|seconds| seconds.min(MAX_LIFETIME.as_secs_f64()));
        let lifetime = lifetime.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let invalid = || malformed("its `expires_in` is not a number of seconds, at least 1");
        lifetime.ok_or_else(invalid).map(Some)
    }

    fn scopes(&mut self) -> Result<Option<ScopeSet>, EndpointError> {
        let Some(text) = self.text("scope")? else {
            return Ok(None);
        };
        let scopes = str::from_utf8(text.expose()).ok().map(ScopeSet::parse);
        match scopes {
            Some(Ok(scopes)) => Ok(Some(scopes)),
            _ => Err(malformed("its `scope` is not a list of scopes")),
        }
    }
}

impl Drop for Members {
    fn drop(&mut self) {
        zeroize(&mut self.0);
    }
}

/// Zeroizes every string of a value.
fn zeroize(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(elements) => elements.iter_mut().for_each(zeroize),
        Value::Object(members) => members.values_mut().for_each(zeroize),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn is_b64token(token: &[u8]) -> bool {
    let end = token.iter().rposition(|byte| *byte != b'=');
    let body = end.and_then(|end| token.get(..=end)).unwrap_or_default();
    !body.is_empty() && body.iter().copied().all(is_b64token_byte)
}

fn malformed(problem: impl Into<String>) -> EndpointError {
    EndpointError::Malformed {
        problem: problem.into(),
    }
}
