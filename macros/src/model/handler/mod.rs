//! Checks a handler and its declaration.

mod access;
mod declaration;
mod function;
mod limits;
mod next;
mod quantity;
mod reason;
mod requirement;

pub(crate) use self::access::Access;
pub(crate) use self::declaration::Declaration;
pub(crate) use self::function::{Handler, WrongHandler};
pub(crate) use self::limits::Limits;
pub(crate) use self::requirement::Requirement;
