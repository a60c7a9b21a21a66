//! The errors of malformed lock files.

use std::fmt;

use crate::lock::snapshot::{OLDEST_VERSION, VERSION};

/// The error for a malformed lock file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockParseError {
    pub(super) line: usize,
    pub(super) kind: LockParseErrorKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LockParseErrorKind {
    Conflict,
    MissingVersion,
    UnknownVersion(String),
    /// A line that the format does not have at its position.
    Unexpected,
    /// A line with the right first word and malformed content.
    Malformed(&'static str),
    /// A block without a required line.
    Missing(&'static str),
    /// Two blocks for the same subject, or two lines of which a block has one.
    Duplicate,
}

impl LockParseError {
    /// Returns the number of the line, from 1.
    pub fn line(&self) -> usize {
        self.line
    }
}

impl fmt::Display for LockParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        match &self.kind {
            LockParseErrorKind::Conflict => f.write_str("unresolved merge conflict"),
            LockParseErrorKind::MissingVersion => write!(f, "missing `version {VERSION}`"),
            LockParseErrorKind::UnknownVersion(found) => {
                write!(
                    f,
                    "unknown version `{}`, expected `{OLDEST_VERSION}` to `{VERSION}`",
                    found.escape_debug()
                )
            }
            LockParseErrorKind::Unexpected => f.write_str("unknown line"),
            LockParseErrorKind::Malformed(name) => write!(f, "malformed `{name}`"),
            LockParseErrorKind::Missing(name) => {
                write!(f, "the block that starts here has no `{name}`")
            }
            LockParseErrorKind::Duplicate => f.write_str("duplicate of an earlier line"),
        }
    }
}

impl std::error::Error for LockParseError {}
