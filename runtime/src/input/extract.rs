//! `Valid<E>` as an extractor of axum's: read strictly, then checked.

use axum::extract::{
    Form, FromRequest, FromRequestParts, Json, OptionalFromRequest, OptionalFromRequestParts, Path,
    Query, Request,
};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::input::check::check;
use crate::input::limits::limits;
use crate::input::path::Parameters;
use crate::input::{
    BinaryBody, ContextFrom, Cookies, Headers, InputError, InputLocation, PlainText, SecureInput,
    Valid, body, cookies, headers, json, media_type, pairs, plain,
};
use crate::policy::Limits;

/// Extractors of the body: the label that it must have, and how its bytes are judged.
///
/// `Form` is always the body: axum's own reads the query of a `GET`, so that the method,
/// which the client chooses, would decide where input comes from.
macro_rules! from_body {
    ($($extractor:ident: $label:expr, $judge:expr;)*) => {$(
        impl<T, S> FromRequest<S> for Valid<$extractor<T>>
        where
            T: SecureInput + DeserializeOwned + Send,
            T::Context: ContextFrom<S>,
            S: Send + Sync,
        {
            type Rejection = InputError;

            async fn from_request(request: Request, state: &S) -> Result<Self, InputError> {
                let limits = limits(request.extensions());
                let text = body::read(request, $label).await?;
                $judge(&text, limits, state).map(|value| Self($extractor(value)))
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
                let limits = limits(request.extensions());
                let text = body::read_optional(request, $label).await?;
                let value = text.map(|text| $judge(&text, limits, state)).transpose()?;
                Ok(value.map(|value| Self($extractor(value))))
            }
        }
    )*};
}

from_body! {
    Json: media_type::JSON, judge_json;
    Form: media_type::FORM, judge_form;
    PlainText: media_type::TEXT, judge_text;
    BinaryBody: media_type::OCTETS, judge_binary;
}

fn judge_text<T, S>(text: &[u8], _: Limits, state: &S) -> Result<T, InputError>
where
    T: SecureInput + DeserializeOwned,
    T::Context: ContextFrom<S>,
{
    check(
        plain::decode_text(text)?,
        InputLocation::Body,
        state,
        || None,
    )
}

fn judge_binary<T, S>(bytes: &[u8], _: Limits, state: &S) -> Result<T, InputError>
where
    T: SecureInput + DeserializeOwned,
    T::Context: ContextFrom<S>,
{
    check(
        plain::decode_binary(bytes)?,
        InputLocation::Body,
        state,
        || None,
    )
}

fn judge_json<T, S>(text: &[u8], _: Limits, state: &S) -> Result<T, InputError>
where
    T: SecureInput + DeserializeOwned,
    T::Context: ContextFrom<S>,
{
    let value = json::decode(text, T::shape())?;
    check(value, InputLocation::Body, state, || json::sent(text))
}

fn judge_form<T, S>(text: &[u8], limits: Limits, state: &S) -> Result<T, InputError>
where
    T: SecureInput + DeserializeOwned,
    T::Context: ContextFrom<S>,
{
    let value = pairs::decode(text, InputLocation::Form, limits.parameter_limit)?;
    check(value, InputLocation::Form, state, || pairs::sent(text))
}

/// Extractors of named values in the head, of which a struct takes some.
macro_rules! from_head {
    ($($extractor:ident: $part:expr, $room:ident;)*) => {$(
        impl<T, S> FromRequestParts<S> for Valid<$extractor<T>>
        where
            T: SecureInput + DeserializeOwned + Send,
            T::Context: ContextFrom<S>,
            S: Send + Sync,
        {
            type Rejection = InputError;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, InputError> {
                let value = $room::decode(&parts.headers).value?;
                check(value, $part, state, || Some($room::sent(&parts.headers)))
                    .map(|value| Self($extractor(value)))
            }
        }

        /// Absent is none of the values that `T` names.
        impl<T, S> OptionalFromRequestParts<S> for Valid<$extractor<T>>
        where
            T: SecureInput + DeserializeOwned + Send,
            T::Context: ContextFrom<S>,
            S: Send + Sync,
        {
            type Rejection = InputError;

            async fn from_request_parts(
                parts: &mut Parts,
                state: &S,
            ) -> Result<Option<Self>, InputError> {
                if $room::decode::<T>(&parts.headers).nothing {
                    return Ok(None);
                }
                <Self as FromRequestParts<S>>::from_request_parts(parts, state)
                    .await
                    .map(Some)
            }
        }
    )*};
}

from_head! {
    Headers: InputLocation::Header, headers;
    Cookies: InputLocation::Cookie, cookies;
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
        let text = parts.uri.query().unwrap_or_default().as_bytes();
        let most = limits(&parts.extensions).parameter_limit;
        let value = pairs::decode(text, InputLocation::Query, most)?;
        check(value, InputLocation::Query, state, || pairs::sent(text))
            .map(|value| Self(Query(value)))
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
            .ok_or(InputError::HandlerMismatch)?;
        let value = parameters.decode()?;
        check(value, InputLocation::Path, state, || {
            Some(parameters.sent())
        })
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
