//! The functions `get`, `post` and so on, which start a method router.
//!
//! They are written out: for functions of a macro, rustc would add to every message about a handler
//! that the error originates in the macro.

use axum::routing::MethodFilter;

use crate::routing::declared::DeclaresAccess;
use crate::routing::method_router::{SecureMethodRouter, on};
use crate::routing::runs_with_state::RunsWithState;

/// Routes `GET` and `HEAD` requests to a declared handler.
#[track_caller]
pub fn get<S, M, N, H: DeclaresAccess<N, Handler: RunsWithState<S, M>>>(
    handler: H,
) -> SecureMethodRouter<S>
where
    S: Send + Sync + 'static,
    M: 'static,
{
    on(MethodFilter::GET, handler)
}

/// Routes `HEAD` requests to a declared handler.
#[track_caller]
pub fn head<S, M, N, H: DeclaresAccess<N, Handler: RunsWithState<S, M>>>(
    handler: H,
) -> SecureMethodRouter<S>
where
    S: Send + Sync + 'static,
    M: 'static,
{
    on(MethodFilter::HEAD, handler)
}

/// Routes `POST` requests to a declared handler.
#[track_caller]
pub fn post<S, M, N, H: DeclaresAccess<N, Handler: RunsWithState<S, M>>>(
    handler: H,
) -> SecureMethodRouter<S>
where
    S: Send + Sync + 'static,
    M: 'static,
{
    on(MethodFilter::POST, handler)
}

/// Routes `PUT` requests to a declared handler.
#[track_caller]
pub fn put<S, M, N, H: DeclaresAccess<N, Handler: RunsWithState<S, M>>>(
    handler: H,
) -> SecureMethodRouter<S>
where
    S: Send + Sync + 'static,
    M: 'static,
{
    on(MethodFilter::PUT, handler)
}

/// Routes `PATCH` requests to a declared handler.
#[track_caller]
pub fn patch<S, M, N, H: DeclaresAccess<N, Handler: RunsWithState<S, M>>>(
    handler: H,
) -> SecureMethodRouter<S>
where
    S: Send + Sync + 'static,
    M: 'static,
{
    on(MethodFilter::PATCH, handler)
}

/// Routes `DELETE` requests to a declared handler.
#[track_caller]
pub fn delete<S, M, N, H: DeclaresAccess<N, Handler: RunsWithState<S, M>>>(
    handler: H,
) -> SecureMethodRouter<S>
where
    S: Send + Sync + 'static,
    M: 'static,
{
    on(MethodFilter::DELETE, handler)
}

/// Routes `OPTIONS` requests to a declared handler.
#[track_caller]
pub fn options<S, M, N, H: DeclaresAccess<N, Handler: RunsWithState<S, M>>>(
    handler: H,
) -> SecureMethodRouter<S>
where
    S: Send + Sync + 'static,
    M: 'static,
{
    on(MethodFilter::OPTIONS, handler)
}

/// Routes `TRACE` requests to a declared handler.
#[track_caller]
pub fn trace<S, M, N, H: DeclaresAccess<N, Handler: RunsWithState<S, M>>>(
    handler: H,
) -> SecureMethodRouter<S>
where
    S: Send + Sync + 'static,
    M: 'static,
{
    on(MethodFilter::TRACE, handler)
}

/// Routes `CONNECT` requests to a declared handler.
#[track_caller]
pub fn connect<S, M, N, H: DeclaresAccess<N, Handler: RunsWithState<S, M>>>(
    handler: H,
) -> SecureMethodRouter<S>
where
    S: Send + Sync + 'static,
    M: 'static,
{
    on(MethodFilter::CONNECT, handler)
}
