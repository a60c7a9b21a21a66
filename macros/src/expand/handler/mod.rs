//! Expands a handler to its declaration and its endpoint.

mod arguments;
mod declaration;
mod endpoint;
mod fallback;
mod function;
mod names;
mod returned;

pub(crate) use self::fallback::{denying, unread};
pub(crate) use self::function::handler;
