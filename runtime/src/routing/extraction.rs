//! The extraction of arguments, as generated code calls it.

use std::marker::PhantomData;

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

/// An argument before the last one can be extracted from a request to a router of state `S`.
///
/// A `State<T>` needs `T: FromRef<S>` of axum; an extractor needs
/// [`FromRequestParts<S>`](axum::extract::FromRequestParts), unless it is the last argument.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be extracted on a router with the state `{S}`",
    label = "an argument of this handler does not fit the router",
    note = "help: for `State<T>`, implement `axum::extract::FromRef<{S}>` for `T`; for an extractor, implement `axum::extract::FromRequestParts<{S}>`, or make it the last argument"
)]
pub trait ExtractedWithState<S>: Sized {
    #[doc(hidden)]
    fn extract(parts: &mut Parts, state: &S)
    -> impl Future<Output = Result<Self, Response>> + Send;
}

#[diagnostic::do_not_recommend]
impl<S: Send + Sync + 'static, T: FromRequestParts<S> + 'static> ExtractedWithState<S> for T {
    async fn extract(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        T::from_request_parts(parts, state)
            .await
            .map_err(crate::response::rejection_response)
    }
}

/// The last argument can be extracted from a request to a router of state `S`.
///
/// Like [`ExtractedWithState`]; the last argument may read the body, and needs only
/// [`FromRequest<S>`](axum::extract::FromRequest).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be extracted on a router with the state `{S}`",
    label = "an argument of this handler does not fit the router",
    note = "help: for `State<T>`, implement `axum::extract::FromRef<{S}>` for `T`; for an extractor, implement `axum::extract::FromRequestParts<{S}>` or `FromRequest<{S}>`"
)]
pub trait LastExtractedWithState<S, M>: Sized {
    #[doc(hidden)]
    fn extract_last(
        request: Request,
        state: &S,
    ) -> impl Future<Output = Result<Self, Response>> + Send;
}

#[diagnostic::do_not_recommend]
impl<S: Send + Sync + 'static, M: 'static, T: FromRequest<S, M> + 'static>
    LastExtractedWithState<S, M> for T
{
    async fn extract_last(request: Request, state: &S) -> Result<Self, Response> {
        T::from_request(request, state)
            .await
            .map_err(crate::response::rejection_response)
    }
}

/// The extraction of one argument.
///
/// The inherent `head` and `last` take precedence over those of [`Extract`]: a bare `Path` is
/// decoded as strictly as one in `Valid`, while axum's decoder accepts `+7` and `007` for 7.
pub struct Extraction<T>(PhantomData<T>);

impl<T: DeserializeOwned + Send + 'static> Extraction<Path<T>> {
    /// Decodes path parameters.
    ///
    /// # Errors
    ///
    /// The response to parameters that do not have the expected types.
    pub async fn head<S>(parts: &mut Parts, _: &S) -> Result<Path<T>, Response> {
        crate::input::path_scalars(parts)
            .await
            .map_err(IntoResponse::into_response)
    }

    /// Decodes path parameters as the last argument.
    ///
    /// # Errors
    ///
    /// The response to parameters that do not have the expected types.
    pub async fn last<S, M>(request: Request, state: &S) -> Result<Path<T>, Response> {
        Self::head(&mut request.into_parts().0, state).await
    }
}

/// The extraction of every other argument.
pub trait Extract<T> {
    /// Extracts an argument from the head of the request.
    fn head<S>(parts: &mut Parts, state: &S) -> impl Future<Output = Result<T, Response>> + Send
    where
        T: ExtractedWithState<S>,
    {
        T::extract(parts, state)
    }

    /// Extracts the last argument, which may read the body.
    fn last<S, M>(request: Request, state: &S) -> impl Future<Output = Result<T, Response>> + Send
    where
        T: LastExtractedWithState<S, M>,
    {
        T::extract_last(request, state)
    }
}

impl<T> Extract<T> for Extraction<T> {}
