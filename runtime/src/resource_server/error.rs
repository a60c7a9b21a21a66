//! Errors of the configuration: always a mistake of the operator, never of a client.

use std::error::Error;
use std::fmt;
#[cfg(feature = "spool")]
use std::io;

#[cfg(feature = "discovery")]
use crate::discovery::DiscoveryError;
use crate::keys::{Algorithm, KeyError};
#[cfg(feature = "discovery")]
use crate::resource_server::fetch_error::FetchSettingsError;
#[cfg(feature = "introspection")]
use crate::resource_server::introspection::IntrospectionConfigError;
use crate::resource_server::resource::ResourceError;
use crate::token::{ProfileError, UnknownIssuer};

/// The reason why a [`ResourceServer`](crate::ResourceServer) cannot be built.
///
/// `Debug` prints a sentence too, with the cause, since `main` prints the error that it returns with `Debug`.
#[non_exhaustive]
pub enum ConfigError {
    /// The issuer is not an https URL without user, query and fragment (RFC 8414 §2).
    Issuer {
        /// The configured issuer.
        issuer: String,
    },
    /// Two trusted issuers have the same URL.
    DuplicateIssuer {
        /// The URL.
        issuer: String,
    },
    /// A server trusts several issuers, and one does not state the scopes and roles that it may grant.
    NoGrants {
        /// The issuer without grants.
        issuer: String,
    },
    /// An audience is empty.
    Audience {
        /// The issuer with the empty audience.
        issuer: String,
    },
    /// The list of allowed algorithms is empty.
    NoAlgorithm {
        /// The issuer with the empty list.
        issuer: String,
    },
    /// A key has an algorithm that is not in the list of allowed algorithms, or the list contains
    /// an HMAC algorithm that has no secret.
    Algorithm {
        /// The issuer with the list.
        issuer: String,
        /// The algorithm without a key, or outside the list.
        algorithm: Algorithm,
    },
    /// The issuer has both a shared secret and public keys, which permits algorithm confusion.
    SecretBesidePublicKeys {
        /// The issuer with the keys.
        issuer: String,
    },
    /// A key or a key set is rejected.
    Keys {
        /// The issuer with the keys.
        issuer: String,
        /// The reason why the keys are rejected.
        source: KeyError,
    },
    /// The issuer's keys could not be fetched.
    #[cfg(feature = "discovery")]
    Discovery {
        /// The issuer with the keys.
        issuer: String,
        /// The reason why the fetch failed.
        source: DiscoveryError,
    },
    /// The settings for requests to the issuer are malformed or contradictory.
    #[cfg(feature = "discovery")]
    FetchSettings {
        /// The issuer with the settings.
        issuer: String,
        /// The mistake in the settings.
        source: FetchSettingsError,
    },
    /// The issuer has no keys, and the feature `discovery`, which would fetch them, is off.
    NoKeys {
        /// The issuer without keys.
        issuer: String,
    },
    /// The clock skew is above 300 seconds.
    ClockSkew {
        /// The issuer with the clock skew.
        issuer: String,
    },
    /// The maximum token lifetime is zero or above 90 minutes.
    TokenLifetime {
        /// The issuer with the lifetime.
        issuer: String,
    },
    /// The issuer's tokens cannot be introspected.
    #[cfg(feature = "introspection")]
    Introspection {
        /// The issuer with the introspection settings.
        issuer: String,
        /// The mistake in the settings, or the failure of the endpoint.
        source: IntrospectionConfigError,
    },
    /// The maximum age of fetched keys is below 5 minutes or above 24 hours.
    KeyAge {
        /// The issuer with the age.
        issuer: String,
    },
    /// The roles claim is not a JSON Pointer (RFC 6901) to a member of the claims, or starts at a
    /// registered claim or at a claim that the profile uses for something else.
    RolesClaim {
        /// The issuer with the roles claim.
        issuer: String,
    },
    /// The custom profile has a mistake, or an ID token would match it.
    Profile {
        /// The issuer with the profile.
        issuer: String,
        /// The mistake.
        source: ProfileError,
    },
    /// The maximum length of tokens is 0 or above 64 KiB.
    TokenLimit,
    /// The key for the subjects in audit events has fewer than 32 bytes.
    AuditSubjectKey,
    /// No file can be created in the directory for files of forms.
    #[cfg(feature = "spool")]
    SpoolDirectory {
        /// The directory.
        path: String,
        /// The reason of the operating system.
        source: io::Error,
    },
    /// A relaxation has an empty reason.
    NoReason {
        /// The issuer with the relaxation.
        issuer: String,
    },
    /// The list of revocations names an issuer that is not trusted, so that it would have no effect.
    RevokedIssuer {
        /// The issuer, and the trusted ones.
        source: UnknownIssuer,
    },
    /// The URL or a text of the resource is rejected.
    Resource {
        /// The URL of the resource.
        resource: String,
        /// The reason why it is rejected.
        source: ResourceError,
    },
    /// The realm is empty or contains a character that is not allowed in challenges (RFC 6750 §3).
    Realm,
    /// The lifetime of tickets is below 1 ms or above 60 s.
    TicketLifetime,
}

impl ConfigError {
    /// Returns the edit that fixes the mistake, unless the source contains it.
    const fn help(&self) -> Option<&'static str> {
        Some(match self {
            Self::Issuer { .. } => {
                "use `https` without user, query and fragment; \
                 `Issuer::allow_loopback_http` allows `http` on loopback"
            }
            Self::DuplicateIssuer { .. } => "call `trust` once for each issuer",
            Self::NoGrants { .. } => {
                "add `.grants(Grants::none().scopes([…]).roles([…]))` with those that it may grant, \
                 or `.grants_everything()`"
            }
            Self::Audience { .. } => "set it to the `aud` of its tokens for this API",
            Self::NoAlgorithm { .. } => {
                "list at least one, or remove `algorithms` to allow the default ones"
            }
            Self::Algorithm { .. } => "add the missing one, or remove the other",
            Self::SecretBesidePublicKeys { .. } => "remove `hmac`, or remove `jwks` and `pem`",
            #[cfg(feature = "discovery")]
            Self::Discovery { .. } => {
                "check its URL and the network, or set its keys with `jwks` or `pem`"
            }
            Self::NoKeys { .. } => {
                "set them with `jwks` or `pem`, or enable the feature `discovery`"
            }
            Self::ClockSkew { .. } => "set it to 300 seconds or less",
            Self::TokenLifetime { .. } => {
                "set it to 90 minutes or less, or use `danger::dangerous_token_lifetime`"
            }
            Self::KeyAge { .. } => "set it to a value between 5 minutes and 24 hours",
            Self::RolesClaim { .. } => {
                "set it to a JSON Pointer to a claim for roles, such as `/realm_access/roles`"
            }
            Self::TokenLimit => "set it to a value between 1 and 65536",
            #[cfg(feature = "spool")]
            Self::SpoolDirectory { .. } => {
                "create the directory, and let the user of this process write to it"
            }
            Self::AuditSubjectKey => "use 32 random bytes",
            Self::NoReason { .. } => "state why it is acceptable",
            Self::Realm => "remove the character, or remove `realm` to use `api`",
            Self::TicketLifetime => "set it to a value between 1 ms and 60 s",
            Self::Keys { .. }
            | Self::RevokedIssuer { .. }
            | Self::Profile { .. }
            | Self::Resource { .. } => return None,
            #[cfg(feature = "discovery")]
            Self::FetchSettings { .. } => return None,
            #[cfg(feature = "introspection")]
            Self::Introspection { .. } => return None,
        })
    }

    /// Writes the mistake, without the edit that fixes it.
    #[allow(clippy::too_many_lines, reason = "an arm for each mistake")]
    fn write_mistake(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Issuer { issuer } => write!(f, "`{issuer}` is not an issuer URL"),
            Self::DuplicateIssuer { issuer } => write!(f, "duplicate issuer `{issuer}`"),
            Self::NoGrants { issuer } => write!(
                f,
                "`{issuer}` is one of several issuers, and has no list of grants"
            ),
            Self::Audience { issuer } => write!(f, "the audience for `{issuer}` is empty"),
            Self::NoAlgorithm { issuer } => write!(f, "no algorithm is allowed for `{issuer}`"),
            Self::Algorithm { issuer, algorithm } => write!(
                f,
                "`{algorithm:?}` of `{issuer}` needs both a key and an entry in `algorithms`"
            ),
            Self::SecretBesidePublicKeys { issuer } => {
                write!(f, "`{issuer}` has both a shared secret and public keys")
            }
            Self::Keys { issuer, .. } => write!(f, "the keys of `{issuer}` are rejected"),
            #[cfg(feature = "discovery")]
            Self::Discovery { issuer, .. } => {
                write!(f, "the keys of `{issuer}` could not be fetched")
            }
            #[cfg(feature = "discovery")]
            Self::FetchSettings { issuer, .. } => {
                write!(f, "requests to `{issuer}` cannot be sent as configured")
            }
            Self::NoKeys { issuer } => write!(f, "`{issuer}` has no keys"),
            Self::ClockSkew { issuer } => {
                write!(f, "the clock skew for `{issuer}` is above 300 seconds")
            }
            Self::TokenLifetime { issuer } => write!(
                f,
                "the maximum token lifetime for `{issuer}` is zero or above 90 minutes"
            ),
            Self::KeyAge { issuer } => {
                write!(f, "the maximum key age for `{issuer}` is out of range")
            }
            #[cfg(feature = "introspection")]
            Self::Introspection { issuer, .. } => {
                write!(f, "the tokens of `{issuer}` cannot be introspected")
            }
            Self::RolesClaim { issuer } => {
                write!(f, "the roles claim for `{issuer}` is malformed or reserved")
            }
            Self::Profile { issuer, .. } => write!(f, "the profile of `{issuer}` is rejected"),
            Self::TokenLimit => f.write_str("the maximum length of tokens is out of range"),
            Self::AuditSubjectKey => {
                f.write_str("the key for subjects in audit events has fewer than 32 bytes")
            }
            #[cfg(feature = "spool")]
            Self::SpoolDirectory { path, .. } => write!(f, "no file can be created in `{path}`"),
            Self::NoReason { issuer } => {
                write!(f, "a relaxation for `{issuer}` has an empty reason")
            }
            Self::RevokedIssuer { .. } => {
                f.write_str("tokens of an issuer that is not trusted are revoked")
            }
            Self::TicketLifetime => f.write_str("the lifetime of tickets is out of range"),
            Self::Resource { resource, .. } => write!(f, "`{resource}` cannot identify this API"),
            Self::Realm => f.write_str(
                "the realm is empty or contains `\"`, `\\`, or a character outside printable ASCII",
            ),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_mistake(f)?;
        match self.help() {
            Some(help) => write!(f, ": {help}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(source) = self.source() else {
            return fmt::Display::fmt(self, f);
        };
        self.write_mistake(f)?;
        write!(f, ": {source}")?;
        match self.help() {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl Error for ConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Keys { source, .. } => Some(source),
            Self::Profile { source, .. } => Some(source),
            Self::RevokedIssuer { source } => Some(source),
            #[cfg(feature = "spool")]
            Self::SpoolDirectory { source, .. } => Some(source),
            Self::Resource { source, .. } => Some(source),
            #[cfg(feature = "discovery")]
            Self::Discovery { source, .. } => Some(source),
            #[cfg(feature = "discovery")]
            Self::FetchSettings { source, .. } => Some(source),
            #[cfg(feature = "introspection")]
            Self::Introspection { source, .. } => Some(source),
            _ => None,
        }
    }
}
