//! `Valid<Multipart<T>>`: a form with files, each part bounded by its type.
//!
//! `boundary` → `split` → `head` → `values` → the struct, whose files are `Upload`s.

mod boundary;
mod extract;
mod file_name;
mod head;
mod split;
mod upload;
mod values;

use serde::de::DeserializeOwned;
use serde_json::Value;

pub use self::file_name::{FileName, FileNameError};
pub use self::upload::{MediaTypes, Upload, UploadError};

use self::boundary::Boundary;
use self::values::Form;
use crate::input::fault::What;
use crate::input::{InputError, InputLocation};

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

/// Decodes a form: 400 where it is malformed or has more than `most` parts, 422 where it does
/// not fit the type.
fn decode<T: DeserializeOwned>(
    body: &[u8],
    boundary: &Boundary,
    most: usize,
) -> Result<T, InputError> {
    let parts = split::split(body, boundary, most)
        .map_err(|violation| InputError::Malformed(InputLocation::Form, violation))?;
    T::deserialize(Form(parts)).map_err(|fault| {
        let violation = fault.in_parameters();
        match fault.what() {
            What::Text => InputError::Malformed(InputLocation::Form, violation),
            _ => InputError::TypeMismatch(InputLocation::Form, violation),
        }
    })
}

/// The names, as the members of an object; a rule that is broken looks for no more.
fn sent(body: &[u8], boundary: &Boundary) -> Option<Value> {
    let parts = split::split(body, boundary, usize::MAX).ok()?;
    let names = parts.into_iter().map(|part| part.name.to_owned());
    Some(Value::Object(
        names.map(|name| (name, Value::Null)).collect(),
    ))
}

#[cfg(test)]
mod tests;
