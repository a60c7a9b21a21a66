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

/// The traits whose methods generated code calls.
pub mod methods {
    #[cfg(feature = "schemas")]
    pub use super::ClaimsWithoutSchema as _;
    pub use super::rule::UnknownItems as _;
    pub use super::{
        FieldWithoutLimit as _, MayReportAll as _, MissingLimit as _, ReturnedParts as _,
        ReturnedWhole as _, WithoutDeserialize as _,
    };
    #[cfg(feature = "openapi")]
    pub use super::{ReturnWithSchemas as _, ReturnWithoutSchemas as _, UnknownReturn as _};
}

/// Returns the response of a handler whose declaration did not compile.
pub fn deny() -> Response {
    crate::response::invalid_declaration()
}
