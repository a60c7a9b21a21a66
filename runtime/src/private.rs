//! What generated code names. Not public: it changes with every release.

use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::IntoResponse;

pub use axum::extract::{FromRequest, FromRequestParts, Request};
pub use axum::response::Response;
pub use garde;
#[cfg(feature = "schemas")]
pub use schemars::{Schema, SchemaGenerator};

pub use crate::claims::role::Role;
pub use crate::claims::scope::Scope;
pub use crate::input::__private::*;
pub use crate::policy::{Access, Declaration, Requirement};
pub use crate::routing::__private::*;

/// Proves that a handler with access `A` may take `T`.
pub const fn argument<A, T>() -> ArgumentFacts
where
    T: Argument,
    T: Accepted<A, T::Kind>,
{
    described::<A, T>(T::FACTS)
}

/// Proves the same, and that `T` may stand before another argument.
pub const fn argument_before_last<A, T>() -> ArgumentFacts
where
    T: Argument,
    T: Accepted<A, T::Kind>,
    T::Reads: HeadOnly,
{
    described::<A, T>(T::FACTS)
}

#[cfg(feature = "schemas")]
const fn described<A, T: Argument + Accepted<A, T::Kind>>(facts: ArgumentFacts) -> ArgumentFacts {
    facts.described(<T as Accepted<A, T::Kind>>::DESCRIBE)
}

#[cfg(not(feature = "schemas"))]
const fn described<A, T: Argument + Accepted<A, T::Kind>>(facts: ArgumentFacts) -> ArgumentFacts {
    facts
}

/// Refuses `unvalidated = "…"` on a handler that takes nothing of the kind.
///
/// # Panics
///
/// Where no argument is `Unvalidated<…>`; in a `const`, that is a compile error.
#[expect(
    clippy::indexing_slicing,
    reason = "const fn without iterators; the index is bounded"
)]
pub const fn unvalidated_is_used(arguments: &[ArgumentFacts]) {
    let mut used = false;
    let mut at = 0;
    while at < arguments.len() {
        used |= arguments[at].unvalidated;
        at += 1;
    }
    assert!(
        used,
        "`unvalidated` is given, but no argument is `Unvalidated<…>`; help: remove it"
    );
}

/// Extracts an argument from the request's head; what it refuses is a problem.
///
/// # Errors
///
/// The answer, where the extractor refuses.
pub async fn head<T, S>(parts: &mut Parts, state: &S) -> Result<T, Response>
where
    T: FromRequestParts<S> + 'static,
    S: Send + Sync + 'static,
{
    T::from_request_parts(parts, state)
        .await
        .map_err(crate::response::unify)
}

/// Extracts the last argument, which may read the body; what it refuses is a problem.
///
/// # Errors
///
/// The answer, where the extractor refuses.
pub async fn last<T, S, M>(request: Request, state: &S) -> Result<T, Response>
where
    T: FromRequest<S, M> + 'static,
    S: Send + Sync + 'static,
    M: 'static,
{
    T::from_request(request, state)
        .await
        .map_err(crate::response::unify)
}

/// What a handler may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be answered",
    label = "this is no `IntoResponse`",
    note = "help: return `Json<{Self}>` where it is `Serialize`, or implement `IntoResponse` for it"
)]
pub trait Answer {
    /// The response.
    fn answer(self) -> Response;
}

#[diagnostic::do_not_recommend]
impl<T: IntoResponse> Answer for T {
    fn answer(self) -> Response {
        self.into_response()
    }
}

/// Proves that what a handler returns can be answered.
pub fn response<T: Answer>(returned: T) -> Response {
    returned.answer()
}

/// The answer of a handler whose declaration did not compile.
pub fn deny() -> Response {
    crate::response::Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}
