//! Errors of lists of revoked certificates.

use std::error::Error;
use std::fmt;

/// The error of a list of revoked certificates ([`Tls::revocation_lists`](crate::Tls::revocation_lists)).
///
/// `file` is the path of a PEM file, or its role if it was given as bytes. Lists are counted from 1, in the order of the
/// file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevocationListError {
    /// The file has no section `X509 CRL`.
    Missing {
        /// The file.
        file: String,
    },
    /// A list of revoked certificates is malformed, or has no time of the next one (RFC 5280 §5.1).
    Malformed {
        /// The file.
        file: String,
        /// The number of the list.
        number: usize,
    },
    /// A list of revoked certificates is not signed by an authority of the clients' certificates.
    Foreign {
        /// The file.
        file: String,
        /// The number of the list.
        number: usize,
    },
    /// The next list of revoked certificates is due.
    Expired {
        /// The file.
        file: String,
        /// The number of the list.
        number: usize,
        /// When the next one was due, in RFC 3339.
        next_update: String,
    },
    /// A list of revoked certificates is not valid yet.
    NotYetValid {
        /// The file.
        file: String,
        /// The number of the list.
        number: usize,
        /// The start of its validity, in RFC 3339.
        this_update: String,
    },
    /// Lists of revoked certificates are configured, but no authority of clients' certificates.
    WithoutAuthorities,
}

impl fmt::Display for RevocationListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { file } => write!(
                f,
                "{file} has no revocation list; expected a section `-----BEGIN X509 CRL-----`"
            ),
            Self::Malformed { file, number } => {
                write!(f, "revocation list {number} in {file} is malformed")
            }
            Self::Foreign { file, number } => write!(
                f,
                "revocation list {number} in {file} is not signed by an authority of the clients' certificates; add the \
                 certificate of its issuer to the authorities"
            ),
            Self::Expired {
                file,
                number,
                next_update,
            } => write!(
                f,
                "revocation list {number} in {file} was replaced at {next_update}; install the next one"
            ),
            Self::NotYetValid {
                file,
                number,
                this_update,
            } => write!(
                f,
                "revocation list {number} in {file} is not valid before {this_update}; check the clock of this host"
            ),
            Self::WithoutAuthorities => f.write_str(
                "revocation lists need `client_certificates` or `optional_client_certificates`",
            ),
        }
    }
}

impl Error for RevocationListError {}
