//! Items that generated code names. Not public: they change with every release.

pub use axum::extract::Request;
pub use axum::response::Response;
pub use garde;
#[cfg(feature = "schemas")]
pub use schemars::{Schema, SchemaGenerator};

pub use crate::claims::role::Role;
pub use crate::claims::scope::Scope;
pub use crate::input::__private::*;
pub use crate::policy::{Declaration, Requirement};
pub use crate::routing::__private::*;
pub use crate::rules;

/// Returns the response of a handler whose declaration did not compile.
pub fn deny() -> Response {
    crate::response::invalid_declaration()
}
