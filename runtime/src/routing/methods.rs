//! `get`, `post` and their like, alone and chained.
//!
//! Written out, not by a macro: rustc would add to each message about a handler that
//! the error originates in it.

use axum::routing::MethodFilter;

use crate::routing::declared::{Declares, DeclaresAccess};
use crate::routing::endpoint::Endpoint;
use crate::routing::method_router::{MethodRouter, on};

/// A path's handler for `GET` and `HEAD`.
#[track_caller]
pub fn get<S, M, N, H: DeclaresAccess<N>>(handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
    M: 'static,
    <H::Handler as Declares>::Checked: Endpoint<H::Handler, S, M>,
{
    on(MethodFilter::GET, handler)
}

/// A path's handler for `HEAD`.
#[track_caller]
pub fn head<S, M, N, H: DeclaresAccess<N>>(handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
    M: 'static,
    <H::Handler as Declares>::Checked: Endpoint<H::Handler, S, M>,
{
    on(MethodFilter::HEAD, handler)
}

/// A path's handler for `POST`.
#[track_caller]
pub fn post<S, M, N, H: DeclaresAccess<N>>(handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
    M: 'static,
    <H::Handler as Declares>::Checked: Endpoint<H::Handler, S, M>,
{
    on(MethodFilter::POST, handler)
}

/// A path's handler for `PUT`.
#[track_caller]
pub fn put<S, M, N, H: DeclaresAccess<N>>(handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
    M: 'static,
    <H::Handler as Declares>::Checked: Endpoint<H::Handler, S, M>,
{
    on(MethodFilter::PUT, handler)
}

/// A path's handler for `PATCH`.
#[track_caller]
pub fn patch<S, M, N, H: DeclaresAccess<N>>(handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
    M: 'static,
    <H::Handler as Declares>::Checked: Endpoint<H::Handler, S, M>,
{
    on(MethodFilter::PATCH, handler)
}

/// A path's handler for `DELETE`.
#[track_caller]
pub fn delete<S, M, N, H: DeclaresAccess<N>>(handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
    M: 'static,
    <H::Handler as Declares>::Checked: Endpoint<H::Handler, S, M>,
{
    on(MethodFilter::DELETE, handler)
}

/// A path's handler for `OPTIONS`.
#[track_caller]
pub fn options<S, M, N, H: DeclaresAccess<N>>(handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
    M: 'static,
    <H::Handler as Declares>::Checked: Endpoint<H::Handler, S, M>,
{
    on(MethodFilter::OPTIONS, handler)
}

/// A path's handler for `TRACE`.
#[track_caller]
pub fn trace<S, M, N, H: DeclaresAccess<N>>(handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
    M: 'static,
    <H::Handler as Declares>::Checked: Endpoint<H::Handler, S, M>,
{
    on(MethodFilter::TRACE, handler)
}

/// A path's handler for `CONNECT`.
#[track_caller]
pub fn connect<S, M, N, H: DeclaresAccess<N>>(handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
    M: 'static,
    <H::Handler as Declares>::Checked: Endpoint<H::Handler, S, M>,
{
    on(MethodFilter::CONNECT, handler)
}
