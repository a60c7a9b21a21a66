//! `Valid<Form<T>>`: a form in the body.
//!
//! Always the body: axum's own `Form` reads the query of a `GET`, so that the method,
//! which the client chooses, would decide where input comes from. `Valid<Query<T>>`
//! reads queries.

use axum::extract::{Form, FromRequest, OptionalFromRequest, Request};
use serde::de::DeserializeOwned;

use crate::input::check::check;
use crate::input::limits::limits;
use crate::input::media_type::FORM;
use crate::input::{ContextFrom, InputError, Part, SecureInput, Valid, body, pairs};

impl<T, S> FromRequest<S> for Valid<Form<T>>
where
    T: SecureInput + DeserializeOwned + Send,
    T::Context: ContextFrom<S>,
    S: Send + Sync,
{
    type Rejection = InputError;

    async fn from_request(request: Request, state: &S) -> Result<Self, InputError> {
        let most = limits(request.extensions()).parameter_limit;
        let text = body::read(request, FORM).await?;
        judge(&text, most, state)
    }
}

/// Absent is no `Content-Type` and no byte of body.
impl<T, S> OptionalFromRequest<S> for Valid<Form<T>>
where
    T: SecureInput + DeserializeOwned + Send,
    T::Context: ContextFrom<S>,
    S: Send + Sync,
{
    type Rejection = InputError;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, InputError> {
        let most = limits(request.extensions()).parameter_limit;
        match body::read_optional(request, FORM).await? {
            Some(text) => judge(&text, most, state).map(Some),
            None => Ok(None),
        }
    }
}

fn judge<T, S>(text: &[u8], most: usize, state: &S) -> Result<Valid<Form<T>>, InputError>
where
    T: SecureInput + DeserializeOwned,
    T::Context: ContextFrom<S>,
{
    let value = pairs::decode(text, Part::Form, most)?;
    Ok(Valid(Form(check(value, Part::Form, state)?)))
}
