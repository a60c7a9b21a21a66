//! `Valid<E>` for a custom extractor.

use axum::extract::{
    FromRequest, FromRequestParts, OptionalFromRequest, OptionalFromRequestParts, Request,
};
use axum::http::request::Parts;

use crate::input::contract::check::inspect;
use crate::input::contract::{ContextFrom, InputError, InputLocation, SecureInput};
use crate::input::extract::valid::Valid;

/// A custom extractor whose value [`Valid`](crate::Valid) checks.
///
/// `Valid<E>` extracts `E`, then checks the rules of the value that [`input`](Self::input) returns. The
/// extractor itself decides how strictly the value is decoded.
///
/// # Examples
///
/// ```
/// use axum::extract::FromRequestParts;
/// use axum::http::request::Parts;
/// use palisade::input::{InputExtractor, InputLocation};
/// use palisade::prelude::*;
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// struct Tenant(#[garde(length(bytes, min = 1, max = 63), alphanumeric)] String);
///
/// /// The first label of the host name.
/// struct Subdomain(Tenant);
///
/// impl<S: Sync> FromRequestParts<S> for Subdomain {
///     type Rejection = Problem;
///
///     async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
///         let host = parts.headers.get("host").and_then(|host| host.to_str().ok());
///         let label = host.and_then(|host| host.split('.').next()).unwrap_or_default();
///         Ok(Self(Tenant(label.to_owned())))
///     }
/// }
///
/// impl InputExtractor for Subdomain {
///     type Input = Tenant;
///     const LOCATION: InputLocation = InputLocation::Header;
///
///     fn input(&self) -> &Tenant {
///         &self.0
///     }
/// }
///
/// #[public(reason = "shows the name of the shop")]
/// async fn shop(Valid(Subdomain(tenant)): Valid<Subdomain>) -> String {
///     tenant.0
/// }
/// ```
pub trait InputExtractor {
    /// The type of the extracted value.
    type Input: SecureInput;

    /// The location of the input, which decides how violations name it; the default is the body.
    const LOCATION: InputLocation = InputLocation::Body;

    /// Returns the value to check.
    fn input(&self) -> &Self::Input;
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
    <E::Input as SecureInput>::Context: ContextFrom<S>,
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
    <E::Input as SecureInput>::Context: ContextFrom<S>,
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
    <E::Input as SecureInput>::Context: ContextFrom<S>,
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
    <E::Input as SecureInput>::Context: ContextFrom<S>,
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

fn check_extracted<E, R, S>(value: E, state: &S) -> Result<Valid<E>, CustomRejection<R>>
where
    E: InputExtractor,
    <E::Input as SecureInput>::Context: ContextFrom<S>,
{
    inspect(value.input(), E::LOCATION, state, || None).map_err(CustomRejection::Input)?;
    Ok(Valid(value))
}
