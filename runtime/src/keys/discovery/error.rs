//! Why an issuer's keys could not be fetched.

use std::error::Error;
use std::fmt;

/// Why discovery failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum DiscoveryError {
    /// The operating system's certificate store cannot be used.
    TrustStore(Box<dyn Error + Send + Sync>),
    /// A URL is malformed, or neither https nor, when asked for, http on loopback.
    InsecureUrl,
    /// The connection or the exchange failed; TLS failures are here.
    Transport(Box<dyn Error + Send + Sync>),
    /// No complete answer came in time.
    Timeout,
    /// The answer's status is another than 200; redirects are not followed.
    Status(u16),
    /// The answer is neither `application/json` nor `application/jwk-set+json`.
    ContentType,
    /// The answer is longer than 64 KiB.
    TooLong,
    /// The document is no strict JSON object with `issuer` and `jwks_uri`.
    Document,
    /// The document is another issuer's (RFC 8414 §3.3).
    Issuer,
}

impl fmt::Display for DiscoveryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::TrustStore(_) => "the certificate store of the operating system cannot be used",
            Self::InsecureUrl => "a url is neither https nor http on an allowed loopback host",
            Self::Transport(_) => "the connection to the issuer failed",
            Self::Timeout => "the issuer did not answer in time",
            Self::Status(status) => return write!(f, "the issuer answered with status {status}"),
            Self::ContentType => "the issuer's answer is not application/json",
            Self::TooLong => "the issuer's answer is longer than 64 KiB",
            Self::Document => "the discovery document lacks `issuer` or `jwks_uri`",
            Self::Issuer => "the discovery document is of another issuer",
        };
        f.write_str(text)
    }
}

impl Error for DiscoveryError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::TrustStore(source) | Self::Transport(source) => Some(source.as_ref()),
            _ => None,
        }
    }
}
