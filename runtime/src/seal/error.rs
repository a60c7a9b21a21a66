//! Errors of sealing and opening. None contains or describes the content.

use std::error::Error;
use std::fmt;

/// A value could not be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SealError {
    /// The plaintext exceeds the limit.
    TooLong,
    /// The operating system supplied no random bytes.
    NoRandomBytes,
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "the value is too long to be sealed",
            Self::NoRandomBytes => "the operating system supplied no random bytes",
        })
    }
}

impl Error for SealError {}

/// A sealed value could not be opened.
///
/// All variants but [`NotAuthentic`](Self::NotAuthentic) follow from bytes that are not secret. A value that a client
/// sent needs no more than one answer for all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OpenError {
    /// The value exceeds the limit.
    TooLong,
    /// The value is truncated, or its text is not base64url.
    Malformed,
    /// The value has another format version.
    UnknownVersion,
    /// The value was sealed with a key that is neither the current nor an older one.
    UnknownKey,
    /// The value or its associated data were changed, or it was sealed with other ones.
    NotAuthentic,
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "the sealed value is too long",
            Self::Malformed => "the sealed value is malformed",
            Self::UnknownVersion => "the sealed value has an unknown format version",
            Self::UnknownKey => "the sealed value was sealed with an unknown key",
            Self::NotAuthentic => "the sealed value is not authentic",
        })
    }
}

impl Error for OpenError {}
