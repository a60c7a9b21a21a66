//! What is wrong with a configuration: always the operator's to mend, never a caller's.

use std::error::Error;
use std::fmt;

#[cfg(feature = "discovery")]
use crate::discovery::DiscoveryError;
use crate::keys::{Algorithm, KeyError};
#[cfg(feature = "introspection")]
use crate::resource_server::introspection::IntrospectionConfigError;

/// Why a [`ResourceServer`](crate::ResourceServer) cannot be built.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConfigError {
    /// The issuer is no https URL without user, query and fragment (RFC 8414 §2).
    Issuer {
        /// The issuer as it was given.
        issuer: String,
    },
    /// Two trusted issuers have the same URL.
    RepeatedIssuer {
        /// The URL.
        issuer: String,
    },
    /// The audience is empty.
    Audience {
        /// Whose audience it is.
        issuer: String,
    },
    /// The list of algorithms is empty.
    NoAlgorithm {
        /// Whose list it is.
        issuer: String,
    },
    /// A key was given for an algorithm that the issuer's list does not have, or an
    /// HMAC algorithm is listed without a secret.
    Algorithm {
        /// Whose list it is.
        issuer: String,
        /// The algorithm.
        algorithm: Algorithm,
    },
    /// A shared secret stands beside public keys: one token could be taken for another's.
    SecretBesidePublicKeys {
        /// Whose keys they are.
        issuer: String,
    },
    /// A key or a set of keys cannot be used.
    Keys {
        /// Whose keys they are.
        issuer: String,
        /// What is wrong with them.
        source: KeyError,
    },
    /// The issuer's keys could not be fetched.
    #[cfg(feature = "discovery")]
    Discovery {
        /// Whose keys they are.
        issuer: String,
        /// What went wrong.
        source: DiscoveryError,
    },
    /// The issuer has no keys, and the feature `discovery`, which would fetch them, is off.
    NoKeys {
        /// Which issuer.
        issuer: String,
    },
    /// The clock skew is above 300 seconds.
    ClockSkew {
        /// Whose clock skew it is.
        issuer: String,
    },
    /// The longest token lifetime is zero or above 90 minutes.
    TokenLifetime {
        /// Whose tokens they are.
        issuer: String,
    },
    /// The issuer cannot be asked about its tokens.
    #[cfg(feature = "introspection")]
    Introspection {
        /// Who is asked.
        issuer: String,
        /// What is wrong.
        source: IntrospectionConfigError,
    },
    /// The longest age of fetched keys is below 5 minutes or above a day.
    KeyAge {
        /// Whose keys they are.
        issuer: String,
    },
    /// The place of the roles is no JSON Pointer (RFC 6901) into the claims, or one that
    /// begins at a registered claim or at one that the profile reads for something else.
    RolesClaim {
        /// Whose tokens they are.
        issuer: String,
    },
    /// A lowering of security has no reason.
    NoReason {
        /// For which issuer.
        issuer: String,
    },
    /// The realm is empty or has a character that no quoted string can hold (RFC 6750 §3).
    Realm,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Issuer { issuer } => write!(
                f,
                "`{issuer}` is no https URL without user, query and fragment; \
                 `allow_loopback_http` allows http on loopback"
            ),
            Self::RepeatedIssuer { issuer } => write!(f, "`{issuer}` is trusted twice"),
            Self::Audience { issuer } => write!(f, "the audience for `{issuer}` is empty"),
            Self::NoAlgorithm { issuer } => write!(f, "no algorithm is allowed for `{issuer}`"),
            Self::Algorithm { issuer, algorithm } => {
                write!(
                    f,
                    "`{algorithm:?}` of `{issuer}` has a key or a place in the list, but not both"
                )
            }
            Self::SecretBesidePublicKeys { issuer } => {
                write!(
                    f,
                    "`{issuer}` has a shared secret beside public keys; trust one kind"
                )
            }
            Self::Keys { issuer, .. } => write!(f, "the keys of `{issuer}` cannot be used"),
            #[cfg(feature = "discovery")]
            Self::Discovery { issuer, .. } => {
                write!(f, "the keys of `{issuer}` could not be fetched")
            }
            Self::NoKeys { issuer } => write!(
                f,
                "`{issuer}` has no keys: give them by `jwks` or `pem`, or turn on the feature `discovery`"
            ),
            Self::ClockSkew { issuer } => {
                write!(f, "the clock skew for `{issuer}` is above 300 seconds")
            }
            Self::TokenLifetime { issuer } => write!(
                f,
                "the longest token lifetime for `{issuer}` is zero or above 90 minutes; \
                 above only by `danger::dangerous_token_lifetime`"
            ),
            Self::KeyAge { issuer } => write!(
                f,
                "the longest age of the keys of `{issuer}` is below 5 minutes or above a day"
            ),
            #[cfg(feature = "introspection")]
            Self::Introspection { issuer, .. } => {
                write!(f, "`{issuer}` cannot be asked about its tokens")
            }
            Self::RolesClaim { issuer } => write!(
                f,
                "the roles claim for `{issuer}` is no json pointer such as `/realm_access/roles`, \
                 or points at a claim that has a meaning of its own"
            ),
            Self::NoReason { issuer } => write!(f, "what is lowered for `{issuer}` has no reason"),
            Self::Realm => {
                f.write_str("the realm is empty or cannot be written as a quoted string")
            }
        }
    }
}

impl Error for ConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Keys { source, .. } => Some(source),
            #[cfg(feature = "discovery")]
            Self::Discovery { source, .. } => Some(source),
            #[cfg(feature = "introspection")]
            Self::Introspection { source, .. } => Some(source),
            _ => None,
        }
    }
}
