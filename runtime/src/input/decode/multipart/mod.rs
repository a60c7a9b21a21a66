//! Decodes `multipart/form-data`: forms with files.
//!
//! The stages are `boundary` → `split` → `header` → `deserializer`.

mod boundary;
mod deserializer;
mod header;
mod split;

use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) use self::boundary::Boundary;
pub(crate) use self::deserializer::FILE;

use self::deserializer::MultipartDeserializer;
use crate::input::contract::{InputError, InputLocation};
use crate::input::decode::error::ErrorKind;

/// Decodes a form into a struct.
///
/// # Errors
///
/// Returns [`InputError::Malformed`] if the form is malformed or has more than `max` parts,
/// [`InputError::TypeMismatch`] if it does not match the type.
pub(crate) fn decode<T: DeserializeOwned>(
    body: &[u8],
    boundary: &Boundary,
    max: usize,
) -> Result<T, InputError> {
    let parts = split::split(body, boundary, max)
        .map_err(|violation| InputError::Malformed(InputLocation::Form, violation))?;
    T::deserialize(MultipartDeserializer(parts)).map_err(|error| {
        let violation = error.parameter_violation();
        match error.kind() {
            ErrorKind::Encoding => InputError::Malformed(InputLocation::Form, violation),
            _ => InputError::TypeMismatch(InputLocation::Form, violation),
        }
    })
}

/// Returns the names as members of an object, which is all that a violation's pointer needs.
pub(crate) fn raw_names(body: &[u8], boundary: &Boundary, max: usize) -> Option<Value> {
    let parts = split::split(body, boundary, max).ok()?;
    let names = parts.into_iter().map(|part| part.name.to_owned());
    Some(Value::Object(
        names.map(|name| (name, Value::Null)).collect(),
    ))
}
