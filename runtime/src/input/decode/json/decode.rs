//! Decodes the bytes of a body into a value, or reports one error with its location.
//!
//! Text that no type can decode (not UTF-8, not JSON, too deep, a duplicate member, a lone surrogate,
//! a number beyond every type) is malformed; other text does not match the type. If decoding fails,
//! the whole text is decoded once more without a type. The result thus depends on the text alone and
//! not on the order of its members.

use serde::de::{DeserializeOwned, DeserializeSeed};
use serde_json::de::StrRead;
use serde_json::error::Category;

use crate::input::contract::{InputError, InputLocation, Violation};
use crate::input::decode::error::{DecodeError, ErrorKind, UNEXPECTED_FORMAT};
use crate::input::decode::json::decode_state::{DecodeState, Inspection};
use crate::input::decode::json::guide::Guide;
use crate::input::decode::json::ignored::Ignored;
use crate::input::decode::json::strict::StrictDeserializer;
use crate::input::decode::json::walk::compare;
use crate::input::decode::plain::text_body;
use crate::input::shape::position::Position;
use crate::input::shape::{Nested, Shape, Statement};

const UNEXPECTED_END: &str = "ends unexpectedly";
const INVALID_JSON: &str = "is not valid JSON";

/// A value whose lists and maps have at most as many items as its type allows.
#[derive(Debug)]
pub(crate) struct DecodedJson<T> {
    pub(crate) value: T,
    /// The lists and maps that had more; if there is one, the value must not be used.
    pub(crate) excess: Vec<Violation>,
}

/// Decodes a JSON text.
///
/// # Errors
///
/// Returns [`InputError::Malformed`] if no type can decode the text,
/// [`InputError::TypeMismatch`] if the text does not match the type or `shape`, and
/// [`InputError::Invalid`] if it has too many items to be decoded.
pub(crate) fn decode<T: DeserializeOwned>(
    text: &[u8],
    shape: &'static Shape,
) -> Result<DecodedJson<T>, InputError> {
    let text = text_body(text)?;
    decode_with(text, &DecodeState::new(text, shape, inspect))
}

/// Decodes a merge patch ([RFC 7396]), in which null clears a member.
///
/// # Errors
///
/// Returns those of [`decode`], and [`InputError::TypeMismatch`] if null would clear an `Option`, which
/// does not distinguish it from an absent member.
///
/// [RFC 7396]: https://www.rfc-editor.org/rfc/rfc7396
pub(crate) fn decode_merge_patch<T: DeserializeOwned>(
    text: &[u8],
    shape: &'static Shape,
) -> Result<DecodedJson<T>, InputError> {
    let text = text_body(text)?;
    let state = DecodeState::new(text, shape, inspect);
    decode_with(text, &state.of_merge_patch())
}

fn decode_with<T: DeserializeOwned>(
    text: &str,
    state: &DecodeState<'_>,
) -> Result<DecodedJson<T>, InputError> {
    let value = read_typed(text, state).map_err(|failure| failure.into_rejection(text, state))?;
    let excess = check_shape(text, state)?;
    Ok(DecodedJson { value, excess })
}

/// Checks the parts of a decoded text that its type has not read; returns the lists and maps with too many items.
///
/// # Errors
///
/// Returns an error if the text is malformed or does not match the shape.
fn check_shape(text: &str, state: &DecodeState<'_>) -> Result<Vec<Violation>, InputError> {
    let shape = state.shape();
    if state.has_skipped_text() {
        read_untyped(text, shape).map_err(Failure::into_malformed)?;
    }
    if !state.is_truncated() && !state.needs_shape_check() {
        return Ok(Vec::new());
    }
    let findings = compare(text, shape, state.is_merge_patch());
    let mismatch = findings.mismatch.or_else(|| {
        let is_unknown = state.is_truncated() && findings.excess.is_empty();
        is_unknown.then(|| Violation::new("", "type", UNEXPECTED_FORMAT))
    });
    match mismatch {
        Some(violation) => Err(InputError::TypeMismatch(InputLocation::Body, violation)),
        None => Ok(findings.excess),
    }
}

/// The shape of a type that does not declare its input.
static UNCHECKED: Shape =
    Shape::Transparent(Nested::Unchecked(Statement::Unvalidated("not an input")));

/// Decodes the verified claims of a token, for which no shape is known.
pub(crate) fn decode_claims<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    let text = str::from_utf8(json).ok()?;
    let state = DecodeState::new(text, &UNCHECKED, inspect);
    read_typed(text, &state).ok()
}

/// Decodes a type without a shape.
#[cfg(test)]
pub(crate) fn decode_without_shape<T: DeserializeOwned>(text: &[u8]) -> Result<T, InputError> {
    decode(text, &UNCHECKED).map(|decoded| decoded.value)
}

/// Checks a text without decoding it.
fn inspect(text: &str, shape: &'static Shape, inspection: Inspection) -> Result<(), InputError> {
    let is_merge_patch = match inspection {
        Inspection::Syntax => return read_untyped(text, shape).map_err(Failure::into_malformed),
        Inspection::Shape { is_merge_patch } => is_merge_patch,
    };
    let findings = compare(text, shape, is_merge_patch);
    match findings.mismatch {
        Some(violation) => Err(InputError::TypeMismatch(InputLocation::Body, violation)),
        None if findings.excess.is_empty() => Ok(()),
        None => Err(InputError::Invalid(InputLocation::Body, findings.excess)),
    }
}

/// The reason why a text could not be decoded.
struct Failure {
    error: DecodeError,
    /// The category of `serde_json`'s error, if the error is its own.
    source: Option<Category>,
}

fn read_typed<T: DeserializeOwned>(text: &str, state: &DecodeState<'_>) -> Result<T, Failure> {
    let mut inner = serde_json::Deserializer::from_str(text);
    let mut source = None;
    let strict = StrictDeserializer {
        inner: &mut inner,
        source: &mut source,
        state,
        guide: &Guide::At(Position::Shape(state.shape())),
    };
    let value = T::deserialize(strict).map_err(|error| Failure::new(error, source))?;
    end(&mut inner, state)?;
    Ok(value)
}

/// Requires that nothing follows the value.
fn end(
    inner: &mut serde_json::Deserializer<StrRead<'_>>,
    state: &DecodeState<'_>,
) -> Result<(), Failure> {
    inner.end().map_err(|source| {
        let error = state.partial_number_error();
        let error = error.unwrap_or_else(|| DecodeError::new(ErrorKind::Syntax));
        Failure::new(error, Some(source))
    })
}

fn read_untyped(text: &str, shape: &'static Shape) -> Result<(), Failure> {
    let state = DecodeState::new(text, shape, inspect);
    let mut inner = serde_json::Deserializer::from_str(text);
    let ignored = Ignored(&state).deserialize(&mut inner);
    let ignored = ignored.and_then(|()| inner.end());
    ignored.map_err(|source| Failure::new(state.take_error(), Some(source)))
}

impl Failure {
    fn new(error: DecodeError, source: Option<serde_json::Error>) -> Self {
        let is_from_serde_json =
            matches!(error.kind(), ErrorKind::Syntax | ErrorKind::PartialNumber);
        let source = is_from_serde_json.then_some(source).flatten();
        Self {
            error,
            source: source.map(|error| error.classify()),
        }
    }

    /// Returns the error of a text that its type did not decode.
    #[cold]
    fn into_rejection(self, text: &str, state: &DecodeState<'_>) -> InputError {
        let rejection = state.take_rejection();
        rejection.unwrap_or_else(|| {
            if state.is_well_formed() {
                self.into_type_mismatch()
            } else {
                self.into_input_error(text, state.shape())
            }
        })
    }

    /// Decodes the text without a type to decide whether it is malformed.
    fn into_input_error(self, text: &str, shape: &'static Shape) -> InputError {
        match read_untyped(text, shape) {
            Ok(()) => self.into_type_mismatch(),
            Err(untyped) => {
                // only the typed decoding knows the declared names of the path
                let failure = if self.is_same_as(&untyped) {
                    self
                } else {
                    untyped
                };
                failure.into_malformed()
            }
        }
    }

    fn into_type_mismatch(self) -> InputError {
        InputError::TypeMismatch(InputLocation::Body, self.error.body_violation())
    }

    fn into_malformed(self) -> InputError {
        InputError::Malformed(InputLocation::Body, self.violation())
    }

    /// Returns whether both decodings failed for the same reason, and so at the same location.
    fn is_same_as(&self, untyped: &Self) -> bool {
        match (self.error.kind(), untyped.error.kind()) {
            (ErrorKind::Duplicate, ErrorKind::DuplicateUndeclared) => true,
            (ErrorKind::PartialNumber, ErrorKind::Syntax) => self.source == untyped.source,
            // serde_json itself found the same if it knew the type
            (ErrorKind::Syntax | ErrorKind::PartialNumber, ErrorKind::NumberRange) => {
                self.source == Some(Category::Syntax)
            }
            (typed, other) => typed == other && self.source == untyped.source,
        }
    }

    fn violation(&self) -> Violation {
        let violation = self.error.body_violation();
        let detail = match (self.error.kind(), self.source) {
            (ErrorKind::Syntax | ErrorKind::PartialNumber, Some(Category::Eof)) => UNEXPECTED_END,
            (ErrorKind::Syntax | ErrorKind::PartialNumber | ErrorKind::NumberRange, _) => {
                INVALID_JSON
            }
            _ => return violation,
        };
        Violation::new(violation.pointer(), "syntax", detail)
    }
}
