//! Decodes `multipart/form-data`: forms with files.
//!
//! The stages are `boundary` → `split` → `header` → `deserializer`. With files on disk, `incremental` replaces `split`,
//! and `stored` passes the files on.

mod boundary;
mod deserializer;
mod header;
#[cfg(feature = "spool")]
mod incremental;
mod split;
#[cfg(feature = "spool")]
mod stored;

use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) use self::boundary::Boundary;
pub(crate) use crate::input::decode::form_values::FILE;

#[cfg(feature = "spool")]
pub(crate) use self::incremental::{IncrementalSplit, SplitEvent};
#[cfg(feature = "spool")]
pub(crate) use self::stored::{StoredPart, decode_stored, stored_names, take_stored};

use self::deserializer::MultipartDeserializer;
use self::split::Part;
use crate::input::contract::{InputError, InputLocation, Violation};
use crate::input::decode::error::{DecodeError, ErrorKind};
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
    decode_parts(parts, shape)
}

fn decode_parts<T: DeserializeOwned>(
    parts: Vec<Part<'_>>,
    shape: &'static Shape,
) -> Result<(T, Vec<Violation>), InputError> {
    let mut excess = Vec::new();
    let decoder = MultipartDeserializer {
        parts,
        shape,
        excess: &mut excess,
    };
    let value = T::deserialize(decoder).map_err(|error| input_error(&error))?;
    Ok((value, excess))
}

fn input_error(error: &DecodeError) -> InputError {
    let violation = error.parameter_violation();
    match error.kind() {
        ErrorKind::Encoding => InputError::Malformed(InputLocation::Form, violation),
        _ => InputError::TypeMismatch(InputLocation::Form, violation),
    }
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
    Some(declared_names(names, shape))
}

fn declared_names<'a>(names: impl Iterator<Item = &'a str>, shape: &'static Shape) -> Value {
    let declared = names.filter(|name| shape.member(name).is_some());
    let members = declared.map(|name| (name.to_owned(), Value::Null));
    Value::Object(members.collect())
}
