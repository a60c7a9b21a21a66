//! `Valid<Query<T>>`: the query of the request's target.

use axum::extract::{FromRequestParts, OptionalFromRequestParts, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::input::check::check;
use crate::input::limits::limits;
use crate::input::{ContextFrom, InputError, Part, SecureInput, Valid, pairs};

impl<T, S> FromRequestParts<S> for Valid<Query<T>>
where
    T: SecureInput + DeserializeOwned + Send,
    T::Context: ContextFrom<S>,
    S: Send + Sync,
{
    type Rejection = InputError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, InputError> {
        judge(parts.uri.query().unwrap_or_default(), parts, state)
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
        parts
            .uri
            .query()
            .map(|query| judge(query, parts, state))
            .transpose()
    }
}

fn judge<T, S>(query: &str, parts: &Parts, state: &S) -> Result<Valid<Query<T>>, InputError>
where
    T: SecureInput + DeserializeOwned,
    T::Context: ContextFrom<S>,
{
    let most = limits(&parts.extensions).parameter_limit;
    let value = pairs::decode(query.as_bytes(), Part::Query, most)?;
    Ok(Valid(Query(check(value, Part::Query, state)?)))
}
