//! The permission to run a handler, which only the guard of a route gives.

use std::sync::Arc;

use crate::guard::{Authorized, Caller, CallerClaims, DecodedClaims};
use crate::token::VerifiedToken;

/// The permission to run a handler, and the caller; only the guard of a
/// [`SecureRouter`](crate::SecureRouter) has one.
///
/// [`Endpoint`](crate::rules::Endpoint) is public because the attributes implement it. Without this argument, code in any
/// module could run a secured handler on a request that no guard has seen:
///
/// ```compile_fail,E0451
/// use axum::extract::Request;
/// use axum::response::Response;
/// use palisade::rules::{Checked, DeclaredHandler, Endpoint, PassedGuard};
///
/// async fn run<H, M>(_: impl Fn() -> DeclaredHandler<H>, mut request: Request) -> Response
/// where
///     Checked<true>: Endpoint<H, (), M>,
/// {
///     let guard = PassedGuard { authorized: None };
///     <Checked<true> as Endpoint<H, (), M>>::call(&mut request, (), &guard).await
/// }
/// ```
pub struct PassedGuard {
    /// `None` for a public handler.
    authorized: Option<Authorized>,
}

impl PassedGuard {
    pub(super) const fn public() -> Self {
        Self { authorized: None }
    }

    pub(super) const fn authorized(authorized: Authorized) -> Self {
        Self {
            authorized: Some(authorized),
        }
    }

    /// Returns the caller with the claims `C`, if the handler is secured and has such an argument.
    pub(super) fn caller<C: CallerClaims>(&self) -> Option<Caller<C>> {
        self.authorized.as_ref()?.caller()
    }

    /// Takes the decoded claims, which are types of the API.
    pub(super) fn take_claims(&mut self) -> Option<DecodedClaims> {
        self.authorized.as_mut().map(Authorized::take_claims)
    }

    /// Returns the token, unless the handler is public.
    pub(super) fn token(&self) -> Option<&VerifiedToken> {
        self.authorized
            .as_ref()
            .map(Authorized::token)
            .map(Arc::as_ref)
    }
}
