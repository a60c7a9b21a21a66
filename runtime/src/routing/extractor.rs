//! Extractors that are not input types: one's own, and what nobody checks.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;

/// An extractor of your own that a declared handler may take.
///
/// Say in `REASON` why what it yields can be relied on; the inventory shows it to
/// whoever audits the API. What it refuses is answered with the status of its
/// rejection and Palisade's own problem body, unless it already is a
/// [`Problem`](crate::Problem).
///
/// # Examples
///
/// ```
/// use axum::extract::FromRequestParts;
/// use axum::http::request::Parts;
/// use palisade::prelude::*;
///
/// struct Locale(&'static str);
///
/// impl<S: Sync> FromRequestParts<S> for Locale {
///     type Rejection = Problem;
///
///     async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
///         let wanted = parts.headers.get("accept-language").map(|value| value.as_bytes());
///         Ok(Self(if wanted.is_some_and(|value| value.starts_with(b"mi")) { "mi" } else { "en" }))
///     }
/// }
///
/// impl TrustedExtractor for Locale {
///     const REASON: &'static str = "yields one of two constants, whatever comes in";
/// }
///
/// #[public(reason = "greets")]
/// async fn greet(Locale(locale): Locale) -> &'static str {
///     if locale == "mi" { "kia ora" } else { "hello" }
/// }
/// ```
pub trait TrustedExtractor {
    /// Why what it yields can be relied on; not empty.
    const REASON: &'static str;
}

/// Takes input that nobody checks, in a handler whose attribute says why.
///
/// # Examples
///
/// ```
/// use palisade::prelude::*;
///
/// #[public(reason = "a webhook, authenticated by its signature", unvalidated = "the signature covers the raw bytes")]
/// async fn hook(Unvalidated(body): Unvalidated<axum::body::Bytes>) -> StatusCode {
///     if body.is_empty() { StatusCode::BAD_REQUEST } else { StatusCode::ACCEPTED }
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Unvalidated<E>(pub E);

impl<S: Send + Sync, E: FromRequestParts<S>> FromRequestParts<S> for Unvalidated<E> {
    type Rejection = E::Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        E::from_request_parts(parts, state).await.map(Self)
    }
}

impl<S: Send + Sync, E: FromRequest<S>> FromRequest<S> for Unvalidated<E> {
    type Rejection = E::Rejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        E::from_request(request, state).await.map(Self)
    }
}
