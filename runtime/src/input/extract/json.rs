//! `Valid<Json<T>>`: a JSON body.

use axum::extract::Json;

use crate::input::contract::check::check_decoded;
use crate::input::contract::{ContextFrom, Decoded, InputError, InputLocation, SecureInput};
use crate::input::decode::json;
use crate::input::extract::valid::{ExtractFromBody, Valid, valid_body, via_body};
use crate::policy::Limits;

valid_body!(Json: T::JSON_TYPES, decode_and_check);

fn decode_and_check<T, S>(text: &[u8], _: Limits, state: &S) -> Result<T, InputError>
where
    T: SecureInput,
    T::Context: ContextFrom<S>,
{
    let json::DecodedJson { value, excess } = json::decode(text, T::shape())?;
    let Decoded(value) = value;
    check_decoded(value, excess, InputLocation::Body, state, |paths| {
        json::pointers(text, T::shape(), paths)
    })
}
