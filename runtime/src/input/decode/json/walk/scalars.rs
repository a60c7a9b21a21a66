//! The values of a text that are no lists and objects of its shape.

use super::Walk;
use super::findings::Mismatch;
use crate::input::decode::json::cursor::{Cursor, Quoted};
use crate::input::decode::json::guide::MAX_IN_SCALAR;
use crate::input::shape::notation::Notation;

impl Walk<'_> {
    /// Skips a scalar, which the decoder has checked unless it is buffered.
    pub(super) fn scalar(&mut self, cursor: &mut Cursor<'_>) -> Option<()> {
        match cursor.peek()? {
            b'[' | b'{' => self.skip_mismatch(cursor),
            _ => cursor.skip(),
        }
    }

    /// Checks the notation of a string, which the decoder has checked unless it is buffered.
    pub(super) fn written(&mut self, cursor: &mut Cursor<'_>, notation: Notation) -> Option<()> {
        let text = { *cursor }.string().and_then(Quoted::read);
        if text.is_none_or(|text| !notation.accepts(&text)) {
            return self.skip_mismatch(cursor);
        }
        cursor.skip()
    }

    /// Skips a scalar whose statement covers lists and objects.
    pub(super) fn scalar_of_api(&mut self, cursor: &mut Cursor<'_>) -> Option<()> {
        if self.findings.is_some() && !{ *cursor }.skip_small(&mut { MAX_IN_SCALAR }) {
            self.mismatch(Mismatch::Form)?;
        }
        cursor.skip()
    }
}
