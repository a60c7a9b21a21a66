//! The extraction of one argument.

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::header::ALLOW;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

use crate::guard::{Caller, CallerClaims, NoCaller};
use crate::input::{ContextFrom, CustomRejection, InputExtractor, Valid, check_extracted};
use crate::response::{method_not_allowed, rejection_response};
use crate::routing::argument::rules::HandlerArgument;
use crate::routing::known_methods::{allow_any, is_known};
use crate::routing::passed_guard::PassedGuard;

/// An argument before the last one can be extracted on a router with the state `S`.
///
/// The mistakes that lead here are those of [`RunsWithState`](crate::rules::RunsWithState).
pub trait ExtractedWithState<S>: Sized {
    #[doc(hidden)]
    fn extract(
        parts: &mut Parts,
        state: &S,
        guard: &PassedGuard,
    ) -> impl Future<Output = Result<Self, Response>> + Send;
}

#[diagnostic::do_not_recommend]
impl<S, T> ExtractedWithState<S> for T
where
    T: HandlerArgument,
    T::Extraction: Extract<T, S>,
{
    fn extract(
        parts: &mut Parts,
        state: &S,
        guard: &PassedGuard,
    ) -> impl Future<Output = Result<Self, Response>> + Send {
        T::Extraction::extract(parts, state, guard)
    }
}

/// The last argument can be extracted on a router with the state `S`.
///
/// See [`ExtractedWithState`]; the last argument may read the body, so an extractor may implement
/// [`FromRequest<S>`](axum::extract::FromRequest) instead.
pub trait LastExtractedWithState<S, M>: Sized {
    #[doc(hidden)]
    fn extract_last(
        request: Request,
        state: &S,
        guard: &PassedGuard,
    ) -> impl Future<Output = Result<Self, Response>> + Send;
}

#[diagnostic::do_not_recommend]
impl<S, M, T> LastExtractedWithState<S, M> for T
where
    T: HandlerArgument,
    T::Extraction: ExtractLast<T, S, M>,
{
    fn extract_last(
        request: Request,
        state: &S,
        guard: &PassedGuard,
    ) -> impl Future<Output = Result<Self, Response>> + Send {
        T::Extraction::extract_last(request, state, guard)
    }
}

/// Extracts a `T` from the head of a request.
pub trait Extract<T, S> {
    /// Returns the argument, or the response to a rejection.
    fn extract(
        parts: &mut Parts,
        state: &S,
        guard: &PassedGuard,
    ) -> impl Future<Output = Result<T, Response>> + Send;
}

/// Extracts a `T` from a request, and may read its body.
pub trait ExtractLast<T, S, M> {
    /// Returns the argument, or the response to a rejection.
    fn extract_last(
        request: Request,
        state: &S,
        guard: &PassedGuard,
    ) -> impl Future<Output = Result<T, Response>> + Send;
}

/// The implementation of axum's traits.
pub enum ViaAxum {}

impl<S: Send + Sync + 'static, T: FromRequestParts<S> + 'static> Extract<T, S> for ViaAxum {
    async fn extract(parts: &mut Parts, state: &S, _: &PassedGuard) -> Result<T, Response> {
        T::from_request_parts(parts, state)
            .await
            .map_err(rejection_response)
    }
}

impl<S: Send + Sync + 'static, M: 'static, T: FromRequest<S, M> + 'static> ExtractLast<T, S, M>
    for ViaAxum
{
    async fn extract_last(request: Request, state: &S, _: &PassedGuard) -> Result<T, Response> {
        T::from_request(request, state)
            .await
            .map_err(rejection_response)
    }
}

/// The extraction of an input type by its own extractor, and then the check.
///
/// It calls axum's traits on the type, never on `Valid<E>`: an API could implement them for its own
/// state, and leave the check out.
pub enum CheckedExtraction {}

impl<S, E> Extract<Valid<E>, S> for CheckedExtraction
where
    S: Send + Sync + 'static,
    E: InputExtractor + FromRequestParts<S> + 'static,
    E::Context: ContextFrom<S>,
{
    async fn extract(parts: &mut Parts, state: &S, _: &PassedGuard) -> Result<Valid<E>, Response> {
        let extracted = E::from_request_parts(parts, state).await;
        checked(extracted, state).map_err(rejection_response)
    }
}

impl<S, M, E> ExtractLast<Valid<E>, S, M> for CheckedExtraction
where
    S: Send + Sync + 'static,
    M: 'static,
    E: InputExtractor + FromRequest<S, M> + 'static,
    E::Context: ContextFrom<S>,
{
    async fn extract_last(
        request: Request,
        state: &S,
        _: &PassedGuard,
    ) -> Result<Valid<E>, Response> {
        let extracted = E::from_request(request, state).await;
        checked(extracted, state).map_err(rejection_response)
    }
}

fn checked<E, R, S>(extracted: Result<E, R>, state: &S) -> Result<Valid<E>, CustomRejection<R>>
where
    E: InputExtractor<Context: ContextFrom<S>>,
{
    let value = extracted.map_err(CustomRejection::Extractor)?;
    check_extracted(value, state)
}

/// The strict decoding of path parameters; axum's own accepts `+7` and `007` for 7.
pub enum StrictPath {}

impl<S: Sync, T: DeserializeOwned + Send + 'static> Extract<Path<T>, S> for StrictPath {
    async fn extract(parts: &mut Parts, _: &S, _: &PassedGuard) -> Result<Path<T>, Response> {
        crate::input::path_scalars(parts)
            .await
            .map_err(IntoResponse::into_response)
    }
}

impl<S: Sync, T: DeserializeOwned + Send + 'static> ExtractLast<Path<T>, S, ()> for StrictPath {
    async fn extract_last(
        request: Request,
        state: &S,
        guard: &PassedGuard,
    ) -> Result<Path<T>, Response> {
        Self::extract(&mut request.into_parts().0, state, guard).await
    }
}

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

/// A registered method; any other is text that the client chooses.
///
/// No route has another method, but a fallback and a layer that replaces the method may.
pub enum KnownMethod {}

impl<S: Sync> Extract<Method, S> for KnownMethod {
    async fn extract(parts: &mut Parts, _: &S, _: &PassedGuard) -> Result<Method, Response> {
        if is_known(&parts.method) {
            return Ok(parts.method.clone());
        }
        let mut response = method_not_allowed();
        if let Ok(allow) = HeaderValue::try_from(allow_any()) {
            response.headers_mut().insert(ALLOW, allow);
        }
        Err(response)
    }
}

impl<S: Sync> ExtractLast<Method, S, ()> for KnownMethod {
    async fn extract_last(
        request: Request,
        state: &S,
        guard: &PassedGuard,
    ) -> Result<Method, Response> {
        Self::extract(&mut request.into_parts().0, state, guard).await
    }
}
