//! Arguments that Palisade does not check: trusted extractors and extensions, and `Unvalidated`.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;

/// An extractor of the API whose value can be trusted, for a reason.
///
/// `REASON` states why; the inventory shows it to the people who audit the API. A rejection keeps the
/// status that the extractor gives it and gets Palisade's problem body, unless it already is a
/// [`Problem`](crate::Problem).
///
/// For an extractor of another crate, write [`Unvalidated<E>`](Unvalidated) with a reason in the attribute,
/// or a newtype that implements this trait.
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
///         let language = parts.headers.get("accept-language").map(|value| value.as_bytes());
///         Ok(Self(if language.is_some_and(|value| value.starts_with(b"mi")) { "mi" } else { "en" }))
///     }
/// }
///
/// impl TrustedExtractor for Locale {
///     const REASON: &'static str = "yields one of two constants for every request";
/// }
///
/// #[public(reason = "greets")]
/// async fn greet(Locale(locale): Locale) -> &'static str {
///     if locale == "mi" { "kia ora" } else { "hello" }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` would reach the handler unchecked",
    label = "neither checked input nor a trusted extractor",
    note = "help: for input, write `Valid<Json<{Self}>>` (or `Query`, `Form`, `Path`, …) and derive `SecureInput` for it",
    note = "help: for an extractor, write `impl TrustedExtractor for {Self} {{ const REASON: &'static str = \"…\"; }}`; if it belongs to another crate, write `Unvalidated<{Self}>` and `unvalidated = \"…\"` in the attribute"
)]
pub trait TrustedExtractor {
    /// The reason to trust the extracted value; not empty.
    const REASON: &'static str;
}

/// A type of request extensions whose value can be trusted, for a reason.
///
/// `Extension<T>` is an argument if `T` implements this trait. A layer decides what is in an
/// extension, and a layer can copy text of the client there; `REASON` states why this type has none.
/// The inventory shows it to the people who audit the API. axum's `OriginalUri` holds the raw
/// target, and is no such type.
///
/// For a type of another crate, write a newtype, or `Unvalidated<Extension<T>>` with a reason in the
/// attribute.
///
/// # Examples
///
/// ```
/// use axum::Extension;
/// use palisade::TrustedExtension;
/// use palisade::prelude::*;
///
/// #[derive(Clone, Copy)]
/// struct RequestNumber(u64);
///
/// impl TrustedExtension for RequestNumber {
///     const REASON: &'static str = "the numbering layer counts the requests";
/// }
///
/// #[public(reason = "shows the number of the request")]
/// async fn number(Extension(RequestNumber(number)): Extension<RequestNumber>) -> String {
///     number.to_string()
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`Extension<{Self}>` would reach the handler unchecked",
    label = "nothing states why this extension is trusted",
    note = "help: for a type of your own, write `impl palisade::TrustedExtension for {Self} {{ const REASON: &'static str = \"…\"; }}`",
    note = "help: for a type of another crate, write `Unvalidated<Extension<{Self}>>` and `unvalidated = \"…\"` in the attribute"
)]
pub trait TrustedExtension {
    /// The reason to trust the value; not empty.
    const REASON: &'static str;
}

/// An argument that is not checked, in a handler whose attribute states why.
///
/// # Examples
///
/// ```
/// use palisade::prelude::*;
///
/// #[public(reason = "webhook, authenticated by its signature", unvalidated = "the signature covers the raw bytes")]
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
