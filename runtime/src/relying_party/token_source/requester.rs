//! Requests for the tokens of one source: for one client, with its scopes and resources.

use crate::claims::{NumericDate, ScopeSet};
use crate::relying_party::RelyingParty;
use crate::relying_party::endpoint_error::EndpointError;
use crate::relying_party::token_endpoint::{Grant, TokenRequest};
use crate::relying_party::token_response::TokenResponse;

/// Requests tokens.
pub(super) struct Requester {
    pub(super) relying_party: RelyingParty,
    pub(super) scopes: ScopeSet,
    /// The APIs for which the tokens are issued (RFC 8707).
    pub(super) resources: Vec<String>,
}

impl Requester {
    pub(super) fn now(&self) -> NumericDate {
        self.relying_party.provider().clock().now()
    }

    /// Requests a token.
    pub(super) async fn request(&self, grant: Grant<'_>) -> Result<TokenResponse, EndpointError> {
        let request = TokenRequest {
            grant,
            scopes: &self.scopes,
            resources: &self.resources,
        };
        self.relying_party.request_token(request).await
    }
}
