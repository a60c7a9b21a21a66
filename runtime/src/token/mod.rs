//! From the `Authorization` header's bytes to a verified token.
//!
//! bearer → remembered, or compact form → header → key → signature → claims → lifetime; or
//! the issuer's own word; then revocation. Knows no HTTP but the way to an issuer.

mod bearer;
mod claim_names;
mod claims;
mod compact;
mod denial;
mod error;
mod header;
#[cfg(feature = "introspection")]
mod introspection;
mod issuer;
mod lifetime;
mod profile;
mod remembered;
mod revocations;
mod roles_claim;
mod routes;
mod rules;
#[cfg(all(test, feature = "testing"))]
mod tests;
mod validator;
#[cfg(test)]
mod vectors;
mod verified;

pub(crate) use self::bearer::Credential;
pub(crate) use self::denial::{Denial, Denied, Missing, Unavailable};
pub use self::error::TokenError;
#[cfg(feature = "introspection")]
pub use self::introspection::IntrospectionError;
#[cfg(feature = "introspection")]
pub(crate) use self::introspection::{Endpoint, EndpointSettings, Introspector, Remembering};
pub(crate) use self::issuer::TrustedIssuer;
pub(crate) use self::lifetime::Limits;
pub(crate) use self::profile::Form;
#[cfg(feature = "introspection")]
pub(crate) use self::profile::INTROSPECTED;
pub use self::profile::Profile;
pub(crate) use self::revocations::AnyRevocations;
pub use self::revocations::{RevocationList, Revocations, RevocationsUnavailable};
pub(crate) use self::roles_claim::RolesClaim;
#[cfg(feature = "introspection")]
pub(crate) use self::routes::{Introspected, Opaque};
pub(crate) use self::routes::{TokenValidator, Trusted};
pub(crate) use self::rules::Rules;
pub(crate) use self::validator::Validator;
pub use self::verified::VerifiedToken;

#[cfg(fuzzing)]
pub(crate) mod fuzzing;
