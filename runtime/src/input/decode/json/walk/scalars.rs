//! The values of a text that are no lists and objects of its shape.

use super::Walk;
use super::findings::Mismatch;
use crate::input::decode::json::cursor::Cursor;
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

    /// Checks the notation of a value, which the decoder has checked unless it is buffered.
    ///
    /// In a tagged enum, it is a value that serde can buffer.
    pub(super) fn written(&mut self, cursor: &mut Cursor<'_>, notation: Notation) -> Option<()> {
        let literal = cursor.literal()?;
        let is_accepted = match { *cursor }.string() {
            Some(text) => text.read().is_some_and(|text| notation.accepts(&text)),
            None => matches!(notation, Notation::Decimal) && notation.accepts(literal),
        };
        if !is_accepted || (self.tagged > 0 && !notation.is_bufferable(literal)) {
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
