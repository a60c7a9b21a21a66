//! The authenticated caller, as an extractor.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use futures_core::Stream;
use garde::Validate;
use serde::de::DeserializeOwned;

use crate::claims::{NumericDate, Role, RoleSet, Scope, ScopeSet};
#[cfg(feature = "testing")]
use crate::clock::SystemClock;
use crate::clock::{Clock, SharedClock};
use crate::input::decode_claims;
use crate::token::{TokenError, VerifiedToken};
use crate::until::Until;

/// The authenticated caller of a `#[secured]` handler.
///
/// The methods return the registered claims. `Caller<MyClaims>` also decodes the token's claims
/// into your type and validates them. If that fails, the request is refused with 401
/// `invalid_token` before any other argument is extracted.
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
///
/// Only the guard creates a caller; its fields are private:
///
/// ```compile_fail,E0451
/// use palisade::prelude::*;
///
/// fn forge(other: Caller) -> Caller {
///     Caller { ..other }
/// }
/// ```
#[derive(Clone)]
pub struct Caller<C = NoClaims> {
    token: Arc<VerifiedToken>,
    clock: SharedClock,
    claims: C,
}

/// The issuer and the subject of a token, which identify a user only together.
///
/// `sub` is unique within its issuer ([RFC 7519 §4.1.2]).
///
/// [RFC 7519 §4.1.2]: https://www.rfc-editor.org/rfc/rfc7519#section-4.1.2
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity<'a> {
    /// The `iss` claim.
    pub issuer: &'a str,
    /// The `sub` claim.
    pub subject: &'a str,
}

impl<C> Caller<C> {
    pub(super) fn new(token: Arc<VerifiedToken>, clock: Arc<dyn Clock>, claims: C) -> Self {
        Self {
            token,
            clock: SharedClock(clock),
            claims,
        }
    }

    /// Returns the issuer and the subject.
    ///
    /// # Security
    ///
    /// Compare callers by their identity, never by the subject alone.
    pub fn identity(&self) -> Identity<'_> {
        Identity {
            issuer: self.token.issuer(),
            subject: self.token.subject(),
        }
    }

    /// Returns the issuer, from the `iss` claim.
    pub fn issuer(&self) -> &str {
        self.token.issuer()
    }

    /// Returns the subject, from the `sub` claim.
    ///
    /// Two issuers may use the same subject for different users; see [`identity`](Self::identity).
    pub fn subject(&self) -> &str {
        self.token.subject()
    }

    /// Returns the OAuth client that the token was issued to, if the token names it.
    pub fn client_id(&self) -> Option<&str> {
        self.token.client_id()
    }

    /// Returns the identifier of the token, from the `jti` claim.
    pub fn jti(&self) -> Option<&str> {
        self.token.jti()
    }

    /// Returns the scopes of the token.
    pub fn scopes(&self) -> &ScopeSet {
        self.token.scopes()
    }

    /// Returns whether the token has `scope`, or a broader one that [implies it](Scope::implied_by).
    ///
    /// The declaration already checks the required scopes; use this for decisions in the handler. It answers
    /// as `#[secured(scopes = …)]` does. For the scope itself, use [`ScopeSet::contains`].
    pub fn has_scope(&self, scope: Scope) -> bool {
        self.token.scopes().permits(scope)
    }

    /// Returns the roles of the token, from the claim that is configured for its issuer.
    pub fn roles(&self) -> &RoleSet {
        self.token.roles()
    }

    /// Returns whether the token has `role`.
    ///
    /// The declaration already checks the required roles; use this for decisions in the handler.
    pub fn has_role(&self, role: Role) -> bool {
        self.token.roles().contains(role)
    }

    /// Returns the expiration time of the token, from the `exp` claim.
    pub fn expires_at(&self) -> NumericDate {
        self.token.expires_at()
    }

    /// Returns a future that completes when the token expires, by the clock of the server.
    ///
    /// The guard checks the token once, when the request arrives. A response or a connection that lasts
    /// longer ends with the token. The skew that the guard tolerates does not apply here. A revocation does
    /// not complete the future.
    ///
    /// # Examples
    ///
    /// ```
    /// use palisade::prelude::*;
    ///
    /// #[secured(scopes = "jobs:run")]
    /// async fn run_job(caller: Caller) -> StatusCode {
    ///     tokio::select! {
    ///         () = work() => StatusCode::OK,
    ///         () = caller.expired() => StatusCode::GATEWAY_TIMEOUT,
    ///     }
    /// }
    /// # async fn work() {}
    /// ```
    pub fn expired(&self) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Arc::clone(&self.clock.0).wait_until(self.expires_at())
    }

    /// Returns the stream, which ends when the token [expires](Self::expired).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::convert::Infallible;
    ///
    /// use axum::response::sse::{Event, Sse};
    /// use futures_util::{Stream, stream};
    /// use palisade::prelude::*;
    ///
    /// #[secured(scopes = "orders:read")]
    /// async fn order_events(caller: Caller) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    ///     Sse::new(caller.until_expired(stream::pending()))
    /// }
    /// ```
    pub fn until_expired<S: Stream>(&self, stream: S) -> impl Stream<Item = S::Item> + use<C, S> {
        Until::new(stream, self.expired())
    }

    /// Returns the token, for example to revoke it.
    pub fn token(&self) -> &VerifiedToken {
        &self.token
    }

    /// Returns the typed claims.
    pub fn claims(&self) -> &C {
        &self.claims
    }
}

impl Caller {
    #[cfg(feature = "testing")]
    pub(crate) fn for_testing(token: Arc<VerifiedToken>) -> Self {
        Self::new(token, Arc::new(SystemClock), NoClaims)
    }

    /// Returns the same caller with exactly these roles.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn with_roles<R: AsRef<str>>(mut self, roles: impl IntoIterator<Item = R>) -> Self {
        let token = VerifiedToken::clone(&self.token);
        self.token = Arc::new(token.with_roles_for_testing(roles.into_iter().collect()));
        self
    }

    /// Returns the same caller with typed claims.
    #[cfg(feature = "testing")]
    pub fn with_claims<C: CallerClaims>(self, claims: C) -> Caller<C> {
        Caller::new(self.token, self.clock.0, claims)
    }
}

/// Redacts the token: its claims do not belong in logs.
impl<C> fmt::Debug for Caller<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Caller([redacted])")
    }
}

/// Typed claims of a [`Caller`].
///
/// Every `Clone + Deserialize + garde::Validate` type implements it. Claims that the type does not
/// name are ignored. No other crate can implement it, because the type of a hidden item is private: the
/// claims could differ from those that the guard has verified.
///
/// ```compile_fail,E0046
/// use palisade::{CallerClaims, TokenError, VerifiedToken};
///
/// #[derive(Clone)]
/// struct Admin;
///
/// impl CallerClaims for Admin {
///     fn decode(_: &VerifiedToken) -> Result<Option<Self>, TokenError> {
///         Ok(Some(Self))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the claims of a `Caller`",
    label = "not a claims type",
    note = "help: `#[derive(Clone, Deserialize, Validate)]` on `{Self}`"
)]
pub trait CallerClaims: Clone + Send + Sync + 'static {
    /// Decodes and validates the claims; `None` if the type reads none.
    #[doc(hidden)]
    fn decode(token: &VerifiedToken) -> Result<Option<Self>, TokenError>;

    /// Returns the value that requires no decoding, if the type has one.
    #[doc(hidden)]
    fn without_decoding() -> Option<Self> {
        None
    }

    #[doc(hidden)]
    const SEALED: Sealed;
}

/// No other crate can name it.
pub struct Sealed;

/// The default claims of a [`Caller`]: none beyond the registered ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoClaims;

impl CallerClaims for NoClaims {
    const SEALED: Sealed = Sealed;

    fn decode(_: &VerifiedToken) -> Result<Option<Self>, TokenError> {
        Ok(None)
    }

    fn without_decoding() -> Option<Self> {
        Some(Self)
    }
}

impl<C> CallerClaims for C
where
    C: DeserializeOwned + Validate<Context = ()> + Clone + Send + Sync + 'static,
{
    const SEALED: Sealed = Sealed;

    fn decode(token: &VerifiedToken) -> Result<Option<Self>, TokenError> {
        let claims: Self = decode_claims(token.claims_json()).ok_or(TokenError::TypedClaims)?;
        claims.validate().map_err(|_| TokenError::TypedClaims)?;
        Ok(Some(claims))
    }
}

#[cfg(test)]
mod tests;
