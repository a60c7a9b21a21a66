//! The metadata documents of an issuer.

#[cfg(feature = "openapi")]
use std::sync::{Arc, OnceLock};

/// A metadata document of an issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MetadataDocument {
    /// The document of OpenID Connect Discovery §4.
    OpenId,
    /// The document of RFC 8414 §3.
    OAuth,
}

impl MetadataDocument {
    /// Returns the URL of the document.
    pub(crate) fn url(self, issuer: &str) -> String {
        match self {
            Self::OpenId => openid_url(issuer),
            Self::OAuth => oauth_url(issuer),
        }
    }
}

/// The metadata document that first named an issuer's keys, or none before discovery.
#[cfg(feature = "openapi")]
#[derive(Clone, Debug, Default)]
pub(crate) struct FoundDocument(Arc<OnceLock<MetadataDocument>>);

#[cfg(feature = "openapi")]
impl FoundDocument {
    /// Records the document, unless one is already recorded.
    pub(crate) fn record(&self, document: MetadataDocument) {
        self.0.get_or_init(|| document);
    }

    pub(crate) fn get(&self) -> Option<MetadataDocument> {
        self.0.get().copied()
    }
}

#[cfg(feature = "openapi")]
impl PartialEq for FoundDocument {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

#[cfg(feature = "openapi")]
impl Eq for FoundDocument {}

/// Returns the URL of OpenID Discovery §4: the suffix follows the issuer.
pub(super) fn openid_url(issuer: &str) -> String {
    let issuer = issuer.strip_suffix('/').unwrap_or(issuer);
    format!("{issuer}/.well-known/openid-configuration")
}

/// Returns the URL of RFC 8414 §3.1: the suffix is inserted between host and path.
pub(super) fn oauth_url(issuer: &str) -> String {
    let issuer = issuer.strip_suffix('/').unwrap_or(issuer);
    let path_at = issuer
        .find("://")
        .map(|scheme| scheme + 3)
        .and_then(|host| Some(host + issuer.get(host..)?.find('/')?))
        .unwrap_or(issuer.len());
    let (origin, path) = issuer.split_at(path_at);
    format!("{origin}/.well-known/oauth-authorization-server{path}")
}
