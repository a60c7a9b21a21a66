//! Expands a handler to its declaration and its endpoint.

mod declaration;
mod endpoint;
mod fallback;
mod function;
mod names;

pub(crate) use self::fallback::{denying, unread};
pub(crate) use self::function::handler;
