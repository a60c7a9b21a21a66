//! `Valid<Multipart<T>>` as an extractor of axum's.

use axum::extract::{FromRequest, OptionalFromRequest, Request};
use serde::de::DeserializeOwned;

use crate::input::check::check;
use crate::input::limits::limits;
use crate::input::multipart::boundary::Boundary;
use crate::input::multipart::{Multipart, decode, sent};
use crate::input::{ContextFrom, InputError, Part, SecureInput, Valid, body, media_type};

impl<T, S> FromRequest<S> for Valid<Multipart<T>>
where
    T: SecureInput + DeserializeOwned + Send,
    T::Context: ContextFrom<S>,
    S: Send + Sync,
{
    type Rejection = InputError;

    async fn from_request(request: Request, state: &S) -> Result<Self, InputError> {
        let boundary = Boundary::of(request.headers())?;
        let most = limits(request.extensions()).part_limit;
        let body = body::collect(request).await?;
        let value = decode(&body, &boundary, most)?;
        check(value, Part::Form, state, || sent(&body, &boundary))
            .map(|value| Self(Multipart(value)))
    }
}

/// Absent is no `Content-Type` and no byte of body.
impl<T, S> OptionalFromRequest<S> for Valid<Multipart<T>>
where
    T: SecureInput + DeserializeOwned + Send,
    T::Context: ContextFrom<S>,
    S: Send + Sync,
{
    type Rejection = InputError;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, InputError> {
        if media_type::is_labelled(request.headers()) {
            return <Self as FromRequest<S>>::from_request(request, state)
                .await
                .map(Some);
        }
        body::read_nothing(request, media_type::MULTIPART).await?;
        Ok(None)
    }
}
