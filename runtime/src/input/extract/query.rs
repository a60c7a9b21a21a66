//! `Valid<Query<T>>`: the parameters of the query.

use axum::extract::Query;
use axum::http::request::Parts;

use crate::input::contract::check::check_named;
use crate::input::contract::{ContextFrom, Decoded, InputError, InputLocation, SecureInput};
use crate::input::decode::urlencoded;
use crate::input::extract::body::limits;
use crate::input::extract::valid::{ExtractFromHead, Valid, via_head};

impl<T, S> ExtractFromHead<S> for Valid<Query<T>>
where
    T: SecureInput + Send,
    T::Context: ContextFrom<S>,
    S: Send + Sync,
{
    async fn from_head(parts: &mut Parts, state: &S) -> Result<Self, InputError> {
        let text = parts.uri.query().unwrap_or_default().as_bytes();
        let max = limits(&parts.extensions).parameter_limit;
        let (Decoded(value), excess) =
            urlencoded::decode(text, InputLocation::Query, max, T::shape())?;
        check_named(value, excess, InputLocation::Query, state, || {
            urlencoded::raw_names(text, max, T::shape())
        })
        .map(|value| Self(Query(value)))
    }

    /// A query is absent if the target has no `?`.
    async fn from_head_if_present(
        parts: &mut Parts,
        state: &S,
    ) -> Result<Option<Self>, InputError> {
        if parts.uri.query().is_none() {
            return Ok(None);
        }
        Self::from_head(parts, state).await.map(Some)
    }
}

via_head!(Query);
