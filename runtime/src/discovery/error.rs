//! Errors of discovery.

use std::error::Error;
use std::fmt;

use crate::https::HttpsError;

/// An error while fetching an issuer's metadata document or key set.
#[derive(Debug)]
#[non_exhaustive]
pub enum DiscoveryError {
    /// The HTTPS client cannot be created.
    Client(HttpsError),
    /// A request failed, or its response was rejected.
    Request {
        /// The requested URL, without its query.
        url: String,
        /// The cause.
        source: HttpsError,
    },
    /// The document is malformed, or lacks a required member.
    Document {
        /// The URL of the document.
        url: String,
        /// The mistake in it.
        problem: String,
    },
    /// The document names another issuer (RFC 8414 §3.3).
    Issuer {
        /// The URL of the document.
        url: String,
        /// The issuer in the document, quoted and shortened.
        found: String,
    },
    /// Neither of the two well-known URLs has a usable document.
    NoDocument {
        /// The error at the URL of OpenID Discovery.
        openid: Box<Self>,
        /// The error at the URL of RFC 8414.
        oauth: Box<Self>,
    },
}

impl fmt::Display for DiscoveryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(error) => error.fmt(f),
            Self::Request { url, source } => write!(f, "GET {url}: {source}"),
            Self::Document { url, problem } => {
                write!(
                    f,
                    "GET {url}: the discovery document is unusable: {problem}"
                )
            }
            Self::Issuer { url, found } => {
                write!(
                    f,
                    "GET {url}: the discovery document names another issuer, {found}"
                )
            }
            Self::NoDocument { openid, oauth } => write!(f, "{openid}; {oauth}"),
        }
    }
}

impl Error for DiscoveryError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Client(error) | Self::Request { source: error, .. } => error.source(),
            Self::NoDocument { openid, oauth } => openid.source().or_else(|| oauth.source()),
            Self::Document { .. } | Self::Issuer { .. } => None,
        }
    }
}
