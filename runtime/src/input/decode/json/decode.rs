//! Decodes the bytes of a body into a value, or reports one error with its location.
//!
//! Text that no type can decode (not UTF-8, not JSON, too deep, a duplicate member, a lone surrogate,
//! a number beyond every type) is malformed; other text does not match the type. If decoding fails,
//! the whole text is decoded once more without a type. The result thus depends on the text alone and
//! not on the order of its members.

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use serde_json::error::Category;

use crate::input::contract::{InputError, InputLocation, Violation};
use crate::input::decode::error::{DecodeError, ErrorKind, UNEXPECTED_FORMAT};
use crate::input::decode::json::decode_state::DecodeState;
use crate::input::decode::json::strict::StrictDeserializer;
use crate::input::decode::json::type_mismatch;
use crate::input::decode::plain::text_body;
use crate::input::shape::Shape;

const UNEXPECTED_END: &str = "ends unexpectedly";
const INVALID_JSON: &str = "is not valid JSON";

/// Decodes a JSON text.
///
/// # Errors
///
/// Returns [`InputError::Malformed`] if no type can decode the text, and
/// [`InputError::TypeMismatch`] if the text does not match the type or `shape`.
pub(crate) fn decode<T: DeserializeOwned>(text: &[u8], shape: &Shape) -> Result<T, InputError> {
    let text = text_body(text)?;
    let decoded = decode_str(text).map_err(|failure| failure.into_input_error(text))?;
    if decoded.needs_shape_check
        && let Some(raw) = raw_value(text.as_bytes())
        && let Some(pointer) = type_mismatch::find(shape, &raw)
    {
        let violation = Violation::new(pointer, "type", UNEXPECTED_FORMAT);
        return Err(InputError::TypeMismatch(InputLocation::Body, violation));
    }
    Ok(decoded.value)
}

/// Parses the text as a tree of values.
pub(crate) fn raw_value(text: &[u8]) -> Option<Value> {
    serde_json::from_slice(text).ok()
}

struct DecodedJson<T> {
    value: T,
    /// Whether serde may have accepted a value that does not have the type's shape.
    needs_shape_check: bool,
}

/// The reason why a text could not be decoded.
struct Failure {
    error: DecodeError,
    /// The category of `serde_json`'s error, if the error is its own.
    source: Option<Category>,
}

fn decode_str<'de, T: Deserialize<'de>>(text: &'de str) -> Result<DecodedJson<T>, Failure> {
    let mut inner = serde_json::Deserializer::from_str(text);
    let (mut source, state) = (None, DecodeState::default());
    let strict = StrictDeserializer {
        inner: &mut inner,
        source: &mut source,
        state: &state,
    };
    let value = T::deserialize(strict).map_err(|error| {
        let is_from_serde_json =
            matches!(error.kind(), ErrorKind::Syntax | ErrorKind::PartialNumber);
        let source = is_from_serde_json.then_some(source).flatten();
        Failure {
            error,
            source: source.map(|error| error.classify()),
        }
    })?;
    match inner.end() {
        Ok(()) => Ok(DecodedJson {
            value,
            needs_shape_check: state.needs_shape_check(),
        }),
        Err(error) => Err(Failure {
            error: state
                .partial_number_error()
                .unwrap_or_else(|| DecodeError::new(ErrorKind::Syntax)),
            source: Some(error.classify()),
        }),
    }
}

impl Failure {
    /// Decodes the text without a type to decide whether it is malformed.
    #[cold]
    fn into_input_error(self, text: &str) -> InputError {
        match decode_str::<IgnoredAny>(text) {
            Ok(_) => InputError::TypeMismatch(InputLocation::Body, self.error.body_violation()),
            Err(untyped) => {
                // only the typed decoding knows the declared names of the path
                let failure = if self.is_same_as(&untyped) {
                    self
                } else {
                    untyped
                };
                InputError::Malformed(InputLocation::Body, failure.violation())
            }
        }
    }

    /// Returns whether both decodings failed for the same reason, and so at the same location.
    fn is_same_as(&self, untyped: &Self) -> bool {
        match (self.error.kind(), untyped.error.kind()) {
            (ErrorKind::Duplicate, ErrorKind::DuplicateUndeclared) => true,
            (ErrorKind::PartialNumber, ErrorKind::Syntax) => self.source == untyped.source,
            (typed, other) => typed == other && self.source == untyped.source,
        }
    }

    fn violation(&self) -> Violation {
        let violation = self.error.body_violation();
        let detail = match (self.error.kind(), self.source) {
            (ErrorKind::Syntax | ErrorKind::PartialNumber, Some(Category::Eof)) => UNEXPECTED_END,
            (ErrorKind::Syntax | ErrorKind::PartialNumber, _) => INVALID_JSON,
            _ => return violation,
        };
        Violation::new(violation.pointer(), "syntax", detail)
    }
}
