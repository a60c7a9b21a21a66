//! A form with files, decoded part by part.
//!
//! `boundary` → `split` → `head` → `values` → the struct.

mod boundary;
mod head;
mod split;
mod values;

use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) use self::boundary::Boundary;
pub(crate) use self::values::FILE;

use self::values::Form;
use crate::input::contract::{InputError, InputLocation};
use crate::input::decode::error::What;

/// Decodes a form: 400 where it is malformed or has more than `most` parts, 422 where it does
/// not fit the type.
pub(crate) fn decode<T: DeserializeOwned>(
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
pub(crate) fn sent(body: &[u8], boundary: &Boundary) -> Option<Value> {
    let parts = split::split(body, boundary, usize::MAX).ok()?;
    let names = parts.into_iter().map(|part| part.name.to_owned());
    Some(Value::Object(
        names.map(|name| (name, Value::Null)).collect(),
    ))
}
