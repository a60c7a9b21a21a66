//! `Valid<MergePatch<T>>`: a change of some members of an object.

use crate::input::contract::check::check_decoded;
use crate::input::contract::{ContextFrom, Decoded, InputError, InputLocation, SecureInput};
use crate::input::decode::{json, media_type};
use crate::input::extract::valid::{ExtractFromBody, Valid, valid_body, via_body};
use crate::policy::Limits;

/// Extracts an `application/merge-patch+json` body ([RFC 7396]): a change of some members of an object.
///
/// Use it in [`Valid`](crate::Valid), for a struct whose members are [`Patch`](crate::input::Patch)es: an
/// absent member is kept, `null` clears it, any other value replaces it. An array is replaced as a whole. A
/// member that clients must not clear is an `Option`, for which `null` is 422.
///
/// A request with another media type is 415, with the accepted one in `Accept` and `Accept-Patch`
/// ([RFC 5789 §2.2]).
///
/// # Examples
///
/// ```
/// use palisade::input::{MergePatch, Patch};
/// use palisade::prelude::*;
///
/// #[derive(Deserialize, Validate, SecureInput)]
/// #[serde(deny_unknown_fields)]
/// struct OrderChange {
///     #[garde(length(chars, max = 200))]
///     note: Patch<String>,
///     #[garde(range(min = 1, max = 100))]
///     quantity: Option<u32>, // cannot be cleared
/// }
///
/// #[secured(scopes = "orders:write")]
/// async fn change_order(Valid(MergePatch(change)): Valid<MergePatch<OrderChange>>) -> String {
///     match change.note {
///         Patch::Absent => "keep the note".to_owned(),
///         Patch::Null => "clear the note".to_owned(),
///         Patch::Value(note) => note,
///     }
/// }
/// ```
///
/// [RFC 5789 §2.2]: https://www.rfc-editor.org/rfc/rfc5789#section-2.2
/// [RFC 7396]: https://www.rfc-editor.org/rfc/rfc7396
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MergePatch<T>(pub T);

valid_body!(MergePatch: &[media_type::MERGE_PATCH], decode_and_check);

fn decode_and_check<T, S>(text: &[u8], _: Limits, state: &S) -> Result<T, InputError>
where
    T: SecureInput,
    T::Context: ContextFrom<S>,
{
    let json::DecodedJson { value, excess } = json::decode_merge_patch(text, T::shape())?;
    let Decoded(value) = value;
    check_decoded(value, excess, InputLocation::Body, state, |paths| {
        json::pointers(text, T::shape(), paths)
    })
}
