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
pub(crate) use crate::input::decode::form_values::FILE;

use self::deserializer::MultipartDeserializer;
use crate::input::contract::{InputError, InputLocation, Violation};
use crate::input::decode::error::ErrorKind;
use crate::input::shape::Shape;

/// Decodes a form into a struct.
///
/// A list gets as many parts as `shape` allows. If there are more, the violation is returned with the
/// value, which must not be used.
///
/// # Errors
///
/// Returns [`InputError::Malformed`] if the form is malformed or has more than `max` parts,
/// [`InputError::TypeMismatch`] if it does not match the type.
pub(crate) fn decode<T: DeserializeOwned>(
    body: &[u8],
    boundary: &Boundary,
    max: usize,
    shape: &'static Shape,
) -> Result<(T, Vec<Violation>), InputError> {
    let parts = split::split(body, boundary, max)
        .map_err(|violation| InputError::Malformed(InputLocation::Form, violation))?;
    let mut excess = Vec::new();
    let decoder = MultipartDeserializer {
        parts,
        shape,
        excess: &mut excess,
    };
    let value = T::deserialize(decoder).map_err(|error| {
        let violation = error.parameter_violation();
        match error.kind() {
            ErrorKind::Encoding => InputError::Malformed(InputLocation::Form, violation),
            _ => InputError::TypeMismatch(InputLocation::Form, violation),
        }
    })?;
    Ok((value, excess))
}

/// Returns the declared names in a form as members of an object, which is all that a violation's
/// pointer needs.
pub(crate) fn raw_names(
    body: &[u8],
    boundary: &Boundary,
    max: usize,
    shape: &'static Shape,
) -> Option<Value> {
    let parts = split::split(body, boundary, max).ok()?;
    let names = parts.into_iter().map(|part| part.name);
    let declared = names.filter(|name| shape.member(name).is_some());
    let members = declared.map(|name| (name.to_owned(), Value::Null));
    Some(Value::Object(members.collect()))
}
