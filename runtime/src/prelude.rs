//! The imports of a module with handlers: `use palisade::prelude::*;`.

pub use axum::Json;
pub use axum::extract::{Form, Path, Query, State};
pub use axum::http::StatusCode;
pub use axum::response::{IntoResponse, Response};
pub use garde::validate::Validate;
pub use palisade_macros::{SecureInput, Validate, public, scopes, secured};
pub use serde::{Deserialize, Serialize};

pub use crate::routing::{any, delete, get, patch, post, put};
pub use crate::{
    Caller, Grants, Issuer, Problem, ResourceServer, Role, Scope, SecureRouter, TrustedExtractor,
    Unvalidated, Valid,
};
