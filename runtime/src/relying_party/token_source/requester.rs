//! Requests for the tokens of one source: for one client, with its scopes and resources.

use crate::claims::{NumericDate, ScopeSet};
use crate::relying_party::RelyingParty;
use crate::relying_party::token_endpoint::{FailedRequest, Grant, TokenRequest};
use crate::relying_party::token_response::TokenResponse;
use crate::secret::Secret;

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

    /// Requests a token for the client itself.
    pub(super) async fn request(&self) -> Result<TokenResponse, FailedRequest> {
        self.send(Grant::ClientCredentials, &self.scopes).await
    }

    /// Refreshes a token that was granted these scopes: a step-up may have added some to those of the source.
    pub(super) async fn refresh(
        &self,
        refresh_token: &Secret,
        granted: &ScopeSet,
    ) -> Result<TokenResponse, FailedRequest> {
        let grant = Grant::RefreshToken(refresh_token);
        self.send(grant, &self.scopes.union(granted)).await
    }

    async fn send(
        &self,
        grant: Grant<'_>,
        scopes: &ScopeSet,
    ) -> Result<TokenResponse, FailedRequest> {
        let request = TokenRequest {
            grant,
            scopes,
            resources: &self.resources,
        };
        self.relying_party.request(request).await
    }
}
