//! Who is calling, as the handler sees it.

use std::fmt;
use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::Extensions;
use axum::http::request::Parts;
use garde::Validate;
use serde::de::DeserializeOwned;

use crate::claims::{NumericDate, Role, RoleSet, Scope, ScopeSet};
use crate::guard::Authorized;
use crate::token::{TokenError, VerifiedToken};

/// The authenticated caller of a `#[secured]` handler.
///
/// `Caller<MyClaims>` also decodes the token's claims into a type of yours and
/// validates them; a token whose claims do not fit is refused with 401
/// `invalid_token` before the handler's other arguments are looked at. The claims
/// of the registered names are there without one, by method.
///
/// # Examples
///
/// ```
/// use palisade::prelude::*;
///
/// #[derive(Clone, Deserialize, Validate)]
/// struct Tenancy {
///     #[garde(length(min = 1, max = 36))]
///     tenant: String,
/// }
///
/// #[secured(scopes = "orders:read")]
/// async fn show_tenant(caller: Caller<Tenancy>) -> String {
///     format!("{} of {}", caller.subject(), caller.claims().tenant)
/// }
/// ```
#[derive(Clone)]
pub struct Caller<C = NoClaims> {
    token: Arc<VerifiedToken>,
    claims: C,
}

/// Whom a token speaks for: the issuer and the subject together, never one alone.
///
/// RFC 7519 §4.1.2 makes `sub` unique within its issuer only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity<'a> {
    /// The `iss` claim.
    pub issuer: &'a str,
    /// The `sub` claim.
    pub subject: &'a str,
}

impl<C> Caller<C> {
    /// Whom the token speaks for; the only thing to compare callers by.
    pub fn identity(&self) -> Identity<'_> {
        Identity {
            issuer: self.token.issuer(),
            subject: self.token.subject(),
        }
    }

    /// The issuer, as `iss` says.
    pub fn issuer(&self) -> &str {
        self.token.issuer()
    }

    /// The subject, as `sub` says; two issuers may use the same one for different people.
    pub fn subject(&self) -> &str {
        self.token.subject()
    }

    /// The client through which the call comes, where the token says.
    pub fn client_id(&self) -> Option<&str> {
        self.token.client_id()
    }

    /// The token's identifier, where it has one.
    pub fn jti(&self) -> Option<&str> {
        self.token.jti()
    }

    /// The scopes that the token holds.
    pub fn scopes(&self) -> &ScopeSet {
        self.token.scopes()
    }

    /// Whether the token holds `scope`, for what a handler does beyond its declaration.
    pub fn has_scope(&self, scope: Scope) -> bool {
        self.token.scopes().contains(scope)
    }

    /// The roles that the token holds, from where its issuer's tokens carry them.
    pub fn roles(&self) -> &RoleSet {
        self.token.roles()
    }

    /// Whether the token holds `role`, for what a handler does beyond its declaration.
    pub fn has_role(&self, role: Role) -> bool {
        self.token.roles().contains(role)
    }

    /// When the token ends.
    pub fn expires_at(&self) -> NumericDate {
        self.token.expires_at()
    }

    /// The token, to be revoked for example.
    pub fn token(&self) -> &VerifiedToken {
        &self.token
    }

    /// The token's claims in the handler's own type.
    pub fn claims(&self) -> &C {
        &self.claims
    }
}

impl Caller {
    #[cfg(feature = "testing")]
    pub(crate) fn for_testing(token: Arc<VerifiedToken>) -> Self {
        Self {
            token,
            claims: NoClaims,
        }
    }

    /// The same caller with these roles and no others.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn with_roles<R: Into<Box<str>>>(mut self, roles: impl IntoIterator<Item = R>) -> Self {
        let token = VerifiedToken::clone(&self.token);
        self.token = Arc::new(token.with_roles_for_testing(roles.into_iter().collect()));
        self
    }

    /// The same caller with claims of your type.
    #[cfg(feature = "testing")]
    pub fn with_claims<C: CallerClaims>(self, claims: C) -> Caller<C> {
        Caller {
            token: self.token,
            claims,
        }
    }
}

/// The identity and nothing else: claims are not for logs.
impl<C> fmt::Debug for Caller<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Caller([redacted])")
    }
}

impl<C> Caller<C>
where
    C: CallerClaims,
{
    /// Decodes and validates the typed claims and leaves the caller for the extractor.
    pub(crate) fn admit(
        authorized: &Authorized,
        extensions: &mut Extensions,
    ) -> Result<(), TokenError> {
        if let Some(claims) = C::read(authorized.token())? {
            extensions.insert(Self {
                token: Arc::clone(authorized.token()),
                claims,
            });
        }
        Ok(())
    }
}

impl<S, C> FromRequestParts<S> for Caller<C>
where
    S: Sync,
    C: CallerClaims,
{
    type Rejection = NoCaller;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, NoCaller> {
        if let Some(caller) = parts.extensions.get::<Self>() {
            return Ok(caller.clone());
        }
        let authorized = parts.extensions.get::<Authorized>().ok_or(NoCaller)?;
        let claims = C::absent().ok_or(NoCaller)?;
        Ok(Self {
            token: Arc::clone(authorized.token()),
            claims,
        })
    }
}

/// Never reached: no handler may take an optional caller. It is there so that the
/// compiler says so at the argument, and not a second time at the route.
impl<S, C> OptionalFromRequestParts<S> for Caller<C>
where
    S: Sync,
    C: CallerClaims,
{
    type Rejection = NoCaller;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, NoCaller> {
        <Self as FromRequestParts<S>>::from_request_parts(parts, state)
            .await
            .map(Some)
    }
}

/// A [`Caller`] was asked for where the guard had not been.
///
/// A `#[secured]` handler never sees it; an extractor that is used outside one, or
/// asks for claims that the handler itself does not name, does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoCaller;

impl fmt::Display for NoCaller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no guard stood before this extractor, or not for these claims")
    }
}

impl std::error::Error for NoCaller {}

/// Claims of your own that a [`Caller`] can carry.
///
/// Every `Clone + Deserialize + garde::Validate` type is one. Registered claims and
/// members that the type does not name are allowed beside them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the claims of a `Caller`",
    label = "not a claims type",
    note = "help: `#[derive(Clone, Deserialize, Validate)]` on `{Self}`"
)]
pub trait CallerClaims: Clone + Send + Sync + 'static {
    /// The claims, where there are any to read.
    #[doc(hidden)]
    fn read(token: &VerifiedToken) -> Result<Option<Self>, TokenError>;

    /// The value that needs no token.
    #[doc(hidden)]
    fn absent() -> Option<Self> {
        None
    }
}

/// No claims beyond the registered ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoClaims;

impl CallerClaims for NoClaims {
    fn read(_: &VerifiedToken) -> Result<Option<Self>, TokenError> {
        Ok(None)
    }

    fn absent() -> Option<Self> {
        Some(Self)
    }
}

impl<C> CallerClaims for C
where
    C: DeserializeOwned + Validate<Context = ()> + Clone + Send + Sync + 'static,
{
    fn read(token: &VerifiedToken) -> Result<Option<Self>, TokenError> {
        let claims: Self =
            serde_json::from_slice(token.claims_json()).map_err(|_| TokenError::TypedClaims)?;
        claims.validate().map_err(|_| TokenError::TypedClaims)?;
        Ok(Some(claims))
    }
}

#[cfg(test)]
mod tests;
