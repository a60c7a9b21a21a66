//! Issuers whose keys come from a key server: rotation, outages, malformed responses.

mod bad_responses;
mod keys_url;
mod outage;
mod rotation;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::keys::{Algorithm, KeySource};
use crate::resource_server::error::ConfigError;
use crate::resource_server::{Issuer, ResourceServer, Startup};
use crate::testing::loopback_server::{LoopbackServer, Reply};
use crate::testing::test_server::{AUDIENCE, ISSUER, rejection};
use crate::testing::{EmbeddedIssuer, TestClock, TokenBuilder};
use crate::token::{TokenError, TokenRejection};

const UNKNOWN_KEY: Result<(), TokenRejection> =
    Err(TokenRejection::Invalid(TokenError::UnknownKey));

const BAD_SIGNATURE: Result<(), TokenRejection> =
    Err(TokenRejection::Invalid(TokenError::Signature));

/// A server whose issuer's keys come from a key server on loopback.
struct KeyServerTest {
    key_server: LoopbackServer,
    /// The issuer with the first keys.
    issuer: EmbeddedIssuer,
    server: ResourceServer,
    clock: TestClock,
}

impl KeyServerTest {
    async fn new() -> Self {
        Self::with(Startup::FailFast, None).await.unwrap()
    }

    /// Builds the server while the key server sends `reply`, by default the first keys.
    async fn with(startup: Startup, reply: Option<Reply>) -> Result<Self, ConfigError> {
        let key_server = LoopbackServer::start(Reply::Closed).await;
        let clock = TestClock::new();
        let issuer = EmbeddedIssuer::new(&key_server.url).clock(clock.clone());
        key_server.set(reply.unwrap_or_else(|| Reply::Keys(issuer.jwks())));
        let server = ResourceServer::builder()
            .trust(
                Issuer::new(&key_server.url)
                    .audience(AUDIENCE)
                    .allow_loopback_http(),
            )
            .startup(startup)
            .clock(clock.clone())
            .build()
            .await?;
        Ok(Self {
            key_server,
            issuer,
            server,
            clock,
        })
    }

    /// Makes the key server reply with `jwks`, each time only once the notification is sent.
    fn hold(&self, jwks: String) -> Arc<Notify> {
        let (reply, released) = Reply::Keys(jwks).held();
        self.key_server.set(reply);
        released
    }

    /// Returns the same issuer with new keys.
    fn rotated(&self) -> EmbeddedIssuer {
        EmbeddedIssuer::with_own_keys(&self.key_server.url).clock(self.clock.clone())
    }

    async fn validate(&self, token: TokenBuilder) -> Result<(), TokenRejection> {
        self.validate_text(&token.algorithm(Algorithm::ES256).sign())
            .await
    }

    async fn validate_text(&self, token: &str) -> Result<(), TokenRejection> {
        rejection(&self.server, token).await.map_or(Ok(()), Err)
    }

    fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Waits for at most 5 s until the condition holds.
    async fn wait_until(&self, description: &str, condition: impl AsyncFn(&Self) -> bool) {
        let start = Instant::now();
        while !condition(self).await {
            assert!(start.elapsed() < Duration::from_secs(5), "{description}");
            tokio::task::yield_now().await;
        }
    }

    /// Advances the clock until a refresh is due, starts it, and waits until it ends.
    async fn refresh_after(&self, seconds: u64) {
        let before = self.key_server.request_count();
        self.advance(seconds);
        let _ = self.server.ready();
        self.wait_until("the key server receives a request", async |test| {
            test.key_server.request_count() > before
        })
        .await;
        self.wait_until("the fetch ends", async |test| !test.is_fetching())
            .await;
    }

    fn is_fetching(&self) -> bool {
        let mut issuers = self.server.validator().jwt_issuers().iter();
        issuers.any(|issuer| match &issuer.keys {
            KeySource::Fetched(keys) => keys.is_fetching(),
            KeySource::Configured(_) => false,
        })
    }
}

fn is_unavailable(result: &Result<(), TokenRejection>) -> bool {
    matches!(result, Err(TokenRejection::Unavailable(_)))
}
