//! The relying party: an application that logs people in, calls other APIs, and stores tokens sealed.

mod id_token;
mod members;
mod signed_jwt;

pub use self::id_token::{IdToken, IdTokenClaims, IdTokenError};
pub use crate::input::types::{ReturnTo, ReturnToError};
pub use crate::seal::{SealingKey, SealingKeyError, SealingKeys};
