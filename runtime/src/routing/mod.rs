//! Declared handlers, the routers that mount them, and the inventory of what was mounted.
//!
//! [`SecureRouter`] and [`MethodRouter`] have axum's own method names. They take
//! declared handlers only, and nothing is served before
//! [`protect`](SecureRouter::protect) has put the guard in front of each.

mod api;
mod argument;
mod arguments;
mod declared;
mod endpoint;
mod extractor;
mod guarded;
mod inventory;
mod method_router;
mod methods;
mod secure_router;

pub use self::api::Api;
pub use self::extractor::{TrustedExtractor, Unvalidated};
pub use self::inventory::{Inventory, Route};
pub use self::method_router::{MethodRouter, any, on};
pub use self::methods::{connect, delete, get, head, options, patch, post, put, trace};
pub use self::secure_router::SecureRouter;
pub use axum::routing::MethodFilter;

/// What generated code names of this room.
#[doc(hidden)]
pub mod __private {
    pub use super::argument::{
        Accepted, Argument, ArgumentFacts, HeadOnly, Public, Secured, WithReason,
    };
    pub use super::declared::Declared;
    pub use super::endpoint::Endpoint;
}
