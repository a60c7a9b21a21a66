//! The members of a JSON object from the provider, read by type.
//!
//! A member of the wrong type is an error, never "absent" (CVE-2026-25537); `null` is the wrong type.

use std::fmt;

use serde::Deserialize as _;
use serde_json::{Map, Value};

use crate::claims::{Audience, NumericDate};
use crate::text::is_forbidden_in_line;
use crate::token::TokenError;

/// The maximum length of `sub`, in bytes ([OpenID Connect Core §2]).
///
/// [OpenID Connect Core §2]: https://openid.net/specs/openid-connect-core-1_0.html#IDToken
const MAX_SUBJECT: usize = 255;

/// The members of a JSON object, with unique names.
#[derive(Clone, PartialEq)]
pub(crate) struct Members(Map<String, Value>);

impl Members {
    pub(crate) fn new(members: Map<String, Value>) -> Self {
        Self(members)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(crate) fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Returns a string without control characters, which is not empty.
    pub(crate) fn string(&self, name: &'static str) -> Result<Option<&str>, TokenError> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if is_identifier(text) => Ok(Some(text)),
            Some(_) => Err(TokenError::WrongClaim(name)),
        }
    }

    pub(crate) fn required_string(&self, name: &'static str) -> Result<&str, TokenError> {
        self.string(name)?.ok_or(TokenError::MissingClaim(name))
    }

    /// Returns `sub`.
    pub(crate) fn subject(&self) -> Result<&str, TokenError> {
        let subject = self.required_string("sub")?;
        if subject.len() > MAX_SUBJECT {
            return Err(TokenError::WrongClaim("sub"));
        }
        Ok(subject)
    }

    pub(crate) fn date(&self, name: &'static str) -> Result<Option<NumericDate>, TokenError> {
        let date = self.0.get(name).map(NumericDate::deserialize);
        date.transpose().map_err(|_| TokenError::WrongClaim(name))
    }

    pub(crate) fn required_date(&self, name: &'static str) -> Result<NumericDate, TokenError> {
        self.date(name)?.ok_or(TokenError::MissingClaim(name))
    }

    /// Returns `aud`.
    pub(crate) fn audience(&self) -> Result<Option<Audience>, TokenError> {
        let audience = self.0.get("aud").map(Audience::deserialize);
        audience
            .transpose()
            .map_err(|_| TokenError::WrongClaim("aud"))
    }

    /// Returns an array of strings.
    pub(crate) fn strings(&self, name: &'static str) -> Result<Vec<String>, TokenError> {
        let strings = match self.0.get(name) {
            None => return Ok(Vec::new()),
            Some(value) => Vec::<String>::deserialize(value),
        };
        strings.map_err(|_| TokenError::WrongClaim(name))
    }
}

fn is_identifier(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(is_forbidden_in_line)
}

/// Prints the number of members; the values are about a person.
impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Members({})", self.0.len())
    }
}
