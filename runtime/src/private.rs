//! What generated code names. Not public: it changes with every release.

use std::marker::PhantomData;

use axum::extract::Path;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;

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

/// The extraction of an argument.
///
/// Its own `head` and `last` come before those of [`Extract`]: they decode a bare `Path` as strictly
/// as one in `Valid`. axum's own decoder takes `+7` and `007` for 7.
pub struct Extraction<T>(PhantomData<T>);

impl<T: DeserializeOwned + Send + 'static> Extraction<Path<T>> {
    /// Decodes the path's scalars; what is refused is a problem.
    ///
    /// # Errors
    ///
    /// The answer, where they do not fit.
    pub async fn head<S>(parts: &mut Parts, _: &S) -> Result<Path<T>, Response> {
        crate::input::path_scalars(parts)
            .await
            .map_err(IntoResponse::into_response)
    }

    /// The same as the last argument.
    ///
    /// # Errors
    ///
    /// The answer, where they do not fit.
    pub async fn last<S, M>(request: Request, state: &S) -> Result<Path<T>, Response> {
        Self::head(&mut request.into_parts().0, state).await
    }
}

/// How an argument is extracted: by itself.
pub trait Extract<T> {
    /// Extracts an argument from the request's head; what it refuses is a problem.
    fn head<S>(parts: &mut Parts, state: &S) -> impl Future<Output = Result<T, Response>> + Send
    where
        T: FromRequestParts<S> + 'static,
        S: Send + Sync + 'static,
    {
        async {
            T::from_request_parts(parts, state)
                .await
                .map_err(crate::response::rejection_response)
        }
    }

    /// Extracts the last argument, which may read the body; what it refuses is a problem.
    fn last<S, M>(request: Request, state: &S) -> impl Future<Output = Result<T, Response>> + Send
    where
        T: FromRequest<S, M> + 'static,
        S: Send + Sync + 'static,
        M: 'static,
    {
        async {
            T::from_request(request, state)
                .await
                .map_err(crate::response::rejection_response)
        }
    }
}

impl<T> Extract<T> for Extraction<T> {}

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
    crate::response::invalid_declaration()
}
