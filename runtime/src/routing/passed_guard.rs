//! The permission to run a handler, which only the guard of a route gives.

#[cfg(feature = "ws")]
use std::pin::Pin;
use std::sync::Arc;

use crate::audit::{Principal, RequestId};
#[cfg(feature = "ws")]
use crate::guard::NoClaims;
use crate::guard::{Authorized, Caller, CallerClaims, DecodedClaims, SharedProof, TicketIssuer};
use crate::input::BodyWait;
use crate::policy::Limits;
use crate::routing::guard_extensions::GuardExtensions;
#[cfg(feature = "relying-party")]
use crate::session::Login;

/// The permission to run a handler, and the caller; only the guard of a
/// [`SecureRouter`](crate::SecureRouter) has one.
///
/// Generated code names it, as `palisade::__private::PassedGuard`, but cannot create one:
///
/// ```compile_fail,E0451
/// use palisade::__private::PassedGuard;
///
/// fn guard() -> PassedGuard {
///     PassedGuard { authorized: None }
/// }
/// ```
///
/// No public module has its name, so that no other code can implement a trait that extracts arguments or
/// runs a handler: with a marker or a state of its own, such an impl would replace the checks.
///
/// ```compile_fail,E0432
/// use palisade::rules::PassedGuard;
/// ```
pub struct PassedGuard {
    /// `None` for a public handler, and for a request with a session.
    authorized: Option<Authorized>,
    extensions: GuardExtensions,
    /// For a handler with a `Tickets` argument.
    ticket_issuer: Option<Arc<TicketIssuer>>,
    body_wait: BodyWait,
    request_id: Option<RequestId>,
    /// For a request with a session.
    #[cfg(feature = "relying-party")]
    login: Option<Login>,
}

impl PassedGuard {
    pub(super) const fn new(
        authorized: Option<Authorized>,
        extensions: GuardExtensions,
        body_wait: BodyWait,
        request_id: Option<RequestId>,
    ) -> Self {
        Self {
            authorized,
            extensions,
            body_wait,
            request_id,
            ticket_issuer: None,
            #[cfg(feature = "relying-party")]
            login: None,
        }
    }

    /// Returns the permission to run a handler for the person of a session.
    #[cfg(feature = "relying-party")]
    pub(super) fn with_login(self, login: Login) -> Self {
        Self {
            login: Some(login),
            ..self
        }
    }

    /// Returns the permission to run a handler that issues tickets.
    pub(super) fn with_ticket_issuer(self, issuer: TicketIssuer) -> Self {
        Self {
            ticket_issuer: Some(Arc::new(issuer)),
            ..self
        }
    }

    /// Returns the same permission, for inner layers between the guard and its handler.
    pub(super) fn duplicate(&self) -> Self {
        Self {
            authorized: self.authorized.clone(),
            extensions: self.extensions.clone(),
            ticket_issuer: self.ticket_issuer.clone(),
            body_wait: self.body_wait.clone(),
            request_id: self.request_id.clone(),
            #[cfg(feature = "relying-party")]
            login: self.login.clone(),
        }
    }

    /// Returns the extensions of the handler's request.
    pub(super) fn extensions(&self) -> &GuardExtensions {
        &self.extensions
    }

    /// Returns the limits of the handler.
    pub(super) fn limits(&self) -> &'static Limits {
        self.extensions.limits
    }

    /// Returns the time for which the request's body is waited for.
    pub(super) fn body_wait(&self) -> &BodyWait {
        &self.body_wait
    }

    /// Returns the id of the request, if it has one.
    pub(super) fn request_id(&self) -> Option<&RequestId> {
        self.request_id.as_ref()
    }

    /// Returns the caller with the claims `C`, if the handler is secured and has such an argument.
    pub(super) fn caller<C: CallerClaims>(&self) -> Option<Caller<C>> {
        self.authorized.as_ref()?.caller()
    }

    /// Returns the person of the session, if a session has authorized the request.
    #[cfg(feature = "relying-party")]
    pub(super) fn login(&self) -> Option<&Login> {
        self.login.as_ref()
    }

    /// Returns the issuer of tickets, for a handler with such an argument.
    pub(super) fn ticket_issuer(&self) -> Option<&Arc<TicketIssuer>> {
        self.ticket_issuer.as_ref()
    }

    /// Takes the decoded claims, which are types of the API.
    pub(super) fn take_claims(&mut self) -> Option<(DecodedClaims, Option<SharedProof>)> {
        let claims = self.authorized.as_mut()?.take_claims();
        Some((claims, self.extensions.shared.take()))
    }

    /// Returns a future that completes when the token expires or the session ends, unless the handler is public.
    #[cfg(feature = "ws")]
    pub(super) fn expired(&self) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        #[cfg(feature = "relying-party")]
        if let Some(login) = &self.login {
            return Some(login.ended());
        }
        let caller = self.caller::<NoClaims>()?;
        Some(caller.expired())
    }

    /// Returns the authenticated sender of the request, unless the handler is public.
    pub(super) fn principal(&self) -> Option<Principal<'_>> {
        #[cfg(feature = "relying-party")]
        if let Some(login) = &self.login {
            return Some(Principal::Login(login));
        }
        let token = self.authorized.as_ref().map(Authorized::token);
        token.map(|token| Principal::Token(token))
    }
}
