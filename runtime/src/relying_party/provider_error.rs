//! Errors of a provider's configuration and metadata.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::discovery::DiscoveryError;
use crate::https::HttpsError;

/// An error in the configuration or the metadata of a [`Provider`](super::Provider).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ProviderError {
    /// The issuer is not an https URL without user, query and fragment.
    Issuer {
        /// The issuer, quoted and shortened.
        issuer: String,
    },
    /// A text is not one or more PEM sections `CERTIFICATE`.
    RootCertificates,
    /// The metadata document cannot be fetched, or is not usable.
    Discovery(Arc<DiscoveryError>),
    /// The task that fetches the document was canceled, because the runtime shuts down.
    Canceled,
}

impl ProviderError {
    /// Returns whether a later attempt can succeed without a change of the configuration.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Discovery(error) => is_retryable(error),
            Self::Canceled => true,
            Self::Issuer { .. } | Self::RootCertificates => false,
        }
    }
}

/// Returns whether a later attempt can succeed: the server is unavailable, not wrong.
fn is_retryable(error: &DiscoveryError) -> bool {
    match error {
        DiscoveryError::Request { source, .. } => matches!(
            source,
            HttpsError::Transport(_)
                | HttpsError::Timeout
                | HttpsError::Status {
                    status: 429 | 500..=599,
                    ..
                }
        ),
        DiscoveryError::NoDocument { openid, oauth } => is_retryable(openid) || is_retryable(oauth),
        _ => false,
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Issuer { issuer } => write!(
                f,
                "{issuer} is not an https URL without user, query and fragment; \
                 `ProviderBuilder::allow_loopback_http` allows `http` on loopback"
            ),
            Self::RootCertificates => {
                f.write_str("`root_certificates` is not one or more PEM certificates")
            }
            Self::Discovery(error) => error.fmt(f),
            Self::Canceled => f.write_str("the request for the metadata document was canceled"),
        }
    }
}

impl Error for ProviderError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Discovery(error) => error.source(),
            _ => None,
        }
    }
}

impl From<DiscoveryError> for ProviderError {
    fn from(error: DiscoveryError) -> Self {
        Self::Discovery(Arc::new(error))
    }
}
