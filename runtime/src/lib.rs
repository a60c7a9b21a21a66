//! Secure HTTP APIs on axum: a handler that does not say who may call it, and
//! how its input is checked, does not compile.
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate self as palisade;

mod claims;
mod clock;
mod guard;
pub mod input;
mod keys;
mod policy;
mod resource_server;
mod response;
pub mod routing;
mod secret;
mod token;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
pub mod danger;
pub mod prelude;

pub use garde;
pub use palisade_macros::{SecureInput, public, scopes, secured};
pub use serde;

pub use self::claims::Scope;
pub use self::guard::Caller;
pub use self::input::{SecureInput, Valid};
pub use self::resource_server::ResourceServer;
pub use self::response::Problem;
pub use self::routing::{Api, SecureRouter, TrustedExtractor, Unvalidated};
