//! Declared handlers, the routers that mount them, and the inventory of what was mounted.
//!
//! [`SecureRouter`](crate::SecureRouter) and [`MethodRouter`] have axum's own method names. They take
//! declared handlers only, and nothing is served before
//! [`protect`](crate::SecureRouter::protect) has put the guard in front of each.

pub(crate) mod api;
mod argument;
mod arguments;
mod declared;
mod endpoint;
pub(crate) mod extractor;
mod guarded;
mod input_description;
mod inventory;
mod method_router;
mod methods;
pub(crate) mod secure_router;
#[cfg(feature = "typed-header")]
mod typed_header;

pub use self::input_description::InputDescription;
pub use self::inventory::{Inventory, Route};
pub use self::method_router::{MethodRouter, any, on};
pub use self::methods::{connect, delete, get, head, options, patch, post, put, trace};
pub use axum::routing::MethodFilter;

/// What generated code names of this room.
#[doc(hidden)]
pub mod __private {
    pub use super::argument::{
        Accepted, Argument, ArgumentFacts, HeadOnly, Public, Secured, WithReason,
    };
    pub use super::declared::Declares;
    pub use super::endpoint::Endpoint;
}
