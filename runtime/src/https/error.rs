//! Why an exchange over https brought no answer that can be used.

use std::error::Error;
use std::fmt;

/// Why an exchange with an issuer's server failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum HttpsError {
    /// The operating system's certificate store cannot be used.
    TrustStore(Box<dyn Error + Send + Sync>),
    /// A URL is malformed, has a user, or is neither https nor, when asked for, http on loopback;
    /// or that of an introspection endpoint has a fragment.
    InsecureUrl,
    /// The connection or the exchange failed; TLS failures are here.
    Transport(Box<dyn Error + Send + Sync>),
    /// No complete answer came in time.
    Timeout,
    /// The answer's status is another than 200; redirects are not followed.
    Status(u16),
    /// The answer is no JSON by its media type.
    ContentType,
    /// The answer is longer than 64 KiB.
    TooLong,
}

impl fmt::Display for HttpsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::TrustStore(_) => "the certificate store of the operating system cannot be used",
            Self::InsecureUrl => {
                "a url is neither https nor http on an allowed loopback host, or has a user or \
                 fragment"
            }
            Self::Transport(_) => "the connection to the issuer failed",
            Self::Timeout => "the issuer did not answer in time",
            Self::Status(status) => return write!(f, "the issuer answered with status {status}"),
            Self::ContentType => "the issuer's answer is not application/json",
            Self::TooLong => "the issuer's answer is longer than 64 KiB",
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
