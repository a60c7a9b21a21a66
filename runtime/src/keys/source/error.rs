//! Errors of key fetches.

use std::error::Error;
use std::fmt;

use crate::discovery::DiscoveryError;
use crate::keys::error::KeyError;

/// The reason why a fetch returned no keys.
#[derive(Debug)]
pub(crate) enum FetchError {
    /// The discovery document or the key set could not be fetched.
    Discovery(DiscoveryError),
    /// The key set was fetched, but its keys cannot be used.
    Keys(KeyError),
}

impl From<DiscoveryError> for FetchError {
    fn from(error: DiscoveryError) -> Self {
        Self::Discovery(error)
    }
}

impl From<KeyError> for FetchError {
    fn from(error: KeyError) -> Self {
        Self::Keys(error)
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Discovery(error) => error.fmt(f),
            Self::Keys(error) => error.fmt(f),
        }
    }
}

impl Error for FetchError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Discovery(error) => error.source(),
            Self::Keys(error) => error.source(),
        }
    }
}
