//! The result of comparing a text with a shape.

use crate::input::contract::{MAX_VIOLATIONS, Violation};
use crate::input::decode::error::{NOT_NULL, Segment, UNEXPECTED_FORMAT, pointer_of};

/// The result of comparing a text with a shape.
#[derive(Default)]
pub(in crate::input::decode::json) struct Findings {
    /// A value that does not have its shape, although serde may accept it.
    ///
    /// serde reads a tagged enum into a buffer before it knows the variant. Decoding from the buffer
    /// is lenient: it accepts an array for a struct, and a number for a variant's name.
    pub(in crate::input::decode::json) mismatch: Option<Violation>,
    /// The lists and maps with more items than their type allows.
    pub(in crate::input::decode::json) excess: Vec<Violation>,
}

/// A difference between a value and its shape, at most one of which is reported.
#[derive(Clone, Copy)]
pub(super) enum Mismatch {
    Form,
    ElementCount,
    UnknownMember,
    Null,
}

impl Findings {
    pub(super) fn mismatch(&mut self, path: &[Segment], mismatch: Mismatch) {
        let (rule, detail) = match mismatch {
            Mismatch::Form => ("type", UNEXPECTED_FORMAT),
            Mismatch::ElementCount => ("items", "has the wrong number of items"),
            Mismatch::UnknownMember => ("unknown", "has an unknown member"),
            Mismatch::Null => ("type", NOT_NULL),
        };
        let violation = || Violation::new(pointer_of(path), rule, detail);
        self.mismatch.get_or_insert_with(violation);
    }

    pub(super) fn check_count(&mut self, path: &[Segment], count: usize, max: usize) {
        if count > max && self.excess.len() < MAX_VIOLATIONS {
            self.excess.push(Violation::too_many(pointer_of(path), max));
        }
    }
}
