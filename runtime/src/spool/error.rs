//! The reason why content could not be stored.

use std::fmt;
use std::io;

/// The reason why content could not be stored, for the operator.
#[derive(Debug)]
pub(crate) enum SpoolError {
    /// The file could not be created or written.
    Io(io::Error),
    /// All files together would have more bytes than this limit.
    Limit(u64),
    /// The runtime shuts down.
    Stopped,
}

impl SpoolError {
    /// Emits an event, which may name the directory.
    pub(crate) fn emit(&self) {
        #[cfg(feature = "tracing")]
        tracing::error!(
            target: "palisade::spool",
            event = "spool_failed",
            error = %self,
            "the file of a form could not be stored"
        );
        #[cfg(not(feature = "tracing"))]
        let _ = self;
    }
}

impl fmt::Display for SpoolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::Limit(limit) => write!(f, "the limit of {limit} bytes on disk is reached"),
            Self::Stopped => f.write_str("the runtime shuts down"),
        }
    }
}

impl std::error::Error for SpoolError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Limit(_) | Self::Stopped => None,
        }
    }
}

impl From<io::Error> for SpoolError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
