//! `Valid<TypedHeader<H>>`: a header field as one of axum-extra's types.

use axum::extract::FromRequestParts;
use axum::http::HeaderName;
use axum::http::request::Parts;
use axum_extra::TypedHeader;
use axum_extra::headers::Header;
use axum_extra::typed_header::TypedHeaderRejection;

use crate::input::contract::check::inspect;
use crate::input::contract::{ContextFrom, InputError, InputLocation, SecureInput, Violation};
use crate::input::decode::error::UNEXPECTED_FORMAT;
use crate::input::extract::valid::{ExtractFromHead, Valid, via_head};

/// A missing field and a field that the type rejects are type mismatches.
impl<H, S> ExtractFromHead<S> for Valid<TypedHeader<H>>
where
    H: Header + SecureInput + Send,
    H::Context: ContextFrom<S>,
    S: Send + Sync,
{
    async fn from_head(parts: &mut Parts, state: &S) -> Result<Self, InputError> {
        let extracted = <TypedHeader<H> as FromRequestParts<S>>::from_request_parts(parts, state);
        check_extracted(
            extracted
                .await
                .map_err(|rejection| header_error(&rejection))?,
            state,
        )
    }

    /// A header is absent if the request has no such field.
    async fn from_head_if_present(
        parts: &mut Parts,
        state: &S,
    ) -> Result<Option<Self>, InputError> {
        if !parts.headers.contains_key(H::name()) {
            return Ok(None);
        }
        Self::from_head(parts, state).await.map(Some)
    }
}

via_head!(TypedHeader);

fn check_extracted<H, S>(
    header: TypedHeader<H>,
    state: &S,
) -> Result<Valid<TypedHeader<H>>, InputError>
where
    H: Header + SecureInput,
    H::Context: ContextFrom<S>,
{
    match inspect(&header.0, InputLocation::Header, state, || None) {
        Ok(()) => Ok(Valid(header)),
        Err(InputError::Invalid(location, violations)) => {
            let named = violations.into_iter();
            let named = named.map(|violation| violation.at(H::name().as_str()));
            Err(InputError::Invalid(location, named.collect()))
        }
        Err(other) => Err(other),
    }
}

/// Converts the rejection of a typed header, without the value that it quotes.
pub(crate) fn header_error(rejection: &TypedHeaderRejection) -> InputError {
    let name: &HeaderName = rejection.name();
    let (rule, detail) = if rejection.reason().is_missing() {
        ("required", "is missing")
    } else {
        ("format", UNEXPECTED_FORMAT)
    };
    InputError::TypeMismatch(
        InputLocation::Header,
        Violation::new(name.as_str(), rule, detail),
    )
}
