//! Turns the bytes of the `Authorization` header into a verified token.
//!
//! A JWT passes through bearer → cache, or compact → header → key → signature → claims →
//! lifetime. An opaque token passes through the issuer's introspection endpoint. The room
//! uses HTTP only for requests to issuers.

mod audited_subject;
mod bearer;
mod cache;
mod claim_names;
mod claims;
mod claims_object;
mod compact;
mod error;
mod header;
#[cfg(feature = "introspection")]
mod introspection;
mod jwt_cache;
mod jwt_issuer;
mod jwt_validator;
mod keyed_hash;
mod kind;
mod known_headers;
mod lifetime;
mod profile;
mod rejection;
mod revocations;
mod roles_claim;
mod rules;
#[cfg(all(test, feature = "testing"))]
mod tests;
mod validator;
mod verified;

pub(crate) use self::audited_subject::{AuditedSubject, SubjectKey};
pub(crate) use self::bearer::{Credential, DEFAULT_TOKEN_LIMIT, MAX_TOKEN_LIMIT};
#[cfg(feature = "relying-party")]
pub(crate) use self::compact::UntrustedCompact;
pub use self::error::TokenError;
#[cfg(feature = "relying-party")]
pub(crate) use self::header::UntrustedHeader;
#[cfg(feature = "introspection")]
pub use self::introspection::IntrospectionError;
#[cfg(feature = "introspection")]
pub(crate) use self::introspection::{
    CacheSettings, EndpointSettings, IntrospectionEndpoint, Introspector,
};
pub(crate) use self::jwt_issuer::JwtIssuer;
pub(crate) use self::lifetime::LifetimeLimits;
#[cfg(feature = "introspection")]
pub(crate) use self::profile::INTROSPECTION_FORMAT;
pub(crate) use self::profile::TokenFormat;
pub use self::profile::{CustomProfile, Profile, ProfileError};
pub(crate) use self::rejection::{Dependency, RejectedToken, TokenRejection, Unavailable};
pub(crate) use self::revocations::DynRevocations;
pub use self::revocations::{
    RevocationError, RevocationList, Revocations, RevocationsUnavailable, UnknownIssuer,
};
pub(crate) use self::roles_claim::RolesClaim;
pub(crate) use self::rules::TokenRules;
#[cfg(feature = "introspection")]
pub(crate) use self::validator::{IntrospectedIssuer, OpaqueTokens};
pub(crate) use self::validator::{TokenValidator, TrustedIssuer};
pub use self::verified::VerifiedToken;

#[cfg(fuzzing)]
pub(crate) mod fuzzing;
