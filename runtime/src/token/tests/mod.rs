//! Tokens signed with real keys, validated by whole servers.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "test code")]

mod cache;
mod claims;
mod confusion;
mod differential;
mod format;
mod grants;
#[cfg(feature = "introspection")]
mod introspection;
mod issuers;
mod lifetime;
mod profiles;
mod revocations;
mod vectors;

use std::sync::Arc;

use crate::keys::Algorithm;
use crate::resource_server::{Issuer, ResourceServer, WithAudience};
use crate::testing::test_server::{AUDIENCE, ISSUER, TestServer, rejection, secret, validate};
use crate::testing::{EmbeddedIssuer, TestClock, TokenBuilder};
use crate::token::{TokenError, TokenRejection};

#[tokio::test]
async fn valid_token_has_the_values_of_its_claims() {
    let test = TestServer::new().await;
    for algorithm in [
        Algorithm::RS256,
        Algorithm::PS256,
        Algorithm::ES256,
        Algorithm::EdDSA,
    ] {
        let token = test
            .token()
            .algorithm(algorithm)
            .scopes("a b")
            .claim("jti", "j")
            .sign();
        let verified = test.server.authenticate(token.as_bytes()).await.unwrap();
        assert_eq!(verified.issuer(), ISSUER);
        assert_eq!(verified.subject(), "alice");
        assert_eq!(verified.client_id(), Some("test-client"));
        assert_eq!(verified.jti(), Some("j"));
        assert_eq!(verified.scopes().as_str(), "a b");
        assert_eq!(verified.issued_at(), test.clock.time());
    }
}
