//! Expands a handler into a function that returns its declaration, and the endpoint that runs it.

mod arguments;
mod claims;
mod declaration;
mod description;
mod endpoint;
mod fallback;
mod function;
mod names;
mod returned;

pub(crate) use self::fallback::{denied_handler, denied_item};
pub(crate) use self::function::{Described, handler};
