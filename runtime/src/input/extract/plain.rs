//! `Valid<PlainText<T>>` and `Valid<BinaryBody<T>>`: a body that is a single value.

use crate::input::contract::check::{check, check_named};
use crate::input::contract::{ContextFrom, Decoded, InputError, InputLocation, SecureInput};
use crate::input::decode::{media_type, plain};
use crate::input::extract::valid::{ExtractFromBody, Valid, valid_body, via_body};
use crate::policy::Limits;

/// Extracts a `text/plain` body as a single value, such as a newtype around `String`.
///
/// Use it in [`Valid`](crate::Valid). Text that is not UTF-8 is rejected with 400, and another media
/// type with 415.
///
/// # Examples
///
/// ```
/// use palisade::input::PlainText;
/// use palisade::prelude::*;
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// struct Note(#[garde(length(chars, min = 1, max = 500))] String);
///
/// #[secured(scopes = "notes:write")]
/// async fn keep(Valid(PlainText(note)): Valid<PlainText<Note>>) -> StatusCode {
///     if note.0.is_ascii() { StatusCode::CREATED } else { StatusCode::ACCEPTED }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlainText<T>(pub T);

/// Extracts a body as bytes, such as a newtype around `Vec<u8>`.
///
/// Use it in [`Valid`](crate::Valid). The media type is `application/octet-stream`, or one that the type
/// declares: `#[secure(binary = "application/pdf")]`. A request with another one is 415, with the accepted
/// ones in `Accept`. The whole body is in memory; a
/// [`StreamedBody`](crate::input::StreamedBody) is not.
///
/// # Security
///
/// The client declares the media type, and the content may differ: check it with a `custom` rule.
///
/// # Examples
///
/// ```
/// use palisade::input::BinaryBody;
/// use palisade::prelude::*;
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[secure(binary = "application/pdf")]
/// struct Invoice(#[garde(length(min = 8, max = 65_536), custom(is_pdf))] Vec<u8>);
///
/// fn is_pdf(bytes: &[u8], (): &()) -> garde::Result {
///     match bytes.starts_with(b"%PDF-") {
///         true => Ok(()),
///         false => Err(garde::Error::new("must be a PDF")),
///     }
/// }
///
/// #[secured(scopes = "invoices:write")]
/// async fn archive(Valid(BinaryBody(invoice)): Valid<BinaryBody<Invoice>>) -> String {
///     invoice.0.len().to_string()
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BinaryBody<T>(pub T);

valid_body!(PlainText: &[media_type::TEXT], decode_and_check_text);
valid_body!(BinaryBody: T::BINARY_TYPES, decode_and_check_binary);

fn decode_and_check_text<T, S>(text: &[u8], _: Limits, state: &S) -> Result<T, InputError>
where
    T: SecureInput,
    T::Context: ContextFrom<S>,
{
    let Decoded(value) = plain::decode_text(text)?;
    check(value, InputLocation::Body, state, || None)
}

fn decode_and_check_binary<T, S>(bytes: &[u8], _: Limits, state: &S) -> Result<T, InputError>
where
    T: SecureInput,
    T::Context: ContextFrom<S>,
{
    let (Decoded(value), excess) = plain::decode_binary(bytes, T::shape())?;
    check_named(value, excess, InputLocation::Body, state, || None)
}
