//! Whole servers, judging tokens that are signed with real keys.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "test support"
)]

mod claims;
mod config;
mod confusion;
mod differential;
mod format;
#[cfg(feature = "introspection")]
mod introspection;
mod issuers;
#[cfg(feature = "discovery")]
mod key_server;
mod keys;
#[cfg(feature = "discovery")]
mod loopback;
mod profiles;
mod remembered;
mod revocations;
mod time;

use std::sync::Arc;

use crate::keys::Algorithm;
use crate::resource_server::{Issuer, ResourceServer, WithAudience};
use crate::secret::Secret;
use crate::testing::{EmbeddedIssuer, TestClock, TokenBuilder};
use crate::token::{Denial, TokenError};

const ISSUER: &str = "https://issuer.test";
const AUDIENCE: &str = "https://api.test";

/// A server that trusts one embedded issuer; both read the same clock.
struct Court {
    issuer: EmbeddedIssuer,
    server: ResourceServer,
    clock: TestClock,
}

impl Court {
    async fn new() -> Self {
        Self::with(|issuer| issuer.issuer(AUDIENCE)).await
    }

    /// With the embedded issuer trusted in another way.
    async fn with(trusted: impl FnOnce(&EmbeddedIssuer) -> Issuer<WithAudience>) -> Self {
        let clock = TestClock::new();
        let issuer = EmbeddedIssuer::new(ISSUER).clock(clock.clone());
        let server = ResourceServer::builder()
            .trust(trusted(&issuer))
            .clock(clock.clone())
            .build()
            .await
            .unwrap();
        Self {
            issuer,
            server,
            clock,
        }
    }

    fn token(&self) -> TokenBuilder {
        self.issuer.token("alice")
    }

    async fn judge(&self, token: TokenBuilder) -> Result<(), TokenError> {
        judge(&self.server, &token.sign()).await
    }
}

async fn judge(server: &ResourceServer, token: &str) -> Result<(), TokenError> {
    match denial(server, token).await {
        None => Ok(()),
        Some(Denial::Invalid(error)) => Err(error),
        // told apart only by whether the credential could be any bearer token
        Some(Denial::Malformed) => Err(TokenError::NotCompact),
        Some(other) => panic!("{other:?}"),
    }
}

/// Why a token is not accepted, where it is not.
async fn denial(server: &ResourceServer, token: &str) -> Option<Denial> {
    let judged = server.authenticate(token.as_bytes()).await;
    judged.err().map(|denied| denied.denial)
}

fn secret(byte: u8) -> Secret {
    Secret::new(vec![byte; 32])
}

#[tokio::test]
async fn a_good_token_is_told_as_it_is() {
    let court = Court::new().await;
    for algorithm in [
        Algorithm::RS256,
        Algorithm::PS256,
        Algorithm::ES256,
        Algorithm::EdDSA,
    ] {
        let token = court
            .token()
            .algorithm(algorithm)
            .scopes("a b")
            .claim("jti", "j")
            .sign();
        let verified = court.server.authenticate(token.as_bytes()).await.unwrap();
        assert_eq!(verified.issuer(), ISSUER);
        assert_eq!(verified.subject(), "alice");
        assert_eq!(verified.client_id(), Some("test-client"));
        assert_eq!(verified.jti(), Some("j"));
        assert_eq!(verified.scopes().as_str(), "a b");
        assert_eq!(verified.issued_at(), court.clock.time());
    }
}
