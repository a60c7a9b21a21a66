//! The extraction of an input type by an extractor outside this crate, and the check after it.

use axum::extract::{
    FromRequest, FromRequestParts, OptionalFromRequest, OptionalFromRequestParts, Request,
};
use axum::http::request::Parts;
use axum::response::Response;

use crate::input::{ContextFrom, CustomRejection, InputExtractor, Valid, check_extracted};
use crate::response::rejection_response;
use crate::routing::argument::extraction::{
    Extract, ExtractLast, ExtractOptional, ExtractOptionalLast,
};
use crate::routing::passed_guard::PassedGuard;

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

impl<S, E> ExtractOptional<Valid<E>, S> for CheckedExtraction
where
    S: Send + Sync + 'static,
    E: InputExtractor + OptionalFromRequestParts<S> + 'static,
    E::Context: ContextFrom<S>,
{
    async fn extract_optional(
        parts: &mut Parts,
        state: &S,
        _: &PassedGuard,
    ) -> Result<Option<Valid<E>>, Response> {
        let extracted = E::from_request_parts(parts, state).await;
        checked_if_present(extracted, state).map_err(rejection_response)
    }
}

impl<S, E> ExtractOptionalLast<Valid<E>, S, ViaHead> for CheckedExtraction
where
    S: Send + Sync + 'static,
    E: InputExtractor + OptionalFromRequestParts<S> + 'static,
    E::Context: ContextFrom<S>,
{
    async fn extract_optional_last(
        request: Request,
        state: &S,
        guard: &PassedGuard,
    ) -> Result<Option<Valid<E>>, Response> {
        Self::extract_optional(&mut request.into_parts().0, state, guard).await
    }
}

impl<S, E> ExtractOptionalLast<Valid<E>, S, ViaBody> for CheckedExtraction
where
    S: Send + Sync + 'static,
    E: InputExtractor + OptionalFromRequest<S> + 'static,
    E::Context: ContextFrom<S>,
{
    async fn extract_optional_last(
        request: Request,
        state: &S,
        _: &PassedGuard,
    ) -> Result<Option<Valid<E>>, Response> {
        let extracted = E::from_request(request, state).await;
        checked_if_present(extracted, state).map_err(rejection_response)
    }
}

/// Marks the extraction of an optional last argument from the head.
pub enum ViaHead {}

/// Marks the extraction of an optional last argument that may read the body.
pub enum ViaBody {}

fn checked<E, R, S>(extracted: Result<E, R>, state: &S) -> Result<Valid<E>, CustomRejection<R>>
where
    E: InputExtractor<Context: ContextFrom<S>>,
{
    let value = extracted.map_err(CustomRejection::Extractor)?;
    check_extracted(value, state)
}

fn checked_if_present<E, R, S>(
    extracted: Result<Option<E>, R>,
    state: &S,
) -> Result<Option<Valid<E>>, CustomRejection<R>>
where
    E: InputExtractor<Context: ContextFrom<S>>,
{
    let value = extracted.map_err(CustomRejection::Extractor)?;
    value.map(|value| check_extracted(value, state)).transpose()
}
