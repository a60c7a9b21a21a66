//! From the `Authorization` header's bytes to a verified token.
//!
//! bearer → remembered, or compact form → header → key → signature → claims → lifetime;
//! then revocation. Knows no HTTP.

mod bearer;
mod claims;
mod compact;
mod denial;
mod error;
mod header;
mod issuer;
mod lifetime;
mod profile;
mod remembered;
mod revocations;
mod roles_claim;
mod validator;
#[cfg(test)]
mod vectors;
mod verified;

pub(crate) use self::bearer::Credential;
pub(crate) use self::denial::{Denial, Denied, Missing, Unavailable};
pub use self::error::TokenError;
pub(crate) use self::issuer::TrustedIssuer;
pub(crate) use self::lifetime::Limits;
pub use self::profile::Profile;
pub(crate) use self::revocations::AnyRevocations;
pub use self::revocations::{RevocationList, Revocations, RevocationsUnavailable};
pub(crate) use self::roles_claim::RolesClaim;
pub(crate) use self::validator::{JwtValidator, Validator};
pub use self::verified::VerifiedToken;

#[cfg(fuzzing)]
pub(crate) mod fuzzing;
