//! `Valid<Json<T>>`: a JSON body.

use axum::extract::Json;
use serde::de::DeserializeOwned;

use crate::input::contract::check::check;
use crate::input::contract::{ContextFrom, InputError, InputLocation, SecureInput};
use crate::input::decode::{json, media_type};
use crate::input::extract::valid::{Valid, valid_body};
use crate::policy::Limits;

valid_body!(Json: media_type::JSON, decode_and_check);

fn decode_and_check<T, S>(text: &[u8], _: Limits, state: &S) -> Result<T, InputError>
where
    T: SecureInput + DeserializeOwned,
    T::Context: ContextFrom<S>,
{
    let value = json::decode(text, T::shape())?;
    check(value, InputLocation::Body, state, || json::raw_value(text))
}
