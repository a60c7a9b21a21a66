//! The access and the limits that a handler declares, and the check of a token's scopes and roles.
//!
//! The macros build these values as constants; the guard evaluates them after the token is validated.

mod access;
mod declaration;
mod implication;
mod limits;
mod requirement;

pub use self::access::Access;
pub(crate) use self::access::{TokenAccess, UnmetRequirement};
pub use self::declaration::Declaration;
pub use self::limits::Limits;
pub use self::requirement::Requirement;
