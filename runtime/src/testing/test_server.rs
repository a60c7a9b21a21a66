//! A resource server and the embedded issuer that it trusts, for this crate's own tests.

use crate::resource_server::{Issuer, ResourceServer, WithAudience};
use crate::secret::Secret;
use crate::testing::{EmbeddedIssuer, TestClock, TokenBuilder};
use crate::token::{TokenError, TokenRejection};

pub(crate) const ISSUER: &str = "https://issuer.test";
pub(crate) const AUDIENCE: &str = "https://api.test";

/// A server that trusts one embedded issuer; both read the same clock.
pub(crate) struct TestServer {
    pub(crate) issuer: EmbeddedIssuer,
    pub(crate) server: ResourceServer,
    pub(crate) clock: TestClock,
}

impl TestServer {
    /// Trusts the issuer with the default settings.
    pub(crate) async fn new() -> Self {
        Self::with(|issuer| issuer.issuer(AUDIENCE)).await
    }

    /// Trusts the issuer with the settings that `configure` returns.
    pub(crate) async fn with(
        configure: impl FnOnce(&EmbeddedIssuer) -> Issuer<WithAudience>,
    ) -> Self {
        let clock = TestClock::new();
        let issuer = EmbeddedIssuer::new(ISSUER).clock(clock.clone());
        let server = ResourceServer::builder()
            .trust(configure(&issuer))
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

    /// Starts a valid token for `alice`.
    pub(crate) fn token(&self) -> TokenBuilder {
        self.issuer.token("alice")
    }

    /// Signs and validates a token.
    pub(crate) async fn validate(&self, token: TokenBuilder) -> Result<(), TokenError> {
        validate(&self.server, &token.sign()).await
    }
}

/// Validates a token, and panics if the server is unavailable.
pub(crate) async fn validate(server: &ResourceServer, token: &str) -> Result<(), TokenError> {
    match rejection(server, token).await {
        None => Ok(()),
        Some(TokenRejection::Invalid(error)) => Err(error),
        // the two differ only in whether the credential could be a bearer token
        Some(TokenRejection::Malformed) => Err(TokenError::NotCompact),
        Some(other) => panic!("{other:?}"),
    }
}

/// Returns why the server does not accept a token, or `None` if it accepts the token.
pub(crate) async fn rejection(server: &ResourceServer, token: &str) -> Option<TokenRejection> {
    let token = token.as_bytes();
    // in the order of the guard
    let result = match server.authenticate_cached(token) {
        Some(cached) => cached,
        None => server.authenticate(token).await,
    };
    result.err().map(|rejected| rejected.rejection)
}

/// A shared secret of 32 equal bytes.
pub(crate) fn secret(byte: u8) -> Secret {
    Secret::new(vec![byte; 32])
}
