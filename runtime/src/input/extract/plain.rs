//! `Valid<PlainText<T>>` and `Valid<BinaryBody<T>>`: a body that is one value.

use serde::de::DeserializeOwned;

use crate::input::contract::check::check;
use crate::input::contract::{ContextFrom, InputError, InputLocation, SecureInput};
use crate::input::decode::{media_type, plain};
use crate::input::extract::valid::{Valid, valid_body};
use crate::policy::Limits;

/// A body of `text/plain`, in [`Valid`](crate::Valid): one value, as in a newtype around `String`.
///
/// Text that is not UTF-8 is refused with 400, another label with 415.
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

/// A body of `application/octet-stream`, in [`Valid`](crate::Valid): bytes, as in a newtype around
/// `Vec<u8>`.
///
/// # Examples
///
/// ```
/// use palisade::input::BinaryBody;
/// use palisade::prelude::*;
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// struct Firmware(#[garde(length(min = 16, max = 65_536))] Vec<u8>);
///
/// #[secured(scopes = "devices:write")]
/// async fn install(Valid(BinaryBody(firmware)): Valid<BinaryBody<Firmware>>) -> String {
///     firmware.0.len().to_string()
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BinaryBody<T>(pub T);

valid_body!(PlainText: media_type::TEXT, judge_text);
valid_body!(BinaryBody: media_type::OCTETS, judge_binary);

fn judge_text<T, S>(text: &[u8], _: Limits, state: &S) -> Result<T, InputError>
where
    T: SecureInput + DeserializeOwned,
    T::Context: ContextFrom<S>,
{
    let value = plain::decode_text(text)?;
    check(value, InputLocation::Body, state, || None)
}

fn judge_binary<T, S>(bytes: &[u8], _: Limits, state: &S) -> Result<T, InputError>
where
    T: SecureInput + DeserializeOwned,
    T::Context: ContextFrom<S>,
{
    let value = plain::decode_binary(bytes)?;
    check(value, InputLocation::Body, state, || None)
}
