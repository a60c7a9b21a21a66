//! `Valid<Json<T>>` as an extractor of axum's.

use axum::Json;
use axum::extract::{FromRequest, OptionalFromRequest, Request};
use serde::de::DeserializeOwned;

use crate::input::check::check;
use crate::input::json::decode;
use crate::input::media_type::JSON;
use crate::input::{ContextFrom, InputError, Part, SecureInput, Valid, body};

impl<T, S> FromRequest<S> for Valid<Json<T>>
where
    T: SecureInput + DeserializeOwned + Send,
    T::Context: ContextFrom<S>,
    S: Send + Sync,
{
    type Rejection = InputError;

    async fn from_request(request: Request, state: &S) -> Result<Self, InputError> {
        let text = body::read(request, JSON).await?;
        let value = check(decode(&text)?, Part::Body, state)?;
        Ok(Self(Json(value)))
    }
}

/// Absent is no `Content-Type` and no byte of body.
impl<T, S> OptionalFromRequest<S> for Valid<Json<T>>
where
    T: SecureInput + DeserializeOwned + Send,
    T::Context: ContextFrom<S>,
    S: Send + Sync,
{
    type Rejection = InputError;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, InputError> {
        let Some(text) = body::read_optional(request, JSON).await? else {
            return Ok(None);
        };
        let value = check(decode(&text)?, Part::Body, state)?;
        Ok(Some(Self(Json(value))))
    }
}
