//! The errors of sessions.

use std::error::Error;
use std::fmt;

use crate::seal::SealingKeyError;

/// A session could not be started, ended or found.
#[derive(Debug)]
#[non_exhaustive]
pub enum SessionError {
    /// The store failed.
    Store(SessionStoreError),
    /// The claims and identifiers of the login have more than 64 KiB.
    TooLong,
    /// The operating system supplies no random bytes.
    NoRandomBytes,
}

/// The store of sessions cannot be used at present.
///
/// Requests with a session are then answered with 503, and none of them reaches a handler.
#[derive(Debug)]
pub struct SessionStoreError(Box<dyn Error + Send + Sync>);

/// Sessions could not be configured.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionsConfigError {
    /// The origin is not `https://host` or `https://host:port`, or `http` with a loopback host.
    Origin(String),
    /// The idle time or the lifetime is zero.
    Lifetime,
    /// The lifetime exceeds 30 days.
    LifetimeTooLong,
    /// A store that other processes share needs sealing keys that they share too.
    NoKeys,
    /// The sealing keys cannot be used.
    Keys(SealingKeyError),
}

/// The reason why a request has no session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SessionRefusal {
    /// There is no cookie.
    Missing,
    /// There are several cookies with the name, or its value is malformed.
    Malformed,
    /// The store has no such session, or its record is not authentic.
    Unknown,
    /// The session was not used for too long, or has reached its lifetime.
    Expired,
    /// Another site has caused the request.
    CrossOrigin,
    /// The store failed.
    Unavailable,
}

impl SessionStoreError {
    /// Creates an error with its cause.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

impl fmt::Display for SessionStoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the session store cannot be used at present")
    }
}

impl Error for SessionStoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Store(_) => "the session store failed",
            Self::TooLong => "the claims of the login have more than 64 KiB",
            Self::NoRandomBytes => "the operating system supplies no random bytes",
        })
    }
}

impl Error for SessionError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Store(error) => Some(error),
            Self::TooLong | Self::NoRandomBytes => None,
        }
    }
}

impl From<SessionStoreError> for SessionError {
    fn from(error: SessionStoreError) -> Self {
        Self::Store(error)
    }
}

impl fmt::Display for SessionsConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Origin(origin) => write!(
                f,
                "{origin:?} is not the origin of an application: write `https://` and the host, without a path; \
                 `http://` only with a loopback host"
            ),
            Self::Lifetime => f.write_str(
                "the idle time and the lifetime of sessions must be positive",
            ),
            Self::LifetimeTooLong => f.write_str("the lifetime of sessions exceeds 30 days"),
            Self::NoKeys => f.write_str(
                "a session store needs sealing keys: call `keys`, with the same keys in every process that uses the store",
            ),
            Self::Keys(_) => f.write_str("the sealing keys of sessions cannot be used"),
        }
    }
}

impl Error for SessionsConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Keys(error) => Some(error),
            _ => None,
        }
    }
}

impl From<SealingKeyError> for SessionsConfigError {
    fn from(error: SealingKeyError) -> Self {
        Self::Keys(error)
    }
}
