//! `Valid<TypedHeader<H>>`: a header field with a type of its own.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::HeaderName;
use axum::http::request::Parts;
use axum_extra::TypedHeader;
use axum_extra::headers::Header;
use axum_extra::typed_header::TypedHeaderRejection;

use crate::input::contract::check::inspect;
use crate::input::contract::{ContextFrom, InputError, InputLocation, SecureInput, Violation};
use crate::input::decode::error::FORM;
use crate::input::extract::valid::Valid;

/// A field that is not there is 422, and so is one that its type refuses.
impl<H, S> FromRequestParts<S> for Valid<TypedHeader<H>>
where
    H: Header + SecureInput + Send,
    H::Context: ContextFrom<S>,
    S: Send + Sync,
{
    type Rejection = InputError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, InputError> {
        let extracted = <TypedHeader<H> as FromRequestParts<S>>::from_request_parts(parts, state);
        judge(extracted.await.map_err(|refused| unfit(&refused))?, state)
    }
}

/// Absent is a field that is not there.
impl<H, S> OptionalFromRequestParts<S> for Valid<TypedHeader<H>>
where
    H: Header + SecureInput + Send,
    H::Context: ContextFrom<S>,
    S: Send + Sync,
{
    type Rejection = InputError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, InputError> {
        if !parts.headers.contains_key(H::name()) {
            return Ok(None);
        }
        <Self as FromRequestParts<S>>::from_request_parts(parts, state)
            .await
            .map(Some)
    }
}

fn judge<H, S>(header: TypedHeader<H>, state: &S) -> Result<Valid<TypedHeader<H>>, InputError>
where
    H: Header + SecureInput,
    H::Context: ContextFrom<S>,
{
    match inspect(&header.0, InputLocation::Header, state, || None) {
        Ok(()) => Ok(Valid(header)),
        Err(InputError::Invalid(part, violations)) => {
            let named = violations.into_iter();
            let named = named.map(|violation| violation.at(H::name().as_str()));
            Err(InputError::Invalid(part, named.collect()))
        }
        Err(other) => Err(other),
    }
}

/// What a typed header's rejection says, without what it quotes.
pub(crate) fn unfit(refused: &TypedHeaderRejection) -> InputError {
    let name: &HeaderName = refused.name();
    let (rule, detail) = if refused.reason().is_missing() {
        ("required", "is missing")
    } else {
        ("format", FORM)
    };
    InputError::TypeMismatch(
        InputLocation::Header,
        Violation::new(name.as_str(), rule, detail),
    )
}
