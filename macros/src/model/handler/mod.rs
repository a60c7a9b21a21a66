//! Checks a handler and its declaration.

mod declaration;
mod function;
mod limits;
mod quantity;
mod requirement;

pub(crate) use self::declaration::{Access, Declaration};
pub(crate) use self::function::{Handler, WrongHandler};
pub(crate) use self::limits::Limits;
pub(crate) use self::requirement::Requirement;
