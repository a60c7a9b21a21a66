//! `Valid<Multipart<T>>`: a form with files, each part bounded by its type.

#[cfg(feature = "spool")]
pub(crate) mod spooled;

use axum::extract::Request;

use crate::input::contract::check::check_named;
use crate::input::contract::{ContextFrom, Decoded, InputError, InputLocation, SecureInput};
use crate::input::decode::multipart::{Boundary, decode, raw_names};
use crate::input::extract::body::{self, limits};
use crate::input::extract::valid::{ExtractFromBody, Valid, via_body};

/// Extracts a `multipart/form-data` body ([RFC 7578]): a form with files.
///
/// Use it in [`Valid`](crate::Valid). Parts are assigned to the fields of a struct by name: an
/// [`Upload`](crate::input::Upload) is a file, every other type is text, decoded as in a form. A `Vec`
/// collects all parts with its name, in order, and is empty without one; other types accept only one. An
/// empty file input of a browser counts as absent, and so does an empty text of an `Option`.
///
/// `body_limit` limits the size of all parts together, `part_limit` their number, the type of a file
/// its size, and the rule of a text its length. The whole form is held in memory, and twice while
/// it is decoded, unless a field is a `SpooledFile` (feature `spool`): such a file may be larger than memory.
///
/// # Security
///
/// Parsers disagree about malformed forms. A malformed form is therefore rejected with 400 and never
/// repaired: text before the first boundary or after the last one, data after a boundary on its line,
/// lines that do not end in CR LF, a duplicate `Content-Disposition` or `Content-Type`, a duplicate
/// parameter, a backslash in a quoted name, a `filename*` that differs from `filename`, or a transfer
/// encoding.
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
///     description: String,
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

impl<T, S> ExtractFromBody<S> for Valid<Multipart<T>>
where
    T: SecureInput + Send,
    T::Context: ContextFrom<S>,
    S: Send + Sync,
{
    async fn from_body(request: Request, state: &S) -> Result<Self, InputError> {
        let boundary = Boundary::of(request.headers())?;
        #[cfg(feature = "spool")]
        if spooled::has_files(T::shape()) {
            let form = spooled::read(request, boundary, state).await?;
            return form
                .map(|form| Self(Multipart(form)))
                .ok_or_else(spooled::no_form);
        }
        let max = limits(request.extensions()).part_limit;
        let body = body::collect(request).await?;
        decode_and_check(&body, &boundary, max, state).map(|value| Self(Multipart(value)))
    }

    /// A form is absent if the body is empty.
    async fn from_body_if_present(request: Request, state: &S) -> Result<Option<Self>, InputError> {
        let boundary = match Boundary::of(request.headers()) {
            Ok(boundary) => boundary,
            Err(error) => return body::require_empty(request, error).await.map(|()| None),
        };
        #[cfg(feature = "spool")]
        if spooled::has_files(T::shape()) {
            let form = spooled::read(request, boundary, state).await?;
            return Ok(form.map(|form| Self(Multipart(form))));
        }
        let max = limits(request.extensions()).part_limit;
        let Some(body) = body::collect_optional(request).await? else {
            return Ok(None);
        };
        let form = decode_and_check(&body, &boundary, max, state)?;
        Ok(Some(Self(Multipart(form))))
    }
}

via_body!(Multipart);

fn decode_and_check<T, S>(
    body: &[u8],
    boundary: &Boundary,
    max: usize,
    state: &S,
) -> Result<T, InputError>
where
    T: SecureInput,
    T::Context: ContextFrom<S>,
{
    let (Decoded(value), excess) = decode(body, boundary, max, T::shape())?;
    check_named(value, excess, InputLocation::Form, state, || {
        raw_names(body, boundary, max, T::shape())
    })
}

#[cfg(test)]
mod tests;
