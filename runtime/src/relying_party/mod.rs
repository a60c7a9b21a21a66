//! Logs users in at an OpenID provider (feature `relying-party`).
//!
//! `authorization` begins a login, and `callback` completes it: the response of the provider is checked, the
//! code is exchanged, and the ID token is validated.

mod id_token;
mod members;
mod signed_jwt;

pub use self::id_token::{IdToken, IdTokenClaims, IdTokenError};
pub use crate::input::types::{ReturnTo, ReturnToError};
