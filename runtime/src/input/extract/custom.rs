//! `Valid<E>` for an input type with its own extractor.

use axum::extract::{
    FromRequest, FromRequestParts, OptionalFromRequest, OptionalFromRequestParts, Request,
};
use axum::http::request::Parts;

use crate::input::contract::check::check;
use crate::input::contract::{ContextFrom, InputError, InputLocation, SecureInput};
use crate::input::extract::valid::Valid;

/// An input type that an extractor of the API decodes.
///
/// `Valid<E>` extracts an `E`, checks the rules of that value, and passes the same value to the handler.
/// The extractor decides how strictly the value is decoded; the inventory lists it with
/// [`ACCEPTS`](Self::ACCEPTS). `E` derives [`SecureInput`](macro@crate::SecureInput) and implements axum's
/// [`FromRequestParts`] or [`FromRequest`]; it needs no `Deserialize`. For a second source of the same
/// input, write a newtype.
///
/// # Examples
///
/// ```
/// use axum::extract::FromRequestParts;
/// use axum::http::request::Parts;
/// use palisade::input::{InputExtractor, InputLocation};
/// use palisade::prelude::*;
///
/// #[derive(Validate, SecureInput)]
/// struct Tenant(#[garde(length(bytes, min = 1, max = 63), alphanumeric)] String);
///
/// impl<S: Sync> FromRequestParts<S> for Tenant {
///     type Rejection = Problem;
///
///     async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
///         let host = parts.headers.get("host").and_then(|host| host.to_str().ok());
///         let label = host.and_then(|host| host.split('.').next()).unwrap_or_default();
///         Ok(Self(label.to_owned()))
///     }
/// }
///
/// impl InputExtractor for Tenant {
///     const ACCEPTS: &'static str = "the first label of the host name";
///     const LOCATION: InputLocation = InputLocation::Header;
/// }
///
/// #[public(reason = "shows the name of the shop")]
/// async fn shop(Valid(Tenant(tenant)): Valid<Tenant>) -> String {
///     tenant
/// }
/// ```
///
/// A type without rules does not compile:
///
/// ```compile_fail,E0277
/// struct RawBody(axum::body::Bytes);
///
/// impl palisade::input::InputExtractor for RawBody {
///     const ACCEPTS: &'static str = "any bytes";
/// }
/// ```
pub trait InputExtractor: SecureInput {
    /// The statement of what the extractor accepts, for the inventory; not empty.
    const ACCEPTS: &'static str;

    /// The location of the input, which decides how violations name it; the default is the body.
    const LOCATION: InputLocation = InputLocation::Body;
}

/// The rejection of `Valid<E>` for a custom extractor `E`.
#[derive(Debug)]
pub enum CustomRejection<R> {
    /// The extractor's own rejection.
    Extractor(R),
    /// The extracted value violates the rules of its type.
    Input(InputError),
}

impl<E, S> FromRequestParts<S> for Valid<E>
where
    E: InputExtractor + FromRequestParts<S, Rejection: 'static> + Send,
    E::Context: ContextFrom<S>,
    S: Send + Sync,
{
    type Rejection = CustomRejection<E::Rejection>;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let extracted = E::from_request_parts(parts, state).await;
        check_extracted(extracted.map_err(CustomRejection::Extractor)?, state)
    }
}

impl<E, S> OptionalFromRequestParts<S> for Valid<E>
where
    E: InputExtractor + OptionalFromRequestParts<S, Rejection: 'static> + Send,
    E::Context: ContextFrom<S>,
    S: Send + Sync,
{
    type Rejection = CustomRejection<E::Rejection>;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &S,
    ) -> Result<Option<Self>, Self::Rejection> {
        let extracted = E::from_request_parts(parts, state).await;
        let extracted = extracted.map_err(CustomRejection::Extractor)?;
        extracted
            .map(|value| check_extracted(value, state))
            .transpose()
    }
}

impl<E, S> FromRequest<S> for Valid<E>
where
    E: InputExtractor + FromRequest<S, Rejection: 'static> + Send,
    E::Context: ContextFrom<S>,
    S: Send + Sync,
{
    type Rejection = CustomRejection<E::Rejection>;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let extracted = E::from_request(request, state).await;
        check_extracted(extracted.map_err(CustomRejection::Extractor)?, state)
    }
}

impl<E, S> OptionalFromRequest<S> for Valid<E>
where
    E: InputExtractor + OptionalFromRequest<S, Rejection: 'static> + Send,
    E::Context: ContextFrom<S>,
    S: Send + Sync,
{
    type Rejection = CustomRejection<E::Rejection>;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Self::Rejection> {
        let extracted = E::from_request(request, state).await;
        let extracted = extracted.map_err(CustomRejection::Extractor)?;
        extracted
            .map(|value| check_extracted(value, state))
            .transpose()
    }
}

/// Checks the rules of an extracted value.
pub(crate) fn check_extracted<E, R, S>(value: E, state: &S) -> Result<Valid<E>, CustomRejection<R>>
where
    E: InputExtractor,
    E::Context: ContextFrom<S>,
{
    check(value, E::LOCATION, state, || None)
        .map(Valid)
        .map_err(CustomRejection::Input)
}
