//! What is wrong with the configuration of introspection, or with its first use.

use std::error::Error;
use std::fmt;

use crate::token::IntrospectionError;

/// Why an issuer cannot be asked about its tokens.
#[derive(Debug)]
#[non_exhaustive]
pub enum IntrospectionConfigError {
    /// The client id or the secret is empty.
    Credentials,
    /// An answer is used for more than 15 minutes, or a refusal for more than 60 seconds.
    Memory,
    /// No token is asked about at a time, or more than 1024 are.
    InFlight,
    /// The prefix of opaque tokens is not 1 to 64 characters of a bearer token (RFC 6750 §2.1).
    Prefix,
    /// The prefix of opaque tokens is one that a JWT may begin with: `eyJ`, or what white space
    /// before the header's brace is written as.
    JwtPrefix,
    /// A prefix of opaque tokens is set where they are refused.
    UnusedPrefix,
    /// That a token without `sub` speaks for its client is set where opaque tokens are refused: a
    /// JWT has its `sub`.
    UnusedSubject,
    /// Whether an opaque token is this issuer's or another's could not be told: neither has a
    /// prefix, or one's begins with the other's.
    Ambiguous,
    /// Keys, algorithms or an age of keys are set for an issuer whose JWTs are refused.
    UnusedKeys,
    /// A profile is set for an issuer whose JWTs are refused: it says how JWTs look.
    UnusedProfile,
    /// That a token without `sub` speaks for its client has no reason.
    NoReason,
    /// The endpoint cannot be asked, or does not answer as it should.
    Endpoint(IntrospectionError),
}

impl fmt::Display for IntrospectionConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Credentials => "the client id or the secret is empty",
            Self::Memory => {
                "an answer is used for more than 15 minutes, or a refusal for more than 60 seconds"
            }
            Self::InFlight => "the number of tokens asked about at a time is not from 1 to 1024",
            Self::Prefix => {
                "the prefix of opaque tokens is not 1 to 64 characters of a bearer token"
            }
            Self::JwtPrefix => "the prefix of opaque tokens is one that a jwt may begin with",
            Self::UnusedPrefix => {
                "a prefix is set where opaque tokens are refused; `tokens` says which tokens are \
                 accepted"
            }
            Self::UnusedSubject => {
                "`client_as_subject` is set where opaque tokens are refused; `tokens` says which \
                 tokens are accepted"
            }
            Self::Ambiguous => {
                "whether an opaque token is this issuer's or another's cannot be told; \
                 give each a `prefix` of its own"
            }
            Self::UnusedKeys => {
                "keys are set where jwts are refused; `tokens` says which tokens are accepted"
            }
            Self::UnusedProfile => {
                "a profile is set where jwts are refused; `tokens` says which tokens are accepted"
            }
            Self::NoReason => "what is lowered has no reason",
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
