//! The claims of a validated ID token.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::claims::{Audience, NumericDate};
use crate::relying_party::members::Members;
use crate::token::TokenError;

/// The claims of a validated ID token ([OpenID Connect Core §2]).
///
/// A user is identified by [issuer](Self::issuer) *and* [subject](Self::subject) together: another issuer may use the
/// same subject for another user. An e-mail address is not an identifier.
///
/// [OpenID Connect Core §2]: https://openid.net/specs/openid-connect-core-1_0.html#IDToken
#[derive(Clone, PartialEq)]
pub struct IdTokenClaims {
    issuer: Box<str>,
    subject: Box<str>,
    audience: Audience,
    authorized_party: Option<Box<str>>,
    issued_at: NumericDate,
    expires_at: NumericDate,
    authenticated_at: Option<NumericDate>,
    acr: Option<Box<str>>,
    amr: Vec<String>,
    session_id: Option<Box<str>>,
    members: Members,
}

impl IdTokenClaims {
    /// Reads the claims that every ID token has, and the optional ones; nothing is checked but their types.
    ///
    /// # Errors
    ///
    /// Returns [`TokenError::MissingClaim`] or [`TokenError::WrongClaim`].
    pub(in crate::relying_party) fn read(members: Members) -> Result<Self, TokenError> {
        let audience = members.audience()?;
        let claims = Self {
            issuer: members.required_string("iss")?.into(),
            subject: members.subject()?.into(),
            audience: audience.ok_or(TokenError::MissingClaim("aud"))?,
            authorized_party: members.string("azp")?.map(Into::into),
            issued_at: members.required_date("iat")?,
            expires_at: members.required_date("exp")?,
            authenticated_at: members.date("auth_time")?,
            acr: members.string("acr")?.map(Into::into),
            amr: members.strings("amr")?,
            session_id: members.string("sid")?.map(Into::into),
            members,
        };
        Ok(claims)
    }

    /// Returns `iss`: the provider.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Returns `sub`: the user at this provider.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Returns `aud`: this client, and audiences that the client trusts.
    pub fn audience(&self) -> &Audience {
        &self.audience
    }

    /// Returns `azp`: this client, if the provider names it.
    pub fn authorized_party(&self) -> Option<&str> {
        self.authorized_party.as_deref()
    }

    /// Returns `iat`.
    pub fn issued_at(&self) -> NumericDate {
        self.issued_at
    }

    /// Returns `exp`: the time until which the token could be validated. A session may last longer.
    pub fn expires_at(&self) -> NumericDate {
        self.expires_at
    }

    /// Returns `auth_time`: when the user authenticated.
    pub fn authenticated_at(&self) -> Option<NumericDate> {
        self.authenticated_at
    }

    /// Returns `acr`: the class of the authentication.
    pub fn acr(&self) -> Option<&str> {
        self.acr.as_deref()
    }

    /// Returns `amr`: the methods of the authentication.
    pub fn amr(&self) -> impl Iterator<Item = &str> {
        self.amr.iter().map(String::as_str)
    }

    /// Returns `sid`: the session at the provider, which a logout token may name.
    pub fn session_id(&self) -> Option<&str> {
        self.session_id.as_deref()
    }

    /// Returns any claim as JSON.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    /// Deserializes the claims into a type of the application, for example to read `name` and `email`.
    ///
    /// # Errors
    ///
    /// Returns [`TokenError::TypedClaims`] if they do not match the type.
    pub fn deserialize<T: DeserializeOwned>(&self) -> Result<T, TokenError> {
        let members = Value::Object(self.members.as_map().clone());
        T::deserialize(members).map_err(|_| TokenError::TypedClaims)
    }

    /// Returns all claims.
    pub(in crate::relying_party) fn all(&self) -> &Map<String, Value> {
        self.members.as_map()
    }

    pub(super) fn members(&self) -> &Members {
        &self.members
    }
}

/// Prints no claim.
impl fmt::Debug for IdTokenClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdTokenClaims").finish_non_exhaustive()
    }
}
