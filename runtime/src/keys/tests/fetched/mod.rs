//! Issuers whose keys come from a key server: rotation, outages, malformed responses.

mod bad_responses;
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

/// An API whose issuer's keys are served by a key server.
struct Realm {
    keys: LoopbackServer,
    /// The issuer with the keys that are served at first.
    issuer: EmbeddedIssuer,
    server: ResourceServer,
    clock: TestClock,
}

impl Realm {
    async fn new() -> Self {
        Self::with(Startup::FailFast, None).await.unwrap()
    }

    /// With keys that are served, or in another mode.
    async fn with(startup: Startup, mode: Option<Reply>) -> Result<Self, ConfigError> {
        let keys = LoopbackServer::start(Reply::Closed).await;
        let clock = TestClock::new();
        let issuer = EmbeddedIssuer::new(&keys.url).clock(clock.clone());
        keys.set(mode.unwrap_or_else(|| Reply::Keys(issuer.jwks())));
        let server = ResourceServer::builder()
            .trust(
                Issuer::new(&keys.url)
                    .audience(AUDIENCE)
                    .allow_loopback_http(),
            )
            .startup(startup)
            .clock(clock.clone())
            .build()
            .await?;
        Ok(Self {
            keys,
            issuer,
            server,
            clock,
        })
    }

    /// Answers with these keys from now on, once what is returned says so.
    fn hold(&self, jwks: String) -> Arc<Notify> {
        let (reply, released) = Reply::Keys(jwks).held();
        self.keys.set(reply);
        released
    }

    /// The same issuer with keys that it did not have before.
    fn rotated(&self) -> EmbeddedIssuer {
        EmbeddedIssuer::with_own_keys(&self.keys.url).clock(self.clock.clone())
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

    /// Waits until one more answer of the key server has been dealt with, for at most 5 s.
    async fn until(&self, what: &str, is_so: impl AsyncFn(&Self) -> bool) {
        let begun = Instant::now();
        while !is_so(self).await {
            assert!(begun.elapsed() < Duration::from_secs(5), "{what}");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Lets so much time pass that a fetch is due, has it begun, and waits for its end.
    async fn until_refreshed(&self, seconds: u64) {
        let asked = self.keys.request_count();
        self.advance(seconds);
        let _ = self.server.ready();
        self.until("the key server is asked", async |realm| {
            realm.keys.request_count() > asked
        })
        .await;
        self.until("the fetch ends", async |realm| !realm.is_fetching())
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
