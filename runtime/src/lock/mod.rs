//! The lock file: who may call each route, what input it accepts and how tokens are verified, in text that a review can read.
//!
//! `entry` collects the facts of an inventory, `render` and `parse` are the text, `compare` finds what a change admits.

mod access;
mod access_text;
mod bound;
mod changes;
mod compare;
#[cfg(any(feature = "attack", feature = "report"))]
mod digest;
mod entry;
mod file;
mod issuer_change;
mod issuer_entry;
mod lines;
mod parse;
mod parse_error;
mod parse_issuer;
mod render;
mod schema;
mod schema_change;
mod schema_forms;
mod schema_same;
mod snapshot;
mod successor;
#[cfg(test)]
mod tests;
mod verdict;
mod word;

#[cfg(any(feature = "attack", feature = "report"))]
pub(crate) use self::digest::digests;
pub use self::file::LockFileError;
pub use self::parse_error::LockParseError;
pub use self::snapshot::Lock;
pub use self::verdict::{Change, Comparison, Verdict};
