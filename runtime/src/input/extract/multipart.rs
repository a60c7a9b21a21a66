//! `Valid<Multipart<T>>`: a form with files, each part bounded by its type.

use axum::extract::{FromRequest, OptionalFromRequest, Request};
use serde::de::DeserializeOwned;

use crate::input::contract::check::check;
use crate::input::contract::{ContextFrom, InputError, InputLocation, SecureInput};
use crate::input::decode::media_type;
use crate::input::decode::multipart::{Boundary, decode, sent};
use crate::input::extract::body;
use crate::input::extract::body::limits;
use crate::input::extract::valid::Valid;

/// A body of `multipart/form-data` ([RFC 7578]), in [`Valid`](crate::Valid): a form with files.
///
/// A struct takes the parts by name: an [`Upload`] is a file, everything else a text, read as in a
/// form. A `Vec` takes every part of its name, in their order; anything else takes one.
/// What a browser sends for a file input that was left empty counts as absent.
///
/// How large all parts are together is limited by `body_limit`, how many they are by `part_limit`,
/// a file by its type, and a text by its rule. All of it is held in memory, twice for the moment in which it is
/// taken apart.
///
/// # Security
///
/// Programs differ in how they read a malformed form, and so in what they see in it. Here
/// it is refused with 400, not repaired: text before the first boundary or after the last,
/// a boundary with anything behind it, lines that do not end in CR LF, a second
/// `Content-Disposition` or `Content-Type`, a parameter twice, a backslash in a quoted
/// name, a `filename*` that says another name, a transfer encoding that has to be undone.
///
/// # Examples
///
/// ```
/// use palisade::input::{MediaTypes, Multipart, Upload};
/// use palisade::prelude::*;
///
/// struct Pictures;
///
/// impl MediaTypes for Pictures {
///     const ACCEPTED: &'static [&'static str] = &["image/png", "image/jpeg"];
/// }
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct Report {
///     #[garde(length(chars, max = 500))]
///     what: String,
///     #[garde(length(max = 3))] // each is checked by its type
///     #[serde(default)]
///     photos: Vec<Upload<Pictures, { 1 << 20 }>>,
/// }
///
/// #[secured(scopes = "reports:write", body_limit = "4 MiB", part_limit = 4)]
/// async fn file_report(Valid(Multipart(report)): Valid<Multipart<Report>>) -> String {
///     let bytes: usize = report.photos.iter().map(|photo| photo.content().len()).sum();
///     format!("{} photos, {bytes} bytes", report.photos.len())
/// }
/// ```
///
/// [RFC 7578]: https://www.rfc-editor.org/rfc/rfc7578
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Multipart<T>(pub T);

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
        check(value, InputLocation::Form, state, || sent(&body, &boundary))
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

#[cfg(test)]
mod tests;
