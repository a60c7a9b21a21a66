//! Errors of HTTPS exchanges.

use std::error::Error;
use std::fmt;

/// An error during an HTTPS exchange with an issuer.
#[derive(Debug)]
#[non_exhaustive]
pub enum HttpsError {
    /// The operating system's certificate store cannot be loaded.
    TrustStore(Box<dyn Error + Send + Sync>),
    /// A URL is malformed, contains a user, or is not https (or http to loopback, if allowed), or an
    /// introspection endpoint's URL has a fragment.
    InsecureUrl,
    /// The connection, the TLS handshake or the transfer failed.
    Transport(Box<dyn Error + Send + Sync>),
    /// The response was not complete in time.
    Timeout,
    /// The response status is not 200. Redirects are not followed.
    Status(u16),
    /// The response's media type is not a JSON type.
    ContentType,
    /// The response body is longer than 64 KiB.
    TooLong,
}

impl fmt::Display for HttpsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::TrustStore(_) => "the operating system's certificate store cannot be loaded",
            Self::InsecureUrl => {
                "a URL is not https (or http to an allowed loopback host), or has a user or \
                 fragment"
            }
            Self::Transport(_) => "the connection to the issuer failed",
            Self::Timeout => "the issuer did not respond in time",
            Self::Status(status) => return write!(f, "the issuer responded with status {status}"),
            Self::ContentType => "the issuer's response is not application/json",
            Self::TooLong => "the issuer's response is longer than 64 KiB",
        };
        f.write_str(text)
    }
}

impl Error for HttpsError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::TrustStore(source) | Self::Transport(source) => Some(source.as_ref()),
            _ => None,
        }
    }
}
