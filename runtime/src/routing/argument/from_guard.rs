//! The caller or the login of the guard that runs the handler.

use axum::extract::Request;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use crate::guard::{Caller, CallerClaims, NoCaller};
use crate::routing::argument::extraction::{
    Extract, ExtractLast, ExtractOptional, ExtractOptionalLast,
};
use crate::routing::passed_guard::PassedGuard;
#[cfg(feature = "relying-party")]
use crate::session::Login;

/// An argument of the guard that runs the handler; nothing in the request can replace it.
pub enum FromGuard {}

/// A value that the guard has, if it has authorized such a sender.
pub(super) trait OfGuard: Sized {
    fn of(guard: &PassedGuard) -> Option<Self>;
}

impl<C: CallerClaims> OfGuard for Caller<C> {
    fn of(guard: &PassedGuard) -> Option<Self> {
        guard.caller()
    }
}

#[cfg(feature = "relying-party")]
impl OfGuard for Login {
    fn of(guard: &PassedGuard) -> Option<Self> {
        guard.login().cloned()
    }
}

impl<S: Sync, T: OfGuard> Extract<T, S> for FromGuard {
    async fn extract(_: &mut Parts, _: &S, guard: &PassedGuard) -> Result<T, Response> {
        T::of(guard).ok_or_else(|| NoCaller::OUTSIDE.into_response())
    }
}

impl<S: Sync, T: OfGuard> ExtractLast<T, S, ()> for FromGuard {
    async fn extract_last(_: Request, _: &S, guard: &PassedGuard) -> Result<T, Response> {
        T::of(guard).ok_or_else(|| NoCaller::OUTSIDE.into_response())
    }
}

impl<S: Sync, T: OfGuard> ExtractOptional<T, S> for FromGuard {
    async fn extract_optional(
        _: &mut Parts,
        _: &S,
        guard: &PassedGuard,
    ) -> Result<Option<T>, Response> {
        Ok(T::of(guard))
    }
}

impl<S: Sync, T: OfGuard> ExtractOptionalLast<T, S, ()> for FromGuard {
    async fn extract_optional_last(
        _: Request,
        _: &S,
        guard: &PassedGuard,
    ) -> Result<Option<T>, Response> {
        Ok(T::of(guard))
    }
}
