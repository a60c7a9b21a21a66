//! What a declaration requires of a caller, and whether a token satisfies it: pure.
//!
//! The macros build these values as constants; the guard evaluates them.

mod access;
mod declaration;
mod limits;
mod requirement;

pub use self::access::Access;
pub(crate) use self::access::Lacking;
pub use self::declaration::Declaration;
pub use self::limits::Limits;
pub use self::requirement::Requirement;
