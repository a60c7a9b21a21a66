//! The audit view of an issuer's introspection.

use std::time::Duration;

use crate::resource_server::introspection::{IntrospectedTokens, Introspection};
use crate::resource_server::issuer_keys::without_query;

/// How an issuer's tokens are introspected, without the credentials of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntrospectionSummary {
    tokens: IntrospectedTokens,
    endpoint: Option<String>,
    cache_for: Duration,
}

impl IntrospectionSummary {
    /// Returns which tokens are introspected.
    pub fn tokens(&self) -> IntrospectedTokens {
        self.tokens
    }

    /// Returns the [endpoint](Introspection::endpoint) without its query, which may contain a secret; `None` if the
    /// issuer's metadata document names it.
    pub fn endpoint(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    /// Returns how long an active token is [cached](Introspection::cache_for), and so accepted after it is revoked.
    pub fn cache_for(&self) -> Duration {
        self.cache_for
    }
}

impl Introspection {
    pub(in crate::resource_server) fn summary(&self) -> IntrospectionSummary {
        IntrospectionSummary {
            tokens: self.tokens,
            endpoint: self.endpoint.as_deref().map(without_query),
            cache_for: self.cache_for,
        }
    }
}
