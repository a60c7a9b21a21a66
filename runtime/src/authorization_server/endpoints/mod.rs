//! The rules of each endpoint.

mod authorize;
mod introspect;
mod metadata;
mod push;
mod revoke;
mod token;

pub use self::authorize::ApprovalError;
pub use self::token::{TokenRequest, TokenResponse};
