//! From bytes to a value, or to one fault with its place.
//!
//! A text that cannot be decoded at all (not UTF-8, no JSON, too deep, a member twice,
//! a lone surrogate, a number beyond every type) is told apart from one that can, but
//! not to this type: where decoding fails, the whole text is read once more without a
//! type. Which of the two it is then depends on the text alone, not on the order of
//! its members.

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use serde_json::error::Category;

use crate::input::contract::{InputError, InputLocation, Violation};
use crate::input::decode::error::{FORM, Fault, What};
use crate::input::decode::json::decode_state::Watch;
use crate::input::decode::json::strict::Strict;
use crate::input::decode::json::type_mismatch;
use crate::input::shape::Shape;

const ENDS_EARLY: &str = "ends too early";
const NO_JSON: &str = "is not JSON that can be decoded";

/// Decodes one JSON text ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)) strictly.
pub(crate) fn decode<T: DeserializeOwned>(text: &[u8], shape: &Shape) -> Result<T, InputError> {
    let Ok(text) = str::from_utf8(text) else {
        let violation = Violation::new("", "encoding", "is not UTF-8");
        return Err(InputError::Malformed(InputLocation::Body, violation));
    };
    match read(text) {
        Ok((value, false)) => Ok(value),
        Ok((value, true)) => {
            match sent(text.as_bytes()).and_then(|sent| type_mismatch::find(shape, &sent)) {
                None => Ok(value),
                Some(pointer) => {
                    let violation = Violation::new(pointer, "type", FORM);
                    Err(InputError::TypeMismatch(InputLocation::Body, violation))
                }
            }
        }
        Err(failure) => Err(judge(text, &failure)),
    }
}

/// The text once more, as a tree; none where it is none.
pub(crate) fn sent(text: &[u8]) -> Option<Value> {
    serde_json::from_slice(text).ok()
}

/// Why a text was not read.
struct Failure {
    fault: Fault,
    /// What `serde_json` says where the fault is its own.
    beneath: Option<Category>,
}

/// The value, and whether it has to be held against its shape.
fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Result<(T, bool), Failure> {
    let mut inner = serde_json::Deserializer::from_str(text);
    let (mut beneath, watch) = (None, Watch::default());
    let strict = Strict {
        inner: &mut inner,
        beneath: &mut beneath,
        watch: &watch,
    };
    let value = T::deserialize(strict).map_err(|fault| {
        let own = matches!(fault.what(), What::Unread | What::Cut).then_some(beneath);
        Failure {
            fault,
            beneath: own.flatten().map(|error| error.classify()),
        }
    })?;
    match inner.end() {
        Ok(()) => Ok((value, watch.may_misfit())),
        Err(error) => Err(Failure {
            fault: watch
                .cut_short()
                .unwrap_or_else(|| Fault::new(What::Unread)),
            beneath: Some(error.classify()),
        }),
    }
}

impl Failure {
    fn violation(&self) -> Violation {
        let place = self.fault.in_body();
        let detail = match (self.fault.what(), self.beneath) {
            (What::Unread | What::Cut, Some(Category::Eof)) => ENDS_EARLY,
            (What::Unread | What::Cut, _) => NO_JSON,
            _ => return place,
        };
        Violation::new(place.pointer(), "syntax", detail)
    }

    /// Whether both readings stopped for the same reason, and so at the same place.
    fn is(&self, untyped: &Self) -> bool {
        match (self.fault.what(), untyped.fault.what()) {
            (What::Twice, What::Repeats) => true,
            (What::Cut, What::Unread) => self.beneath == untyped.beneath,
            (typed, other) => typed == other && self.beneath == untyped.beneath,
        }
    }
}

/// 400 where the text itself is at fault, 422 where it does not fit the type.
#[cold]
fn judge(text: &str, failure: &Failure) -> InputError {
    match read::<IgnoredAny>(text) {
        Ok(_) => InputError::TypeMismatch(InputLocation::Body, failure.fault.in_body()),
        Err(untyped) => {
            // only the typed reading knows the names on the way
            let known = if failure.is(&untyped) {
                failure
            } else {
                &untyped
            };
            InputError::Malformed(InputLocation::Body, known.violation())
        }
    }
}
