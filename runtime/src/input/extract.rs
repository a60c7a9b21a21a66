//! `Valid<E>` as an extractor of axum's: read strictly, then checked.

use axum::extract::{
    Form, FromRequest, FromRequestParts, Json, OptionalFromRequest, OptionalFromRequestParts, Path,
    Query, Request,
};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::input::check::check;
use crate::input::path::Parameters;
use crate::input::{
    ContextFrom, InputError, Part, SecureInput, Valid, body, json, media_type, pairs,
};

/// Checks what was read, where anything was.
fn checked<T, S>(read: Option<T>, part: Part, state: &S) -> Result<Option<T>, InputError>
where
    T: SecureInput,
    T::Context: ContextFrom<S>,
{
    read.map(|value| check(value, part, state)).transpose()
}

/// Extractors of the body: the label that it must have, and how its bytes are decoded.
///
/// `Form` is always the body: axum's own reads the query of a `GET`, so that the method,
/// which the client chooses, would decide where input comes from.
macro_rules! from_body {
    ($($extractor:ident: $part:expr, $label:expr, $decode:expr;)*) => {$(
        impl<T, S> FromRequest<S> for Valid<$extractor<T>>
        where
            T: SecureInput + DeserializeOwned + Send,
            T::Context: ContextFrom<S>,
            S: Send + Sync,
        {
            type Rejection = InputError;

            async fn from_request(request: Request, state: &S) -> Result<Self, InputError> {
                let text = body::read(request, $label).await?;
                check($decode(&text)?, $part, state).map(|value| Self($extractor(value)))
            }
        }

        /// Absent is no `Content-Type` and no byte of body.
        impl<T, S> OptionalFromRequest<S> for Valid<$extractor<T>>
        where
            T: SecureInput + DeserializeOwned + Send,
            T::Context: ContextFrom<S>,
            S: Send + Sync,
        {
            type Rejection = InputError;

            async fn from_request(
                request: Request,
                state: &S,
            ) -> Result<Option<Self>, InputError> {
                let text = body::read_optional(request, $label).await?;
                let read = text.map(|text| $decode(&text)).transpose()?;
                let value = checked(read, $part, state)?;
                Ok(value.map(|value| Self($extractor(value))))
            }
        }
    )*};
}

from_body! {
    Json: Part::Body, media_type::JSON, json::decode;
    Form: Part::Form, media_type::FORM, (|text: &[u8]| pairs::decode(text, Part::Form));
}

/// The query of the request's target.
impl<T, S> FromRequestParts<S> for Valid<Query<T>>
where
    T: SecureInput + DeserializeOwned + Send,
    T::Context: ContextFrom<S>,
    S: Send + Sync,
{
    type Rejection = InputError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, InputError> {
        let text = parts.uri.query().unwrap_or_default();
        let value = pairs::decode(text.as_bytes(), Part::Query)?;
        check(value, Part::Query, state).map(|value| Self(Query(value)))
    }
}

/// Absent is a target without `?`.
impl<T, S> OptionalFromRequestParts<S> for Valid<Query<T>>
where
    T: SecureInput + DeserializeOwned + Send,
    T::Context: ContextFrom<S>,
    S: Send + Sync,
{
    type Rejection = InputError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, InputError> {
        if parts.uri.query().is_none() {
            return Ok(None);
        }
        <Self as FromRequestParts<S>>::from_request_parts(parts, state)
            .await
            .map(Some)
    }
}

/// The parameters of the matched route.
impl<T, S> FromRequestParts<S> for Valid<Path<T>>
where
    T: SecureInput + DeserializeOwned + Send,
    T::Context: ContextFrom<S>,
    S: Send + Sync,
{
    type Rejection = InputError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, InputError> {
        let parameters = Parameters::of(parts)
            .await?
            .ok_or(InputError::Misdeclared)?;
        let value = parameters.decode()?;
        check(value, Part::Path, state)
            .map(|value| Self(Path(value)))
            .map_err(|error| parameters.named::<T>(error))
    }
}

/// Absent is a route without parameters.
impl<T, S> OptionalFromRequestParts<S> for Valid<Path<T>>
where
    T: SecureInput + DeserializeOwned + Send,
    T::Context: ContextFrom<S>,
    S: Send + Sync,
{
    type Rejection = InputError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, InputError> {
        if Parameters::of(parts).await?.is_none() {
            return Ok(None);
        }
        <Self as FromRequestParts<S>>::from_request_parts(parts, state)
            .await
            .map(Some)
    }
}
