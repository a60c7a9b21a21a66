//! What a declaration requires of a caller, and whether a token satisfies it: pure.
//!
//! The macros build these values as constants; the guard evaluates them.

mod declaration;
mod requirement;

pub use self::declaration::{Access, Declaration};
pub use self::requirement::Requirement;
