//! Errors of a file with results.

use std::error::Error;
use std::fmt;
use std::io;

use crate::evidence::AttackClass;

/// The reason why results cannot be read or written.
///
/// `Debug` prints the sentence of `Display` and the cause, so that an error that `main` or a test returns is readable.
#[non_exhaustive]
pub enum EvidenceError {
    /// The file cannot be read or written.
    Io {
        /// The path of the file.
        file: String,
        /// The error of the system.
        error: io::Error,
    },
    /// The file is larger than 32 MiB.
    TooLarge,
    /// The text is not JSON, or a member is missing, unknown, duplicate or of another type.
    Malformed(serde_json::Error),
    /// The version is not 1.
    Version {
        /// The version in the text.
        found: u32,
    },
    /// The commit is not between 7 and 64 hexadecimal digits.
    Commit,
    /// The date is not a date in the form `YYYY-MM-DD`.
    Date,
    /// Two entries are for the same method and path, and the same selection by header fields.
    DuplicateRoute {
        /// The method and the path.
        route: String,
    },
    /// The digest of a route's declaration is not 64 hexadecimal digits in lower case.
    Declaration {
        /// The method and the path.
        route: String,
    },
    /// The classes of a route are not in order, or one appears twice.
    Classes {
        /// The method and the path.
        route: String,
    },
    /// The refused and admitted attacks of a class are not as many as were sent.
    Count {
        /// The method and the path.
        route: String,
        /// The class.
        class: AttackClass,
    },
}

impl fmt::Display for EvidenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { file, .. } => write!(f, "cannot access the attack results in {file}"),
            Self::TooLarge => f.write_str("the attack results are larger than 32 MiB"),
            Self::Malformed(_) => f.write_str("malformed attack results"),
            Self::Version { found } => write!(
                f,
                "attack results of version {found}, expected 1; run the attack test again"
            ),
            Self::Commit => {
                f.write_str("the commit must be between 7 and 64 hexadecimal digits in lower case")
            }
            Self::Date => f.write_str("the date must have the form `YYYY-MM-DD`"),
            Self::DuplicateRoute { route } => {
                write!(f, "duplicate attack results of {route}")
            }
            Self::Declaration { route } => write!(
                f,
                "the digest of the declaration of {route} must be 64 hexadecimal digits in lower case"
            ),
            Self::Classes { route } => write!(
                f,
                "the classes of attack results of {route} are duplicate or not in order"
            ),
            Self::Count { route, class } => write!(
                f,
                "the attack results of {route} do not add up in the class `{class}`"
            ),
        }
    }
}

impl fmt::Debug for EvidenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        match self.source() {
            Some(source) => write!(f, ": {source}"),
            None => Ok(()),
        }
    }
}

impl Error for EvidenceError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Io { error, .. } => Some(error),
            Self::Malformed(error) => Some(error),
            _ => None,
        }
    }
}
