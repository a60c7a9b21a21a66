//! Errors of the introspection settings, and of the first probe.

use std::error::Error;
use std::fmt;

use crate::token::IntrospectionError;

/// The reason why an issuer's tokens cannot be introspected.
#[derive(Debug)]
#[non_exhaustive]
pub enum IntrospectionConfigError {
    /// The client ID or the secret is empty.
    Credentials,
    /// Responses are cached for more than 15 minutes, or rejections for more than 60 seconds.
    CacheTime,
    /// The maximum number of requests in flight is zero or above 1024.
    InFlight,
    /// The prefix of opaque tokens is not 1 to 64 characters of a bearer token (RFC 6750 §2.1).
    Prefix,
    /// A JWT can start with the prefix of opaque tokens.
    ///
    /// Such prefixes are `eyJ` and every encoding of whitespace before the header's brace.
    JwtPrefix,
    /// A prefix of opaque tokens is set, but opaque tokens are rejected.
    UnusedPrefix,
    /// `client_as_subject` is set, but opaque tokens are rejected; a JWT always has a `sub`.
    UnusedSubject,
    /// Two issuers have opaque tokens that cannot be distinguished.
    ///
    /// Neither has a prefix, or one prefix starts with the other.
    Ambiguous,
    /// Keys, algorithms or a maximum key age are set, but the issuer's JWTs are rejected.
    UnusedKeys,
    /// A profile, which describes JWTs, is set, but the issuer's JWTs are rejected.
    UnusedProfile,
    /// `client_as_subject` has an empty reason.
    NoReason,
    /// The endpoint is unavailable, or its response is rejected.
    Endpoint(IntrospectionError),
}

impl fmt::Display for IntrospectionConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Credentials => {
                "the client ID or the secret is empty: set both as registered at the issuer"
            }
            Self::CacheTime => {
                "responses are cached too long: set `cache_for` to 15 minutes or less, \
                 and `cache_refusals_for` to 60 seconds or less"
            }
            Self::InFlight => {
                "`max_in_flight` is out of range: set it to a value between 1 and 1024"
            }
            Self::Prefix => {
                "the prefix of opaque tokens is malformed: \
                 use 1 to 64 ASCII letters, digits or `-`, `.`, `_`, `~`, `+`, `/`"
            }
            Self::JwtPrefix => {
                "a JWT can start with the prefix of opaque tokens: use a prefix that no JWT starts with"
            }
            Self::UnusedPrefix => {
                "`prefix` is set, but opaque tokens are rejected: \
                 remove it, or accept opaque tokens with `tokens`"
            }
            Self::UnusedSubject => {
                "`client_as_subject` is set, but opaque tokens are rejected: \
                 remove it, or accept opaque tokens with `tokens`"
            }
            Self::Ambiguous => {
                "the opaque tokens of this issuer cannot be distinguished from those of another: \
                 set a different `prefix` for each"
            }
            Self::UnusedKeys => {
                "keys are set, but JWTs are rejected: remove the keys, or accept JWTs with `tokens`"
            }
            Self::UnusedProfile => {
                "a profile is set, but JWTs are rejected: \
                 remove the profile, or accept JWTs with `tokens`"
            }
            Self::NoReason => {
                "`client_as_subject` has an empty reason: state why it is acceptable"
            }
            Self::Endpoint(error) => return error.fmt(f),
        })
    }
}

impl Error for IntrospectionConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Endpoint(error) => error.source(),
            _ => None,
        }
    }
}

impl<E: Into<IntrospectionError>> From<E> for IntrospectionConfigError {
    fn from(error: E) -> Self {
        Self::Endpoint(error.into())
    }
}
