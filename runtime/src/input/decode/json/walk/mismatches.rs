//! Values that do not have their shape, although serde accepts them.

use crate::input::decode::json::cursor::Cursor;
use crate::input::decode::json::walk::Walk;
use crate::input::decode::json::walk::findings::Mismatch;

impl Walk<'_> {
    /// serde rejects an unknown member, unless it is buffered: then only after it was read.
    pub(super) fn unknown_member(&mut self, cursor: &mut Cursor<'_>) -> Option<()> {
        if self.tagged > 0 {
            self.mismatch(Mismatch::UnknownMember)?;
        }
        cursor.skip()
    }

    pub(super) fn skip_mismatch(&mut self, cursor: &mut Cursor<'_>) -> Option<()> {
        self.mismatch(Mismatch::Form)?;
        cursor.skip()
    }

    /// Rejects null in a merge patch if it would not be distinguished from an absent member.
    pub(super) fn require_clearable(
        &mut self,
        cursor: &mut Cursor<'_>,
        confuses_null: impl FnOnce() -> bool,
    ) -> Option<()> {
        let clears = self.is_merge_patch && self.arrays == 0 && cursor.peek()? == b'n';
        if clears && confuses_null() {
            return self.mismatch(Mismatch::Null);
        }
        Some(())
    }

    /// Records a mismatch, which ends the comparison; the text is then rejected.
    pub(super) fn mismatch(&mut self, mismatch: Mismatch) -> Option<()> {
        match &mut self.findings {
            Some(findings) => {
                findings.mismatch(&self.path, mismatch);
                None
            }
            None => Some(()),
        }
    }
}
