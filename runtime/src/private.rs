//! What generated code names. Not public: it changes with every release.

use axum::response::IntoResponse;

pub use axum::extract::{FromRequest, FromRequestParts, Request};
pub use axum::http::Extensions;
pub use axum::response::Response;
pub use garde;
pub use std::future::Future;

pub use crate::claims::Scope;
pub use crate::input::__private::*;
pub use crate::policy::{Access, Declaration, Requirement};
pub use crate::routing::__private::*;
pub use crate::token::TokenError;

/// Proves that a handler with access `A` may take `T`.
pub const fn argument<A, T: Argument<A>>() {}

/// Proves that `T` may stand before another argument.
pub const fn argument_before_last<A, T: Argument<A>>()
where
    T::Reads: HeadOnly,
{
}

/// Proves that what a handler returns can be answered.
pub fn response<T: IntoResponse>(returned: T) -> Response {
    returned.into_response()
}

/// Proves that a handler's future can be run on any thread.
pub fn sendable<F: Future + Send>(future: F) -> F {
    future
}

/// Makes a rejection a problem.
pub fn unify<R: IntoResponse + 'static>(rejection: R) -> Response {
    crate::response::unify(rejection)
}
