//! `get`, `post` and their like, alone and chained.
//!
//! Written out, not by a macro: rustc would add to each message about a handler that
//! the error originates in it.

use axum::routing::MethodFilter;

use crate::routing::declared::Declared;
use crate::routing::endpoint::Endpoint;
use crate::routing::method_router::{MethodRouter, on};

/// A path's handler for `GET` and `HEAD`.
#[track_caller]
pub fn get<S, M, H>(handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
    M: 'static,
    H: Declared + 'static,
    H::Run: Endpoint<S, M>,
{
    on(MethodFilter::GET, handler)
}

/// A path's handler for `HEAD`.
#[track_caller]
pub fn head<S, M, H>(handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
    M: 'static,
    H: Declared + 'static,
    H::Run: Endpoint<S, M>,
{
    on(MethodFilter::HEAD, handler)
}

/// A path's handler for `POST`.
#[track_caller]
pub fn post<S, M, H>(handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
    M: 'static,
    H: Declared + 'static,
    H::Run: Endpoint<S, M>,
{
    on(MethodFilter::POST, handler)
}

/// A path's handler for `PUT`.
#[track_caller]
pub fn put<S, M, H>(handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
    M: 'static,
    H: Declared + 'static,
    H::Run: Endpoint<S, M>,
{
    on(MethodFilter::PUT, handler)
}

/// A path's handler for `PATCH`.
#[track_caller]
pub fn patch<S, M, H>(handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
    M: 'static,
    H: Declared + 'static,
    H::Run: Endpoint<S, M>,
{
    on(MethodFilter::PATCH, handler)
}

/// A path's handler for `DELETE`.
#[track_caller]
pub fn delete<S, M, H>(handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
    M: 'static,
    H: Declared + 'static,
    H::Run: Endpoint<S, M>,
{
    on(MethodFilter::DELETE, handler)
}

/// A path's handler for `OPTIONS`.
#[track_caller]
pub fn options<S, M, H>(handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
    M: 'static,
    H: Declared + 'static,
    H::Run: Endpoint<S, M>,
{
    on(MethodFilter::OPTIONS, handler)
}

/// A path's handler for `TRACE`.
#[track_caller]
pub fn trace<S, M, H>(handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
    M: 'static,
    H: Declared + 'static,
    H::Run: Endpoint<S, M>,
{
    on(MethodFilter::TRACE, handler)
}

/// A path's handler for `CONNECT`.
#[track_caller]
pub fn connect<S, M, H>(handler: H) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
    M: 'static,
    H: Declared + 'static,
    H::Run: Endpoint<S, M>,
{
    on(MethodFilter::CONNECT, handler)
}

/// # Panics
///
/// Each of these, where its method has a handler already.
impl<S> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// Adds a handler for `GET` and `HEAD`.
    #[track_caller]
    pub fn get<H, M>(self, handler: H) -> Self
    where
        H: Declared + 'static,
        H::Run: Endpoint<S, M>,
        M: 'static,
    {
        self.on(MethodFilter::GET, handler)
    }

    /// Adds a handler for `HEAD`.
    #[track_caller]
    pub fn head<H, M>(self, handler: H) -> Self
    where
        H: Declared + 'static,
        H::Run: Endpoint<S, M>,
        M: 'static,
    {
        self.on(MethodFilter::HEAD, handler)
    }

    /// Adds a handler for `POST`.
    #[track_caller]
    pub fn post<H, M>(self, handler: H) -> Self
    where
        H: Declared + 'static,
        H::Run: Endpoint<S, M>,
        M: 'static,
    {
        self.on(MethodFilter::POST, handler)
    }

    /// Adds a handler for `PUT`.
    #[track_caller]
    pub fn put<H, M>(self, handler: H) -> Self
    where
        H: Declared + 'static,
        H::Run: Endpoint<S, M>,
        M: 'static,
    {
        self.on(MethodFilter::PUT, handler)
    }

    /// Adds a handler for `PATCH`.
    #[track_caller]
    pub fn patch<H, M>(self, handler: H) -> Self
    where
        H: Declared + 'static,
        H::Run: Endpoint<S, M>,
        M: 'static,
    {
        self.on(MethodFilter::PATCH, handler)
    }

    /// Adds a handler for `DELETE`.
    #[track_caller]
    pub fn delete<H, M>(self, handler: H) -> Self
    where
        H: Declared + 'static,
        H::Run: Endpoint<S, M>,
        M: 'static,
    {
        self.on(MethodFilter::DELETE, handler)
    }

    /// Adds a handler for `OPTIONS`.
    #[track_caller]
    pub fn options<H, M>(self, handler: H) -> Self
    where
        H: Declared + 'static,
        H::Run: Endpoint<S, M>,
        M: 'static,
    {
        self.on(MethodFilter::OPTIONS, handler)
    }

    /// Adds a handler for `TRACE`.
    #[track_caller]
    pub fn trace<H, M>(self, handler: H) -> Self
    where
        H: Declared + 'static,
        H::Run: Endpoint<S, M>,
        M: 'static,
    {
        self.on(MethodFilter::TRACE, handler)
    }

    /// Adds a handler for `CONNECT`.
    #[track_caller]
    pub fn connect<H, M>(self, handler: H) -> Self
    where
        H: Declared + 'static,
        H::Run: Endpoint<S, M>,
        M: 'static,
    {
        self.on(MethodFilter::CONNECT, handler)
    }
}
