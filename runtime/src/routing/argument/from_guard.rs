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

/// The caller of the guard that runs the handler; nothing in the request can replace it.
pub enum FromGuard {}

impl<S: Sync, C: CallerClaims> Extract<Caller<C>, S> for FromGuard {
    async fn extract(_: &mut Parts, _: &S, guard: &PassedGuard) -> Result<Caller<C>, Response> {
        guard
            .caller()
            .ok_or_else(|| NoCaller::OUTSIDE.into_response())
    }
}

impl<S: Sync, C: CallerClaims> ExtractLast<Caller<C>, S, ()> for FromGuard {
    async fn extract_last(_: Request, _: &S, guard: &PassedGuard) -> Result<Caller<C>, Response> {
        guard
            .caller()
            .ok_or_else(|| NoCaller::OUTSIDE.into_response())
    }
}

impl<S: Sync, C: CallerClaims> ExtractOptional<Caller<C>, S> for FromGuard {
    async fn extract_optional(
        _: &mut Parts,
        _: &S,
        guard: &PassedGuard,
    ) -> Result<Option<Caller<C>>, Response> {
        Ok(guard.caller())
    }
}

impl<S: Sync, C: CallerClaims> ExtractOptionalLast<Caller<C>, S, ()> for FromGuard {
    async fn extract_optional_last(
        _: Request,
        _: &S,
        guard: &PassedGuard,
    ) -> Result<Option<Caller<C>>, Response> {
        Ok(guard.caller())
    }
}

#[cfg(feature = "relying-party")]
impl<S: Sync> Extract<Login, S> for FromGuard {
    async fn extract(_: &mut Parts, _: &S, guard: &PassedGuard) -> Result<Login, Response> {
        let login = guard.login().cloned();
        login.ok_or_else(|| NoCaller::OUTSIDE.into_response())
    }
}

#[cfg(feature = "relying-party")]
impl<S: Sync> ExtractLast<Login, S, ()> for FromGuard {
    async fn extract_last(_: Request, _: &S, guard: &PassedGuard) -> Result<Login, Response> {
        let login = guard.login().cloned();
        login.ok_or_else(|| NoCaller::OUTSIDE.into_response())
    }
}

#[cfg(feature = "relying-party")]
impl<S: Sync> ExtractOptional<Login, S> for FromGuard {
    async fn extract_optional(
        _: &mut Parts,
        _: &S,
        guard: &PassedGuard,
    ) -> Result<Option<Login>, Response> {
        Ok(guard.login().cloned())
    }
}

#[cfg(feature = "relying-party")]
impl<S: Sync> ExtractOptionalLast<Login, S, ()> for FromGuard {
    async fn extract_optional_last(
        _: Request,
        _: &S,
        guard: &PassedGuard,
    ) -> Result<Option<Login>, Response> {
        Ok(guard.login().cloned())
    }
}
