//! Errors of certificates, keys and the configuration of TLS.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::serve::tls::revocation_error::RevocationListError;

/// The error of the certificate, the key or another part of the configuration of TLS.
///
/// `file` is the path of a PEM file, or its role if it was given as bytes. Certificates are counted from 1, in the
/// order of the file.
#[derive(Debug)]
#[non_exhaustive]
pub enum TlsError {
    /// A file cannot be read.
    Read {
        /// The path.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The file is empty.
    Empty {
        /// The file.
        file: String,
    },
    /// The file is not PEM (RFC 7468).
    MalformedPem {
        /// The file.
        file: String,
    },
    /// The file has no section `CERTIFICATE`.
    NoCertificate {
        /// The file.
        file: String,
    },
    /// A certificate is not an X.509 certificate (RFC 5280).
    MalformedCertificate {
        /// The file.
        file: String,
        /// The number of the certificate.
        number: usize,
    },
    /// A certificate has expired.
    Expired {
        /// The file.
        file: String,
        /// The number of the certificate.
        number: usize,
        /// The end of its validity, in RFC 3339.
        not_after: String,
    },
    /// A certificate is not valid yet.
    NotYetValid {
        /// The file.
        file: String,
        /// The number of the certificate.
        number: usize,
        /// The start of its validity, in RFC 3339.
        not_before: String,
    },
    /// A certificate is not followed by the certificate of its issuer.
    ChainOrder {
        /// The file.
        file: String,
        /// The number of the certificate that is out of order.
        number: usize,
    },
    /// The file has no private key.
    NoKey {
        /// The file.
        file: String,
    },
    /// The file has more than one private key.
    SeveralKeys {
        /// The file.
        file: String,
    },
    /// The private key is encrypted.
    EncryptedKey {
        /// The file.
        file: String,
    },
    /// The private key is malformed, too short, or of a kind that TLS 1.2 and 1.3 do not use.
    UnsupportedKey {
        /// The file.
        file: String,
        /// The error of rustls.
        reason: String,
    },
    /// The private key does not belong to the first certificate.
    KeyMismatch {
        /// The file of the certificate.
        certificate: String,
        /// The file of the key.
        key: String,
    },
    /// A list of revoked certificates cannot be used.
    RevocationList(RevocationListError),
    /// A `rustls::ServerConfig` accepts early data, which an attacker can replay (RFC 8446 §8).
    EarlyData,
    /// A `rustls::ServerConfig` offers a protocol that this server does not speak.
    Protocol {
        /// The name of the protocol (RFC 7301).
        name: String,
    },
    /// rustls refuses the configuration.
    Configuration(rustls::Error),
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { path, source } => write!(f, "cannot read `{}`: {source}", path.display()),
            Self::Empty { file } => write!(f, "{file} is empty"),
            Self::MalformedPem { file } => write!(f, "{file} is not valid PEM"),
            Self::NoCertificate { file } => write!(
                f,
                "{file} has no certificate; expected a section `-----BEGIN CERTIFICATE-----`"
            ),
            Self::MalformedCertificate { file, number } => {
                write!(f, "certificate {number} in {file} is malformed")
            }
            Self::Expired {
                file,
                number,
                not_after,
            } => write!(f, "certificate {number} in {file} expired at {not_after}"),
            Self::NotYetValid {
                file,
                number,
                not_before,
            } => write!(
                f,
                "certificate {number} in {file} is not valid before {not_before}; check the clock of this host"
            ),
            Self::ChainOrder { file, number } => write!(
                f,
                "certificate {number} in {file} is out of order; the server's certificate must be the first, and \
                 each one must be followed by its issuer's"
            ),
            Self::NoKey { file } => write!(
                f,
                "{file} has no private key; expected a section `-----BEGIN PRIVATE KEY-----`"
            ),
            Self::SeveralKeys { file } => {
                write!(f, "{file} has several private keys; expected one")
            }
            Self::EncryptedKey { file } => write!(
                f,
                "the private key in {file} is encrypted; decrypt it with `openssl pkey`, and protect the file"
            ),
            Self::UnsupportedKey { file, reason } => write!(
                f,
                "the private key in {file} is malformed or not supported; expected RSA of at least 2048 bits, P-256, \
                 P-384, P-521 or Ed25519: {reason}"
            ),
            Self::KeyMismatch { certificate, key } => write!(
                f,
                "the private key in {key} does not belong to the certificate in {certificate}"
            ),
            Self::RevocationList(error) => fmt::Display::fmt(error, f),
            Self::EarlyData => f.write_str(
                "the `rustls::ServerConfig` accepts early data, which can be replayed; set `max_early_data_size` to 0",
            ),
            Self::Protocol { name } => write!(
                f,
                "the `rustls::ServerConfig` offers the protocol `{name}`; expected `h2` or `http/1.1` in `alpn_protocols`"
            ),
            Self::Configuration(error) => write!(f, "the configuration of TLS is invalid: {error}"),
        }
    }
}

impl Error for TlsError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Read { source, .. } => Some(source),
            Self::Configuration(error) => Some(error),
            _ => None,
        }
    }
}

impl From<RevocationListError> for TlsError {
    fn from(error: RevocationListError) -> Self {
        Self::RevocationList(error)
    }
}

impl From<rustls::Error> for TlsError {
    fn from(error: rustls::Error) -> Self {
        Self::Configuration(error)
    }
}
