//! From the `Authorization` header's bytes to a verified token.
//!
//! bearer → compact form → header → key → signature → claims → lifetime. Knows no HTTP.

mod bearer;
mod claims;
mod compact;
mod error;
mod header;
mod lifetime;
mod profile;
mod roles_claim;
mod validator;
#[cfg(test)]
mod vectors;
mod verified;

pub(crate) use self::bearer::Credential;
pub use self::error::TokenError;
pub(crate) use self::lifetime::Limits;
pub use self::profile::Profile;
pub(crate) use self::roles_claim::RolesClaim;
pub(crate) use self::validator::{JwtValidator, TrustedIssuer, Validator};
pub use self::verified::VerifiedToken;
