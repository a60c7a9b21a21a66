//! Errors of HTTPS exchanges.

use std::error::Error;
use std::fmt::{self, Write as _};
use std::iter;

use crate::text::quoted;

/// The maximum length of the causes in a message, in characters.
const MAX_CAUSES: usize = 400;

/// An error during an HTTPS exchange with an issuer.
#[derive(Debug)]
#[non_exhaustive]
pub enum HttpsError {
    /// No root certificate is trusted: the operating system has none, and none is configured.
    TrustStore(Box<dyn Error + Send + Sync>),
    /// The environment variable with the proxy is not an `http` or `https` URL.
    Proxy {
        /// The name of the variable. Its value may contain a password.
        variable: &'static str,
    },
    /// A URL is malformed, contains a user, or is not https (or http to loopback, if allowed), or a
    /// configured URL has a fragment.
    InsecureUrl,
    /// The connection, the proxy's tunnel, the TLS handshake or the transfer failed.
    Transport(Box<dyn Error + Send + Sync>),
    /// The response was not complete in time.
    Timeout,
    /// The response status is not 200. Redirects are not followed.
    Status {
        /// The status code.
        status: u16,
        /// The media type of the response.
        media_type: Option<String>,
    },
    /// The response's media type is not a JSON type.
    ContentType {
        /// The media type of the response.
        media_type: Option<String>,
    },
    /// The response body is longer than 64 KiB.
    TooLong,
}

impl fmt::Display for HttpsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::TrustStore(_) => "the operating system has no root certificate",
            Self::Proxy { variable } => {
                return write!(
                    f,
                    "`{variable}` is not an `http` or `https` URL of a proxy, without path"
                );
            }
            Self::InsecureUrl => {
                "a URL is not https (or http to an allowed loopback host), or has a user or \
                 fragment"
            }
            Self::Transport(source) => {
                return write!(
                    f,
                    "the connection to the issuer failed{}",
                    causes(&**source)
                );
            }
            Self::Timeout => "the issuer did not respond in time",
            Self::Status { status, media_type } => {
                write!(f, "the issuer responded with status {status}")?;
                return match media_type {
                    Some(found) => write!(f, " and content type {}", quoted(found)),
                    None => Ok(()),
                };
            }
            Self::ContentType { media_type: None } => "the issuer's response has no content type",
            Self::ContentType {
                media_type: Some(found),
            } => {
                let found = quoted(found);
                return write!(f, "the issuer's response has the content type {found}");
            }
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

/// Returns the causes of a transport error, each after a colon, without line breaks.
///
/// Without them a log shows neither a rejected certificate nor a proxy that requires a password.
fn causes(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    let mut last = error.to_string();
    let mut causes = iter::successors(error.source(), |&cause| cause.source()).peekable();
    if causes.peek().is_none() {
        let _ = write!(text, ": {last}");
    }
    for cause in causes {
        let cause = cause.to_string();
        if cause != last {
            let _ = write!(text, ": {cause}");
        }
        last = cause;
    }
    let text = text.chars().take(MAX_CAUSES);
    text.map(|c| if c.is_control() { ' ' } else { c }).collect()
}
