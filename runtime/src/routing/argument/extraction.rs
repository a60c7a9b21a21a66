//! The extraction of one argument.

use std::marker::PhantomData;

use axum::extract::{
    DefaultBodyLimit, FromRef, FromRequest, FromRequestParts, OptionalFromRequestParts, Path,
    Request, State,
};
use axum::http::header::ALLOW;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

use crate::input::{ExtractFromBody, ExtractFromHead};
use crate::response::{method_not_allowed, rejection_response};
use crate::routing::argument::rules::HandlerArgument;
use crate::routing::known_methods::{allow_any, is_known};
use crate::routing::passed_guard::PassedGuard;

/// An argument before the last one can be extracted on a router with the state `S`.
///
/// The mistakes that lead here are those of [`RunsWithState`](crate::rules::RunsWithState).
pub trait ExtractedWithState<S>: Sized {
    /// Whether an extractor outside this crate can change the head.
    #[doc(hidden)]
    const IS_CUSTOM: bool;

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
    const IS_CUSTOM: bool = T::FACTS.custom;

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
        mut request: Request,
        state: &S,
        guard: &PassedGuard,
    ) -> impl Future<Output = Result<Self, Response>> + Send {
        if T::FACTS.custom {
            // axum's extractors have a default limit, which a layer, another guard or an argument
            // may have changed
            DefaultBodyLimit::max(guard.limits().body_limit).apply(&mut request);
        }
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

/// Extracts a `T` from the head of a request, if the request has one.
pub trait ExtractOptional<T, S> {
    /// Returns the argument, `None` if it is absent, or the response to a rejection.
    fn extract_optional(
        parts: &mut Parts,
        state: &S,
        guard: &PassedGuard,
    ) -> impl Future<Output = Result<Option<T>, Response>> + Send;
}

/// Extracts a `T` from a request, if the request has one, and may read its body.
pub trait ExtractOptionalLast<T, S, M> {
    /// Returns the argument, `None` if it is absent, or the response to a rejection.
    fn extract_optional_last(
        request: Request,
        state: &S,
        guard: &PassedGuard,
    ) -> impl Future<Output = Result<Option<T>, Response>> + Send;
}

/// The implementation of axum's traits: for an extractor of the API, which states a reason.
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
    fn extract_last(
        request: Request,
        state: &S,
        _: &PassedGuard,
    ) -> impl Future<Output = Result<T, Response>> + Send {
        let extracting = T::from_request(request, state);
        async move { extracting.await.map_err(rejection_response) }
    }
}

/// The extraction of data of the server by axum, for every state and from the head only.
///
/// An API cannot implement [`FromRequestParts`] for these types, but [`FromRequest`] with its own
/// marker.
pub enum FromServer {}

impl<S: Sync, T: FromRequestParts<S, Rejection: 'static>> Extract<T, S> for FromServer {
    async fn extract(parts: &mut Parts, state: &S, _: &PassedGuard) -> Result<T, Response> {
        let extracted = T::from_request_parts(parts, state).await;
        extracted.map_err(rejection_response)
    }
}

impl<S: Sync, T: FromRequestParts<S, Rejection: 'static>> ExtractLast<T, S, ()> for FromServer {
    async fn extract_last(request: Request, state: &S, guard: &PassedGuard) -> Result<T, Response> {
        Self::extract(&mut request.into_parts().0, state, guard).await
    }
}

impl<S: Sync, T: OptionalFromRequestParts<S, Rejection: 'static>> ExtractOptional<T, S>
    for FromServer
{
    async fn extract_optional(
        parts: &mut Parts,
        state: &S,
        _: &PassedGuard,
    ) -> Result<Option<T>, Response> {
        let extracted = T::from_request_parts(parts, state).await;
        extracted.map_err(rejection_response)
    }
}

impl<S: Sync, T: OptionalFromRequestParts<S, Rejection: 'static>> ExtractOptionalLast<T, S, ()>
    for FromServer
{
    async fn extract_optional_last(
        request: Request,
        state: &S,
        guard: &PassedGuard,
    ) -> Result<Option<T>, Response> {
        Self::extract_optional(&mut request.into_parts().0, state, guard).await
    }
}

/// The state of the router, or a part of it.
///
/// It does not call axum's traits: an API could implement them for `State` of its own type, and
/// return text of the client.
pub enum FromState {}

impl<S: Sync, T: FromRef<S>> Extract<State<T>, S> for FromState {
    async fn extract(_: &mut Parts, state: &S, _: &PassedGuard) -> Result<State<T>, Response> {
        Ok(State(T::from_ref(state)))
    }
}

impl<S: Sync, T: FromRef<S>> ExtractLast<State<T>, S, ()> for FromState {
    async fn extract_last(_: Request, state: &S, _: &PassedGuard) -> Result<State<T>, Response> {
        Ok(State(T::from_ref(state)))
    }
}

/// The decoding and the check of input in the head.
pub enum CheckedHead {}

impl<S: Sync, T: ExtractFromHead<S>> Extract<T, S> for CheckedHead {
    async fn extract(parts: &mut Parts, state: &S, _: &PassedGuard) -> Result<T, Response> {
        let extracted = T::from_head(parts, state).await;
        extracted.map_err(IntoResponse::into_response)
    }
}

impl<S: Sync, T: ExtractFromHead<S>> ExtractLast<T, S, ()> for CheckedHead {
    async fn extract_last(request: Request, state: &S, guard: &PassedGuard) -> Result<T, Response> {
        Self::extract(&mut request.into_parts().0, state, guard).await
    }
}

impl<S: Sync, T: ExtractFromHead<S>> ExtractOptional<T, S> for CheckedHead {
    async fn extract_optional(
        parts: &mut Parts,
        state: &S,
        _: &PassedGuard,
    ) -> Result<Option<T>, Response> {
        let extracted = T::from_head_if_present(parts, state).await;
        extracted.map_err(IntoResponse::into_response)
    }
}

impl<S: Sync, T: ExtractFromHead<S>> ExtractOptionalLast<T, S, ()> for CheckedHead {
    async fn extract_optional_last(
        request: Request,
        state: &S,
        guard: &PassedGuard,
    ) -> Result<Option<T>, Response> {
        Self::extract_optional(&mut request.into_parts().0, state, guard).await
    }
}

/// The decoding and the check of input in the body.
pub enum CheckedBody {}

// not `async fn`s, whose futures would store the request beside that of the extractor
impl<S: Sync, T: ExtractFromBody<S> + Send> ExtractLast<T, S, ()> for CheckedBody {
    fn extract_last(
        request: Request,
        state: &S,
        _: &PassedGuard,
    ) -> impl Future<Output = Result<T, Response>> + Send {
        let extracting = T::from_body(request, state);
        async move { extracting.await.map_err(IntoResponse::into_response) }
    }
}

impl<S: Sync, T: ExtractFromBody<S> + Send> ExtractOptionalLast<T, S, ()> for CheckedBody {
    fn extract_optional_last(
        request: Request,
        state: &S,
        _: &PassedGuard,
    ) -> impl Future<Output = Result<Option<T>, Response>> + Send {
        let extracting = T::from_body_if_present(request, state);
        async move { extracting.await.map_err(IntoResponse::into_response) }
    }
}

/// The extraction of an argument that may be absent, as that of the argument itself.
pub struct Optional<X>(PhantomData<X>);

impl<S: Sync, T, X: ExtractOptional<T, S>> Extract<Option<T>, S> for Optional<X> {
    async fn extract(
        parts: &mut Parts,
        state: &S,
        guard: &PassedGuard,
    ) -> Result<Option<T>, Response> {
        X::extract_optional(parts, state, guard).await
    }
}

impl<S: Sync, T, M, X: ExtractOptionalLast<T, S, M>> ExtractLast<Option<T>, S, M> for Optional<X> {
    async fn extract_last(
        request: Request,
        state: &S,
        guard: &PassedGuard,
    ) -> Result<Option<T>, Response> {
        X::extract_optional_last(request, state, guard).await
    }
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
